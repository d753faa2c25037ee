"""An engine that does what it is told, however bad: run as a process by the tests of supervision.

`--slow S` seconds until it is healthy; `--end STATUS` instead of serving; `--deaf` ignores requests to end;
`--children N` start children that would live on, one of them in a session of its own; `--say TEXT` printed first.
GET /health, /die (as if killed), /end (exit status 7), /hang (never answers), /shout?bytes=N (prints that much).
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--slow", type=float, default=0.0)
    parser.add_argument("--end", type=int)
    parser.add_argument("--deaf", action="store_true")
    parser.add_argument("--children", type=int, default=0)
    parser.add_argument("--say", default="")
    given = parser.parse_args()
    if given.deaf and os.name == "posix":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if given.say:
        print(given.say, flush=True)
    for n in range(given.children):
        child = subprocess.Popen(SLEEPER, start_new_session=n == 0)
        print(f"child {child.pid}", flush=True)
    if given.children:  # and a grandchild whose own parent is gone
        sleeper = f"s.Popen({SLEEPER!r}, stdout=s.DEVNULL, start_new_session=True)"
        code = f"import subprocess as s; print('child', {sleeper}.pid, flush=True)"
        subprocess.run([sys.executable, "-c", code], check=True)
    if given.end is not None:
        print("this is all I have to say", flush=True)
        sys.exit(given.end)
    born = time.monotonic()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = urlparse(self.path)
            match asked.path:
                case "/die":
                    print("a dying word", flush=True)
                    os.kill(os.getpid(), signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
                case "/end":
                    print("farewell", file=sys.stderr, flush=True)
                    os._exit(7)
                case "/hang":
                    time.sleep(600)
                case "/shout":
                    line = "x" * 99 + "\n"
                    print(line * (int(parse_qs(asked.query)["bytes"][0]) // 100), end="", flush=True)
            healthy = time.monotonic() - born >= given.slow
            self.send_response(200 if healthy else 503)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    ThreadingHTTPServer(("127.0.0.1", given.port), Answer).serve_forever()


if __name__ == "__main__":
    main()
