"""The one gate in front of everything: who may talk to the local server."""

from __future__ import annotations

import hmac
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BODY = 4 << 20
"""Bytes of a request's body: the largest honest one pastes settings onto ten thousand photos."""
MOST_PICTURE = 64 << 20
"""Bytes of a picture that is taken in as a mask, and of a look-up table or a camera profile."""
_PICTURE = re.compile(r"/api/photos/[^/]+/masks/picture|/api/(luts|camera-profiles)/file")
NAMES = ("127.0.0.1", "localhost")
ENTRANCES = ("/", "/launch")
"""What a link in another program or page may lead to."""
HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
        b"img-src 'self' blob: data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request goes no further."""

    status: int
    message: str
    remedy: str = ""


UNKNOWN_HOST = Refusal(421, "This address is not one of Stillbytes'.", "Open the address that it printed.")
FOREIGN = Refusal(403, "Another site may not talk to Stillbytes.", "Open the address that it printed.")
NO_ORIGIN = Refusal(403, "A socket of Stillbytes needs an Origin.", "Send the address of the page as Origin.")
UNKNOWN = Refusal(401, "This page is not allowed to talk to Stillbytes.", "Open the address that it printed.")
TOO_LARGE = Refusal(413, f"The request is larger than {MOST_BODY >> 20} MiB.", "Send less at once.")
LARGE_PICTURE = Refusal(
    413, f"The file is larger than {MOST_PICTURE >> 20} MiB.", "Save it smaller or with compression."
)
AMBIGUOUS = Refusal(400, "The request states its host, origin or length twice.", "State each of them once.")


class Guard:
    """ASGI layer for HTTP and WebSocket.

    Refuses an unknown Host (DNS rebinding), a foreign or missing-where-needed Origin and cross-site fetches (request
    forgery, socket hijacking), calls without the token, and bodies over MOST_BODY (for a mask, MOST_PICTURE), whether
    they state their length or not. `/launch?token=` takes the one-time launch token, sets the cookie that carries the
    real one and leads to the page. The cookie's name has the port in it, since browsers share cookies between the ports
    of a host.
    """

    def __init__(self, app: ASGIApp, token: str, port: int, launch: str = "") -> None:
        self._app, self._token, self._launch = app, token, launch
        self._hosts = {f"{name}:{port}" for name in NAMES}
        self.cookie = f"stillbytes-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        raw = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]]
        headers = dict(raw)
        headers["cookie"] = "; ".join(value for name, value in raw if name == "cookie")
        refusal = self._refusal(scope, headers, [name for name, _ in raw])
        if refusal is not None:
            return await _refuse(scope, receive, send, refusal)
        if scope["type"] == "websocket":
            return await self._app(scope, receive, send)
        if scope["path"] == "/launch":
            return await self._enter(scope, headers, send)
        body = await _body(receive, *_limit(scope))
        if isinstance(body, Refusal):
            return await _refuse(scope, receive, send, body)
        if body is not None:
            await self._app(scope, _again(body, receive), _dressed(send))

    def _refusal(self, scope: Scope, headers: Mapping[str, str], names: list[str]) -> Refusal | None:
        if any(names.count(name) > 1 for name in ("host", "origin", "content-length")):
            return AMBIGUOUS
        if headers.get("host") not in self._hosts:
            return UNKNOWN_HOST
        refusal = self._foreign(scope, headers)
        if refusal is None and not self._public(scope) and not self._known(headers):
            refusal = UNKNOWN
        length = headers.get("content-length", "0")
        # Twelve digits: what is longer is not read as a number at all.
        most, too_large = _limit(scope)
        if refusal is None and not (length.isascii() and length.isdigit() and int(length[:12]) <= most):
            refusal = too_large
        return refusal

    @staticmethod
    def _foreign(scope: Scope, headers: Mapping[str, str]) -> Refusal | None:
        """Whether another page is behind the request."""
        origin = headers.get("origin")
        if origin is None and scope["type"] == "websocket":
            return NO_ORIGIN
        if origin is not None and origin != f"http://{headers['host']}":  # also "null": sandboxed frames, local files
            return FOREIGN
        link = scope.get("method") == "GET" and headers.get("sec-fetch-mode") == "navigate"
        if headers.get("sec-fetch-site", "none") in ("none", "same-origin") or (link and scope["path"] in ENTRANCES):
            return None
        return FOREIGN

    @staticmethod
    def _public(scope: Scope) -> bool:
        """The page itself holds no secrets; everything it asks for does."""
        path = scope["path"]
        return scope["type"] == "http" and path != "/api" and not path.startswith("/api/")

    def _known(self, headers: Mapping[str, str]) -> bool:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            given = _cookie(headers["cookie"], self.cookie)
        return hmac.compare_digest(given.encode(), self._token.encode())

    async def _enter(self, scope: Scope, headers: Mapping[str, str], send: Send) -> None:
        given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])[0]
        answer = [(b"location", b"/"), (b"content-length", b"0"), (b"cache-control", b"no-store"), *HEADERS]
        # A browser that only looks ahead must not use the token up.
        looks_ahead = scope["method"] != "GET" or "prefetch" in headers.get("sec-purpose", "")
        if self._launch and not looks_ahead and hmac.compare_digest(given.encode(), self._launch.encode()):
            self._launch = ""
            cookie = f"{self.cookie}={self._token}; Path=/; HttpOnly; SameSite=Strict"
            answer.append((b"set-cookie", cookie.encode()))
        await send({"type": "http.response.start", "status": 303, "headers": answer})
        await send({"type": "http.response.body", "body": b""})


def token() -> str:
    """A secret that cannot be guessed, fit for a cookie and an address."""
    return secrets.token_urlsafe(32)


def _cookie(header: str, name: str) -> str:
    """By hand: the standard library gives up at the first odd cookie, and other programs on this host set theirs."""
    for part in header.split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value
    return ""


def _limit(scope: Scope) -> tuple[int, Refusal]:
    """Bytes that a body may have, and what is said about a larger one."""
    picture = scope.get("method") == "POST" and _PICTURE.fullmatch(scope["path"])
    return (MOST_PICTURE, LARGE_PICTURE) if picture else (MOST_BODY, TOO_LARGE)


async def _body(receive: Receive, most: int, too_large: Refusal) -> bytes | Refusal | None:
    """The whole body; a refusal as soon as it is too large, None if the caller went away before its end."""
    parts: list[bytes] = []
    read = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b""))
        read += len(parts[-1])
        if read > most:
            return too_large
        if not message.get("more_body", False):
            return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """A `receive` that starts with the body which has been read."""
    given = False

    async def next_message() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return next_message


def _dressed(send: Send) -> Send:
    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *HEADERS]
        await send(message)

    return with_headers


async def _refuse(scope: Scope, receive: Receive, send: Send, refusal: Refusal) -> None:
    body = json.dumps({"error": {"message": refusal.message, "remedy": refusal.remedy}}).encode()
    headers: list[Any] = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
        *HEADERS,
    ]
    kind = "http.response"
    if scope["type"] == "websocket":
        await receive()  # the connect
        if "websocket.http.response" not in scope.get("extensions", {}):
            await send({"type": "websocket.close", "code": 1008, "reason": refusal.message})
            return
        kind = "websocket.http.response"
    await send({"type": f"{kind}.start", "status": refusal.status, "headers": headers})
    await send({"type": f"{kind}.body", "body": body})
