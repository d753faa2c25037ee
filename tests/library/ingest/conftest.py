from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from library.catalogue.photos import make

from stillbytes.library.catalogue import Catalogue


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue(tmp_path / "catalogue", processes=1) as opened:
        yield opened


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """Six shots of two days, two of them RAW with JPEG, and what cameras put beside them."""
    place = tmp_path / "card"
    for number in range(1, 7):
        taken = datetime(2026, 11, 28, 9, 0) + timedelta(hours=9 * number)
        make(place / f"DCIM/100NIKON/DSC_{number:04}.JPG", taken=taken)
        if number in (2, 5):
            make(place / f"DCIM/100NIKON/DSC_{number:04}.dng", taken=taken)
    (place / "DCIM/100NIKON/DSC_0003.WAV").write_bytes(b"spoken")
    (place / "MISC").mkdir()
    (place / "MISC/AUTPRINT.MRK").write_text("x")
    return place


@pytest.fixture
def to(tmp_path: Path) -> Path:
    return tmp_path / "photos"
