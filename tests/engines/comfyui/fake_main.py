"""What a made-up ComfyUI folder has as its main.py: the stand-in as a program, with ComfyUI's options.

`--sessions NAMES` (separated by commas) are the recordings it knows, `--die-at N` the message of its first job before
which it ends as if it crashed.
"""

import argparse
import asyncio
import os
import sys
from pathlib import Path

sys.path.insert(0, os.environ["STILLBYTES_TESTS"])

from engines.comfyui.recorded import jobs
from engines.comfyui.stand_in import Faults, StandIn


class Program(StandIn):
    """One that ends its process where the other only ends its connections."""

    async def crash(self) -> None:
        print("torch.AcceleratorError: CUDA error: an illegal memory access was encountered", flush=True)
        os._exit(134)


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8188)
    parser.add_argument("--listen", default="127.0.0.1")
    parser.add_argument("--disable-auto-launch", action="store_true")
    parser.add_argument("--extra-model-paths-config", nargs="+", action="append")
    parser.add_argument("--sessions", default="text_to_image")
    parser.add_argument("--die-at", type=int)
    given = parser.parse_args()
    known = [job for session in given.sessions.split(",") for job in jobs(session)]
    server = Program(*known, faults=Faults(die_at=given.die_at), port=given.port)
    async with server.serving():
        print(f"To see the GUI go to: {server.url} from {Path(__file__).parent}", flush=True)
        await asyncio.sleep(600)


asyncio.run(main())
