"""Masks as files: what comes in is checked, what goes out is the mask to the last step."""

from __future__ import annotations

import io
import re
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from stillbytes.core.errors import InvalidSetting
from stillbytes.core.geometry import Size
from stillbytes.develop.adjustment import Adjustment
from stillbytes.develop.local import Local
from stillbytes.develop.resampling.frame_grid import FrameGrid
from stillbytes.develop.settings import Settings
from stillbytes.masks import Mask, Picture, Radial
from stillbytes.masks.kinds.picture import imported
from stillbytes.masks.local import missing, pending, ready, rendered
from stillbytes.masks.rasters import Rasters
from stillbytes.photo.grey import grey_png, grey_tiff, read_grey

FRAME = Size(300, 200)
RAMP = np.linspace(0, 65535, 300 * 200).astype(np.uint16).reshape(200, 300)


def saved(pixels: Any, form: str = "png", **options: Any) -> bytes:
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, form, **options)
    return target.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG that claims so many pixels in a few bytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("write", [grey_png, grey_tiff])
@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_a_grey_picture_comes_back_as_it_was_written(write: Any, depth: Any) -> None:
    pixels = (RAMP >> 8).astype(np.uint8) if depth is np.uint8 else RAMP
    back = read_grey(write(pixels), 10**6)
    assert back.dtype == depth and np.array_equal(back, pixels)


@pytest.mark.parametrize(
    ("content", "step"),
    [
        (saved(RAMP), 65535),
        (saved(RAMP, "tiff", compression="tiff_lzw"), 65535),
        (saved((RAMP >> 8).astype(np.uint8)), 255),
        (saved(np.repeat((RAMP >> 8).astype(np.uint8)[..., None], 3, 2)), 255),
        (saved((RAMP / 65535).astype(np.float32), "tiff"), 65535),
    ],
)
def test_what_comes_in_is_the_mask_to_the_last_step(content: bytes, step: int, tmp_path: Path) -> None:
    rasters = Rasters(tmp_path / "a.stillbytes")
    kind = imported(content, FRAME, rasters)
    covered = kind.coverage(FrameGrid.whole(FRAME, 300), Rasters(tmp_path / "a.stillbytes"))
    assert np.abs(covered - RAMP / 65535).max() <= 1.01 / step


def test_a_smaller_picture_of_the_same_proportions_is_stretched(tmp_path: Path) -> None:
    rasters = Rasters(tmp_path)
    kind = imported(saved((RAMP[::4, ::4] >> 8).astype(np.uint8)), Size(6000, 4000), rasters)
    covered = kind.coverage(FrameGrid.whole(Size(6000, 4000), 300), rasters)
    assert np.abs(covered - RAMP / 65535).max() < 0.02


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (saved(RAMP.T), "proportions.*Turn it"),
        (saved(RAMP[:180]), "300 x 180 pixels, the photo 300 x 200"),
        (b"not a picture", "no picture"),
        (b"", "no picture"),
        (saved(RAMP)[:400], "cannot be a mask"),
        (bomb(60_000, 40_000), "too much|exceeds"),
    ],
)
def test_what_cannot_be_a_mask_is_refused_and_nothing_written(content: bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting) as refused:
        imported(content, FRAME, Rasters(tmp_path / "a.stillbytes"))
    assert re.search(said, f"{refused.value.message} {refused.value.remedy}")
    assert not (tmp_path / "a.stillbytes").exists()


def test_a_picture_that_is_not_here_has_no_effect_and_is_not_looked_for(tmp_path: Path) -> None:

    rasters = Rasters(tmp_path)
    mask = Mask.of(Picture(raster="0" * 24))
    assert missing(mask, rasters) and not missing(Mask.of(Picture()), rasters)
    one = Adjustment("a", "A", mask.to_json(), {"exposure": 1.0}, 1.0, True).to_json()
    sky = {**one, "id": "b", "mask": {"components": [{"kind": {"kind": "sky"}}]}}
    settings = Settings({"adjustments": [one, sky]})
    assert [adjustment.id for adjustment in pending(settings, rasters)] == ["b"]
    assert [adjustment.id for adjustment in ready(settings, rasters).adjustments] == ["a"]


@pytest.mark.parametrize("bits", [8, 16])
def test_a_mask_goes_out_in_strips_as_it_is(bits: int) -> None:
    frame = Size(900, 1300)
    mask = Mask.of(Radial(centre=(0.3, 0.5), radius_x=0.3, radius_y=0.4, angle=20))
    grid = FrameGrid.whole(frame, 1300)
    pixels = rendered(Local("", {}, mask.coverage), grid, bits)
    assert pixels.dtype == (np.uint8 if bits == 8 else np.uint16)
    assert np.array_equal(pixels, np.rint(mask.coverage(grid) * np.float32(2**bits - 1)))
