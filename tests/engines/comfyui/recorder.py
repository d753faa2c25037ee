"""A recording proxy in front of a real ComfyUI: everything asked, answered and told is written down in order.

One line of JSON each, gzipped: `{"at": ms, "http": [method, path, body], "status": n, "answer": body}`,
`{"at": ms, "socket": n, "event": "opened" | "closed" | "cut"}` and
`{"at": ms, "socket": n, "from": "client" | "server", "frame": ...}`. JSON is kept as such, other bytes as
`{"base64": ...}`, uploads as `{"bytes": how many}`, the list of nodes not at all. Previews (JPEG) are made small, paths
of the recording machine are replaced, and drawn pictures (PNG) may be kept coarsely, for noise does not compress.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import gzip
import io
import json
import struct
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from .wire import Closed, Reply, Request, Socket, Wire

SMALL = (16, 16)
PNG, JPEG = b"\x89PNG", b"\xff\xd8"


class Recorder:
    """Records while `recording`. mute: swallow what clients announce. coarse: drawn pictures are written down in
    squares of so many pixels, each of one colour; clients get them as they are."""

    def __init__(self, server: str, replaced: dict[str, str], *, coarse: int = 0) -> None:
        self.server, self.mute = server, False
        self._coarse = coarse
        self._replaced = replaced
        self._lines: list[dict[str, Any]] = []
        self._begun = time.monotonic()
        self._sockets: dict[int, tuple[Socket, ClientConnection]] = {}
        self._count = 0
        self._http = httpx.AsyncClient(base_url=server, timeout=120)
        self.wire = Wire(self._answer, self._talk)

    @contextlib.asynccontextmanager
    async def recording(self, path: Path) -> AsyncIterator[str]:
        """The address for a client whose session goes into `path`."""
        self._lines, self._begun, self._count = [], time.monotonic(), 0
        async with self.wire.serving():
            yield self.wire.url
        await self._http.aclose()
        text = "\n".join(json.dumps(line, separators=(",", ":"), ensure_ascii=False) for line in self._lines) + "\n"
        for theirs, ours in self._replaced.items():
            text = text.replace(theirs, ours)
        path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))

    def cut(self) -> None:
        """Break every socket, on both sides."""
        for number, (socket, theirs) in list(self._sockets.items()):
            self._write(socket=number, event="cut")
            socket.cut()
            theirs.transport.abort()

    def _write(self, **line: Any) -> None:
        self._lines.append({"at": round((time.monotonic() - self._begun) * 1000), **line})

    async def _answer(self, request: Request) -> Reply | None:
        try:
            theirs = await self._http.request(
                request.method,
                request.target,
                content=request.body,
                headers={n: v for n, v in request.headers.items() if n in ("content-type", "accept")},
            )
        except httpx.HTTPError:
            self._write(http=[request.method, request.target, _kept(request.body)], status=0, answer=None)
            return None
        upload = request.path.startswith("/upload")
        asked: Any = {"bytes": len(request.body)} if upload else _kept(request.body)
        content = self._coarsely(theirs.content)
        answered: Any = {"omitted": len(content)} if request.path == "/object_info" else _kept(content)
        self._write(http=[request.method, request.target, asked], status=theirs.status_code, answer=answered)
        return Reply(theirs.status_code, theirs.content, theirs.headers.get("content-type", ""))

    async def _talk(self, socket: Socket) -> None:
        self._count += 1
        number = self._count
        url = f"ws{self.server.removeprefix('http')}/ws?clientId={socket.query.get('clientId', '')}"
        try:
            reached = await connect(url, max_size=None, compression=None)
        except (OSError, WebSocketException):
            return
        async with reached as theirs:
            self._sockets[number] = (socket, theirs)
            self._write(socket=number, event="opened")
            back = asyncio.get_running_loop().create_task(self._back(number, socket, theirs))
            try:
                while True:
                    frame = await socket.receive()
                    if not self.mute:
                        self._write(socket=number, **{"from": "client"}, frame=_kept_frame(frame))
                        await theirs.send(frame)
            except (Closed, ConnectionClosed):
                pass
            finally:
                self._sockets.pop(number, None)
                self._write(socket=number, event="closed")
                back.cancel()

    async def _back(self, number: int, socket: Socket, theirs: ClientConnection) -> None:
        try:
            async for frame in theirs:
                small = frame if isinstance(frame, str) else self._smaller(frame)
                self._write(socket=number, **{"from": "server"}, frame=_kept_frame(small))
                await socket.send(frame)
        except (Closed, ConnectionClosed):
            pass
        socket.cut()

    def _smaller(self, frame: bytes) -> bytes:
        """The frame with a JPEG in it replaced by a small one, a PNG by squares."""
        (kind,) = struct.unpack(">I", frame[:4])
        start = 8 + (struct.unpack(">I", frame[4:8])[0] if kind == 4 else 0)
        if kind not in (1, 4) or not frame[start:].startswith(JPEG):
            return frame[:start] + self._coarsely(frame[start:])
        small = io.BytesIO()
        Image.open(io.BytesIO(frame[start:])).resize(SMALL).save(small, "JPEG", quality=50)
        return frame[:start] + small.getvalue()

    def _coarsely(self, content: bytes) -> bytes:
        if not self._coarse or not content.startswith(PNG):
            return content
        kept, picture = io.BytesIO(), Image.open(io.BytesIO(content))
        few = picture.resize((picture.width // self._coarse, picture.height // self._coarse), Image.Resampling.BOX)
        few.resize(picture.size, Image.Resampling.NEAREST).save(kept, "PNG", optimize=True)
        return kept.getvalue()


def _kept(body: bytes) -> Any:
    if not body:
        return None
    try:
        return json.loads(body)
    except ValueError:
        return {"base64": base64.b64encode(body).decode()}


def _kept_frame(frame: str | bytes) -> Any:
    return json.loads(frame) if isinstance(frame, str) else {"base64": base64.b64encode(frame).decode()}
