"""A small web server on this computer whose files can be served wrongly in every way a download meets."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Served:
    """How one path answers.

    cuts: for each request in turn, after how many bytes the connection breaks. statuses: what the first requests get
    instead of the file. hold: the second half is sent only when this is set.
    """

    content: bytes = b""
    etag: str = '"one"'
    cuts: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    ranges: bool = True
    redirect: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    lies_about_range: bool = False
    hold: threading.Event | None = None


@dataclass
class Asked:
    """One request as it arrived."""

    path: str
    headers: dict[str, str]


class Server:
    """files: what is served; asked: every request, in order."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.files: dict[str, Served] = {}
        self.asked: list[Asked] = []
        self._somebody_asked = threading.Event()

    def hear(self, asked: Asked) -> None:
        self.asked.append(asked)
        self._somebody_asked.set()

    def wait_until_asked(self) -> bool:
        return self._somebody_asked.wait(20)

    def ranges(self) -> list[str]:
        return [request.headers.get("range", "") for request in self.asked]


@contextmanager
def serving() -> Iterator[Server]:
    http = _Quiet(("127.0.0.1", 0), _Handler)
    http.daemon_threads = True
    server = Server(f"http://127.0.0.1:{http.server_port}")
    http.server = server  # type: ignore[attr-defined]
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in mid-answer is what some tests do."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server: Server = self.server.server  # type: ignore[attr-defined]
        server.hear(Asked(self.path, {name.lower(): value for name, value in self.headers.items()}))
        file = server.files.get(self.path)
        if file is None or file.statuses:
            self._refuse(404 if file is None else file.statuses.pop(0))
        elif file.redirect:
            self.send_response(302)
            self.send_header("Location", file.redirect)
            for name, value in file.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self._send(file)

    def _refuse(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, file: Served) -> None:
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(wanted[1]) if wanted and file.ranges and self.headers.get("If-Range", file.etag) == file.etag else 0
        if start >= len(file.content) > 0:
            return self._refuse(416)
        self.send_response(206 if start else 200)
        if start:
            first = start + 1 if file.lies_about_range else start
            self.send_header("Content-Range", f"bytes {first}-{len(file.content) - 1}/{len(file.content)}")
        for name, value in {
            "ETag": file.etag,
            "Content-Length": str(len(file.content) - start),
            **file.headers,
        }.items():
            if value:
                self.send_header(name, value)
        self.end_headers()
        cut = file.cuts.pop(0) if file.cuts else None
        body = file.content[start:] if cut is None else file.content[start : start + cut]
        if file.hold is not None:
            self.wfile.write(body[: len(body) // 2])
            file.hold.wait(20)
            body = body[len(body) // 2 :]
        self.wfile.write(body)
        if cut is not None:
            self.close_connection = True
        return None

    def log_message(self, format: str, *args: object) -> None:
        pass
