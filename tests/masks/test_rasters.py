"""What was found in a photo is kept beside it: whole, once, and never trusted when read back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from stillbytes.core.errors import NotFound, SidecarError
from stillbytes.masks.rasters import Rasters

PIXELS = np.random.default_rng(0).integers(0, 256, (40, 60), np.uint8)


def test_a_raster_is_found_again_by_its_content(tmp_path: Path) -> None:
    rasters = Rasters(tmp_path / "a.stillbytes")
    assert len(rasters) == 0 and not rasters.folder.exists()
    address = rasters.put(PIXELS)
    assert rasters.put(PIXELS.copy()) == address and len(rasters) == 1
    again = Rasters(rasters.folder)
    assert address in again and np.array_equal(again[address], PIXELS)
    assert rasters.put(PIXELS[:, ::-1]) != address and len(again) == 2


@pytest.mark.parametrize("address", ["", "../../etc/passwd", "0" * 24, "x" * 24, "0" * 23 + "/"])
def test_what_is_not_there_is_said_to_be_so(tmp_path: Path, address: str) -> None:
    rasters = Rasters(tmp_path)
    assert address not in rasters
    with pytest.raises(NotFound):
        rasters[address]


@pytest.mark.parametrize("damage", [b"", b"no picture", None])
def test_a_damaged_file_is_an_error_with_its_name(tmp_path: Path, damage: bytes | None) -> None:
    address = Rasters(tmp_path).put(PIXELS)
    [path] = tmp_path.glob("*.png")
    path.write_bytes(path.read_bytes()[:-200] if damage is None else damage)
    with pytest.raises(SidecarError, match=path.name):
        Rasters(tmp_path)[address]


def test_a_folder_that_cannot_be_written_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "a.stillbytes").write_text("a file in its place")
    with pytest.raises(SidecarError, match="could not be written"):
        Rasters(tmp_path / "a.stillbytes").put(PIXELS)
