"""Likeness, duplicates and bursts, of drawn scenes with the fields of a camera."""

from __future__ import annotations

import io
import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from library.catalogue.photos import make, names
from library.hints.test_hints import blurred, scene
from PIL import Image

from stillbytes.core.errors import NotFound
from stillbytes.library.catalogue import Catalogue, LibraryError

NOON = datetime(2024, 5, 12, 12)


def taken(path: Path, pixels: Any, second: float, quality: int = 92) -> Path:
    """A JPEG of these pixels that says when it was taken."""
    path.parent.mkdir(parents=True, exist_ok=True)
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "NIKON CORPORATION", "NIKON D750"
    moment = NOON + timedelta(seconds=second)
    exif.get_ifd(0x8769)[0x9003] = moment.strftime("%Y:%m:%d %H:%M:%S")
    held = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(held, "JPEG", quality=quality, exif=exif)
    path.write_bytes(held.getvalue())
    return path


def moved(pixels: Any, by: int) -> Any:
    """The scene a moment later: the same place, seen from a little further."""
    return np.roll(pixels, by, axis=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A burst of three, the second of them sharp; a photo a minute later; another scene right after the burst."""
    place = tmp_path / "photos"
    taken(place / "a1.jpg", blurred(scene(1), 1.5), 0)
    taken(place / "a2.jpg", moved(scene(1), 6), 1)
    taken(place / "a3.jpg", blurred(moved(scene(1), 10), 2), 2)
    taken(place / "a4.jpg", moved(scene(1), 80), 62)
    taken(place / "b1.jpg", 255 - scene(9), 3)
    return place


@pytest.fixture
def catalogue(tmp_path: Path, folder: Path) -> Any:
    with Catalogue(tmp_path / "catalogue", processes=1) as opened:
        opened.add(folder)
        opened.look()
        yield opened


def number(catalogue: Catalogue, name: str) -> int:
    return next(photo.number for photo in catalogue.search(limit=1000).photos if photo.name == name)


def test_a_burst_is_a_stack_with_a_top_that_a_person_chooses(
    catalogue: Catalogue, folder: Path, tmp_path: Path
) -> None:
    assert names(catalogue, "is:burst") == ["a1.jpg", "a2.jpg", "a3.jpg"] == names(catalogue, "is:stack")
    assert names(catalogue, "is:sharpest") == ["a2.jpg"]
    assert names(catalogue, tops=True) == ["a1.jpg", "a4.jpg", "b1.jpg"]
    first, third = number(catalogue, "a1.jpg"), number(catalogue, "a3.jpg")
    open_ = catalogue.numbers(sort="name", descending=False, tops=True, opened=[first])
    assert [photo.name for photo in catalogue.photos(open_)] == ["a1.jpg", "a2.jpg", "a3.jpg", "a4.jpg", "b1.jpg"]
    catalogue.alike.put_on_top(third)
    assert names(catalogue, tops=True) == ["a3.jpg", "a4.jpg", "b1.jpg"]
    catalogue.alike.put_on_top(number(catalogue, "a2.jpg"))
    assert names(catalogue, tops=True) == ["a2.jpg", "a4.jpg", "b1.jpg"]
    assert len(json.loads((tmp_path / "catalogue/tops.json").read_text())) == 1
    with pytest.raises(LibraryError, match="no burst"):
        catalogue.alike.put_on_top(number(catalogue, "b1.jpg"))
    catalogue.rebuild()
    assert names(catalogue, "is:burst") == []
    catalogue.look()
    assert names(catalogue, tops=True) == ["a2.jpg", "a4.jpg", "b1.jpg"]  # what was chosen is no part of the index
    (folder / "a2.jpg").unlink()
    catalogue.update()
    assert names(catalogue, "is:burst") == ["a1.jpg", "a3.jpg"] == names(catalogue, "is:stack")
    assert names(catalogue, "is:sharpest") == ["a1.jpg"]
    assert catalogue.verify().clean


def test_a_raw_and_its_jpeg_are_one_shot_of_a_burst(catalogue: Catalogue, folder: Path) -> None:
    for place, name in enumerate(("p1", "p2")):
        make(folder / f"pair/{name}.dng", taken=NOON + timedelta(seconds=place))
        make(folder / f"pair/{name}.jpg", taken=NOON + timedelta(seconds=place))
    catalogue.update()
    catalogue.look()
    assert len(names(catalogue, "is:burst pair")) == 4
    assert names(catalogue, "pair", tops=True) == ["p1.dng"]


def test_photos_are_sorted_by_likeness(catalogue: Catalogue) -> None:
    order = catalogue.alike.to(number(catalogue, "a3.jpg"))
    found = [photo.name for photo in catalogue.photos(order)]
    assert found[0] == "a3.jpg" and found[-1] == "b1.jpg" and found.index("a2.jpg") < found.index("a4.jpg")
    assert catalogue.alike.to(number(catalogue, "a1.jpg"), "name:b1") == [number(catalogue, "b1.jpg")]
    with pytest.raises(NotFound, match="not looked at"):
        catalogue.alike.to(10**6)


def test_the_same_photo_is_found_by_its_bytes_and_by_its_picture(catalogue: Catalogue, folder: Path) -> None:
    assert catalogue.alike.duplicates() == []  # neither a burst, nor another photo of the same place
    shutil.copy(folder / "b1.jpg", folder / "copy of b1.jpg")
    small = cv2.resize(moved(scene(1), 80), (450, 300), interpolation=cv2.INTER_AREA)
    taken(folder / "web/a4 small.jpg", small, 62, quality=70)
    catalogue.update()
    catalogue.look()
    first, second = catalogue.alike.duplicates()
    assert (first.how, sorted(p.name for p in first.photos)) == ("bytes", ["b1.jpg", "copy of b1.jpg"])
    assert second.how == "picture" and {"a4.jpg", "a4 small.jpg"} <= {p.name for p in second.photos}
    assert first.reason and second.reason
    assert [one.how for one in catalogue.alike.duplicates("name:b1")] == ["bytes"]


def test_files_that_only_begin_and_end_alike_are_no_duplicates(catalogue: Catalogue, folder: Path) -> None:
    content = (folder / "b1.jpg").read_bytes()
    ends = bytes(64 << 10)
    (folder / "x.jpg").write_bytes(content + ends + b"one" + ends)
    (folder / "y.jpg").write_bytes(content + ends + b"two" + ends)
    catalogue.update()
    assert [one for one in catalogue.alike.duplicates("name:x OR name:y") if one.how == "bytes"] == []
