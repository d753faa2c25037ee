"""A server without a process of its own, on a machine where no engine and no model is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from dng import make_photo, scene
from fastapi.testclient import TestClient

from stillbytes.app.server.application import create_app
from stillbytes.app.server.workspace import Workspace
from stillbytes.engines.comfyui import find as comfyui_find
from stillbytes.engines.llama import find as llama_find
from stillbytes.library.folder import Folder


@contextmanager
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Workspace, TestClient]]:
    """Whatever runs or is installed on this machine is not the tests' business."""
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    for name in ("HOME", "USERPROFILE", "PATH"):
        monkeypatch.setenv(name, str(tmp_path))
    for name in ("HF_HOME", "HF_HUB_CACHE", "OLLAMA_MODELS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(llama_find.find, "__defaults__", ((), 1.0))
    monkeypatch.setattr(llama_find, "PACKAGE", "no_such_package")
    monkeypatch.setattr(comfyui_find.find, "__defaults__", ((), (), 1.0))
    (tmp_path / "photos").mkdir()
    workspace = Workspace(Folder(tmp_path / "photos"))
    with TestClient(create_app(workspace, asyncio.Event())) as client:
        yield workspace, client
    workspace.close()


@contextmanager
def one_photo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Workspace, TestClient, str]]:
    """The same with a photo in its folder, and the photo's id."""
    with bare(tmp_path, monkeypatch) as (workspace, client):
        make_photo(workspace.folder.path / "a.dng", scene(240, 160))
        yield workspace, client, client.get("/api/folder").json()["photos"][0]["id"]
