"""Stands in for a browser: follows the launch link, listens to the events, and ends when it is told to.

Beside it lie `told.json` (the address and the cookie), `events` (names of events) and, when it is to end, `close`.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

HERE = Path(__file__).parent


def listen(port: int, headers: dict[str, str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/api/events", headers=headers)
    answer = connection.getresponse()
    while line := answer.readline():
        if line.startswith(b"event: "):
            name = line[7:].strip().decode()
            with (HERE / "events").open("a") as file:
                file.write(f"{name}\n")
            if name == "leaving":
                other = http.client.HTTPConnection("127.0.0.1", port)
                other.request("POST", "/api/window/left", headers=headers)
                other.getresponse().read()


def main() -> None:
    launch = next(one for one in sys.argv if one.startswith("--app=")).removeprefix("--app=")
    address = urlsplit(launch)
    assert address.port is not None
    connection = http.client.HTTPConnection("127.0.0.1", address.port)
    connection.request("GET", f"/launch?{address.query}")
    answer = connection.getresponse()
    cookie = (answer.getheader("set-cookie") or "").split(";")[0]
    answer.read()
    threading.Thread(target=listen, args=(address.port, {"cookie": cookie}), daemon=True).start()
    part = HERE / "told.part"
    part.write_text(json.dumps({"url": f"http://127.0.0.1:{address.port}", "cookie": cookie, "arguments": sys.argv}))
    part.replace(HERE / "told.json")
    while not (HERE / "close").exists():
        time.sleep(0.02)


if __name__ == "__main__":
    main()
