"""What was measured is kept: peaks only grow, another machine's numbers are not believed."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from stillbytes.core.errors import EngineError, StillbytesError
from stillbytes.gpu import bench, measured
from stillbytes.gpu.bench_llama import measure
from stillbytes.gpu.measured import Measured, Run

SERVER = """#!{python}
import json, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
if "--version" in sys.argv:
    print("version: 7 (test)"); sys.exit()
class Answer(BaseHTTPRequestHandler):
    def reply(self, value):
        data = json.dumps(value).encode()
        self.send_response(200); self.send_header("Content-Length", str(len(data))); self.end_headers()
        self.wfile.write(data)
    def do_GET(self): self.reply({{"status": "ok"}})
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"])); self.reply({reply})
    def log_message(self, *words): pass
HTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), Answer).serve_forever()
"""


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


def server(folder: Path, reply: str) -> Path:
    program = folder / "llama-server"
    program.write_text(SERVER.format(python=sys.executable, reply=reply))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


TIMINGS = '{"timings": {"predicted_per_second": 50.0, "prompt_per_second": 400.0}}'


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a script")
def test_a_language_model_is_measured_in_the_engine(tmp_path: Path) -> None:
    made = measure(server(tmp_path, TIMINGS), tmp_path / "model-Q4_K_M.gguf", now="2026-11-23")
    assert (made.version, made.model, made.values["generation"], made.values["prompt"]) == (
        "7 (test)", "model-Q4_K_M", 50.0, 400.0
    )  # fmt: skip
    assert made.values["peak_mib"] > 1
    assert made.values["load_s"] > 0 < made.values["reload_s"]


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a script")
@pytest.mark.parametrize("reply", ["{}", '{"timings": 3}', '{"timings": {"predicted_per_second": "fast"}}', "[]"])
def test_a_reply_that_is_no_timing_is_an_error_with_words(tmp_path: Path, reply: str) -> None:
    with pytest.raises(EngineError, match="llama-server"):
        measure(server(tmp_path, reply), tmp_path / "model.gguf", now="")


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a script")
def test_an_engine_that_ends_at_once_is_an_error_with_words(tmp_path: Path) -> None:
    program = tmp_path / "llama-server"
    program.write_text("#!/bin/sh\nexit 3\n")
    program.chmod(0o755)
    with pytest.raises(EngineError, match="ended while it loaded"):
        measure(program, tmp_path / "model.gguf", now="")


def test_memory_and_disk_are_measured_and_what_cannot_be_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "_COPIED", 16 << 20)
    monkeypatch.setattr(bench, "_FILE", 16 << 20)
    monkeypatch.setattr(bench.disk_gbs, "__defaults__", (16 << 20,))
    told: list[str] = []
    result = bench.bench(Measured(machine="this"), program=None, models=[], say=told.append)
    assert result.measured.memory_gbs is not None and result.measured.memory_gbs > 0.1
    assert any("no llama-server" in line for line in told)
    assert list((tmp_path / "home" / "cache" / "bench").iterdir()) == []
