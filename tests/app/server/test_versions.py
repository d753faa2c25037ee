"""Versions and snapshots over REST: to every other route a version is a photo of its own."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from app.server.conftest import Running, running

from stillbytes.edit import versions


@pytest.fixture
def photo(server: Running) -> Iterator[str]:
    """The id of a photo without further versions, whose files are gone afterwards."""
    name = "IMG_1.dng"
    yield server.ids()[name]
    for left in server.folder.glob(f"{name}.version-*.xmp"):
        left.unlink()
    shutil.rmtree(server.folder / "IMG_1.stillbytes", ignore_errors=True)


def listed(server: Running) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = server.client.get("/api/folder").json()["photos"]
    return [one for one in found if one["name"] == "IMG_1.dng"]


def put(server: Running, id: str, exposure: float) -> dict[str, Any]:
    body = {"settings": {"exposure": exposure}, "label": f"Exposure {exposure}"}
    told: dict[str, Any] = server.client.put(f"/api/photos/{id}/settings", json=body).json()
    return told


def test_a_version_is_edited_apart_from_its_photo(server: Running, photo: str) -> None:
    put(server, photo, 1.0)
    made = server.client.post(f"/api/photos/{photo}/versions", json={"name": "Grey"})
    assert made.status_code == 201
    copy = made.json()
    assert (copy["of"], copy["version"], copy["version_name"], copy["edited"]) == (photo, 2, "Grey", True)
    assert put(server, copy["id"], -1.0)["history"]["position"] == 2
    assert server.client.post(f"/api/photos/{copy['id']}/undo").json()["settings"] == {"exposure": 1.0}
    assert server.client.get(f"/api/photos/{photo}").json()["settings"] == {"exposure": 1.0}
    assert [(one["id"], one["version_name"]) for one in listed(server)] == [(photo, ""), (copy["id"], "Grey")]
    told = server.client.get(f"/api/photos/{copy['id']}").json()
    assert (told["of"], told["version"], told["version_name"]) == (photo, 2, "Grey")
    assert server.client.get(f"/api/photos/{copy['id']}/thumbnail").content.startswith(b"\xff\xd8")


def test_a_version_is_renamed_deleted_and_brought_back(server: Running, photo: str) -> None:
    copy = server.client.post(f"/api/photos/{photo}/versions", json={}).json()["id"]
    path = f"/api/photos/{copy}/version"
    assert server.client.patch(path, json={"name": "Darker"}).json()["version_name"] == "Darker"
    put(server, copy, -2.0)  # not written yet when it is deleted
    gone = server.client.delete(path).json()
    assert gone == {"of": photo, "number": 2, "name": "Darker"}
    assert [one["id"] for one in listed(server)] == [photo]
    assert server.client.get(f"/api/photos/{copy}").status_code == 404
    assert server.client.get(f"/api/photos/{photo}/versions").json()["deleted"] == [gone]
    back = server.client.post(f"/api/photos/{photo}/versions/restore", json={"number": 2})
    assert (back.json()["id"], back.json()["version_name"]) == (copy, "Darker")
    assert server.client.get(f"/api/photos/{copy}").json()["settings"] == {"exposure": -2.0}


def test_what_cannot_be_done_is_said(server: Running, photo: str) -> None:
    server.client.post(f"/api/photos/{photo}/versions", json={"name": "Grey"})
    for call, status in (
        (server.client.post(f"/api/photos/{photo}/versions", json={"name": "grey"}), 422),
        (server.client.delete(f"/api/photos/{photo}/version"), 422),
        (server.client.patch(f"/api/photos/{photo}/version", json={"name": "x"}), 422),
        (server.client.post(f"/api/photos/{photo}/versions/restore", json={}), 404),
        (server.client.post(f"/api/photos/{photo}/versions", json={"name": "x" * 999}), 422),
        (server.client.post(f"/api/photos/{photo}/snapshots/none/apply"), 404),
    ):
        assert call.status_code == status and call.json()["error"]["message"], call.text


def test_snapshots_over_rest(server: Running, photo: str) -> None:
    copy = server.client.post(f"/api/photos/{photo}/versions", json={}).json()["id"]
    path = f"/api/photos/{copy}/snapshots"
    put(server, copy, 1.5)
    (one,) = server.client.post(path, json={"name": "Bright"}).json()["snapshots"]
    put(server, copy, 0.5)
    applied = server.client.post(f"{path}/{one['id']}/apply").json()
    assert applied["settings"] == {"exposure": 1.5}
    assert applied["history"]["entries"][-1]["label"] == "Snapshot: Bright"
    put(server, copy, 2.5)
    changed = server.client.patch(f"{path}/{one['id']}", json={"name": "Hell", "update": True}).json()
    assert [shot["name"] for shot in changed["snapshots"]] == ["Hell"]
    gone = server.client.delete(f"{path}/{one['id']}").json()
    assert gone["photo"]["snapshots"] == [] and gone["snapshot"]["settings"] == {"exposure": 2.5}
    back = server.client.put(f"{path}/{gone['id']}", json=gone["snapshot"]).json()
    assert [(shot["id"], shot["name"]) for shot in back["snapshots"]] == [(one["id"], "Hell")]
    for id, wrong in (("x" * 99, {}), ("0123456789ab", {"at": "now"}), ("0123456789ab", {"name": "\n"})):
        refused = server.client.put(f"{path}/{id}", json={**gone["snapshot"], "name": "New", **wrong})
        assert refused.status_code == 422 and refused.json()["error"]["message"], refused.text


def test_a_version_is_exported_under_its_name(server: Running, photo: str) -> None:
    copy = server.client.post(f"/api/photos/{photo}/versions", json={"name": "Grey"}).json()["id"]
    wanted = {"photos": [photo, copy], "format": "jpeg", "size": 32, "folder": "both"}
    assert server.client.post("/api/exports", json=wanted).status_code == 202
    for _ in range(600):
        jobs = server.client.get("/api/jobs").json()["jobs"]
        if all(job["state"] not in ("queued", "running") for job in jobs):
            break
        time.sleep(0.05)
    assert sorted(path.name for path in (server.folder / "both").iterdir()) == ["IMG_1-Grey.jpg", "IMG_1.jpg"]


def test_versions_made_by_others_are_told(server: Running, photo: str) -> None:
    with server.client.stream("GET", "/api/events") as stream:
        lines = stream.iter_lines()
        next(lines)
        time.sleep(2)  # the first look at the folder is what changes are told from
        versions.create(server.folder / "IMG_1.dng", "From elsewhere")
        assert any("folder-changed" in line for line in lines)
    assert [one["version_name"] for one in listed(server)] == ["", "From elsewhere"]


def test_the_library_knows_a_new_version_at_once(server: Running, photo: str) -> None:
    server.client.post("/api/library/folders", json={"path": str(server.folder)})
    for _ in range(600):
        if server.client.get("/api/library").json()["photos"] >= len(server.ids()):
            break
        time.sleep(0.05)
    copy = server.client.post(f"/api/photos/{photo}/versions", json={"name": "Grey"}).json()
    order = server.client.get("/api/library/order", params={"query": "version:grey"}).content
    number = int.from_bytes(order, "little")
    (told,) = server.client.post("/api/library/photos", json={"photos": [number]}).json()["photos"]
    assert (told["id"], told["version"], told["version_name"]) == (copy["id"], 2, "Grey")
    said = server.client.post("/api/library/describe", json={"photos": [number], "remarks": {"rating": 4}}).json()
    assert said["photos"][0]["rating"] == 4 and not said["failures"]
    assert not (server.folder / "IMG_1.xmp").exists() or b'Rating="4"' not in (server.folder / "IMG_1.xmp").read_bytes()


def test_nothing_of_a_version_is_lost_with_the_server(server: Running, photo: str, tmp_path: Path) -> None:
    shutil.copy(server.folder / "IMG_1.dng", tmp_path / "IMG_1.dng")
    with running(tmp_path, tmp_path / "home", killed=True) as first:
        copy = first.client.post(f"/api/photos/{first.ids()['IMG_1.dng']}/versions", json={"name": "Grey"}).json()["id"]
        for exposure in (0.5, 1.0, 1.5):
            put(first, copy, exposure)
        first.client.post(f"/api/photos/{copy}/snapshots", json={"name": "Bright"})
        first.client.post(f"/api/photos/{copy}/undo")
        beside = tmp_path / "IMG_1.dng.version-2.xmp"
        for _ in range(200):  # saved within half a second, but on a busy machine
            if b"Bright" in beside.read_bytes() and b'HistoryPosition="2"' in beside.read_bytes():
                break
            time.sleep(0.05)
    with running(tmp_path, tmp_path / "home") as second:
        told = second.client.get(f"/api/photos/{copy}").json()
        assert told["settings"] == {"exposure": 1.0} and told["history"]["can_redo"]
        assert [entry["label"] for entry in told["history"]["entries"]] == [f"Exposure {e}" for e in (0.5, 1.0, 1.5)]
        assert [shot["name"] for shot in told["snapshots"]] == ["Bright"]
