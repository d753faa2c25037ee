"""The library of a server that has just begun to look after it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from library.catalogue.photos import make

from stillbytes.app.server.workspace import Workspace
from stillbytes.library.catalogue import Catalogue
from stillbytes.library.folder import Folder
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
