"""What the server holds open, for how long, and what it does to many photos at once."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from dng import make_photo

from stillbytes.app.server import workspace as module
from stillbytes.app.server.ahead import Ahead
from stillbytes.app.server.workspace import Workspace
from stillbytes.core.errors import NotFound
from stillbytes.core.events import Event
from stillbytes.develop.settings import Settings
from stillbytes.edit import versions
from stillbytes.edit.photo import photo_id
from stillbytes.library.folder import Folder
from stillbytes.photo.decode import embedded_preview


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("a.dng", "b.dng", "c.dng"):
        make_photo(folder / name)
    return Workspace(Folder(folder))


def ids(workspace: Workspace) -> list[str]:
    return [photo.id for photo in workspace.folder.photos()]


def test_an_open_photo_is_one_document_for_everybody(workspace: Workspace) -> None:
    a, _, _ = ids(workspace)
    assert workspace.document(a) is workspace.document(a)
    workspace.document(a).commit(Settings(exposure=1), "+1")
    assert workspace.settings(a) == Settings(exposure=1)


def test_only_a_few_documents_stay_open_and_none_that_is_not_saved(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_DOCUMENTS", 1)
    a, b, c = ids(workspace)
    workspace.document(a).commit(Settings(exposure=1), "+1")
    workspace.document(b)
    workspace.document(c)
    assert workspace.settings(a) == Settings(exposure=1)
    assert workspace.settings(b) is None
    workspace.close()
    assert Workspace(workspace.folder).document(a).settings == Settings(exposure=1)


def test_a_number_of_the_catalogue_that_is_given_again_is_another_version(workspace: Workspace) -> None:
    path = workspace.folder.path / "a.dng"
    versions.create(path)
    entries = [SimpleNamespace(number=7, path=path, version=version) for version in (1, 2, 1)]
    told = [workspace.shelf.id(entry) for entry in entries]  # type: ignore[arg-type]
    assert told == [photo_id(path, version) for version in (1, 2, 1)]
    assert [getattr(workspace.shelf.photo(id), "number", None) for id in told] == [1, 2, 1]


def test_pasting_is_saved_at_once_and_told_of(workspace: Workspace) -> None:
    heard: list[Event] = []
    workspace.events.listen(heard.append)
    workspace.paste(ids(workspace), Settings(exposure=1, contrast=5), ["Tone"], "Paste")
    assert sorted(path.name for path in workspace.folder.path.glob("*.xmp")) == ["a.xmp", "b.xmp", "c.xmp"]
    assert [event.data["id"] for event in heard if event.kind == "photo-changed"] == ids(workspace)


def test_a_paste_onto_a_photo_that_is_not_there_changes_none(workspace: Workspace) -> None:
    a, b, _ = ids(workspace)
    with pytest.raises(NotFound):
        workspace.paste([a, "nothing", b], Settings(exposure=1), None, "Paste")
    assert not list(workspace.folder.path.glob("*.xmp"))


@pytest.mark.parametrize("asked", ["aa", "ba"])
def test_the_first_preview_is_read_ahead_and_the_others_when_asked_for(workspace: Workspace, asked: str) -> None:
    ahead = Workspace(workspace.folder, Ahead(workspace.folder))
    for name in asked:
        id = ids(workspace)["abc".index(name)]
        assert ahead.preview(id) == embedded_preview(workspace.folder.photo(id).path).jpeg
    ahead.look_ahead()
    assert ahead.developed.wait(30)
    ahead.close()


def test_an_empty_folder_has_nothing_to_prepare(tmp_path: Path) -> None:
    workspace = Workspace(Folder(tmp_path), Ahead(Folder(tmp_path)))
    workspace.look_ahead()
    assert workspace.developed.wait(30)
    with pytest.raises(NotFound):
        workspace.preview("x")
    workspace.close()


def test_the_photo_that_is_shown_first_is_decoded_ahead(workspace: Workspace) -> None:
    a, b, _ = ids(workspace)
    workspace.look_ahead()
    for _ in range(3000):
        if workspace.pipelines.held(workspace.photo(a)):
            break
        threading.Event().wait(0.01)
    assert workspace.pipelines.held(workspace.photo(a)) is not None
    assert workspace.pipelines.held(workspace.photo(b)) is None
    workspace.close()


def test_a_thumbnail_follows_the_edit_and_keeps_no_photo_in_memory(workspace: Workspace) -> None:
    a, _, _ = ids(workspace)
    before = workspace.thumbnail(a)
    workspace.document(a).commit(Settings(exposure=2), "+2")
    assert workspace.thumbnail(a) != before
    assert workspace.pipelines.held(workspace.photo(a)) is None
    assert "pipeline" not in vars(workspace.document(a).photo)
    workspace.document(a).undo()
    assert workspace.thumbnail(a) == before
    workspace.close()


def test_pasted_spots_are_evaluated_and_pixels_stay_where_they_are(workspace: Workspace) -> None:
    _, second, _ = ids(workspace)
    spot = {"id": "s", "rect": [0, 0, 9, 9], "task": "heal", "grain": False}
    spot |= {
        "recipe": {"engine": "classical", "centre": [0.4, 0.3], "radius": 0.05, "source": [0.6, 0.3], "found": True}
    }
    stored = {"id": "p", "rect": [0, 0, 9, 9], "task": "remove", "variants": ["0" * 24]}
    own = {**stored, "id": "own"}
    workspace.document(second).commit(Settings(patches=[own]), "Remove")
    workspace.paste([second], Settings(patches=[stored, spot], exposure=1.0), ["Patches"], "Paste")
    patches = workspace.document(second).settings.patches
    assert [patch.id for patch in patches] == ["own", "s"] and "source" not in patches[1].recipe
    workspace.paste([second], Settings(exposure=1.0), None, "Paste")
    assert [patch.id for patch in workspace.document(second).settings.patches] == ["own"]
