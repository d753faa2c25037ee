"""`stillbytes engines`, with programs that stand in for the engines."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from app.cli.conftest import Run

from stillbytes.engines import status
from stillbytes.engines.comfyui import find as comfyui_find
from stillbytes.engines.llama import find as llama_find
from stillbytes.engines.supervise import records

STAND_IN = '''#!{python}
"""Answers as llama-server does, and works as little as possible."""
import json, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

if sys.argv[1] == "--version":
    print("version: 77 (abc)")
elif sys.argv[1] == "--help":
    print("-m, --model FNAME  m\\n--host HOST  h\\n--port PORT  p\\n-c, --ctx-size N  c\\n--sleep-idle-seconds S  s")
elif "broken" in sys.argv[sys.argv.index("--model") + 1]:
    print("gguf_init_from_file: invalid magic characters")
    sys.exit(1)
else:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{{"status": "ok"}}')
        def log_message(self, *_):
            pass
    print("model loaded: " + " ".join(sys.argv[1:]), flush=True)
    HTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), Answer).serve_forever()
'''


@pytest.fixture(autouse=True)
def nobody_else(monkeypatch: pytest.MonkeyPatch, home: Path) -> Iterator[None]:
    """Whatever runs or is installed on this machine is not this test's business; what a test starts ends with it."""
    monkeypatch.setattr(llama_find, "PORTS", ())
    monkeypatch.setattr(llama_find.find, "__defaults__", ((), 1.0))
    monkeypatch.setattr(llama_find, "PACKAGE", "no_such_package")
    monkeypatch.setattr(comfyui_find.find, "__defaults__", ((), (), 1.0))
    monkeypatch.setenv("PATH", str(home))
    yield
    for record in records.running():
        records.end(record)


@pytest.fixture
def llama(home: Path) -> Path:
    if os.name != "posix":
        pytest.skip("a script as a program")
    program = home / "bin" / "llama-server"
    program.parent.mkdir()
    program.write_text(STAND_IN.format(python=sys.executable))
    program.chmod(0o755)
    (home / "preferences.json").write_text(json.dumps({"llama": {"program": str(program)}}))
    return program


@pytest.fixture
def gguf(tmp_path: Path) -> Path:
    path = tmp_path / "small.gguf"
    path.write_bytes(b"GGUF and more")
    return path


def test_status_of_a_machine_without_engines_says_what_to_do(run: Run) -> None:
    engines = {one["name"]: one for one in run("engines", "status", "--json").json["engines"]}
    assert list(engines) == list(status.NAMES)
    assert engines["llama"]["state"] == "absent" and "llama.program" in engines["llama"]["remedy"]
    assert engines["comfyui"]["state"] == "absent" and "engines install comfyui" in engines["comfyui"]["remedy"]
    assert engines["onnx"]["state"] == "installed" and "CPU" in engines["onnx"]["says"]
    shown = run("engines", "status")
    assert shown.status == 0 and "There is no llama-server" in shown.out


def test_a_choice_that_is_wrong_is_told(run: Run, home: Path) -> None:
    choices = {"llama": {"program": "/nowhere/llama-server"}, "comfyui": {"folder": "/nowhere/ComfyUI"}}
    (home / "preferences.json").write_text(json.dumps(choices))
    engines = {one["name"]: one for one in run("engines", "status", "--json").json["engines"]}
    assert engines["llama"]["state"] == "broken" and "/nowhere/llama-server" in engines["llama"]["says"]
    assert engines["comfyui"]["state"] == "broken" and "/nowhere/ComfyUI" in engines["comfyui"]["says"]
    failed = run("engines", "start", "comfyui", "--json")
    assert failed.status == 1 and "/nowhere/ComfyUI" in failed.json["error"]["message"]


def test_started_seen_logged_and_stopped(run: Run, llama: Path, gguf: Path) -> None:
    started = run("engines", "start", "llama", "--model", gguf, "--context", "1024", "--json")
    assert started.status == 0, started.out + started.err
    pid = started.json["pid"]
    again = run("engines", "start", "llama", "--model", gguf, "--context", "1024", "--json")
    assert again.json["pid"] == pid  # it runs already
    seen = {one["name"]: one for one in run("engines", "status", "--json").json["engines"]}["llama"]
    assert (seen["state"], seen["pid"], seen["url"]) == ("running", pid, started.json["url"])
    assert (seen["version"], seen["says"]) == ("77 (abc)", "small") and str(llama) in seen["where"]
    logs = run("engines", "logs", "llama", "--json").json
    assert "--ctx-size 1024" in logs["lines"][-1] and "--sleep-idle-seconds" in logs["lines"][-1]
    assert Path(logs["path"]).exists()
    assert "model loaded" in run("engines", "logs", "llama").out
    stopped = run("engines", "stop", "llama", "--json")
    assert stopped.json == {"stopped": {"llama": 1}}
    with contextlib.suppress(psutil.NoSuchProcess):
        assert psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    assert "none of ours runs" in run("engines", "stop").out


def test_another_model_takes_the_place_of_the_first(run: Run, llama: Path, gguf: Path) -> None:
    first = run("engines", "start", "llama", "--model", gguf, "--json").json["pid"]
    other = gguf.with_name("other.gguf")
    other.write_bytes(b"GGUF")
    assert run("engines", "start", "llama", "--model", other, "--json").json["pid"] != first
    assert [record.about["model"] for record in records.running("llama")] == ["other"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("start", "llama"), "No language model is installed"),
        (("start", "llama", "--model", "none.gguf"), "no model file"),
        (("start", "llama", "--model", "sdxl"), "not a language model"),
        (("logs", "llama"), "no log yet"),
        (("install", "llama"), "does not install llama.cpp"),
    ],
)
def test_what_cannot_be_done_says_why_and_what_to_do(
    run: Run, llama: Path, arguments: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("HOME", str(home))  # no models of other programs
    failed = run("engines", *arguments)
    assert failed.status == 1 and said in failed.err and "Traceback" not in failed.err
    as_json = run("engines", *arguments, "--json").json["error"]
    assert said in as_json["message"] and as_json["remedy"]


def test_a_model_that_the_server_cannot_load(run: Run, llama: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF")
    failed = run("engines", "start", "llama", "--model", broken)
    assert failed.status == 1 and "invalid magic" in failed.err and records.running() == []


def test_installing_shows_first_and_asks(run: Run, tmp_path: Path) -> None:
    asked = run("engines", "install", "comfyui", "--folder", tmp_path / "comfy")
    assert asked.status == 1  # nobody answered
    assert "GPL-3.0" in asked.out and "to download" in asked.out and not (tmp_path / "comfy").exists()
    assert run("engines", "install", "comfyui", "--json").status == 2
    full = tmp_path / "full"
    full.mkdir()
    (full / "photo.dng").write_bytes(b"x")
    refused = run("engines", "install", "comfyui", "--folder", full)
    assert refused.status == 1 and "not empty" in refused.err


@pytest.mark.parametrize(
    "arguments", [("start",), ("start", "onnx"), ("stop", "x"), ("logs", "llama", "-n", "0"), ("x",)]
)
def test_wrong_usage(run: Run, arguments: tuple[str, ...]) -> None:
    assert run("engines", *arguments).status == 2
