"""Who may talk to the server, over real sockets."""

from __future__ import annotations

import http.client
import json

import httpx
import pytest
from app.server.conftest import Running
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect


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


def test_a_launch_link_works_once(server: Running) -> None:
    with httpx.Client(base_url=server.url) as fresh:
        answer = fresh.get("/launch?token=wrong")
        assert "set-cookie" not in answer.headers
        assert fresh.get("/api/folder").status_code == 401


def test_a_body_over_the_limit_is_refused(server: Running) -> None:
    path = f"/api/photos/{server.ids()['IMG_1.dng']}/settings"
    big = json.dumps({"label": "x" * (2 << 20), "settings": {}}).encode()
    assert server.client.put(path, content=big).status_code == 413

    def chunks() -> object:
        for _ in range(40):
            yield b" " * 65536

    assert server.client.put(path, content=chunks()).status_code == 413  # type: ignore[arg-type]


def test_answers_carry_the_security_headers(server: Running) -> None:
    headers = server.client.get("/").headers
    assert (
        "script-src" in headers["content-security-policy"] or "default-src 'self'" in headers["content-security-policy"]
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("origin", ["http://evil.example", None])
def test_a_socket_of_another_site_is_refused(server: Running, origin: str | None) -> None:
    headers = {"cookie": server.cookie}
    with pytest.raises(InvalidStatus), connect(f"ws://{server.host}/live", origin=origin, additional_headers=headers):  # type: ignore[arg-type]
        pass
