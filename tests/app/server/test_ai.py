"""The routes of models, engines and the card."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from stillbytes.app.server.application import create_app
from stillbytes.app.server.workspace import Workspace
from stillbytes.core.preferences import Preferences
from stillbytes.gpu.start import start
from stillbytes.gpu.telemetry import HostMemory
from stillbytes.library.folder import Folder


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return Workspace(Folder(tmp_path))


@pytest.fixture
def client(workspace: Workspace) -> TestClient:
    return TestClient(create_app(workspace, asyncio.Event()))


def test_models_are_listed_with_size_and_licence(client: TestClient) -> None:
    models = client.get("/api/models").json()["models"]
    small = next(model for model in models if model["id"] == "smollm2-135m")
    assert small["licence"] == "Apache-2.0" and not small["installed"] and small["size"] == 98_362_432


def test_what_a_download_brings_is_told_before(client: TestClient) -> None:
    plan = client.get("/api/models/smollm2-135m/pull").json()
    assert plan["size"] == 98_362_432 and "Apache-2.0" in plan["licences"][0]


def test_an_unknown_model_is_an_error_in_words(client: TestClient) -> None:
    for answer in (client.get("/api/models/nothing/pull"), client.delete("/api/models/nothing")):
        assert answer.status_code == 400
        assert answer.json()["error"]["message"]


def test_verifying_what_is_not_here_fails_as_a_job(client: TestClient, workspace: Workspace) -> None:
    started = client.post("/api/models/smollm2-135m/verify")
    assert started.status_code == 202
    workspace.downloads.close()
    (job,) = client.get("/api/jobs").json()["jobs"]
    assert job["state"] == "failed" and job["remedy"]


def test_a_plan_says_what_fits_and_how(client: TestClient) -> None:
    plan = client.get("/api/gpu/plan", params={"card": "RTX 3060", "vram": "12GB", "ram": "32GB"}).json()
    assert plan["combinations"] and plan["reasons"] and plan["llama"][0].startswith("llama-server")
    unknown = client.get("/api/gpu/plan", params={"card": "RTX 9999"})
    assert unknown.status_code == 400 and "RTX 9999" in unknown.json()["error"]["message"]
    assert client.get("/api/gpu/plan", params={"disk": "tape"}).status_code == 422


def test_engines_are_told_with_their_remedies(client: TestClient) -> None:
    engines = {engine["name"]: engine for engine in client.get("/api/engines").json()["engines"]}
    assert set(engines) == {"llama", "comfyui", "onnx"}
    assert engines["onnx"]["state"] == "installed"


def test_without_a_broker_the_card_says_so(client: TestClient) -> None:
    status = client.get("/api/gpu/status").json()
    assert not status["present"] and status["says"]
    assert client.post("/api/gpu/free").status_code == 200


def test_with_a_broker_the_card_tells_who_holds_what(client: TestClient, workspace: Workspace) -> None:
    workspace.broker = start(Preferences(), HostMemory(3000))
    status = client.get("/api/gpu/status").json()
    assert status["present"] and status["kind"] == "host" and status["total"] == 3000
    assert status["holders"] == status["waiting"] == []
    assert client.post("/api/gpu/free").json()["present"]
