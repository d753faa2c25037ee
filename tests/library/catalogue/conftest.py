from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from stillbytes.library.catalogue import Catalogue


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "photos"
    place.mkdir()
    return place


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue(tmp_path / "catalogue", processes=1) as opened:
        yield opened
