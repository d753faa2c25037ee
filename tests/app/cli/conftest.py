"""Photos on disk and the command line in this process."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from dng import make_photo, scene

from stillbytes.app.cli import main


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str | Path) -> Ran:
        capsys.readouterr()
        status = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Ran(status, captured.out, captured.err)

    return call


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """STILLBYTES_HOME, but the kernels of the machine: compiling them takes long. Engines of the test end with it."""
    from stillbytes.develop.kernels.load import library  # noqa: PLC0415
    from stillbytes.gpu.access import release  # noqa: PLC0415

    library()
    release()  # what others of this process began
    place = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("STILLBYTES_HOME", str(place))
    monkeypatch.setattr("threading.excepthook", threading.excepthook)  # a command sets its own
    yield place
    release()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.dng"
    make_photo(path, scene())
    return path


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "broken.dng"
    path.write_bytes(b"II*\0nothing of a photo" * 20)
    return path
