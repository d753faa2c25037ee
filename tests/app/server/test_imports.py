"""Importing over HTTP: cards, plans, pictures, the job, and what was stopped."""

from __future__ import annotations

import os
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from app.server.conftest import Running, running
from library.catalogue.photos import make
from library.ingest.unreadable import PATCH

from stillbytes.core.errors import Cancelled
from stillbytes.core.jobs import Control
from stillbytes.library import ingest
from stillbytes.library.catalogue import Catalogue


@pytest.fixture
def card(tmp_path: Path) -> Path:
    for number in (1, 2, 3):
        make(tmp_path / f"card/DCIM/100/IMG_{number}.jpg", taken=datetime(2026, 5, number, 12))
    make(tmp_path / "card/DCIM/100/IMG_2.dng", taken=datetime(2026, 5, 2, 12))
    return tmp_path / "card"


def ended(client: httpx.Client, id: str) -> dict[str, Any]:
    for _ in range(1200):
        job: dict[str, Any] = next(j for j in client.get("/api/jobs").json()["jobs"] if j["id"] == id)
        if job["state"] not in ("queued", "running"):
            return job
        time.sleep(0.05)
    raise AssertionError("the job did not end")


def looked(client: httpx.Client, card: Path) -> tuple[str, list[dict[str, Any]]]:
    found = client.post("/api/imports/cards", json={"path": str(card)}).json()
    assert ended(client, found["job"]["id"])["state"] == "done"
    return found["id"], client.get(f"/api/imports/cards/{found['id']}").json()["shots"]


def test_a_card_is_shown_planned_and_imported(server: Running, card: Path, tmp_path: Path) -> None:
    client, to = server.client, tmp_path / "imported"
    state = client.get("/api/imports").json()
    assert state["unfinished"] == [] and "{camera}" in [field["example"] for field in state["fields"]]
    id, shots = looked(client, card)
    assert [shot["kinds"] for shot in shots] == [["JPG"], ["DNG", "JPG"], ["JPG"]]
    picture = client.get(f"/api/imports/cards/{id}/pictures/1")
    assert picture.headers["content-type"] == "image/jpeg" and picture.content[:2] == b"\xff\xd8"
    choices = {"to": str(to), "name": "{date:%m-%d}/{sequence:02}", "keywords": ["Rome"]}
    plan = client.post(f"/api/imports/cards/{id}/plan", json={"choices": choices}).json()
    assert plan["examples"][1] == "05-02/02.dng" and [shot["state"] for shot in plan["shots"]] == ["new"] * 3
    assert not to.exists()
    job = client.post(f"/api/imports/cards/{id}/import", json={"choices": choices, "shots": [0, 1]}).json()
    end = ended(client, job["id"])
    assert end["state"] == "done" and "3 photos copied and verified" in end["message"]
    assert (to / "05-02/02.jpg").read_bytes() == (card / "DCIM/100/IMG_2.jpg").read_bytes()
    plan = client.post(f"/api/imports/cards/{id}/plan", json={"choices": choices}).json()
    assert [shot["state"] for shot in plan["shots"]] == ["duplicate", "duplicate", "new"]
    assert plan["shots"][0]["already"] == str(to / "05-01/01.jpg")
    assert len(client.get("/api/library/order?query=keyword:rome").content) == 3 * 4


def test_what_was_stopped_goes_on_or_is_forgotten(server: Running, card: Path, tmp_path: Path) -> None:
    client, to = server.client, tmp_path / "imported"
    with Catalogue(server.home / "library") as library:
        planned = ingest.plan(ingest.look(card), ingest.Choices(to=to, name="{name}"), library)
        for _ in range(2):
            control = Control(lambda *_: None)
            control.cancel()
            with pytest.raises(Cancelled):
                ingest.carry_out(planned, library, control)
    one, other = client.get("/api/imports").json()["unfinished"]
    assert (one["files"], one["copied"], one["to"]) == (4, 0, str(to))
    assert client.delete(f"/api/imports/unfinished/{other['id']}").status_code == 204
    end = ended(client, client.post(f"/api/imports/unfinished/{one['id']}").json()["id"])
    assert end["state"] == "done" and len(list(to.iterdir())) == 4
    assert client.get("/api/imports").json()["unfinished"] == []
    assert client.post(f"/api/imports/unfinished/{one['id']}").status_code == 404


def test_a_running_import_is_cancelled_and_goes_on(server: Running, tmp_path: Path) -> None:
    client, to = server.client, tmp_path / "imported"
    for number in range(16):
        path = make(tmp_path / f"card/DCIM/100/IMG_{number:02}.jpg")
        path.write_bytes(path.read_bytes() + os.urandom(6_000_000))
    id, _ = looked(client, tmp_path / "card")
    choices = {"choices": {"to": str(to), "name": "{name}"}}
    job = client.post(f"/api/imports/cards/{id}/import", json=choices).json()["id"]
    while not any(to.glob("IMG_*")):
        time.sleep(0.01)
    client.delete(f"/api/jobs/{job}")
    assert ended(client, job)["state"] == "cancelled"
    (left,) = client.get("/api/imports").json()["unfinished"]
    there = sorted(path.name for path in to.iterdir())
    assert 0 < left["copied"] < 16 and len(there) == left["copied"]
    assert ended(client, client.post(f"/api/imports/unfinished/{left['id']}").json()["id"])["state"] == "done"
    assert len(list(to.iterdir())) == 16
    assert all(path.read_bytes() == (tmp_path / "card/DCIM/100" / path.name).read_bytes() for path in to.iterdir())


def test_what_cannot_be_read_is_told(card: Path, tmp_path: Path) -> None:
    to, patch = tmp_path / "imported", PATCH.format(names=("IMG_2.dng", "IMG_3.jpg"))
    (tmp_path / "empty").mkdir()
    with running(tmp_path / "empty", tmp_path / "home", first=patch) as server:
        id, shots = looked(server.client, card)
        told = server.client.get(f"/api/imports/cards/{id}").json()["problems"]
        (raw,) = told
        assert raw["path"] == str(card / "DCIM/100/IMG_2.dng") and "Input/output error" in raw["message"]
        assert [bool(shot["problem"]) for shot in shots] == [False, False, True]
        choices = {"choices": {"to": str(to), "name": "{name}"}}
        end = ended(server.client, server.client.post(f"/api/imports/cards/{id}/import", json=choices).json()["id"])
        assert end["state"] == "failed" and "2 of the card's files or folders cannot be read" in end["message"]
        assert "IMG_2.dng" in end["message"] and "IMG_3.jpg" in end["message"]
        assert "2 photos copied and verified" in end["remedy"] and len(list(to.iterdir())) == 2
        assert server.client.get("/api/imports").json()["unfinished"] == []


def test_what_cannot_be_is_refused(server: Running, card: Path, tmp_path: Path) -> None:
    client = server.client
    for path in (
        "relative",
        "/a\0b",
        "~no-such-user/x",
        "/" + "x" * 300,
        str(tmp_path / "nowhere"),
        str(card / "DCIM/100/IMG_1.jpg"),
    ):
        assert client.post("/api/imports/cards", json={"path": path}).status_code == 404
    id, _ = looked(client, card)
    for choices, status in (
        ({"to": "relative"}, 404), ({"to": "/a\0b"}, 404), ({"to": "~no-such-user"}, 404),
        ({"to": "/" + "x" * 300}, 400), ({"to": str(card / "x")}, 400),
        ({"to": str(tmp_path / "x"), "name": "../{name}"}, 400), ({"to": str(tmp_path / "x"), "preset": "no"}, 422),
        ({"to": str(tmp_path / "x"), "second_copy": str(tmp_path / "x/y")}, 400), ({}, 422),
        ({"to": str(tmp_path / "x"), "name": "{nonsense}"}, 400), ({"to": str(tmp_path / "x"), "more": 1}, 422),
    ):  # fmt: skip
        for verb in ("plan", "import"):
            refused = client.post(f"/api/imports/cards/{id}/{verb}", json={"choices": choices})
            assert refused.status_code == status and refused.json()["error"]["message"], choices
    for place in ("3", "-1", "x"):
        assert client.get(f"/api/imports/cards/{id}/pictures/{place}").status_code in (404, 422)
    assert client.get("/api/imports/cards/nothing").status_code == 404
    assert client.delete("/api/imports/unfinished/..%2f..%2fx").status_code in (404, 405)
