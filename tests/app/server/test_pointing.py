"""What there is in a photo, to be pointed at: with the small network that comes along, and one that takes clicks."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from app.server.ai import bare
from fastapi.testclient import TestClient
from masks.detect.test_sam import Sessions, osam
from numpy.typing import NDArray
from PIL import Image

from stillbytes.app.server.workspace import Workspace
from stillbytes.masks.detect import sam

PERSON, DOG = 0, 16


class Fake:
    """Sees a large person, a smaller one and a dog. Its other networks are files with random weights."""

    def __init__(self, folder: Path) -> None:
        self.sessions = Sessions(osam(folder))
        self.installed = {"yolox-nano", "sam2.1-tiny"}
        self.asked: list[str] = []

    def here(self, model: str) -> bool:
        return model in self.installed

    def ask(self, model: str, inputs: Mapping[str, NDArray[Any]], role: str, **_: Any) -> Mapping[str, NDArray[Any]]:
        self.asked.append(f"{model} {role}")
        if model == "yolox-nano":
            rows = np.zeros((1, 3549, 85), np.float32)
            for cell, what, half in ((5 * 52 + 5, PERSON, 8), (5 * 52 + 30, PERSON, 16), (20 * 52 + 40, DOG, 6)):
                rows[0, cell, 2:5] = np.log(2 * half / 8), np.log(2 * half / 8), 1
                rows[0, cell, 5 + what] = 0.9
            return {"output": rows}
        return self.sessions(model, inputs, role)


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[TestClient, str, Fake]]:
    with bare(tmp_path, monkeypatch) as (_, client):
        pixels = np.random.default_rng(1).integers(0, 255, (416, 624, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / "photos" / "a.png")
        fake = Fake(tmp_path)
        monkeypatch.setattr(Workspace, "networks", lambda self, patience=0.0: fake)
        sam._remembered.clear()
        [photo] = client.get("/api/folder").json()["photos"]
        yield client, photo["id"], fake


def test_people_come_first_and_largest_first_as_masks_count_them(served: tuple[TestClient, str, Fake]) -> None:
    client, id, fake = served
    fake.installed = {"yolox-nano"}
    told = client.get(f"/api/photos/{id}/masks/things").json()
    assert [(thing["what"], thing["person"]) for thing in told["things"]] == [("person", 0), ("person", 1), ("dog", -1)]
    left, top, right, bottom = told["things"][0]["box"]
    assert 0 <= left < right <= 1 and 0 <= top < bottom <= 416 / 624
    assert told["anywhere"] is False
    shown = client.get(f"/api/photos/{id}/masks/things/2/thumbnail")
    assert max(Image.open(io.BytesIO(shown.content)).size) <= 96
    assert client.get(f"/api/photos/{id}/masks/things/3/thumbnail").status_code == 404
    assert client.get(f"/api/photos/{id}/masks/things/-1/outline").status_code == 404
    assert client.get(f"/api/photos/{id}/masks/things/2/outline").status_code == 200
    assert fake.asked.count("yolox-nano model") == 1  # looked at once


def test_a_pointer_costs_the_decoder_only(served: tuple[TestClient, str, Fake]) -> None:
    client, id, fake = served
    assert client.post(f"/api/photos/{id}/masks/under", json={"x": 0.5, "y": 0.3}).json() == {"lines": []}
    assert client.get(f"/api/photos/{id}/masks/things").json()["anywhere"] is True
    for _ in range(200):
        if "sam2.1-tiny encoder" in fake.asked:
            break
        time.sleep(0.05)
    for _ in range(100):
        lines = client.post(f"/api/photos/{id}/masks/under", json={"x": 0.5, "y": 0.3}).json()["lines"]
        if lines:
            break
        time.sleep(0.05)
    assert all(0 <= x <= 1 and 0 <= y <= 416 / 624 for line in lines for x, y in line) and lines
    client.post(f"/api/photos/{id}/masks/under", json={"x": 0.2, "y": 0.1})
    assert fake.asked.count("sam2.1-tiny encoder") == 1
    assert client.post(f"/api/photos/{id}/masks/under", json={"x": 1.5, "y": 0}).status_code == 422


def test_without_any_network_nothing_is_known(served: tuple[TestClient, str, Fake]) -> None:
    client, id, fake = served
    fake.installed = set()
    assert client.get(f"/api/photos/{id}/masks/things").json() == {"things": [], "anywhere": False}
    assert client.post(f"/api/photos/{id}/masks/under", json={"x": 0.5, "y": 0.3}).status_code == 200  # by its colours
    assert fake.asked == []
