"""What other programs do in the opened folder is noticed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from dng import make_photo

from stillbytes.app.server.watch import Watch
from stillbytes.core.errors import NotFound
from stillbytes.library.folder import Folder


class Heard:
    def __init__(self, folder: Path) -> None:
        self.path = folder
        self.folder = Folder(folder)
        self.told: list[str] = []
        self.watch = Watch(folder, lambda: self.told.append("folder"), self.told.append)
        self.watch.look()

    def look(self) -> list[str]:
        """What is told now. The folder's time is set by hand: file systems keep it in coarse steps."""
        self.moment = getattr(self, "moment", 10**18) + 10**9
        os.utime(self.path, ns=(self.moment, self.moment))
        self.told.clear()
        self.watch.look()
        return list(self.told)


@pytest.fixture
def heard(tmp_path: Path) -> Heard:
    make_photo(tmp_path / "a.dng")
    make_photo(tmp_path / "b.dng")
    return Heard(tmp_path)


def test_photos_that_come_and_go_are_told_of(heard: Heard) -> None:
    make_photo(heard.path / "c.dng")
    assert heard.look() == ["folder"]
    (heard.path / "c.dng").unlink()
    assert heard.look() == ["folder"]


def test_a_sidecar_that_comes_changes_or_goes_is_told_of(heard: Heard) -> None:
    (b,) = (photo.id for photo in heard.folder.photos() if photo.name == "b.dng")
    (heard.path / "b.xmp").write_text("<x/>")
    assert heard.look() == [b]
    (heard.path / "b.xmp").write_text("<x></x>")
    assert heard.look() == [b]
    (heard.path / "b.xmp").unlink()
    assert heard.look() == [b]
    (heard.path / "b.dng.xmp").write_text("<x/>")
    assert heard.look() == [b]


def test_a_sidecar_that_two_photos_share_is_told_of_both(heard: Heard) -> None:
    (heard.path / "a.jpg").write_bytes(b"")
    assert heard.look() == ["folder"]
    (heard.path / "a.xmp").write_text("<x/>")
    assert set(heard.look()) == {photo.id for photo in heard.folder.photos() if photo.name in ("a.dng", "a.jpg")}


def test_what_is_no_photo_is_not_told_of(heard: Heard) -> None:
    (heard.path / "notes.txt").write_text("x")
    assert heard.look() == []


def test_a_folder_that_went_away_is_told_of_once(heard: Heard) -> None:
    for path in heard.path.iterdir():
        path.unlink()
    heard.path.rmdir()
    heard.watch.look()
    heard.watch.look()
    assert heard.told == ["folder"]
    with pytest.raises(NotFound, match="cannot be read"):
        heard.folder.photos()
