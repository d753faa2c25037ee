"""The files of patches: what is put comes back, what is damaged says so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from stillbytes.core.errors import NotFound, SidecarError, UnusablePicture
from stillbytes.core.geometry import Rect
from stillbytes.generate.store import Store


def some(height: int = 40, width: int = 60, seed: int = 1) -> np.ndarray:
    pixels = np.random.default_rng(seed).random((height, width, 4)).astype(np.float32)
    pixels[..., :3] *= 8
    return pixels


def test_what_is_put_comes_back_to_half_floats(tmp_path: Path) -> None:
    pixels = some()
    address = Store(tmp_path / "photo.stillbytes").put(pixels)
    again = Store(tmp_path / "photo.stillbytes")
    assert address in again
    assert np.array_equal(again[address], pixels.astype(np.float16))
    assert [path.name for path in again.folder.iterdir()] == [f"patch-{address}.exr"]


def test_equal_pixels_are_written_once_and_others_beside_them(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.put(some()) == store.put(some()) != store.put(some(seed=2))
    assert len(list(tmp_path.iterdir())) == 2


def test_parts_come_back_where_they_were(tmp_path: Path) -> None:
    parts = [
        (Rect(0, 0, 60, 40), some()),
        (Rect(0, 36, 9, 100), some(100, 9, seed=2)),
        (Rect(50, 36, 7, 5), some(5, 7)),
    ]
    store = Store(tmp_path)
    address = store.put(parts)
    again = Store(tmp_path)
    assert again.rects(address) == store.rects(address) == tuple(rect for rect, _ in parts)
    for (rect, pixels), (wanted, given) in zip(again.parts(address), parts, strict=True):
        assert rect == wanted and np.array_equal(pixels, given.astype(np.float16))
    assert store.put(parts) == address != store.put([(parts[0][0].moved(1, 0), parts[0][1]), *parts[1:]])
    with pytest.raises(SidecarError, match="parts"):
        again[address]
    assert store.hold(parts) != store.hold(parts[:2]) and store.rects("0" * 24) == ()
    with pytest.raises(UnusablePicture, match="parts"):
        store.put([(Rect(0, 0, 9, 9), some())])


def test_held_pixels_need_no_file(tmp_path: Path) -> None:
    store = Store(tmp_path / "none")
    address = store.hold(some())
    assert address in store and store[address].shape == (40, 60, 4) and not store.folder.exists()


def test_several_are_written_or_none(tmp_path: Path) -> None:
    store = Store(tmp_path / "photo.stillbytes")
    broken = np.full((4, 4, 4), np.nan, np.float32)
    with pytest.raises(UnusablePicture):
        store.put_all([some(), broken])
    assert not store.folder.exists()
    there = store.put(some())

    def full() -> None:
        raise SidecarError("The disk is full.")

    with pytest.raises(SidecarError):
        store.put_all([some(), some(seed=2)], then=full)
    assert [path.name for path in store.folder.iterdir()] == [f"patch-{there}.exr"]  # it was there before
    assert len(store.put_all([some(), some(seed=2)])) == 2


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "other"])
def test_damage_is_told(tmp_path: Path, damage: str) -> None:
    address = Store(tmp_path).put(some())
    path = Store(tmp_path).path(address)
    content = path.read_bytes()
    flipped = bytes([*content[:900], content[900] ^ 1, *content[901:]])
    path.write_bytes({"cut": content[:700], "flipped": flipped, "empty": b"", "other": b"hello"}[damage])
    with pytest.raises(SidecarError, match="again"):
        Store(tmp_path)[address]


def test_a_file_that_is_no_picture_but_has_its_name_is_refused(tmp_path: Path) -> None:
    import hashlib  # noqa: PLC0415

    content = b"v/1\x01 and nothing else"
    address = hashlib.blake2b(content, digest_size=12).hexdigest()
    Store(tmp_path).path(address).write_bytes(content)
    with pytest.raises(SidecarError):
        Store(tmp_path)[address]


@pytest.mark.parametrize("address", ["", "../../etc/passwd", "0" * 24, "Z" * 24])
def test_no_address_leads_out_of_the_folder(tmp_path: Path, address: str) -> None:
    assert address not in Store(tmp_path)
    with pytest.raises(NotFound):
        Store(tmp_path)[address]


def test_numbers_that_are_none_and_wrong_shapes_are_refused(tmp_path: Path) -> None:
    broken = some()
    broken[3, 4, 1] = np.nan
    for pixels in (broken, some()[..., :3], np.zeros((0, 4, 4), np.float32), np.zeros((4, 4, 4), np.uint8)):
        with pytest.raises(UnusablePicture):
            Store(tmp_path).put(pixels)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SidecarError, match="writable"):
        Store(tmp_path / "file").put(some())


def test_the_brightest_light_stays_finite(tmp_path: Path) -> None:
    pixels = some()
    pixels[0, 0] = 1e9
    store = Store(tmp_path)
    assert np.isfinite(store[store.put(pixels)]).all() and store[store.put(pixels)][0, 0, 3] == 1
