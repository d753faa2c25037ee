"""The routes of the engines, with a program that stands in for llama-server."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from app.cli.test_engines import STAND_IN
from app.server.ai import bare
from app.server.asynchronous import run
from fastapi.testclient import TestClient
from gpu.models.files import language_model

from stillbytes.app.server.workspace import Workspace
from stillbytes.core import preferences
from stillbytes.engines import begin
from stillbytes.engines.engine import Loadable
from stillbytes.engines.supervise import records
from stillbytes.gpu.models import registry
from stillbytes.gpu.start import start
from stillbytes.gpu.telemetry import HostMemory


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Workspace, TestClient]]:
    with bare(tmp_path, monkeypatch) as (workspace, client):
        yield workspace, client
        if workspace.broker is not None and client.portal is not None:
            client.portal.call(workspace.broker.close)
        for record in records.running():
            records.end(record)


@pytest.fixture
def client(served: tuple[Workspace, TestClient]) -> TestClient:
    return served[1]


@pytest.fixture
def workspace(served: tuple[Workspace, TestClient]) -> Workspace:
    return served[0]


@pytest.fixture
def llama(workspace: Workspace, tmp_path: Path) -> Path:
    """A llama-server and a model, and the broker that knows them."""
    if os.name != "posix":
        pytest.skip("a script as a program")
    program = tmp_path / "llama-server"
    program.write_text(STAND_IN.format(python=sys.executable))
    program.chmod(0o755)
    home = tmp_path / "home"
    (file,) = registry.get("smollm2-135m").files
    model = home / "models" / file.name
    model.parent.mkdir(parents=True)
    with model.open("wb") as opened:
        opened.write(language_model())
        opened.truncate(file.size)
    (home / "preferences.json").write_text(json.dumps({"llama": {"program": str(program)}}))
    workspace.broker = start(preferences.load(), HostMemory(8000))
    return program


def _of(client: TestClient, name: str) -> dict[str, object]:
    return dict(next(one for one in client.get("/api/engines").json()["engines"] if one["name"] == name))


def test_engines_are_told_with_their_remedies(client: TestClient) -> None:
    engines = {engine["name"]: engine for engine in client.get("/api/engines").json()["engines"]}
    assert list(engines) == ["llama", "comfyui", "onnx"]
    assert engines["onnx"]["state"] == "installed" and not engines["onnx"]["can_start"]
    assert engines["llama"]["state"] == "absent" and "llama.program" in engines["llama"]["remedy"]
    assert engines["comfyui"]["title"] == "ComfyUI" and "engines install comfyui" in engines["comfyui"]["remedy"]


def test_an_engine_is_started_seen_in_the_memory_and_stopped(client: TestClient, llama: Path) -> None:
    before = _of(client, "llama")
    assert before["state"] == "installed" and before["can_start"] and str(llama) in str(before["where"])
    answer = client.post("/api/engines/llama/start", json={})
    assert answer.status_code == 200, answer.text
    running = answer.json()["engines"][0]
    assert running["state"] == "running" and running["can_stop"] and running["version"] == "77 (abc)"
    (holder,) = client.get("/api/gpu/status").json()["holders"]
    assert (holder["name"], holder["engine"], holder["state"]) == ("smollm2-135m", "llama", "resident")
    log = client.get("/api/engines/llama/log", params={"lines": 1}).json()
    assert "model loaded" in log["lines"][0] and Path(log["path"]).exists()
    stopped = client.post("/api/engines/llama/stop").json()["engines"][0]
    assert stopped["state"] == "installed" and records.running() == []
    time.sleep(1.2)  # in which what was used before would be loaded again, had nobody stopped it
    assert client.get("/api/gpu/status").json()["holders"] == []
    assert client.post("/api/engines/llama/start", json={}).status_code == 200  # again


def test_an_engine_that_a_command_started_is_stopped_too(client: TestClient, llama: Path, tmp_path: Path) -> None:
    (file,) = registry.get("smollm2-135m").files
    model = Loadable("smollm2-135m", {"model": tmp_path / "home" / "models" / file.name})
    run(begin.llama(preferences.load(), model))
    assert _of(client, "llama")["state"] == "running"
    assert client.post("/api/engines/llama/stop").json()["engines"][0]["state"] == "installed"
    assert records.running() == []
    assert client.post("/api/engines/llama/stop").status_code == 200  # nothing runs any more


def test_what_cannot_be_started_says_why_and_what_to_do(client: TestClient, workspace: Workspace) -> None:
    none = client.post("/api/engines/llama/start", json={}).json()["error"]
    assert "No language model is installed" in none["message"] and none["remedy"]
    wrong = client.post("/api/engines/llama/start", json={"model": "sdxl"}).json()["error"]
    assert "not a language model" in wrong["message"]
    absent = client.post("/api/engines/llama/start", json={"model": "smollm2-135m"}).json()["error"]
    assert "not on this computer" in absent["message"] and "pull" in absent["remedy"]
    comfyui = client.post("/api/engines/comfyui/start", json={})
    assert comfyui.status_code == 400 and "install comfyui" in comfyui.json()["error"]["remedy"]


def test_without_a_log_that_is_said(client: TestClient) -> None:
    answer = client.get("/api/engines/comfyui/log")
    assert answer.status_code == 400 and "no log yet" in answer.json()["error"]["message"]


@pytest.mark.parametrize("path", ["onnx/start", "onnx/stop"])
def test_only_engines_with_a_process_are_started(client: TestClient, path: str) -> None:
    assert client.post(f"/api/engines/{path}", json={}).status_code == 422
    assert client.get("/api/engines/onnx/log").status_code == 422
