"""A program that starts the fake engine and then waits, so that a test can kill it: `owner.py FAKE PORT`."""

import asyncio
import sys
import urllib.request

from stillbytes.engines.supervise.process import Launch, Process


async def main() -> None:
    fake, port = sys.argv[1:3]

    async def healthy() -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1):
                return True
        except OSError:
            return False

    process = Process("fake")
    command = (sys.executable, fake, "--port", port, "--children", "2", "--deaf")
    await process.start(Launch(command, f"http://127.0.0.1:{port}", healthy))
    print(process.pid, flush=True)
    await asyncio.sleep(600)


asyncio.run(main())
