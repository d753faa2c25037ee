"""Patches over REST: spots at once, removals as jobs, what the page asks about them."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from app.server.ai import bare
from dng import make_photo, scene
from drawing import Machine
from fastapi.testclient import TestClient
from generate.workflows.test_own import FILL
from PIL import Image

from stillbytes.app.server.workspace import Workspace
from stillbytes.core import preferences
from stillbytes.core.errors import EngineError
from stillbytes.generate.workflows import own

BRUSH = {"trail": [[0.4, 0.3, 1], [0.5, 0.3, 1]], "size": 0.04, "hardness": 100, "flow": 100, "density": 100}
MASK = {"components": [{"kind": {"kind": "brush", "strokes": [BRUSH]}}]}


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Workspace, TestClient, str]]:
    with bare(tmp_path, monkeypatch) as (workspace, client):
        make_photo(workspace.folder.path / "a.dng", scene(240, 160))
        yield workspace, client, client.get("/api/folder").json()["photos"][0]["id"]


def made(client: TestClient, id: str, **body: Any) -> Any:
    answer = client.post(f"/api/photos/{id}/patches", json=body)
    assert answer.status_code in (200, 202), answer.text
    return answer.json()


def patches(client: TestClient, id: str) -> list[dict[str, Any]]:
    return list(client.get(f"/api/photos/{id}").json()["settings"].get("patches", []))


def done(client: TestClient, job: str) -> dict[str, Any]:
    for _ in range(600):
        found = next(one for one in client.get("/api/jobs").json()["jobs"] if one["id"] == job)
        if found["state"] in ("done", "failed", "cancelled"):
            return dict(found)
        time.sleep(0.05)
    raise AssertionError("the job did not end")


def test_a_spot_is_healed_moved_and_undone(served: tuple[Workspace, TestClient, str]) -> None:
    _, client, id = served
    answer = made(client, id, task="heal", parameters={"centre": [0.4, 0.3], "radius": 0.03})
    (patch,) = answer["photo"]["settings"]["patches"]
    assert patch["id"] == answer["patch"] and patch["recipe"]["found"] and len(patch["recipe"]["source"]) == 2
    answer = made(client, id, task="heal", patch=patch["id"], parameters={"centre": [0.6, 0.4], "radius": 0.02})
    (moved,) = answer["photo"]["settings"]["patches"]
    assert moved["id"] == patch["id"] and moved["recipe"]["centre"] == [0.6, 0.4]
    labels = [entry["label"] for entry in answer["photo"]["history"]["entries"]]
    assert labels == ["Heal", "Heal moved"]
    client.post(f"/api/photos/{id}/undo")
    client.post(f"/api/photos/{id}/undo")
    assert patches(client, id) == []


def test_a_removal_is_a_job_that_can_be_made_again_when_its_pixels_are_lost(
    served: tuple[Workspace, TestClient, str],
) -> None:
    workspace, client, id = served
    job = made(client, id, task="remove", mask=MASK)["job"]
    assert done(client, job["id"])["state"] == "done"
    (patch,) = patches(client, id)
    assert patch["task"] == "remove" and len(patch["variants"]) == 1
    (state,) = client.get(f"/api/photos/{id}/patches").json()["patches"]
    assert state == {"id": patch["id"], "lost": False, "generated": False, "spot": None}

    document = workspace.document(id)
    document.photo.patches.path(patch["variants"][0]).unlink()
    document.photo.__dict__.pop("patches")
    assert client.get(f"/api/photos/{id}/patches").json()["patches"][0]["lost"]
    assert client.get(f"/api/photos/{id}/patches/{patch['id']}/thumbnail?v=1").status_code == 404
    job = made(client, id, task="remove", patch=patch["id"])["job"]
    assert done(client, job["id"])["state"] == "done"
    assert [one["id"] for one in patches(client, id)] == [patch["id"]]
    assert not client.get(f"/api/photos/{id}/patches").json()["patches"][0]["lost"]
    assert client.get(f"/api/photos/{id}/patches/{patch['id']}/thumbnail?v=1").status_code == 200


def test_patches_have_small_pictures(served: tuple[Workspace, TestClient, str]) -> None:
    _, client, id = served
    answer = made(client, id, task="clone", parameters={"centre": [0.4, 0.3], "radius": 0.1, "source": [0.7, 0.3]})
    shown = client.get(f"/api/photos/{id}/patches/{answer['patch']}/thumbnail")
    picture = Image.open(io.BytesIO(shown.content))
    assert shown.headers["content-type"] == "image/jpeg" and max(picture.size) <= 97
    assert client.get(f"/api/photos/{id}/patches/nobody/thumbnail").status_code == 404


def test_the_source_of_a_pasted_spot_is_told(served: tuple[Workspace, TestClient, str]) -> None:
    _, client, id = served
    patch = {"id": "s", "rect": [0, 0, 9, 9], "task": "heal", "recipe": {"engine": "classical", "radius": 0.03}}
    patch["recipe"]["centre"] = [0.4, 0.3]  # type: ignore[index]
    client.put(f"/api/photos/{id}/settings", json={"settings": {"patches": [patch]}})
    (state,) = client.get(f"/api/photos/{id}/patches").json()["patches"]
    assert state["spot"]["found"] and state["spot"]["source"] != state["spot"]["centre"]


@pytest.mark.parametrize(
    "body",
    [
        {"task": "paint"}, {"task": "heal"}, {"task": "heal", "parameters": {"centre": [0.4, 0.3], "radius": 9}},
        {"task": "heal", "parameters": {"centre": [0.4, 1.9], "radius": 0.01}}, {"task": "remove"},
        {"task": "remove", "patch": "nobody"}, {"task": "remove", "mask": {"components": [{"kind": {"kind": "x"}}]}},
        {"task": "heal", "patch": "nobody", "parameters": {"centre": [0.4, 0.3], "radius": 0.01}},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(served: tuple[Workspace, TestClient, str], body: dict[str, Any]) -> None:
    _, client, id = served
    answer = client.post(f"/api/photos/{id}/patches", json=body)
    assert 400 <= answer.status_code < 500 and answer.json()["error"]["message"]
    assert patches(client, id) == []


def test_generated_pixels_can_be_switched_off(served: tuple[Workspace, TestClient, str]) -> None:
    _, client, _ = served
    assert client.get("/api/tasks").json()["generated"] is True
    assert client.put("/api/generated", json={"generated": False}).json() == {"generated": False}
    assert client.get("/api/tasks").json()["generated"] is False and not preferences.generated()


@pytest.fixture
def machine(served: tuple[Workspace, TestClient, str], monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine()
    monkeypatch.setattr(served[0], "networks", lambda patience=0.0: made)
    return made


DISC = {"components": [{"kind": {"kind": "radial", "centre": [0.5, 0.33], "radius_x": 0.08, "radius_y": 0.08}}]}


def test_tasks_tell_their_fields(served: tuple[Workspace, TestClient, str]) -> None:
    told = {task["name"]: task for task in served[1].get("/api/tasks").json()["tasks"]}
    assert {"heal", "clone", "remove", "fill", "expand", "restyle", "create", "upscale"} <= set(told)
    fields = {field["name"]: field for field in told["fill"]["fields"]}
    assert told["fill"]["fields"][0]["name"] == "prompt" and fields["strength"]["form"] == "number"
    assert [fields[name]["form"] for name in ("prompt", "negative", "model", "seed")] == [
        "text",
        "text",
        "line",
        "line",
    ]
    assert fields["variants"]["maximum"] == 4 and "seed" in told["fill"]["seldom"]
    assert told["fill"]["generated"] and not told["remove"]["generated"]
    assert told["expand"]["takes"] == "photo" and told["expand"]["makes"] == "patch" and told["expand"]["also"] == []
    assert told["create"]["also"] == ["picture", "reference"] and told["fill"]["also"] == ["reference"]
    assert {name for name, task in told.items() if task["exports"]} == {"upscale", "enhance", "refine"}
    covers = {name: task["covers"] for name, task in told.items() if task["covers"]}
    assert covers == {"replace-sky": "sky", "replace-background": "background"}


def test_a_fill_is_foreseen_drawn_with_previews_and_one_step(
    served: tuple[Workspace, TestClient, str], machine: Machine
) -> None:
    workspace, client, id = served
    events: list[str] = []
    stop = workspace.events.listen(lambda event: events.append(event.kind), None)
    body = {"task": "fill", "parameters": {"prompt": "a boat", "seed": "", "variants": 2}, "mask": DISC}
    told = client.post(f"/api/photos/{id}/patches/forecast", json=body).json()
    assert told["model"] and told["memory_mib"] > 0 and not told["problem"] and not machine.comfy.prompts
    assert 0 < told["covered"] < 0.5 and not told["doubt"]
    job = client.post(f"/api/photos/{id}/patches", json=body).json()["job"]
    assert done(client, job["id"])["state"] == "done"
    stop()
    (patch,) = patches(client, id)
    assert len(patch["variants"]) == 2 and patch["recipe"]["task"]["prompt"] == "a boat"
    assert {"patch-preview", "patch-made"} <= set(events)
    history = client.get(f"/api/photos/{id}").json()["history"]
    assert "Fill: a boat (generated)" in str(history)
    client.post(f"/api/photos/{id}/undo")
    assert patches(client, id) == []


def test_a_guess_at_the_subject_is_told_before_the_click(
    served: tuple[Workspace, TestClient, str], machine: Machine
) -> None:
    body = {"task": "replace-background", "parameters": {"prompt": "a garden"}}
    told = served[1].post(f"/api/photos/{served[2]}/patches/forecast", json=body).json()
    assert not told["problem"], told
    assert told["covered"] > 0 and "colours alone" in told["doubt"]


def test_what_keeps_a_task_from_being_done_is_foreseen(
    served: tuple[Workspace, TestClient, str], machine: Machine
) -> None:
    machine.store.ids.clear()
    body = {"task": "fill", "parameters": {"prompt": "a boat"}, "mask": DISC}
    told = served[1].post(f"/api/photos/{served[2]}/patches/forecast", json=body).json()
    assert "“Fill”" in told["problem"] and "models pull" in told["remedy"]


def test_an_engine_that_fails_leaves_the_edit(served: tuple[Workspace, TestClient, str], machine: Machine) -> None:
    _, client, id = served
    machine.comfy.answer = EngineError("ComfyUI ended.", "The next job starts it again.")
    body = {"task": "fill", "parameters": {"prompt": "a boat"}, "mask": DISC}
    job = done(client, client.post(f"/api/photos/{id}/patches", json=body).json()["job"]["id"])
    assert job["state"] == "failed" and job["message"] == "ComfyUI ended." and job["remedy"]
    assert patches(client, id) == []


def test_a_restyle_becomes_settings(served: tuple[Workspace, TestClient, str], machine: Machine) -> None:
    _, client, id = served
    body = {"task": "restyle", "parameters": {"prompt": "an evening"}}
    assert done(client, client.post(f"/api/photos/{id}/patches", json=body).json()["job"]["id"])["state"] == "done"
    settings = client.get(f"/api/photos/{id}").json()["settings"]
    assert settings and "patches" not in settings


def test_what_is_drawn_on_is_the_photo_that_is_kept_decoded(
    served: tuple[Workspace, TestClient, str], machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, client, id = served
    workspace.pipeline(id)

    def again(*_: object) -> None:
        raise AssertionError("the photo is decoded a second time")

    monkeypatch.setattr("stillbytes.photo.decode.decode", again)
    body = {"task": "fill", "parameters": {"prompt": "a boat"}, "mask": DISC}
    job = client.post(f"/api/photos/{id}/patches", json=body).json()["job"]
    assert done(client, job["id"])["state"] == "done"


def test_new_pictures_lie_beside_the_photo_and_wait_for_each_other_alone(
    served: tuple[Workspace, TestClient, str], machine: Machine
) -> None:
    workspace, client, id = served
    heard: list[Any] = []
    stop = workspace.events.listen(lambda event: heard.append((event.kind, event.data)), None)
    body = {"task": "create", "parameters": {"prompt": "a storm", "variants": 2, "strength": 0.4}, "picture": id}
    told = client.post(f"/api/photos/{id}/patches/forecast", json=body).json()
    assert told["model"] and told["pictures"] == 2 and not told["problem"] and not machine.comfy.prompts
    job = done(client, client.post(f"/api/photos/{id}/patches", json=body).json()["job"]["id"])
    assert job["state"] == "done" and "a-create.png" in job["message"], job["message"]
    up = {"task": "upscale", "parameters": {"scale": "4"}}
    assert client.post(f"/api/photos/{id}/patches/forecast", json=up).json()["pictures"] == 1
    assert done(client, client.post(f"/api/photos/{id}/patches", json=up).json()["job"]["id"])["state"] == "done"
    stop()
    names = [photo["name"] for photo in client.get("/api/folder").json()["photos"]]
    assert set(names) == {"a.dng", "a-create.png", "a-create-2.png", "a-upscale.jpg"}
    assert {"picture-made", "folder-changed", "patch-preview"} <= {kind for kind, _ in heard}
    assert not any(interactive for _, interactive in machine.asked)  # edits go first
    sizes = {name: Image.open(workspace.folder.path / name).size for name in names if name != "a.dng"}
    assert sizes["a-upscale.jpg"] == (960, 640) and sizes["a-create.png"][0] > sizes["a-create.png"][1]
    assert patches(client, id) == [] and client.get(f"/api/photos/{id}").json()["history"]["position"] == 0


def test_a_fill_is_like_another_photo_of_the_folder(
    served: tuple[Workspace, TestClient, str], machine: Machine
) -> None:
    _, client, id = served
    body = {"task": "fill", "parameters": {"prompt": "a boat"}, "mask": DISC, "reference": id}
    assert "like another picture" in client.post(f"/api/photos/{id}/patches/forecast", json=body).json()["problem"]
    machine.store.ids |= {"ip-adapter-sd15", "clip-vit-h"}
    assert done(client, client.post(f"/api/photos/{id}/patches", json=body).json()["job"]["id"])["state"] == "done"
    (patch,) = patches(client, id)
    assert patch["recipe"]["words"]["reference_digest"]
    again = client.post(f"/api/photos/{id}/patches", json={"task": "fill", "patch": patch["id"]})
    assert done(client, again.json()["job"]["id"])["state"] == "done"
    assert sum("IPAdapter" in str(prompt) for prompt in machine.comfy.prompts) == 2


@pytest.mark.parametrize(
    "body",
    [
        {"task": "expand", "reference": "ID"},
        {"task": "fill", "mask": DISC, "picture": "ID"},
        {"task": "fill", "mask": DISC, "reference": "nobody"},
    ],
)  # fmt: skip
def test_pictures_that_a_task_does_not_take_are_refused(
    served: tuple[Workspace, TestClient, str], machine: Machine, body: dict[str, Any]
) -> None:
    _, client, id = served
    body = {key: id if value == "ID" else value for key, value in body.items()}
    assert client.post(f"/api/photos/{id}/patches/forecast", json=body).json()["problem"]
    assert not machine.comfy.prompts


def test_exports_are_drawn_larger_on_their_way(served: tuple[Workspace, TestClient, str], machine: Machine) -> None:
    workspace, client, id = served
    body: dict[str, Any] = {"photos": [id], "through": {"task": "upscale", "parameters": {"scale": 2}}, "size": 300}
    job = done(client, client.post("/api/exports", json=body).json()["id"])
    assert job["state"] == "done", job
    with Image.open(workspace.folder.path / "exports" / "a.jpg") as made:
        assert made.size == (300, 200)  # of 480 x 320
    content = (workspace.folder.path / "exports" / "a.jpg").read_bytes()
    assert b"algorithmicallyEnhanced" in content and b"realesrgan-x4" in content
    machine.store.ids.clear()
    job = done(client, client.post("/api/exports", json=body).json()["id"])
    assert job["state"] == "failed" and "“Upscale”" in job["message"]
    body["through"] = {"task": "fill"}
    assert "cannot be on the way" in client.post("/api/exports", json=body).json()["error"]["message"]


def test_workflows_of_ones_own_are_offered_done_and_their_faults_told(
    served: tuple[Workspace, TestClient, str], machine: Machine
) -> None:
    _, client, id = served
    folder = own.folder()
    folder.mkdir(parents=True)
    (folder / "fill.json").write_text(json.dumps(FILL))
    (folder / "bad.json").write_text("{}")
    told = client.get("/api/tasks").json()
    (task,) = [one for one in told["tasks"] if one["name"] == "my-fill"]
    assert task["label"] == "Fill, my way" and task["takes"] == "mask" and task["generated"]
    assert task["also"] == []  # its header names no place for a reference
    assert told["tasks"][-1] == task and ["bad.json" in one["message"] for one in told["problems"]] == [True]
    body = {"task": "my-fill", "parameters": {"prompt": "a boat"}, "mask": DISC}
    assert client.post(f"/api/photos/{id}/patches/forecast", json=body).json()["model"] == "my-fill"
    assert done(client, client.post(f"/api/photos/{id}/patches", json=body).json()["job"]["id"])["state"] == "done"
    (patch,) = patches(client, id)
    assert patch["task"] == "my-fill" and patch["recipe"]["model"] == "my-fill"
    again = client.post(f"/api/photos/{id}/patches", json={"task": "my-fill", "patch": patch["id"]}).json()
    assert done(client, again["job"]["id"])["state"] == "done"
    (folder / "fill.json").unlink()
    answer = client.post(f"/api/photos/{id}/patches", json=body)
    assert answer.status_code in (400, 422)
    assert "my-fill" in answer.json()["error"]["message"]
