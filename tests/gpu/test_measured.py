"""What was measured is kept: peaks only grow, another machine's numbers are not believed."""

from __future__ import annotations

from pathlib import Path

import pytest

from stillbytes.core.errors import StillbytesError
from stillbytes.gpu import measured
from stillbytes.gpu.measured import Measured, Run


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def run(peak: float, version: str = "1") -> Run:
    return Run(
        engine="llama.cpp", version=version, model="m", settings="c4096", values={"peak_mib": peak, "load_s": peak}
    )


def test_the_highest_peak_and_the_latest_time_are_kept() -> None:
    kept = Measured().with_run(run(900)).with_run(run(700)).of("m", "c4096")
    assert kept is not None and kept.values == {"peak_mib": 900, "load_s": 700}


def test_a_new_engine_version_begins_anew() -> None:
    kept = Measured().with_run(run(900)).with_run(run(700, version="2")).of("m", "c4096")
    assert kept is not None and kept.values["peak_mib"] == 700


def test_measurements_survive_and_belong_to_one_machine() -> None:
    measured.save(Measured(machine="this", disk_gbs=2.0).with_run(run(900)))
    assert measured.load("this").disk_gbs == 2.0
    assert measured.load("another") == Measured(machine="another")


@pytest.mark.parametrize("content", [b"", b"{", b'{"runs": 3}', b'{"disk_gbs": -1}', b"\xff\xfe"])
def test_a_damaged_file_is_named_with_what_to_do(content: bytes) -> None:
    measured.path().parent.mkdir(parents=True)
    measured.path().write_bytes(content)
    with pytest.raises(StillbytesError, match="cannot be read") as error:
        measured.load("this")
    assert "gpu bench" in error.value.remedy


def test_what_is_measured_here_belongs_to_this_machine() -> None:
    measured.save(measured.load().with_run(run(900)))
    assert measured.load().of("m", "c4096") is not None
    assert measured.load().machine == measured.this_machine() != ""


def test_a_damaged_file_is_as_good_as_none_where_estimates_will_do(caplog: pytest.LogCaptureFixture) -> None:
    measured.path().parent.mkdir(parents=True)
    measured.path().write_bytes(b"{")
    assert measured.usable() == Measured() and "cannot be read" in caplog.text


def test_what_came_meanwhile_stays_beside_the_news() -> None:
    before = Measured(disk_gbs=1.0).with_run(run(900))
    meanwhile = before.with_run(run(950)).with_run(run(1, version="of an editor"))
    after = before.model_copy(update={"disk_gbs": 2.0}).with_run(run(800, version="2"))
    kept = meanwhile.with_news(before, after)
    assert kept.disk_gbs == 2.0
    assert {one.version: one.values["peak_mib"] for one in kept.runs} == {"1": 950, "of an editor": 1, "2": 800}


def test_what_is_left_as_it_was_is_not_written() -> None:
    measured.change(lambda known: known)
    assert not measured.path().exists()
