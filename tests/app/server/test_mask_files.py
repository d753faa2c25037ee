"""Masks as files over REST, and what was not found yet."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from app.server.ai import bare
from fastapi.testclient import TestClient
from PIL import Image

from stillbytes.app.server.workspace import Workspace

PIXELS = np.zeros((60, 90), np.uint16)
PIXELS[:, 30:] = 40_000


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[TestClient, dict[str, str]]]:
    with bare(tmp_path, monkeypatch) as (_, client):
        for name, size in (("a", (90, 60)), ("b", (180, 120)), ("c", (60, 90))):
            Image.new("RGB", size, (90, 120, 60)).save(tmp_path / "photos" / f"{name}.png")
        yield client, {photo["name"][0]: photo["id"] for photo in client.get("/api/folder").json()["photos"]}


def png(pixels: Any) -> bytes:
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, "png")
    return target.getvalue()


def mask(kind: Any, id: str = "m", name: str = "Part") -> dict[str, Any]:
    return {"id": id, "name": name, "mask": {"components": [{"kind": kind}]}, "delta": {"exposure": 1.0}}


def put(client: TestClient, id: str, *masks: dict[str, Any]) -> int:
    return client.put(f"/api/photos/{id}/settings", json={"settings": {"adjustments": list(masks)}}).status_code


def test_a_picture_goes_in_and_comes_out(served: tuple[TestClient, dict[str, str]]) -> None:
    client, ids = served
    taken = client.post(f"/api/photos/{ids['a']}/masks/picture", content=png(PIXELS))
    assert taken.status_code == 201
    assert put(client, ids["a"], mask(taken.json()["kind"])) == 200
    for format, mode in (("png", "I;16"), ("tiff", "I;16")):
        answer = client.get(f"/api/photos/{ids['a']}/masks/m/picture", params={"format": format, "bits": 16})
        back = Image.open(io.BytesIO(answer.content))
        assert back.mode == mode and np.array_equal(np.asarray(back), PIXELS)
        assert f"a%20Part.{format}" in answer.headers["content-disposition"]
    eight = Image.open(io.BytesIO(client.get(f"/api/photos/{ids['a']}/masks/m/picture").content))
    assert eight.mode == "L" and set(np.unique(np.asarray(eight))) == {0, round(40_000 / 257)}
    assert client.get(f"/api/photos/{ids['a']}/masks/other/picture").status_code == 404


def test_a_picture_of_other_proportions_is_refused(served: tuple[TestClient, dict[str, str]]) -> None:
    client, ids = served
    refused = client.post(f"/api/photos/{ids['c']}/masks/picture", content=png(PIXELS))
    assert refused.status_code == 422 and "proportions" in refused.json()["error"]["message"]
    assert client.post(f"/api/photos/{ids['a']}/masks/picture", content=b"no picture").status_code == 422


def test_a_picture_comes_along_to_photos_that_it_fits(served: tuple[TestClient, dict[str, str]]) -> None:
    client, ids = served
    kind = client.post(f"/api/photos/{ids['a']}/masks/picture", content=png(PIXELS)).json()["kind"]
    assert put(client, ids["b"], mask(kind)) == 200
    carried = Image.open(io.BytesIO(client.get(f"/api/photos/{ids['b']}/masks/m/picture").content))
    assert carried.size == (180, 120)
    assert put(client, ids["c"], mask(kind)) == 422


def test_a_paste_tells_where_a_picture_does_not_fit(served: tuple[TestClient, dict[str, str]]) -> None:
    client, ids = served
    kind = client.post(f"/api/photos/{ids['a']}/masks/picture", content=png(PIXELS)).json()["kind"]
    settings = {"adjustments": [mask(kind, name="Logo"), mask({"kind": "linear"}, id="n", name="Top")]}
    body = {"settings": settings, "photos": [ids["b"], ids["c"]], "groups": None, "label": "Paste"}
    answer = client.post("/api/paste", json=body)
    assert answer.status_code == 200
    assert answer.json()["unfit"] == [{"id": ids["c"], "name": "c.png", "masks": ["Logo"]}]
    plain = client.post("/api/paste", json=body | {"settings": {"exposure": 1.0}})
    assert plain.json()["unfit"] == []


def test_masks_that_were_not_found_yet_are_told_and_left_out(
    served: tuple[TestClient, dict[str, str]], tmp_path: Path
) -> None:
    client, ids = served
    assert put(client, ids["a"], mask({"kind": "sky"}, name="Sky")) == 200
    told = client.post("/api/masks/waiting", json={"photos": list(ids.values())}).json()
    assert told == {"photos": [{"id": ids["a"], "name": "a.png", "masks": ["Sky"]}]}
    assert client.post("/api/masks/find-waiting", json={"photos": [ids["b"]]}).json() is None
    assert client.get(f"/api/photos/{ids['a']}/masks/m/picture").status_code == 404
    job = client.post("/api/exports", json={"photos": [ids["a"]], "format": "png16", "find": False}).json()
    for _ in range(200):
        state = next(j for j in client.get("/api/jobs").json()["jobs"] if j["id"] == job["id"])
        if state["state"] not in ("queued", "running"):
            break
        time.sleep(0.05)
    assert state["state"] == "done", state["message"]
    assert (tmp_path / "photos" / "exports" / "a.png").is_file()


class Sees:
    """Everything is sky; nobody is anywhere."""

    on_card = False

    def here(self, model: str) -> bool:
        return True

    def lost(self, model: str) -> bool:
        return False

    def ask(self, model: str, inputs: Any, role: str = "model", **_: Any) -> dict[str, Any]:
        if model == "yolox-nano":
            return {"output": np.zeros((1, 3549, 85), np.float32)}
        return {"output": np.full((1, 1, 384, 384), 0.99, np.float32)}


class Waits(Sees):
    """Answers only once it may."""

    def __init__(self) -> None:
        self.asked, self.may = threading.Event(), threading.Event()

    def ask(self, model: str, inputs: Any, role: str = "model", **_: Any) -> dict[str, Any]:
        self.asked.set()
        assert self.may.wait(30)
        return super().ask(model, inputs, role)


def ended(client: TestClient, label: str) -> dict[str, Any]:
    """The last job of that name, once it has ended."""
    for _ in range(400):
        jobs = [job for job in client.get("/api/jobs").json()["jobs"] if job["label"] == label]
        if jobs and jobs[-1]["state"] not in ("queued", "running"):
            return dict(jobs[-1])
        time.sleep(0.05)
    raise AssertionError(jobs)


@pytest.mark.parametrize("pasted", [False, True])
def test_what_is_found_is_put_into_the_photo_as_it_is_by_then(
    served: tuple[TestClient, dict[str, str]], monkeypatch: pytest.MonkeyPatch, pasted: bool
) -> None:
    client, ids = served
    slow = Waits()
    monkeypatch.setattr(Workspace, "networks", lambda self, patience=0.0: slow)
    if pasted:
        body = {"settings": {"adjustments": [mask({"kind": "sky"})]}, "photos": [ids["a"]], "groups": None, "label": ""}
        assert client.post("/api/paste", json=body).status_code == 200
    else:
        assert put(client, ids["a"], mask({"kind": "sky"})) == 200
        assert client.post(f"/api/photos/{ids['a']}/masks/find", json={"kind": {"kind": "sky"}}).status_code == 202
    assert slow.asked.wait(30)
    # Meanwhile the hand goes on, and nobody listens to what was found.
    changed = {"exposure": 0.5, "adjustments": [mask({"kind": "brush"}, id="b"), mask({"kind": "sky"}, name="Blue")]}
    assert client.put(f"/api/photos/{ids['a']}/settings", json={"settings": changed}).status_code == 200
    slow.may.set()
    assert ended(client, "Find masks" if pasted else "Sky in a.png")["state"] == "done"
    settings = client.get(f"/api/photos/{ids['a']}").json()["settings"]
    assert settings["exposure"] == 0.5
    brush, sky = settings["adjustments"]
    assert brush["mask"]["components"] == [{"kind": {"kind": "brush"}}] and sky["name"] == "Blue"
    assert sky["mask"]["components"][0]["kind"]["raster"]
    assert client.post("/api/masks/waiting", json={"photos": [ids["a"]]}).json() == {"photos": []}


def test_a_page_that_puts_what_was_found_where_it_belongs_adds_no_step(
    served: tuple[TestClient, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, ids = served
    monkeypatch.setattr(Workspace, "networks", lambda self, patience=0.0: Sees())
    given = mask({"kind": "sky"})
    part = {"kind": {"kind": "sky"}, "combine": "add", "inverted": False}  # said though it is so by default
    given["mask"] = {"components": [part, {"kind": {"kind": "brush", "strokes": []}, "combine": "subtract"}]}
    assert put(client, ids["a"], given) == 200
    assert client.post(f"/api/photos/{ids['a']}/masks/find", json={"kind": {"kind": "sky"}}).status_code == 202
    assert ended(client, "Sky in a.png")["state"] == "done"
    found = client.get(f"/api/photos/{ids['a']}").json()
    [sky] = found["settings"]["adjustments"]
    assert [entry["label"] for entry in found["history"]["entries"]][-1] == "Sky found"
    part["kind"] = sky["mask"]["components"][0]["kind"]
    assert put(client, ids["a"], given) == 200
    assert client.get(f"/api/photos/{ids['a']}").json()["history"] == found["history"]


def test_pasted_masks_are_looked_for_anew_and_one_that_is_not_there_does_not_keep_the_others(
    served: tuple[TestClient, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, ids = served
    monkeypatch.setattr(Workspace, "networks", lambda self, patience=0.0: Sees())
    sky = {"kind": "sky", "raster": "0123456789abcdef01234567", "recipe": {"models": {}}}
    person = {"kind": "person", "raster": "0123456789abcdef01234568"}
    settings = {"adjustments": [mask(person, name="People"), mask(sky, id="n", name="Sky")]}
    body = {"settings": settings, "photos": [ids["a"]], "groups": None, "label": "Paste"}
    [pasted] = client.post("/api/paste", json=body).json()["photos"]
    assert pasted["id"] == ids["a"]
    for _ in range(200):
        jobs = [job for job in client.get("/api/jobs").json()["jobs"] if job["label"] == "Find masks"]
        if jobs and jobs[-1]["state"] not in ("queued", "running"):
            break
        time.sleep(0.05)
    assert jobs[-1]["state"] == "done", jobs
    assert jobs[-1]["message"] == "Masks found in 1 photo, but not People in a.png"
    found = client.get(f"/api/photos/{ids['a']}").json()["settings"]["adjustments"]
    kinds = [one["mask"]["components"][0]["kind"] for one in found]
    assert kinds[0] == {"kind": "person"}  # the page says that it was not found yet
    assert kinds[1]["raster"] not in ("", sky["raster"]) and kinds[1]["recipe"]["models"].keys() == {"skyseg-u2netp"}
    told = client.post("/api/masks/waiting", json={"photos": [ids["a"]]}).json()
    assert told == {"photos": [{"id": ids["a"], "name": "a.png", "masks": ["People"]}]}
