"""A server on this computer in place of the hub, the releases and the registries."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from gpu.models.serving import Server, serving

from stillbytes.gpu.models.fetch import download


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """STILLBYTES_HOME, and no models of the person who runs the tests."""
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "no-hub"))
    monkeypatch.setenv("OLLAMA_MODELS", str(tmp_path / "no-ollama"))
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "person")
    for name in ("HF_TOKEN", "HF_HUB_CACHE", "HF_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "home"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with serving() as server:
        for name in ("STILLBYTES_HUB", "STILLBYTES_RELEASES", "STILLBYTES_NPM", "STILLBYTES_PYPI"):
            monkeypatch.setenv(name, server.url)
        monkeypatch.setattr(download, "PAUSES", (0.0,))
        yield server
