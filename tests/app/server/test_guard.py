"""Who may talk to the server, over real sockets."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator

import httpx
import pytest
from app.server.asynchronous import run
from app.server.conftest import Running
from starlette.types import Message, Scope
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from stillbytes.app.server.guard import MOST_BODY, Guard


def ask(server: Running, path: str = "/api/folder", **headers: str) -> int:
    """Status of a GET with exactly these headers."""
    connection = http.client.HTTPConnection(server.host, timeout=10)
    connection.putrequest("GET", path, skip_host=True, skip_accept_encoding=True)
    for name, value in {"host": server.host, "cookie": server.cookie, **headers}.items():
        if value:
            connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    return connection.getresponse().status


def test_the_page_of_this_session_is_let_in(server: Running) -> None:
    assert ask(server) == 200
    assert ask(server, origin=f"http://{server.host}") == 200


def test_a_caller_without_the_token_is_refused(server: Running) -> None:
    assert ask(server, cookie="") == 401
    assert ask(server, cookie="stillbytes=guess") == 401
    assert ask(server, cookie="", authorization="Bearer guess") == 401


def test_another_host_name_is_refused(server: Running) -> None:
    """DNS rebinding: the attacker's name leads to this address."""
    for host in ("evil.example", f"evil.example:{server.host.split(':')[1]}", "127.0.0.1", "127.0.0.1:1"):
        assert ask(server, host=host) == 421


def test_another_origin_is_refused(server: Running) -> None:
    for origin in ("http://evil.example", "null", "http://127.0.0.1:1", f"https://{server.host}"):
        assert ask(server, origin=origin) == 403


def test_a_cross_site_fetch_is_refused(server: Running) -> None:
    assert ask(server, sec_fetch_site="cross-site") == 403
    assert ask(server, sec_fetch_site="same-site") == 403
    assert ask(server, "/", sec_fetch_site="cross-site", sec_fetch_mode="navigate") in (200, 503)


def test_the_token_opens_the_server_as_cookie_and_as_bearer(server: Running) -> None:
    token = server.client.cookies[f"stillbytes-{server.host.split(':')[1]}"]
    assert ask(server, cookie="", authorization=f"Bearer {token}") == 200
    assert ask(server, cookie="", authorization=token) == 401
    assert ask(server, cookie="", authorization=f"Basic {token}") == 401
    assert ask(server, cookie=f"stillbytes-1={token}") == 401


def test_cookies_of_other_programs_on_this_host_do_no_harm(server: Running) -> None:
    assert ask(server, cookie=f'odd={{"a": [1, 2]}}; empty; ="x"; {server.cookie}; "half') == 200


def test_a_header_that_is_stated_twice_is_refused(server: Running) -> None:
    for name in ("host", "origin"):
        connection = http.client.HTTPConnection(server.host, timeout=10)
        connection.putrequest("GET", "/api/folder", skip_host=True)
        connection.putheader("host", server.host)
        connection.putheader("cookie", server.cookie)
        values = {"host": [server.host], "origin": [f"http://{server.host}", "http://evil.example"]}[name]
        for value in values:
            connection.putheader(name, value)
        connection.endheaders()
        assert connection.getresponse().status == 400


def test_a_launch_link_without_the_token_lets_nobody_in(server: Running) -> None:
    with httpx.Client(base_url=server.url) as fresh:
        for path in ("/launch?token=wrong", "/launch?token=", "/launch"):
            assert "set-cookie" not in fresh.get(path).headers
        assert fresh.get("/api/folder").status_code == 401


def test_a_launch_link_works_once_and_only_for_who_really_follows_it() -> None:
    guard = Guard(_nothing, "secret", 80, "once")

    def follow(token: str, method: str = "GET", *more: tuple[bytes, bytes]) -> str:
        scope = _scope(method, "/launch", *more) | {"query_string": f"token={token}".encode()}
        sent = _told(guard, scope)
        assert sent[0]["status"] == 303
        return dict(sent[0]["headers"]).get(b"set-cookie", b"").decode()

    assert follow("on") == ""
    assert follow("once", "HEAD") == ""
    assert follow("once", "GET", (b"sec-purpose", b"prefetch;prerender")) == ""
    assert follow("once") == "stillbytes-80=secret; Path=/; HttpOnly; SameSite=Strict"
    assert follow("once") == ""


def test_a_body_over_the_limit_is_refused(server: Running) -> None:
    path = f"/api/photos/{server.ids()['IMG_1.dng']}/settings"
    big = json.dumps({"label": "x" * MOST_BODY, "settings": {}}).encode()

    def chunks() -> Iterator[bytes]:
        for _ in range(MOST_BODY // 65536 + 8):
            yield b" " * 65536

    for content in (big, chunks()):
        try:
            assert server.client.put(path, content=content).status_code == 413
        except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
            continue  # refused while we were still sending: the answer may be lost with the connection
    assert server.client.get("/api/folder").status_code == 200


def test_a_body_is_cut_off_at_the_limit_before_anybody_reads_it() -> None:
    async def reads(scope: Scope, receive: object, send: object) -> None:
        raise AssertionError("the application was called")

    chunk: Message = {"type": "http.request", "body": b" " * (MOST_BODY // 2), "more_body": True}
    sent = _told(Guard(reads, "secret", 80), _scope("PUT", "/api/x"), [chunk, chunk, chunk])
    assert sent[0]["status"] == 413


def test_a_body_that_breaks_off_is_not_taken_for_a_whole_one() -> None:
    async def reads(scope: Scope, receive: object, send: object) -> None:
        raise AssertionError("the application was called")

    half: Message = {"type": "http.request", "body": b"{}", "more_body": True}
    assert _told(Guard(reads, "secret", 80), _scope("PUT", "/api/x"), [half, {"type": "http.disconnect"}]) == []


@pytest.mark.parametrize("length", ["x", "-1", "\xb2", "1e3", str(MOST_BODY + 1), "9" * 5000])
def test_a_length_that_is_none_or_too_large_is_refused(length: str) -> None:
    scope = _scope("PUT", "/api/x", (b"content-length", length.encode("latin-1")))
    assert _told(Guard(_nothing, "secret", 80), scope)[0]["status"] == 413


@pytest.mark.parametrize("path", ["/", "/api/folder", "/api/nowhere", "/launch"])
def test_every_answer_carries_the_security_headers(server: Running, path: str) -> None:
    for cookies in (server.client.cookies, None):
        headers = httpx.get(server.url.rstrip("/") + path, cookies=cookies).headers
        policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == "'self'"
        assert policy["img-src"] == "'self' blob: data:"
        assert policy["frame-ancestors"] == "'none'"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "server" not in headers


REFUSED = [
    ("http://evil.example", {}, 403), ("null", {}, 403), (None, {}, 403), ("own", {"cookie": ""}, 401),
    ("own", {"cookie": "stillbytes-1=x"}, 401), ("own", {"sec-fetch-site": "same-site"}, 403),
]  # fmt: skip


@pytest.mark.parametrize(("origin", "headers", "status"), REFUSED)
@pytest.mark.parametrize("path", ["/live", "/elsewhere"])
def test_a_socket_of_anybody_else_is_refused(
    server: Running, path: str, origin: str | None, headers: dict[str, str], status: int
) -> None:
    origin = f"http://{server.host}" if origin == "own" else origin
    sent = {"cookie": server.cookie, **headers}
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(f"ws://{server.host}{path}", origin=origin, additional_headers=sent),  # type: ignore[arg-type]
    ):
        pass
    assert refused.value.response.status_code == status


def test_a_socket_is_closed_where_its_server_cannot_answer_it() -> None:
    scope = {**_scope("GET", "/live"), "type": "websocket"}
    sent = _told(Guard(_nothing, "secret", 80), scope, [{"type": "websocket.connect"}])
    assert [message["type"] for message in sent] == ["websocket.close"]


async def _nothing(scope: Scope, receive: object, send: object) -> None:
    """An application without answers."""


def _scope(method: str, path: str, *headers: tuple[bytes, bytes]) -> Scope:
    known = [(b"host", b"127.0.0.1:80"), (b"cookie", b"stillbytes-80=secret")]
    return {"type": "http", "method": method, "path": path, "query_string": b"", "headers": [*known, *headers]}


def _told(guard: Guard, scope: Scope, received: list[Message] | None = None) -> list[Message]:
    """What the guard sends for these messages."""
    messages = iter(received or [{"type": "http.request", "body": b""}])
    sent: list[Message] = []

    async def receive() -> Message:
        return next(messages)

    async def send(message: Message) -> None:
        sent.append(message)

    run(guard(scope, receive, send))
    return sent
