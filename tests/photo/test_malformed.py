"""Damaged and hostile files: an error a person understands or a picture, and nothing else happens."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from dng import QUAD, X_TRANS, make_photo, mosaic, quantised, scene, write_dng
from photo.metadata_samples import described_jpeg
from PIL import Image

from stillbytes.core.errors import UnreadablePhoto
from stillbytes.photo import decode as client
from stillbytes.photo.metadata import Metadata, carry, read_metadata
from stillbytes.photo.profile import icc_profile

ROUNDS = int(os.environ.get("STILLBYTES_FUZZ", "1"))
"""More rounds look further; each has its own seeds."""
PER_KIND = 60


@pytest.fixture(autouse=True)
def short_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "DECODE_LIMIT", 10.0)
    monkeypatch.setattr(client, "GLANCE_LIMIT", 10.0)


def bayer(path: Path) -> None:
    make_photo(path, scene(48, 32), iso=400, preview=np.full((40, 60, 3), 90, np.uint8), orientation=6)


def plain(path: Path) -> None:
    make_photo(path, scene(48, 32), active_area=(2, 2, 30, 46), crop=(2, 2, 40, 24))


def linear(path: Path) -> None:
    write_dng(path, quantised(scene(48, 32)), cell=None)


def quad_bayer(path: Path) -> None:
    write_dng(path, quantised(mosaic(scene(48, 36), QUAD)), cell=QUAD)


def x_trans(path: Path) -> None:
    write_dng(path, quantised(mosaic(scene(48, 36), X_TRANS)), cell=X_TRANS)


def picture(**options: object) -> Callable[[Path], None]:
    def save(path: Path) -> None:
        pixels = np.rint(scene(48, 32) * 255).astype(np.uint8)
        Image.fromarray(pixels).save(path, icc_profile=icc_profile("display-p3"), **options)  # type: ignore[arg-type]

    return save


def jpeg(path: Path) -> None:
    described_jpeg(path)


KINDS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "bayer": (".dng", bayer),
    "plain": (".dng", plain),
    "linear": (".dng", linear),
    "x-trans": (".dng", x_trans),
    "quad-bayer": (".dng", quad_bayer),
    "jpeg": (".jpg", jpeg),
    "progressive": (".jpg", picture(progressive=True)),
    "tiff": (".tif", picture(compression="tiff_lzw")),
    "png": (".png", picture()),
    "webp": (".webp", picture()),
    "avif": (".avif", picture()),
}


def mutated(whole: bytes, rng: np.random.Generator) -> bytes:
    """One of: cut short, bits flipped, numbers set to extremes, a stretch zeroed, repeated or removed."""
    file = bytearray(whole)
    reach = len(file) if rng.random() < 0.4 else min(len(file), 900)  # the headers are at the front, mostly
    at = int(rng.integers(0, reach))
    length = int(rng.integers(1, 64))
    match int(rng.integers(0, 6)):
        case 0:
            return bytes(file[: int(rng.integers(0, len(file)))])
        case 1:
            for place in rng.integers(0, reach, int(rng.integers(1, 24))):
                file[place] ^= 1 << int(rng.integers(0, 8))
        case 2:
            for place in rng.integers(0, max(1, reach - 4), int(rng.integers(1, 6))):
                file[place : place + 4] = [b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff", b"\0\0\1\0"][
                    int(rng.integers(0, 4))
                ]
        case 3:
            file[at : at + length] = bytes(length)
        case 4:
            file[at:at] = file[at : at + length] * int(rng.integers(1, 4))
        case _:
            del file[at : at + length]
    return bytes(file)


def outcome(read: Callable[[], object]) -> object:
    """What came back, or the error that a person would see. Any other exception fails the test."""
    try:
        return read()
    except UnreadablePhoto as error:
        assert error.message
        return error


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_file_costs_that_file_only(tmp_path: Path, kind: str) -> None:
    extension, make = KINDS[kind]
    good, bad = tmp_path / f"good{extension}", tmp_path / f"bad{extension}"
    make(good)
    whole = good.read_bytes()
    rng = np.random.default_rng([2, *kind.encode()])
    for _ in range(PER_KIND * ROUNDS):
        file = mutated(whole, rng)
        bad.write_bytes(file)
        stamp = bad.stat().st_mtime_ns
        decoded = outcome(lambda: client.decode(bad))
        if isinstance(decoded, client.Decoded):
            assert decoded.samples.dtype in (np.uint8, np.uint16, np.float32)
            assert decoded.samples.size
            assert all(np.isfinite(np.ravel(decoded.matrix)))
            assert all(decoded.white > level for level in decoded.black)
        preview = outcome(lambda: client.embedded_preview(bad))
        assert isinstance(preview, client.Preview | UnreadablePhoto)
        assert isinstance(outcome(lambda: read_metadata(bad)), Metadata | UnreadablePhoto)
        outcome(lambda: carry(bad, gps=True, width=3, height=2))
        assert hashlib.sha256(bad.read_bytes()).digest() == hashlib.sha256(file).digest()
        assert bad.stat().st_mtime_ns == stamp
        assert {path.name for path in tmp_path.iterdir()} == {good.name, bad.name}
    assert good.read_bytes() == whole
    bayer(good.with_name("next.dng"))
    assert (
        client.decode(good.with_name("next.dng")).layout == "bayer"
    )  # the reading process is well, or another took its place
