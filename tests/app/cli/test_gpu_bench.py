"""`stillbytes gpu bench` on a machine without engines and models."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest
from app.cli.conftest import Run

from stillbytes.gpu import bench, measured, pace


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "USERPROFILE", "PATH"):
        monkeypatch.setenv(name, str(tmp_path))
    for name in ("HF_HOME", "HF_HUB_CACHE", "OLLAMA_MODELS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("stillbytes.engines.llama.find.PACKAGE", "no_such_package")
    monkeypatch.setattr("stillbytes.engines.comfyui.find.find.__defaults__", ((), (), 1.0))
    monkeypatch.setattr(bench, "_COPIED", 16 << 20)
    monkeypatch.setattr(bench.disk_gbs, "__defaults__", (16 << 20,))


def test_memory_and_disk_are_measured_and_kept_for_plans(run: Run) -> None:
    done = run("gpu", "bench")
    assert done.status == 0 and "Memory: " in done.out and "none is installed" in done.out
    assert str(measured.path()) in done.out and measured.load().memory_gbs


def test_what_an_editor_keeps_meanwhile_stays(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def measuring() -> float:
        pace.remember("lama", 1.0, 3.0)
        return 20.0

    monkeypatch.setattr(bench, "memory_gbs", measuring)
    assert run("gpu", "bench").status == 0
    known = measured.load()
    assert known.memory_gbs == 20.0 and pace.foreseen(known, "lama", 1.0) is not None


def test_programs_get_what_was_found_and_what_failed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.gguf").write_bytes(b"GGUF")
    done = run("gpu", "bench", "--model", tmp_path / "mine.gguf", "--json")
    assert done.status == 1 and done.json["failed"] == ["mine"] and done.json["memory_gbs"] > 0
    assert any("no llama-server" in line for line in done.json["told"]) and done.json["runs"] == []


def test_a_model_that_is_not_known_is_told_before_anything_is_measured(run: Run) -> None:
    done = run("gpu", "bench", "--model", "nothing like it")
    assert (done.status, done.out) == (1, "") and "models list" in done.err
    assert not measured.path().exists()


def test_stopping_it_keeps_what_was_measured_until_then(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.gguf").write_bytes(b"GGUF")
    ended = []

    async def forever(self: object) -> None:
        try:
            signal.raise_signal(signal.SIGINT)
            await asyncio.sleep(600)
        finally:
            ended.append(True)

    monkeypatch.setattr(bench.Engines, "llama", forever)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
    try:
        done = run("gpu", "bench", "--model", tmp_path / "mine.gguf")
    finally:
        signal.signal(signal.SIGINT, before)
    assert done.status == 1 and "stopped" in done.err and "kept" in done.err
    assert ended and measured.load().memory_gbs
