"""A small HTTP and WebSocket server whose every byte the test decides: it can stop anywhere, stall, talk rubbish."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from websockets.frames import Opcode
from websockets.http11 import Request as Handshake
from websockets.server import ServerProtocol


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    target: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: bytes = b""
    kind: str = "application/json"

    @classmethod
    def of(cls, value: Any, status: int = 200) -> Reply:
        return cls(status, json.dumps(value).encode())


class Closed(Exception):
    """The other side closed a socket, or it was cut."""


class Socket:
    """The server's end of one WebSocket."""

    def __init__(self, protocol: ServerProtocol, writer: asyncio.StreamWriter, query: dict[str, str]) -> None:
        self.query = query
        self.closed = asyncio.Event()
        self._protocol, self._writer = protocol, writer
        self._frames: asyncio.Queue[str | bytes | None] = asyncio.Queue()

    async def send(self, frame: str | bytes) -> None:
        """Raises Closed."""
        if self.closed.is_set():
            raise Closed
        if isinstance(frame, str):
            self._protocol.send_text(frame.encode())
        else:
            self._protocol.send_binary(frame)
        await self._flush()

    async def receive(self) -> str | bytes:
        """Raises Closed."""
        frame = await self._frames.get()
        if frame is None:
            raise Closed
        return frame

    def cut(self) -> None:
        """End the connection without a word, as a broken network does."""
        self.closed.set()
        self._frames.put_nowait(None)
        self._writer.transport.abort()

    async def close(self) -> None:
        with contextlib.suppress(Exception):
            self._protocol.send_close(1000)
            await self._flush()
        self.cut()

    async def read(self, reader: asyncio.StreamReader) -> None:
        """Take in what comes until the end."""
        with contextlib.suppress(ConnectionError):
            while not self.closed.is_set():
                data = await reader.read(1 << 16)
                self._protocol.receive_data(data) if data else self._protocol.receive_eof()
                for event in self._protocol.events_received():
                    opcode = getattr(event, "opcode", None)
                    if opcode is Opcode.TEXT:
                        self._frames.put_nowait(event.data.decode())
                    elif opcode is Opcode.BINARY:
                        self._frames.put_nowait(bytes(event.data))
                await self._flush()
                if not data or self._protocol.close_rcvd:
                    break
        self.closed.set()
        self._frames.put_nowait(None)

    async def _flush(self) -> None:
        with contextlib.suppress(ConnectionError):
            for data in self._protocol.data_to_send():
                if data:
                    self._writer.write(data)
            await self._writer.drain()


Answer = Callable[[Request], Awaitable[Reply | bytes | None]]
"""Raw bytes are sent as they are, and the connection ends; None ends it without a byte."""
Talk = Callable[[Socket], Awaitable[None]]


class Wire:
    """url: where it answers while `serving`."""

    def __init__(self, answer: Answer, talk: Talk, port: int = 0) -> None:
        self.url, self._answer, self._talk, self._port = "", answer, talk, port
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[Wire]:
        await self.start()
        try:
            yield self
        finally:
            await self.stop()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"

    async def stop(self) -> None:
        """As a process that is killed: every connection breaks, and the port is closed."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for task, writer in list(self._connections.items()):
            writer.transport.abort()
            task.cancel()
        if self._connections:
            await asyncio.wait(list(self._connections), timeout=2)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._connections[task] = writer
        task.add_done_callback(lambda done: self._connections.pop(done, None))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                request = await _request(head, reader)
                if request.headers.get("upgrade", "").lower() == "websocket":
                    await self._socket(head, request, reader, writer)
                    break
                reply = await self._answer(request)
                if not isinstance(reply, Reply):
                    writer.write(reply or b"")
                    await writer.drain()
                    break
                writer.write(
                    f"HTTP/1.1 {reply.status} X\r\nContent-Type: {reply.kind}\r\n"
                    f"Content-Length: {len(reply.body)}\r\n\r\n".encode()
                    + reply.body
                )
                await writer.drain()
        writer.close()

    async def _socket(
        self, head: bytes, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        protocol = ServerProtocol(max_size=None)
        protocol.receive_data(head)
        (handshake,) = (event for event in protocol.events_received() if isinstance(event, Handshake))
        protocol.send_response(protocol.accept(handshake))
        socket = Socket(protocol, writer, request.query)
        await socket._flush()
        reading = asyncio.get_running_loop().create_task(socket.read(reader))
        try:
            with contextlib.suppress(Closed):
                await self._talk(socket)
        finally:
            reading.cancel()


async def _request(head: bytes, reader: asyncio.StreamReader) -> Request:
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    body = b""
    if "content-length" in headers:
        body = await reader.readexactly(int(headers["content-length"]))
    elif headers.get("transfer-encoding") == "chunked":
        while size := int(await reader.readline(), 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readline()
    parts = urlsplit(target)
    return Request(method, parts.path, dict(parse_qsl(parts.query)), target, headers, body)
