"""What the broker finds out is written down: sizes only grow, seconds are of files that are in host memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from stillbytes.gpu import measured
from stillbytes.gpu.broker.messages import Holder, Snapshot
from stillbytes.gpu.learn import Learning, Named
from stillbytes.gpu.measured import Run

NAMES = {"words": Named("llama.cpp", "Words", "c8192 q8_0", False), "paint": Named("ComfyUI", "paint", "", True)}
Show = Callable[..., None]


@pytest.fixture
def kept() -> list[Run]:
    return []


@pytest.fixture
def show(kept: list[Run]) -> Show:
    """Tells a snapshot at a time: name=(state, MiB, in use)."""
    now = [0.0]
    learning = Learning(NAMES, lambda engine: f"{engine} 7", kept.append, lambda: now[0])

    def call(at: float, **holders: tuple[str, int, bool]) -> None:
        now[0] = at
        told = tuple(Holder(name, "llama", state, mib, in_use=used) for name, (state, mib, used) in holders.items())  # type: ignore[arg-type]
        learning(Snapshot(8000, 8000, 0, 256, told))

    return call


def test_what_a_model_holds_is_kept_once_it_is_loaded(show: Show, kept: list[Run]) -> None:
    show(0, words=("loading", 6000, False))
    assert kept == []
    show(2, words=("resident", 5400, False))
    show(3, words=("resident", 5400, True))
    (run,) = kept
    assert (run.engine, run.version, run.model, run.settings) == ("llama.cpp", "llama 7", "Words", "c8192 q8_0")
    assert run.values == {"held_mib": 5400}


def test_coming_back_is_timed_but_not_the_first_time(show: Show, kept: list[Run]) -> None:
    for at in (0, 10, 20):
        show(at, words=("loading", 6000, False))
        show(at + 2.5, words=("resident", 5400, False))
        show(at + 5)
    assert [run.values for run in kept] == [{"held_mib": 5400}, {"reload_s": 2.5}]


def test_a_larger_size_replaces_a_smaller_one_and_never_the_reverse(show: Show, kept: list[Run]) -> None:
    for mib in (5400, 5300, 5500):
        show(0, words=("loading", 6000, False))
        show(0, words=("resident", mib, False))
        show(0)
    assert [run.values["held_mib"] for run in kept if "held_mib" in run.values] == [5400, 5500]


def test_of_lazy_models_only_what_their_engine_says_after_work_counts(show: Show, kept: list[Run]) -> None:
    show(0, paint=("loading", 7000, False))
    show(1, paint=("resident", 7000, False))  # set aside, not there yet
    show(2, paint=("resident", 7000, True))
    assert kept == []
    show(3, paint=("resident", 6500, True))
    show(4, paint=("resident", 6500, False))
    show(5, paint=("resident", 2000, False))  # a part was given back
    assert [run.values for run in kept] == [{"held_mib": 6500}]


def test_unknown_models_are_left_alone(show: Show, kept: list[Run]) -> None:
    show(0, other=("loading", 1, False))
    show(1, other=("resident", 1, True))
    assert kept == []


def test_it_is_there_at_the_next_start_beside_what_was_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path))
    values = {"generation": 30.0, "held_mib": 5000.0}
    earlier = Run(engine="llama.cpp", version="llama 7", model="Words", settings="c8192 q8_0", values=values)
    measured.save(measured.load().with_run(earlier))
    learning = Learning(NAMES, lambda engine: f"{engine} 7")
    for state, mib in (("loading", 6000), ("resident", 5400)):
        learning(Snapshot(8000, 8000, 0, 256, (Holder("words", "llama", state, mib, in_use=False),)))  # type: ignore[arg-type]
    found = measured.load().of("Words", "c8192 q8_0")
    assert found is not None and found.values == {"generation": 30.0, "held_mib": 5400.0}


def test_a_disk_that_cannot_be_written_does_not_stop_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "file" / "home"))
    (tmp_path / "file").write_text("in the way")
    learning = Learning(NAMES, lambda engine: "")
    for state in ("loading", "resident"):
        learning(Snapshot(8000, 8000, 0, 256, (Holder("words", "llama", state, 5400, in_use=False),)))  # type: ignore[arg-type]
    assert "Words" in caplog.text
