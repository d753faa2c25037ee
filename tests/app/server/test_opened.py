"""Other places opened in an editor that runs, and what its page asks of the window around it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from dng import make_photo
from fastapi.testclient import TestClient

import stillbytes as sb
from stillbytes.app.server.application import create_app
from stillbytes.app.server.workspace import Workspace
from stillbytes.core.events import Event
from stillbytes.develop.settings import Settings
from stillbytes.edit.photo import photo_id
from stillbytes.library.catalogue import Catalogue
from stillbytes.library.folder import Folder


class FakeWindow:
    own = True

    def __init__(self) -> None:
        self.done: list[str] = []

    def run(self, launch: str) -> None: ...

    def close(self) -> None: ...

    def come_forward(self) -> None:
        self.done.append("forward")

    def choose_folder(self, start: str) -> Path | None:
        return Path(start) / "chosen" if start else None

    def toggle_full_screen(self) -> None:
        self.done.append("full screen")


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    for place in ("first/a.dng", "second/b.dng", "second/c.dng"):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        make_photo(tmp_path / place)
    return Workspace(Folder(tmp_path / "first"))


@pytest.fixture
def client(workspace: Workspace) -> TestClient:
    return TestClient(create_app(workspace, asyncio.Event()))


def test_another_folder_is_shown_and_edits_under_way_still_find_their_photo(
    workspace: Workspace, client: TestClient, tmp_path: Path
) -> None:
    (before,) = [photo["id"] for photo in client.get("/api/folder").json()["photos"]]
    heard: list[Event] = []
    workspace.events.listen(heard.append)
    opened = client.post("/api/open", json={"places": [str(tmp_path / "second/c.dng"), str(tmp_path / "first/a.dng")]})
    assert opened.json() == {"path": str(tmp_path / "second"), "name": "second"}
    assert "place-opened" in [event.kind for event in heard]
    folder = client.get("/api/folder").json()
    names = {photo["id"]: photo["name"] for photo in folder["photos"]}
    assert (names[folder["first"]], folder["chosen"]) == ("c.dng", [folder["first"]])  # the other is elsewhere
    workspace.document(before).commit(Settings(exposure=1), "+1")
    workspace.close()
    assert "+1" in (tmp_path / "first/a.xmp").read_text()


@pytest.mark.parametrize("place", ["gone", "first/notes.txt", "../first", "relative.dng", "\0"])
def test_a_place_that_is_none_changes_nothing_and_the_page_is_told(
    workspace: Workspace, client: TestClient, tmp_path: Path, place: str
) -> None:
    (tmp_path / "first/notes.txt").write_text("not a photo")
    heard: list[Event] = []
    workspace.events.listen(heard.append)
    given = str(tmp_path / place) if place in ("gone", "first/notes.txt") else place
    answer = client.post("/api/open", json={"places": [given]})
    assert answer.status_code == 404 and answer.json()["error"]["remedy"]
    assert [event.kind for event in heard] == ["place-refused"]
    assert workspace.folder.path == tmp_path / "first"


def test_a_window_of_ours_shows_the_desktops_dialog_and_fills_the_screen(
    workspace: Workspace, client: TestClient
) -> None:
    assert client.get("/api/window").json() == {"own": False}
    assert client.post("/api/window/folder", json={"start": "/a"}).status_code == 404
    assert client.post("/api/window/full-screen").status_code == 404
    workspace.window = window = FakeWindow()
    assert client.get("/api/window").json() == {"own": True}
    assert client.post("/api/window/folder", json={"start": "/a"}).json() == {"path": str(Path("/a/chosen"))}
    assert client.post("/api/window/folder", json={}).json() == {"path": None}
    assert client.post("/api/window/full-screen").status_code == 204
    assert client.post("/api/open", json={"places": []}).status_code == 200
    assert window.done == ["full screen", "forward"]


def test_a_page_that_is_about_to_close_is_waited_for(workspace: Workspace, client: TestClient) -> None:
    workspace.take_leave()  # there is no page: nobody is waited for
    asked: list[str] = []

    def hear(event: Event) -> None:
        asked.append(event.kind)
        workspace.left.set()

    workspace.events.listen(hear)
    workspace.take_leave()
    assert asked == ["leaving"]
    workspace.left.clear()
    assert client.post("/api/window/left").status_code == 204
    assert workspace.left.is_set()


def test_an_edit_is_where_another_program_moved_its_photo(
    workspace: Workspace, client: TestClient, tmp_path: Path
) -> None:
    (photo,) = client.get("/api/folder").json()["photos"]
    path, there = tmp_path / "first/a.dng", tmp_path / "first/sub/a.dng"
    there.parent.mkdir()

    def edit(exposure: float) -> int:
        wanted = {"settings": {"exposure": exposure}, "label": "Exposure"}
        return client.put(f"/api/photos/{photo['id']}/settings", json=wanted).status_code

    assert edit(1) == 200
    path.rename(there)
    workspace.flush()
    assert sb.open(there).settings == Settings(exposure=1)
    assert edit(2) == 200  # a page that does not know of it
    workspace.flush()
    assert sb.open(there).settings == Settings(exposure=2) and workspace.settings(photo_id(there))
    make_photo(path)
    assert client.get(f"/api/photos/{photo['id']}").json()["settings"] == {}
    assert sb.open(there).settings == Settings(exposure=2)


def test_a_photo_is_found_again_in_the_library(workspace: Workspace, client: TestClient, tmp_path: Path) -> None:
    (photo,) = client.get("/api/folder").json()["photos"]
    far = tmp_path / "far/away/of"
    far.mkdir(parents=True)
    with Catalogue(tmp_path / "home" / "library", processes=1) as catalogue:
        catalogue.add(far)
    client.put(f"/api/photos/{photo['id']}/settings", json={"settings": {"exposure": 1}, "label": "Exposure"})
    (tmp_path / "first/a.dng").rename(far / "b.dng")
    workspace.flush()
    assert sb.open(far / "b.dng").settings == Settings(exposure=1)
