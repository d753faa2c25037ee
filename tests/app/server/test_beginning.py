"""The first moments of a server: what is asked for before it is there is waited for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from app.server.asynchronous import run
from dng import make_photo

from stillbytes.app.server import application
from stillbytes.app.server.beginning import Beginning
from stillbytes.app.server.workspace import Workspace
from stillbytes.library.folder import Folder


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    (tmp_path / "photos").mkdir()
    make_photo(tmp_path / "photos" / "a.dng")
    made = Workspace(Folder(tmp_path / "photos"))
    made.developed.set()
    yield made
    made.close()


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """When it is set, the whole interface is built."""
    allowed, usual = threading.Event(), application.create_app

    def create_app(*arguments: object) -> object:
        assert allowed.wait(60)
        return usual(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(application, "create_app", create_app)
    return allowed


def client(app: Beginning) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://stillbytes")


def test_the_page_needs_nothing_of_the_interface(workspace: Workspace) -> None:
    async def page_only() -> None:
        app = Beginning(workspace, asyncio.Event())
        async with client(app) as web:
            assert (await web.get("/")).headers["content-type"].startswith("text/html")
            asked = [asyncio.create_task(web.get(path)) for path in ("/api/folder", "/assets/nothing.js")]
            posted = asyncio.create_task(web.post("/"))
            await asyncio.sleep(0.05)
            assert not any(one.done() for one in (*asked, posted))
            await app.complete()
            assert [(await one).status_code for one in (*asked, posted)] == [200, 404, 405]

    run(page_only())


def test_the_first_picture_needs_nothing_that_comes_later(workspace: Workspace, build: threading.Event) -> None:
    async def first() -> None:
        app = Beginning(workspace, asyncio.Event())
        completing = asyncio.create_task(app.complete())
        async with client(app) as web:
            (photo,) = (await web.get("/api/folder")).json()["photos"]
            assert (await web.get("/api/parameters")).json()["groups"]
            assert (await web.get(f"/api/photos/{photo['id']}")).json()["name"] == "a.dng"
            assert (await web.get(f"/api/photos/{photo['id']}/preview")).content[:2] == b"\xff\xd8"
            assert (await web.get("/")).headers["content-type"].startswith("text/html")
            assert not completing.done()
            build.set()
            await completing

    run(first())


@pytest.mark.parametrize(
    ("path", "status"),
    [("/api/presets", 200), ("/api/openapi.json", 200), ("/api/nothing", 404), ("/api/photos/x/snapshots", 404)],
)
def test_what_is_not_there_yet_is_waited_for(
    workspace: Workspace, build: threading.Event, path: str, status: int
) -> None:
    async def early() -> None:
        app = Beginning(workspace, asyncio.Event())
        completing = asyncio.create_task(app.complete())
        async with client(app) as web:
            asked, left = (asyncio.create_task(web.get(path)) for _ in range(2))
            await asyncio.sleep(0.05)
            assert not asked.done()
            left.cancel()  # whoever goes away leaves the others waiting
            build.set()
            answer = await asked
            assert answer.status_code == status
            assert "error" in answer.json() or status == 200
            await completing
            assert (await web.get(path)).status_code == status

    run(early())


def test_the_whole_interface_waits_for_the_first_picture(workspace: Workspace, build: threading.Event) -> None:
    async def ordered() -> None:
        workspace.developed.clear()
        build.set()
        app = Beginning(workspace, asyncio.Event())
        completing = asyncio.create_task(app.complete())
        await asyncio.sleep(0.05)
        assert not completing.done()
        workspace.developed.set()
        await completing

    run(ordered())


def test_an_interface_that_cannot_be_built_is_told_to_who_waits(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def create_app(*_: object) -> object:
        raise ValueError("a mistake of ours")

    monkeypatch.setattr(application, "create_app", create_app)

    async def failing() -> None:
        app = Beginning(workspace, asyncio.Event())
        await app.complete()
        async with client(app) as web:
            with pytest.raises(ValueError, match="a mistake of ours"):
                await web.get("/api/presets")

    run(failing())
    assert "could not be built" in caplog.text
