"""Photos in a folder, and a queue of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from dng import make_photo

from stillbytes.library.batch import Queue


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def photos(tmp_path: Path, home: Path) -> list[Path]:
    folder = tmp_path / "photos"
    folder.mkdir()
    made = [folder / f"IMG_{number}.dng" for number in range(1, 4)]
    make_photo(made[0])
    for other in made[1:]:
        other.write_bytes(made[0].read_bytes())
    return made


@pytest.fixture
def queue(home: Path) -> Iterator[Queue]:
    with Queue() as queue:
        yield queue
