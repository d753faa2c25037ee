"""AI denoise over HTTP: foreseen, made as a job, and again in the background where settings show what is not there."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from app.server.conftest import Running, running
from dng import make_photo
from generate.denoise import tiny

from stillbytes.gpu.models import registry


@pytest.fixture(scope="module")
def denoising(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder, home = tmp_path_factory.mktemp("photos"), tmp_path_factory.mktemp("home")
    for name in ("a.dng", "b.dng"):
        make_photo(folder / name)
    [file] = registry.get("rawnind-linear").files
    tiny.write(home / "models" / file.name, 3, 512, size=file.size)
    with running(folder, home) as found:
        yield found


def until(server: Running, id: str, state: str) -> Any:
    for _ in range(400):
        told = server.client.get(f"/api/photos/{id}/denoise").json()
        if told["state"] == state and any(one["here"] for one in told["networks"]):
            return told
        time.sleep(0.05)
    raise AssertionError(told)


def test_it_is_made_as_a_job_and_shown(denoising: Running) -> None:
    id = denoising.ids()["a.dng"]
    told = denoising.client.get(f"/api/photos/{id}/denoise").json()  # the page asks while the engines are made ready
    assert [one["model"] for one in told["networks"] if one["here"]] == ["rawnind-linear"]
    job = denoising.client.post(f"/api/photos/{id}/denoise", json={"amount": 60})
    assert job.status_code == 202 and job.json()["label"] == "AI denoise of a.dng"
    told = until(denoising, id, "ready")
    assert told["model"] == "rawnind-linear" and told["tiles"] and told["kept"] == 0
    settings = denoising.client.get(f"/api/photos/{id}").json()["settings"]
    assert settings == {"ai_denoise": 60, "ai_denoise_model": "rawnind-linear"}


def test_settings_from_another_photo_are_made_good_in_the_background(denoising: Running) -> None:
    id = denoising.ids()["b.dng"]
    until(denoising, id, "off")
    pasted = {"ai_denoise": 40, "ai_denoise_model": "rawnind-linear"}
    assert denoising.client.post("/api/paste", json={"settings": pasted, "photos": [id]}).status_code == 200
    assert until(denoising, id, "ready")["model"] == "rawnind-linear"


def test_what_cannot_be_is_told(denoising: Running) -> None:
    id = denoising.ids()["a.dng"]
    assert denoising.client.post(f"/api/photos/{id}/denoise", json={"amount": 0}).status_code == 422
    assert denoising.client.get("/api/photos/nobody/denoise").status_code == 404
    job = denoising.client.post(f"/api/photos/{id}/denoise", json={"model": "scunet-psnr"}).json()
    for _ in range(200):
        found = next(one for one in denoising.client.get("/api/jobs").json()["jobs"] if one["id"] == job["id"])
        if found["state"] == "failed":
            break
        time.sleep(0.05)
    assert "scunet-psnr" in found["remedy"]
