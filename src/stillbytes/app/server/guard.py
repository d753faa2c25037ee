"""The one gate in front of everything: who may talk to the local server."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST_BODY = 1 << 20
HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (
        b"content-security-policy",
        b"default-src 'self'; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; object-src 'none'; "
        b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
)


class _TooLarge(Exception):
    """The body went over the limit while it was being read."""


class Guard:
    """ASGI layer for HTTP and WebSocket.

    Refuses an unknown Host (DNS rebinding), a foreign or missing-where-needed Origin and cross-site fetches (request
    forgery, socket hijacking), calls without the token, and bodies over MOST_BODY. `/launch?token=` takes the
    one-time launch token, sets the cookie that carries the real one and leads to the page.
    """

    def __init__(self, app: App, token: str, port: int) -> None:
        self._app, self._token = app, token
        self._hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}
        self.cookie = f"stillbytes-{port}"
        self._launch = ""

    def launch_token(self) -> str:
        """A new one-time token; an older one that was not used is void."""
        self._launch = secrets.token_urlsafe(24)
        return self._launch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            return await _refuse(scope, receive, send, *refusal)
        if scope["type"] == "http" and scope["path"] == "/launch":
            return await self._enter(scope, send)
        return await self._limited(scope, dict(headers), receive, send)

    def _refusal(self, scope: Scope, headers: list[tuple[str, str]]) -> tuple[int, str] | None:
        values = dict(headers)
        socket = scope["type"] == "websocket"
        if sum(name == "host" for name, _ in headers) != 1 or values["host"] not in self._hosts:
            return 421, "This address is not one of Stillbytes'."
        origin = values.get("origin")
        if origin is None:
            if socket:
                return 403, "A socket needs an Origin."
        elif origin != f"http://{values['host']}":  # also the "null" of sandboxed frames and local files
            return 403, "Another site may not talk to Stillbytes."
        navigation = scope.get("method") == "GET" and values.get("sec-fetch-mode") == "navigate"
        if values.get("sec-fetch-site", "none") not in ("none", "same-origin") and not (
            navigation and scope["path"] in ("/", "/launch")
        ):
            return 403, "Another site may not talk to Stillbytes."
        if (scope["path"].startswith("/api") or socket) and not self._known(values):
            return 401, "This page is not allowed to talk to Stillbytes. Open the address that it printed."
        length = values.get("content-length", "0")
        if not length.isdigit() or int(length) > MOST_BODY:
            return 413, "The request is too large."
        return None

    def _known(self, headers: dict[str, str]) -> bool:
        given = headers.get("authorization", "").removeprefix("Bearer ")
        if not given:
            try:
                morsel = SimpleCookie(headers.get("cookie", "")).get(self.cookie)
            except CookieError:
                morsel = None
            given = morsel.value if morsel else ""
        return hmac.compare_digest(given.encode(), self._token.encode())

    async def _enter(self, scope: Scope, send: Send) -> None:
        given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])[0]
        known = bool(self._launch) and hmac.compare_digest(given.encode(), self._launch.encode())
        headers = [(b"location", b"/"), (b"cache-control", b"no-store"), *HEADERS]
        if known:
            self._launch = ""
            cookie = f"{self.cookie}={self._token}; Path=/; HttpOnly; SameSite=Strict"
            headers.append((b"set-cookie", cookie.encode()))
        await send({"type": "http.response.start", "status": 303, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    async def _limited(self, scope: Scope, headers: dict[str, str], receive: Receive, send: Send) -> None:
        read = 0
        started = False

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            if message["type"] == "http.request":
                read += len(message.get("body", b""))
                if read > MOST_BODY:
                    raise _TooLarge
            return message

        async def dressed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                if read > MOST_BODY:  # the framework took the broken-off body for a malformed one
                    message["status"] = 413
                message["headers"] = [*message["headers"], *HEADERS]
            await send(message)

        try:
            await self._app(scope, counted, dressed)
        except _TooLarge:
            if not started:
                await _refuse(scope, receive, send, 413, "The request is too large.")


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, why: str) -> None:
    if scope["type"] == "websocket":
        await receive()  # the connect
        await send({"type": "websocket.close", "code": 1008, "reason": why})
        return
    body = json.dumps({"error": {"message": why, "remedy": ""}}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()), *HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
