"""Batches over HTTP: made, worked off as a job, looked at, gone on with; nothing outside the photos' folders."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from app.server.conftest import Running
from PIL import Image

from stillbytes.library.batch import Ask, Export, Match, Queue


def ended(server: Running, job: str) -> dict[str, Any]:
    for _ in range(1200):
        found: dict[str, Any] = next(j for j in server.client.get("/api/jobs").json()["jobs"] if j["id"] == job)
        if found["state"] not in ("queued", "running"):
            return found
        time.sleep(0.05)
    raise AssertionError("the job did not end")


def test_photos_are_edited_and_exported(server: Running) -> None:
    client, ids = server.client, server.ids()
    both = [ids["IMG_1.dng"], ids["IMG_2.dng"]]
    brighter = {"kind": "edit", "label": "Brighter", "changes": {"values": {"exposure": 0.5}}}
    assert client.post("/api/batches", json={"task": brighter, "photos": both}).status_code == 422
    # An open photo is changed as it is open, and tells so.
    client.get(f"/api/photos/{both[0]}")
    made = client.post("/api/batches", json={"task": brighter, "photos": both, "confirmed": 2}).json()
    assert ended(server, made["job"]["id"])["message"] == "2 of 2 photos done"
    assert client.get(f"/api/photos/{both[0]}").json()["settings"]["exposure"] == 0.5
    small = {"kind": "export", "folder": "small", "how": {"size": 64}}
    made = client.post("/api/batches", json={"task": small, "photos": both}).json()
    assert ended(server, made["job"]["id"])["state"] == "done"
    assert sorted(file.name for file in (server.folder / "small").iterdir()) == ["IMG_1.jpg", "IMG_2.jpg"]
    told = client.get(f"/api/batches/{made['batch']['id']}").json()
    assert told["state"] == "done" and [photo["target"] for photo in told["photos"]] == ["IMG_1.jpg", "IMG_2.jpg"]


def test_what_failed_is_told_and_tried_again(server: Running) -> None:
    client, ids = server.client, server.ids()
    task = {"kind": "export", "folder": "failing", "how": {"size": 64}}
    made = client.post("/api/batches", json={"task": task, "photos": [ids["broken.dng"], ids["IMG_1.dng"]]}).json()
    job = ended(server, made["job"]["id"])
    assert job["state"] == "failed" and "1 of 2 photos failed. broken.dng" in job["message"]
    place = f"/api/batches/{made['batch']['id']}"
    (failed,) = client.get(place, params={"state": "failed"}).json()["photos"]
    assert failed["name"] == "broken.dng" and failed["message"]
    assert ended(server, client.post(f"{place}/run", json={"failed": True}).json()["id"])["state"] == "failed"
    assert client.get(place, params={"state": "failed"}).json()["photos"][0]["attempts"] == 1
    assert client.delete(place).status_code == 204 and client.get(place).status_code == 404


def test_what_the_command_line_left_goes_on(server: Running) -> None:
    with Queue(server.home / "batches") as queue:
        task = Export(folder="left", how={"size": 64})
        left = queue.add(task, [server.folder / "IMG_10.dng"])
        queue.cancel(left.id)
    client = server.client
    (found,) = [one for one in client.get("/api/batches").json()["batches"] if one["id"] == left.id]
    assert found["state"] == "cancelled"
    assert ended(server, client.post(f"/api/batches/{left.id}/run", json={}).json()["id"])["state"] == "done"
    assert (server.folder / "left/IMG_10.jpg").is_file()


def test_paths_of_this_machine_are_not_told(server: Running, tmp_path: Path) -> None:
    mask = tmp_path / "secret.png"
    Image.new("L", (60, 40), 255).save(mask)
    with Queue(server.home / "batches") as queue:
        photo = server.folder / "IMG_10.dng"
        for task in (
            Export(folder=str(tmp_path), how={"watermark": "me", "size": 64}),
            Ask(request="warmer", engine="http://127.0.0.1:1/secret"),
            Match(like=mask),
        ):
            made = queue.add(task, [photo])
            told = server.client.get(f"/api/batches/{made.id}").json()
            assert "secret" not in str(told["task"]) and str(tmp_path) not in str(told), told["task"]
            assert told["task"]["kind"] == task.kind
            queue.forget(made.id)


def test_nothing_outside_is_read_or_written(server: Running) -> None:
    client, photo = server.client, server.ids()["IMG_1.dng"]
    before = len(client.get("/api/batches").json()["batches"])
    for task, status in (
        ({"kind": "export", "folder": "/tmp/out"}, 400),
        ({"kind": "export", "folder": "../out"}, 400),
        ({"kind": "mask", "folder": "/tmp/out", "what": "luminance"}, 400),
        ({"kind": "export", "folder": "a", "how": {"watermark": "/etc/hostname.png"}}, 400),
        ({"kind": "export", "folder": "a", "how": {"icc": "/etc/passwd"}}, 400),
        ({"kind": "export", "folder": "a", "changes": {"start": "/etc/passwd"}}, 422),
        ({"kind": "edit", "changes": {"values": {"nonsense": 1}}}, 422),
        ({"kind": "edit", "changes": {"nonsense": 1}}, 422),
        ({"kind": "match", "like": "/etc/passwd"}, 404),
        ({"kind": "ask", "request": "warmer", "engine": "http://127.0.0.1:9"}, 422),
        ({"kind": "nonsense"}, 422),
    ):
        answer = client.post("/api/batches", json={"task": task, "photos": [photo]})
        assert answer.status_code == status, (task, answer.text)
        assert answer.json()["error"]["message"]
    assert len(client.get("/api/batches").json()["batches"]) == before
