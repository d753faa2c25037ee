"""Folders, previews and batches."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path

import pytest
from dng import make_photo
from PIL import Image

import stillbytes as sb
from stillbytes.core import paths
from stillbytes.core.errors import Cancelled, NotFound
from stillbytes.develop.settings import Settings
from stillbytes.edit import sidecar
from stillbytes.edit.photo import photo_id
from stillbytes.library import previews
from stillbytes.library.batch import Spec, export
from stillbytes.library.folder import Folder, natural
from stillbytes.photo.formats import is_photo


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    photos = tmp_path / "photos"
    photos.mkdir()
    for name in ("IMG_10.dng", "IMG_9.dng"):
        make_photo(photos / name)
    (photos / "readme.txt").touch()
    return photos


def test_numbers_in_names_count_as_numbers() -> None:
    assert sorted(["b2", "a10", "a9", "A1"], key=natural) == ["A1", "a9", "a10", "b2"]


def test_a_folder_lists_its_photos(folder: Path) -> None:
    assert [photo.name for photo in Folder(folder).photos()] == ["IMG_9.dng", "IMG_10.dng"]


def test_a_photo_opens_its_folder(folder: Path) -> None:
    opened = Folder(folder / "IMG_10.dng")
    assert opened.path == folder and opened.first == folder / "IMG_10.dng"


def test_a_link_that_leads_outside_is_not_followed(folder: Path, tmp_path: Path) -> None:
    make_photo(tmp_path / "secret.dng")
    (folder / "link.dng").symlink_to(tmp_path / "secret.dng")
    assert "link.dng" not in [photo.name for photo in Folder(folder).photos()]


def test_which_photos_are_edited_is_known_from_one_look_into_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.dng", "a.jpg", "b.jpg", "C.JPG", "d.jpg", "d.x.jpg", "e.jpg", "ink.jpg", "ink.png"):
        (tmp_path / name).write_bytes(b"")
    for name in ("a.xmp", "b.jpg.xmp", "C.XMP", "d.x.xmp", "ink.png.xmp"):
        (tmp_path / name).write_bytes(b"")
    photos = sorted(path for path in tmp_path.iterdir() if is_photo(path))
    there = {path.name: sidecar.path_for(path).exists() for path in photos}
    monkeypatch.setattr(sidecar, "_names_beside", lambda photo: pytest.fail("it is looked into for every photo"))
    listed = Folder(tmp_path).photos()
    assert {one.name: one.edited for one in listed} == there and set(there.values()) == {True, False}
    assert [one.id for one in listed] == [photo_id(one.path) for one in listed]


def test_an_unknown_photo_is_not_found(folder: Path) -> None:
    with pytest.raises(NotFound):
        Folder(folder).photo("0" * 16)


def test_a_thumbnail_is_kept_until_photo_or_settings_change(folder: Path) -> None:
    path = folder / "IMG_9.dng"
    assert previews.cached(path, Settings()) is None
    jpeg = previews.of_camera(path)
    assert max(Image.open(io.BytesIO(jpeg)).size) <= previews.GRID.edge
    assert previews.cached(path, Settings()) == jpeg
    assert previews.cached(path, Settings(exposure=1)) is None
    bright = previews.of_edit(path, sb.open(path).pipeline, Settings(exposure=3))
    assert previews.cached(path, Settings(exposure=3)) == bright


def test_old_thumbnails_give_way(folder: Path) -> None:
    for photo in Folder(folder).photos():
        previews.of_camera(photo.path)
    small = dataclasses.replace(previews.GRID, most_bytes=1)
    assert previews.sweep(small) == 2
    assert previews.sweep(small) == 0


def test_each_tier_has_its_size_and_half_a_file_is_none(folder: Path) -> None:
    path = Folder(folder).photos()[0].path
    sizes = {}
    for tier in previews.TIERS.values():
        made = previews.of_camera(path, tier)
        assert previews.cached(path, Settings(), tier) == made
        edited = previews.of_edit(path, sb.open(path).pipeline, Settings(exposure=1), tier)
        sizes[tier.name] = max(Image.open(io.BytesIO(edited)).size)
    assert sizes["grid"] <= 320 and sizes["full"] == sb.open(path).pipeline.frame.long_edge
    for file in (paths.home() / "cache" / previews.GRID.folder).glob("*/*.jpg"):
        file.write_bytes(file.read_bytes()[:-40])
    assert previews.cached(path, Settings()) is None


def test_a_batch_goes_on_after_a_failure_and_overwrites_nothing(folder: Path, tmp_path: Path) -> None:
    (folder / "broken.dng").write_bytes(b"II*\0")
    target = tmp_path / "out"
    paths = [folder / name for name in ("IMG_9.dng", "broken.dng", "IMG_10.dng")]
    seen: list[tuple[int, int]] = []
    outcomes = export(paths, target, Spec(size=32), progress=lambda done, total, path: seen.append((done, total)))
    assert [o.error is None for o in outcomes] == [True, False, True]
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]
    again = export(paths[:1], target, Spec(size=32))
    assert again[0].target == target / "IMG_9-2.jpg"
    assert sorted(p.name for p in target.iterdir()) == ["IMG_10.jpg", "IMG_9-2.jpg", "IMG_9.jpg"]


def test_a_batch_can_be_stopped(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        export([folder / "IMG_9.dng"], tmp_path / "out", Spec(), cancelled=lambda: True)
