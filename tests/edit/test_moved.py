"""A photo that another program moves while it is open: its edit goes with it."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest
from dng import make_photo, scene

import stillbytes as sb
from stillbytes.develop.settings import Settings
from stillbytes.edit import sidecar, versions
from stillbytes.edit.document import Document
from stillbytes.photo import whereabouts


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """In a folder with another photo of the same content and a place to go to."""
    folder = tmp_path / "photos"
    (folder / "moved").mkdir(parents=True)
    for name in ("a.dng", "b.dng"):
        make_photo(folder / name)
    return folder / "a.dng"


def rated(file: Path) -> None:
    """With something in the sidecar that another program wrote."""
    file.write_text(
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4"/></rdf:RDF></x:xmpmeta>'
    )


def move(path: Path, folder: Path, name: str = "") -> Path:
    """The photo and what belongs to it, as a file manager does."""
    folder.mkdir(exist_ok=True)
    for file in sorted(path.parent.glob(f"{path.stem}.*")):
        file.rename(folder / ((name or path.stem) + file.name[len(path.stem) :]))
    return folder / f"{name or path.stem}{path.suffix}"


def files(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


@pytest.mark.parametrize("name", ["", "renamed"])
def test_an_edit_goes_where_the_photo_went(path: Path, name: str) -> None:
    rated(path.with_suffix(".xmp"))
    document = Document(sb.open(path))
    document.commit(Settings(exposure=1), "First")
    document.flush()
    document.commit(Settings(exposure=2), "Second")
    there = move(path, path.parent / "moved", name)
    document.flush()
    assert document.path == there.with_suffix(".xmp") and document.photo.path == there
    assert not document.problem and not document.unsaved
    assert files(path.parent) == {"b.dng", "moved"}
    assert sidecar.read(there).rating == 4  # type: ignore[union-attr]
    found = Document(sb.open(there))
    assert [entry.label for entry in found.history.entries][-2:] == ["First", "Second"]
    assert found.settings == Settings(exposure=2)


def test_a_first_edit_goes_where_the_photo_went(path: Path) -> None:
    document = Document(sb.open(path))
    document.commit(Settings(exposure=1), "First")
    there = move(path, path.parent / "moved")
    document.flush()
    assert sb.open(there).settings == Settings(exposure=1)
    assert files(path.parent) == {"b.dng", "moved"}


def test_it_comes_back_with_the_photo(path: Path) -> None:
    document = Document(sb.open(path))
    for value in (1, 2, 3, 4):
        document.commit(Settings(exposure=value), str(value))
        place = document.photo.path
        move(place, path.parent if value % 2 == 0 else path.parent / "moved")
        document.flush()
    assert sb.open(path).settings == Settings(exposure=4)
    assert files(path.parent) == {"a.dng", "a.xmp", "b.dng", "moved"} and files(path.parent / "moved") == set()


def test_edits_go_with_a_folder_that_was_moved(path: Path) -> None:
    one, other = Document(sb.open(path)), Document(sb.open(path.with_name("b.dng")))
    one.commit(Settings(exposure=1), "One")
    one.flush()
    one.commit(Settings(exposure=2), "Another")
    other.commit(Settings(contrast=5), "Contrast")
    there = path.parent.rename(path.parent.with_name("elsewhere"))
    one.flush()
    other.flush()
    assert sb.open(there / "a.dng").settings == Settings(exposure=2)
    assert sb.open(there / "b.dng").settings == Settings(contrast=5)
    assert not path.parent.exists()


def test_a_sidecar_that_was_left_behind_is_not_begun_anew(path: Path) -> None:
    rated(path.with_suffix(".xmp"))
    document = Document(sb.open(path))
    document.commit(Settings(exposure=1), "First")
    there = path.rename(path.parent / "moved" / "a.dng")
    document.flush()
    found = sidecar.read(there)
    assert found is not None and found.rating == 4 and found.settings == Settings(exposure=1)


def test_an_older_sidecar_that_comes_behind_the_photo_does_not_replace_the_edit(path: Path) -> None:
    document = Document(sb.open(path))
    document.commit(Settings(exposure=1), "First")
    document.flush()
    document.commit(Settings(exposure=2), "Second")
    there = path.rename(path.parent / "moved" / "a.dng")
    document.flush()
    path.with_suffix(".xmp").replace(there.with_suffix(".xmp"))
    document.refresh()
    document.flush()
    assert document.settings == sb.open(there).settings == Settings(exposure=2)


def test_a_write_between_sidecar_and_photo_is_found_out(path: Path) -> None:
    """The other program moves the sidecar first, and the photo after our write."""
    document = Document(sb.open(path))
    document.commit(Settings(exposure=1), "First")
    document.flush()
    there = path.parent / "moved" / "a.dng"
    path.with_suffix(".xmp").rename(there.with_suffix(".xmp"))
    document.commit(Settings(exposure=2), "Second")
    until = time.monotonic() + 30
    while not path.with_suffix(".xmp").exists():  # it saves by itself
        assert time.monotonic() < until
        time.sleep(0.01)
    path.rename(there)
    while path.with_suffix(".xmp").exists():
        assert time.monotonic() < until
        time.sleep(0.05)
    assert sb.open(there).settings == Settings(exposure=2)


def test_a_version_goes_along(path: Path) -> None:
    number = versions.create(path, "Grey").number
    document = Document(sb.open(path).version("Grey"))
    document.commit(Settings(exposure=1), "First")
    there = move(path, path.parent / "moved")
    document.flush()
    assert not document.problem
    assert sb.open(there).version("Grey").settings == Settings(exposure=1)
    assert sb.open(there).settings == Settings() and document.photo.number == number


def test_a_photo_that_went_to_another_disk_is_known_by_its_content(path: Path) -> None:
    make_photo(path, scene(128))  # the only one of its content
    document = Document(sb.open(path))
    document.commit(Settings(exposure=1), "First")
    there = path.parent / "moved" / "a.dng"
    shutil.copy2(path, there)  # another inode
    path.unlink()
    document.flush()
    assert sb.open(there).settings == Settings(exposure=1)


def test_other_places_are_looked_into(path: Path, tmp_path: Path) -> None:
    far = tmp_path / "x" / "y"
    far.mkdir(parents=True)
    folder = path.parent / "deep" / "deeper"
    folder.mkdir(parents=True)
    path = move(path, folder)
    document = Document(sb.open(path), places=lambda: [far])
    document.commit(Settings(exposure=1), "First")
    there = move(path, far)
    document.flush()
    assert sb.open(there).settings == Settings(exposure=1)


def test_an_edit_of_a_photo_that_is_not_found_is_kept_and_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy that was there before is another photo."""
    monkeypatch.setattr(whereabouts, "CLOCK_S", 0.0)
    document = Document(sb.open(path))
    document.commit(Settings(exposure=1), "First")
    content = path.read_bytes()
    path.unlink()
    document.flush()
    assert "a.dng" in document.problem and str(path.with_suffix(".xmp")) in document.problem
    assert not path.with_name("b.xmp").exists()
    path.write_bytes(content)
    assert sb.open(path).settings == Settings(exposure=1)
    document.commit(Settings(exposure=2), "Second")
    document.flush()
    assert not document.problem and sb.open(path).settings == Settings(exposure=2)


def test_a_photo_that_took_its_place_is_not_edited(path: Path) -> None:
    other = path.with_name("c.dng")
    make_photo(other, scene(128))
    document = Document(sb.open(path))
    document.commit(Settings(exposure=1), "First")
    there = path.rename(path.with_name("d.dng"))
    other.rename(path)
    document.flush()
    assert sb.open(there).settings == Settings(exposure=1)
    assert sb.open(path).settings == Settings() and not path.with_suffix(".xmp").exists()


def test_a_photo_that_was_written_anew_is_the_same(path: Path) -> None:
    document = Document(sb.open(path))
    document.commit(Settings(exposure=1), "First")
    path.rename(path.parent / "moved" / "a.dng")  # as programs do that keep what was
    time.sleep(0.02)
    make_photo(path, scene(128))
    document.flush()
    assert sb.open(path).settings == Settings(exposure=1) and document.photo.path == path
