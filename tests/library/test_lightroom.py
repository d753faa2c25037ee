"""A catalogue of Lightroom's, made by hand: what it says comes into sidecars, and nothing is lost without a word."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lrcat import make_catalogue

import stillbytes as sb
from stillbytes.core.errors import SidecarError
from stillbytes.edit import sidecar
from stillbytes.edit.document import Document
from stillbytes.edit.photo import Photo
from stillbytes.edit.presets import lrtemplate
from stillbytes.edit.xmp import Packet
from stillbytes.library.catalogue import LibraryError
from stillbytes.library.lightroom import images


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a catalogue of four photos: edited, only rated, gone, and a virtual copy of the first."""
    make_catalogue(tmp_path)
    return tmp_path


def test_everything_that_has_a_place_comes_over(folder: Path) -> None:
    before = (folder / "Photos.lrcat").read_bytes()
    report = sb.library.import_lightroom(folder / "Photos.lrcat")
    assert [one.state for one in report.photos] == ["taken", "taken", "missing", "taken"]
    assert report.collections == {"Best": (folder / "photos" / "a.png",)}
    found = sidecar.read(folder / "photos" / "a.png")
    assert found is not None and found.settings["exposure"] == 0.75 and found.settings["temperature"] == 5600
    assert found.settings["curve"] == ((0, 0), (64, 58), (255, 255)) and found.settings["crop_left"] == 0.1
    (mask,) = found.settings.adjustments
    assert mask.name == "Sky" and mask.delta == {"exposure": -1.0}
    assert found.rating == 4
    assert {"HDR", "the look Modern 04", "removed spots"} <= set(report.photos[0].unmapped)
    packet = Packet((folder / "photos" / "a.xmp").read_bytes())
    assert packet.items("lr:hierarchicalSubject") == ["places|sea"] and packet.text("xmp:Label") == "Red"
    assert packet.text("xmpDM:pick") == "1" and packet.items("dc:description") == ["At dusk"]
    assert packet.element("crs:Look") is not None
    assert (folder / "Photos.lrcat").read_bytes() == before
    assert sorted(path.name for path in folder.glob("Photos.*")) == ["Photos.lrcat"]


def test_virtual_copies_become_versions(folder: Path) -> None:
    with sqlite3.connect(folder / "Photos.lrcat") as db:
        db.execute("INSERT INTO Adobe_images VALUES (5, 1, 5, 0, '', 'AB', 1, 'Darker', 11)")
        db.execute("INSERT INTO AgLibraryCollectionImage (collection, image) SELECT collection, 5 FROM "
                   "AgLibraryCollectionImage WHERE image = 1")  # fmt: skip
    report = sb.library.import_lightroom(folder / "Photos.lrcat")
    assert [one.version for one in report.photos] == ["", "", "", "Darker", "Darker 2"]
    photo = folder / "photos" / "a.png"
    found = sb.open(photo).versions()
    assert [one.version_name for one in found] == ["", "Darker", "Darker 2"]
    assert found[1].settings == found[2].settings == report.photos[3].settings != found[0].settings
    ratings = [read.rating for one in found if (read := sidecar.read(photo, version=one.number))]
    assert ratings == [4, None, 5]
    assert report.collections == {"Best": (photo, found[2].sidecar)}
    again = sb.library.import_lightroom(folder / "Photos.lrcat")
    assert [one.state for one in again.photos] == ["edited", "taken", "missing", "edited", "edited"]
    assert len(sb.open(photo).versions()) == 3


def test_a_dry_run_writes_nothing_and_says_the_same(folder: Path) -> None:
    dry = sb.library.import_lightroom(folder / "Photos.lrcat", dry_run=True)
    assert not list((folder / "photos").glob("*.xmp"))
    assert dry == sb.library.import_lightroom(folder / "Photos.lrcat")


def test_what_was_edited_here_stays_unless_it_is_to_be_replaced(folder: Path) -> None:
    photo = folder / "photos" / "a.png"
    document = Document(Photo(photo))
    document.commit(document.settings.changed(exposure=-2.0), "Darker")
    document.save()
    assert sb.library.import_lightroom(folder / "Photos.lrcat").photos[0].state == "edited"
    assert sb.open(photo).settings["exposure"] == -2.0
    sb.library.import_lightroom(folder / "Photos.lrcat", replace=True)
    again = Document(Photo(photo))
    assert again.settings["exposure"] == 0.75
    assert again.undo().settings["exposure"] == -2.0


def test_folders_that_moved(folder: Path) -> None:
    (folder / "photos").rename(folder / "elsewhere")
    moved = [(str(folder / "photos"), str(folder / "elsewhere"))]
    report = sb.library.import_lightroom(folder / "Photos.lrcat", moved=moved)
    assert report.count("taken") == 3 and (folder / "elsewhere" / "a.xmp").exists()


def test_settings_that_were_made_short_are_read(folder: Path) -> None:
    found = {image.path.name: image for image in images(folder / "Photos.lrcat") if image.copy is None}
    assert found["gone.png"].settings is not None and found["gone.png"].settings["Exposure2012"] == 1.25


def test_one_that_is_open_or_none_is_refused(folder: Path) -> None:
    (folder / "Photos.lrcat-wal").write_bytes(b"more")
    with pytest.raises(LibraryError, match="open in Lightroom"):
        list(images(folder / "Photos.lrcat"))
    (folder / "other.lrcat").write_bytes(b"nothing")
    with pytest.raises(LibraryError, match="no catalogue"):
        list(images(folder / "other.lrcat"))
    with pytest.raises(LibraryError, match="no catalogue"):
        list(images(folder / "none.lrcat"))


def test_a_photo_whose_settings_make_no_sense_costs_only_itself(folder: Path) -> None:
    with sqlite3.connect(folder / "Photos.lrcat") as db:
        db.execute("UPDATE Adobe_imageDevelopSettings SET text = 's = { Exposure2012 = ' WHERE id_local = 12")
    db.close()
    report = sb.library.import_lightroom(folder / "Photos.lrcat")
    assert report.photos[0].notes and report.photos[1].state == "taken"


@given(
    st.lists(
        st.sampled_from([*"{}=,[]\"'-.9 \n", "Exposure2012", "s = ", "true", "LOC", "\\", "--", "1e9"]), max_size=60
    )
)
def test_any_table_is_read_or_refused(parts: list[str]) -> None:
    try:
        lrtemplate.parse("".join(parts).encode(), "a table")
    except SidecarError:
        return


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        lrtemplate.parse(b"s = {" + content, "a table")
    except SidecarError:
        return
