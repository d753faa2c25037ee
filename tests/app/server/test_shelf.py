"""The library of a server that has just begun to look after it."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from library.catalogue.photos import make

from stillbytes.app.server import presence
from stillbytes.app.server.workspace import Workspace
from stillbytes.library.catalogue import Catalogue
from stillbytes.library.catalogue.looks import Look
from stillbytes.library.folder import Folder
from stillbytes.library.hints import looking
from stillbytes.library.watching import Watching


def test_photos_are_found_while_the_watch_is_being_set_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For a hundred thousand files that takes seconds."""
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    photos = tmp_path / "photos"
    make(photos / "a.jpg")
    with Catalogue() as catalogue:
        catalogue.add(photos)
    begun, go_on, found = threading.Event(), threading.Event(), threading.Event()

    def slowly(watching: Watching, folders: Sequence[Path]) -> None:
        begun.set()
        go_on.wait(60)

    monkeypatch.setattr(Watching, "watch", slowly)
    workspace = Workspace(Folder(photos))
    try:
        assert workspace.shelf.catalogue.search().total == 1
        assert begun.wait(30)
        threading.Thread(target=lambda: workspace.shelf.catalogue.search().total and found.set()).start()
        assert found.wait(20)
    finally:
        go_on.set()
        workspace.close()


def test_pictures_are_looked_at_when_nobody_is_at_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    for number in range(8):
        make(tmp_path / f"photos/{number}.jpg", title=str(number))
    with Catalogue() as catalogue:
        catalogue.add(tmp_path / "photos")
    monkeypatch.setattr(presence, "BUSY_S", 1000.0)
    workspace = Workspace(Folder(tmp_path / "photos"))
    workspace.without_broker = "There is none here."
    monkeypatch.setattr(looking, "picture", lambda content, *_: Look(content, {}))
    monkeypatch.setattr(workspace.shelf, "_networks", lambda: None)
    told: list[list[int] | None] = []
    monkeypatch.setattr(workspace.shelf, "told", lambda numbers=None: told.append(numbers))
    monkeypatch.setattr(looking, "COMMIT_SECONDS", 0.0)
    try:
        job = workspace.shelf.look()
        time.sleep(1.0)
        assert next(one for one in workspace.sights.list() if one.id == job.id).state == "running"
        assert workspace.shelf.catalogue.looks.looked()[0] < 8
        monkeypatch.setattr(presence, "BUSY_S", 0.0)
        until = time.monotonic() + 30
        while not next(one for one in workspace.sights.list() if one.id == job.id).ended:
            assert time.monotonic() < until
            time.sleep(0.05)
        assert workspace.shelf.catalogue.looks.looked()[0] == 8
        which = [number for numbers in told if numbers for number in numbers]
        assert sorted(which) == sorted(workspace.shelf.catalogue.numbers())  # and the page asks for these alone
    finally:
        workspace.close()
