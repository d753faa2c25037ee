"""How long work took is kept: of each model the latest, whoever else writes meanwhile."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stillbytes.gpu import measured, pace


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def seconds(model: str, size: float) -> float:
    told = pace.foreseen(measured.load(), model, size)
    assert told is not None
    return told.value


def test_twice_the_work_takes_twice_as_long() -> None:
    pace.remember("lama", 2.0, 3.0)
    assert seconds("lama", 4.0) == pytest.approx(6.0)
    pace.remember("lama", 1.0, 1.6)  # hardly another speed
    assert seconds("lama", 1.0) == pytest.approx(1.5)
    pace.remember("lama", 1.0, 4.0)
    assert seconds("lama", 1.0) == pytest.approx(4.0)


def test_nobody_who_writes_at_the_same_time_loses_a_row() -> None:
    names = [f"model {number}" for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: pace.remember(name, 1.0, 2.0), names))
    assert {run.model for run in measured.load().runs} == {f"work of {name}" for name in names}


@pytest.mark.parametrize("damaged", [True, False])
def test_what_cannot_be_kept_does_not_stop_the_work(
    home: Path, caplog: pytest.LogCaptureFixture, damaged: bool
) -> None:
    if damaged:
        home.mkdir()
        measured.path().write_bytes(b"{")
    else:
        home.write_text("in the way")
    pace.remember("lama", 1.0, 2.0)
    assert "lama" in caplog.text
    assert not damaged or measured.path().read_bytes() == b"{"
