"""`stillbytes gpu status` on a machine without a card."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stillbytes.app.cli import main
from stillbytes.gpu import telemetry
from stillbytes.gpu.models import registry


def test_it_tells_memory_and_engines(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path))
    monkeypatch.setattr(telemetry, "_nvml", lambda: False)
    assert main(["gpu", "status", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["card"] is None
    assert told["memory"]["kind"] == "host"
    assert 0 < told["memory"]["free_mib"] <= told["memory"]["total_mib"]
    assert {"llama", "comfyui", "onnx"} == {engine["name"] for engine in told["engines"]}
    assert main(["gpu", "status"]) == 0
    assert "main memory" in capsys.readouterr().out


def test_a_damaged_model_is_named_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path))
    monkeypatch.setattr(telemetry, "_nvml", lambda: False)
    (file,) = registry.get("smollm2-135m").files
    path = tmp_path / "models" / file.name
    path.parent.mkdir(parents=True)
    with path.open("wb") as opened:
        opened.truncate(file.size)
    assert main(["gpu", "status", "--json"]) == 0
    assert file.name in json.loads(capsys.readouterr().out)["damaged_models"]["smollm2-135m"]
    assert main(["gpu", "status"]) == 0
    assert "stillbytes models pull smollm2-135m" in capsys.readouterr().out
