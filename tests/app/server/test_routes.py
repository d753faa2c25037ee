"""The REST interface, as the page and other programs use it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import dcp
import httpx
from app.server.conftest import Running
from dng import make_photo
from PIL import Image

import stillbytes
from stillbytes.app.server.openapi import document
from stillbytes.develop import parameters
from stillbytes.develop.settings import Settings
from stillbytes.edit.document import Document


def test_the_folder_lists_photos_as_people_count(server: Running) -> None:
    folder = server.client.get("/api/folder").json()
    assert [photo["name"] for photo in folder["photos"]] == ["broken.dng", "IMG_1.dng", "IMG_2.dng", "IMG_10.dng"]


def test_every_declared_parameter_is_served(server: Running) -> None:
    groups = server.client.get("/api/parameters").json()["groups"]
    assert {p["name"] for group in groups for p in group["parameters"]} == set(parameters())


def test_every_declared_parameter_is_in_the_schema_with_its_range() -> None:
    properties = document()["components"]["schemas"]["Settings"]["properties"]
    assert set(properties) == set(parameters())
    exposure = properties["exposure"]["anyOf"][0]
    assert (exposure["minimum"], exposure["maximum"]) == (-5.0, 5.0)


def test_a_photo_tells_its_size_white_balance_and_history(server: Running) -> None:
    photo = server.client.get(f"/api/photos/{server.ids()['IMG_1.dng']}").json()
    assert photo["frame"]["width"] > 0
    assert 2000 <= photo["as_shot"]["temperature"] <= 50000
    assert photo["history"] == {"position": 0, "entries": [], "can_undo": False, "can_redo": False}


def test_settings_undo_and_redo(server: Running) -> None:
    path = f"/api/photos/{server.ids()['IMG_2.dng']}"
    for exposure in (0.5, 1.0):
        body = {"settings": {"exposure": exposure}, "label": f"Exposure {exposure}"}
        assert server.client.put(f"{path}/settings", json=body).status_code == 200
    assert server.client.post(f"{path}/undo").json()["settings"] == {"exposure": 0.5}
    assert server.client.post(f"{path}/redo").json()["settings"] == {"exposure": 1.0}
    photo = server.client.post(f"{path}/history/0").json()
    assert photo["settings"] == {} and photo["history"]["can_redo"]
    assert server.client.post(f"{path}/history/99").status_code == 404


def test_a_step_is_shown_in_part_and_nothing_is_changed_by_it(server: Running) -> None:
    path = f"/api/photos/{server.ids()['IMG_2.dng']}"
    server.client.post(f"{path}/history/0")
    for settings in ({"exposure": 1.0}, {"exposure": 1.0, "contrast": 40.0, "shadows": 20.0}):
        photo = server.client.put(f"{path}/settings", json={"settings": settings, "label": "Look"}).json()
    assert [entry["gradual"] for entry in photo["history"]["entries"]] == [False, True]
    part = server.client.get(f"{path}/history/2/faded", params={"amount": 0.5}).json()
    assert part == {"settings": {"exposure": 1.0, "contrast": 20.0, "shadows": 10.0}}
    assert server.client.get(path).json()["settings"] == photo["settings"]
    assert server.client.get(f"{path}/history/3/faded", params={"amount": 0.5}).status_code == 404
    for amount in ("2", "-1", "nan"):
        assert server.client.get(f"{path}/history/2/faded", params={"amount": amount}).status_code == 422


def test_what_is_found_by_looking_is_one_step(server: Running) -> None:
    path = f"/api/photos/{server.ids()['IMG_10.dng']}"
    groups = server.client.get("/api/parameters").json()["groups"]
    automatic = {p["name"] for group in groups for p in group["parameters"] if p["automatic"]}
    assert {"exposure", "shadows", "temperature", "crop_angle"} <= automatic
    server.client.put(f"{path}/settings", json={"settings": {"dehaze": 5.0}, "label": "Dehaze +5"})
    photo = server.client.post(f"{path}/automatic", json={}).json()
    assert photo["settings"]["dehaze"] == 5.0 and "exposure" in photo["settings"]
    assert photo["history"]["entries"][-1]["label"] == "Auto tone"
    assert server.client.post(f"{path}/undo").json()["settings"] == {"dehaze": 5.0}
    photo = server.client.post(f"{path}/automatic", json={"names": ["temperature"]}).json()
    assert set(photo["settings"]) == {"dehaze", "temperature"}
    refused = server.client.post(f"{path}/automatic", json={"names": ["dehaze"]})
    assert refused.status_code == 422 and "dehaze" in refused.text


def test_look_up_tables_are_imported_listed_and_removed(server: Running) -> None:
    client, table = server.client, b"LUT_1D_SIZE 2\n1 1 1\n0 0 0\n"
    taken = client.post("/api/luts/file", params={"name": "C:\\looks\\Negative.cube"}, content=table).json()
    assert taken["name"] == "Negative"
    assert client.get("/api/luts").json()["luts"] == [taken]
    path = f"/api/photos/{server.ids()['IMG_2.dng']}/settings"
    settings = {"lut": taken["value"], "lut_amount": 80}
    assert client.put(path, json={"settings": settings, "label": "LUT"}).json()["settings"] == settings
    assert client.put(path, json={"settings": {"lut": "/etc/passwd"}, "label": "LUT"}).status_code == 422
    assert client.post("/api/luts/file", params={"name": "a.cube"}, content=b"x").status_code == 400
    assert client.delete("/api/luts", params={"lut": "Negative"}).status_code == 200
    assert client.delete("/api/luts", params={"lut": "Negative"}).status_code == 422
    assert client.get("/api/luts").json()["luts"] == []
    assert client.put(path, json={"settings": {}, "label": "None"}).status_code == 200


def test_camera_profiles_are_listed_for_a_photo_imported_chosen_and_removed(server: Running) -> None:
    client, path = server.client, f"/api/photos/{server.ids()['IMG_2.dng']}"
    # One that may not be copied: else it is beside the photo, and stays there, as soon as the edit is written.
    file = dcp.content("Studio", "Test 1", tables=(dcp.turning(30),), policy=2)
    taken = client.post("/api/camera-profiles/file", params={"name": "x/Studio.dcp"}, content=file).json()
    assert (taken["name"], taken["place"]) == ("Studio", "yours")
    listed = client.get(f"{path}/camera-profiles").json()
    assert [one["name"] for one in listed["profiles"]] == ["Embedded", "Studio"] and listed["chosen"] == ""
    settings = {"camera_profile": taken["value"]}
    assert client.put(f"{path}/settings", json={"settings": settings, "label": "P"}).json()["settings"] == settings
    assert client.get(f"{path}/camera-profiles").json()["chosen"] == taken["value"]
    assert (
        client.put(f"{path}/settings", json={"settings": {"camera_profile": "x" * 300}, "label": "P"}).status_code
        == 422
    )
    assert client.post("/api/camera-profiles/file", params={"name": "a.dcp"}, content=b"x").status_code == 400
    assert client.delete("/api/camera-profiles", params={"profile": "Studio"}).status_code == 200
    assert client.delete("/api/camera-profiles", params={"profile": "Studio"}).status_code == 422
    assert client.get(f"{path}/camera-profiles").json()["chosen"] == ""
    assert client.put(f"{path}/settings", json={"settings": {}, "label": "None"}).status_code == 200


def test_presets_are_listed_tried_kept_and_removed(server: Running) -> None:
    client, id = server.client, server.ids()["IMG_10.dng"]
    listed = client.get("/api/presets").json()["presets"]
    assert {"Film/Muted"} <= {preset["id"] for preset in listed if not preset["own"]}
    before = client.get(f"/api/photos/{id}").json()["settings"]
    use = {"preset": "Rich colour", "amount": 0.5, "settings": {"exposure": 0.2}}
    tried = client.post(f"/api/photos/{id}/preset", json=use).json()["settings"]
    assert tried["exposure"] == 0.2 and tried["vibrance"] == 14
    assert client.get(f"/api/photos/{id}").json()["settings"] == before
    client.put(f"/api/photos/{id}/settings", json={"settings": tried, "label": "Rich colour 50 %"})
    assert client.post("/api/presets", json={"name": "Half rich", "photo": id}).json()["own"]
    content = b's = { type = "Develop", title = "Old", value = { settings = { Exposure2012 = 1, HDREditMode = 1 } } }'
    taken = client.post("/api/presets/file", params={"name": "Old.lrtemplate"}, content=content).json()
    assert taken["name"] == "Old" and "HDR" in taken["notes"][0]
    assert client.delete("/api/presets", params={"preset": "Half rich"}).status_code == 200
    assert client.delete("/api/presets", params={"preset": "Film/Muted"}).status_code == 422
    assert client.post("/api/presets/file", params={"name": "x.xmp"}, content=b"<x").status_code >= 400
    assert {preset["name"] for preset in client.get("/api/presets").json()["presets"] if preset["own"]} == {"Old"}


def test_an_edit_is_in_the_sidecar_within_half_a_second(server: Running) -> None:
    path = f"/api/photos/{server.ids()['IMG_1.dng']}"
    original = (server.folder / "IMG_1.dng").read_bytes()
    server.client.put(f"{path}/settings", json={"settings": {"contrast": 21}, "label": "Contrast +21"})
    time.sleep(0.6)
    assert 'Contrast2012="+21"' in (server.folder / "IMG_1.xmp").read_text()
    assert (server.folder / "IMG_1.dng").read_bytes() == original


def test_pasting_a_group_leaves_the_other_groups(server: Running) -> None:
    id = server.ids()["IMG_10.dng"]
    server.client.put(f"/api/photos/{id}/settings", json={"settings": {"exposure": 1, "vibrance": 10}, "label": "x"})
    body = {"settings": {"exposure": -1, "vibrance": 50}, "groups": ["Tone"], "photos": [id], "label": "Paste"}
    assert server.client.post("/api/paste", json=body).json()["photos"][0]["edited"]
    assert server.client.get(f"/api/photos/{id}").json()["settings"] == {"exposure": -1.0, "vibrance": 10.0}


def test_pictures_of_a_photo(server: Running) -> None:
    path = f"/api/photos/{server.ids()['IMG_1.dng']}"
    for kind in ("thumbnail", "preview"):
        answer = server.client.get(f"{path}/{kind}")
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.content.startswith(b"\xff\xd8")


def test_an_export_becomes_a_file_beside_the_photos(server: Running) -> None:
    ids = [server.ids()[name] for name in ("IMG_1.dng", "IMG_2.dng", "broken.dng")]
    job = server.client.post(
        "/api/exports", json={"photos": ids, "format": "jpeg", "size": 48, "suffix": "-web"}
    ).json()
    ended = _wait(server.client, job["id"])
    assert ended["state"] == "failed" and "1 of 3" in ended["message"] and ended["message"].count("broken.dng") == 1
    picture = Image.open(server.folder / "exports/IMG_1-web.jpg")
    assert max(picture.size) == 48
    again = server.client.post("/api/exports", json={"photos": ids[:1], "size": 48, "suffix": "-web"}).json()
    assert _wait(server.client, again["id"])["state"] == "done"
    assert (server.folder / "exports/IMG_1-web-2.jpg").is_file()


def test_an_export_tells_of_empty_canvas(server: Running) -> None:
    id = server.ids()["IMG_1.dng"]
    before = server.client.get(f"/api/photos/{id}").json()["settings"]
    wide = {"settings": {**before, "crop_left": -0.25}, "label": "Crop"}
    assert server.client.put(f"/api/photos/{id}/settings", json=wide).status_code == 200
    job = server.client.post("/api/exports", json={"photos": [id], "size": 48, "suffix": "-wide"}).json()
    ended = _wait(server.client, job["id"])
    assert ended["state"] == "done" and "20.0% of the picture is empty canvas" in ended["message"]
    server.client.put(f"/api/photos/{id}/settings", json={"settings": before, "label": "Crop"})


def test_an_export_stays_beside_the_photos(server: Running) -> None:
    id = server.ids()["IMG_1.dng"]
    for folder in ("../elsewhere", "/tmp", "..", "a/b", "c:\\x"):
        assert server.client.post("/api/exports", json={"photos": [id], "folder": folder}).status_code == 400


def test_what_does_not_exist_is_a_clear_error(server: Running) -> None:
    for method, path in (("GET", "/api/photos/nothing"), ("DELETE", "/api/jobs/none"), ("GET", "/api/nowhere")):
        answer = server.client.request(method, path)
        assert answer.status_code == 404
        assert answer.json()["error"]["message"]


def test_a_broken_photo_is_an_error_of_its_own(server: Running) -> None:
    answer = server.client.get(f"/api/photos/{server.ids()['broken.dng']}")
    assert answer.status_code == 415
    assert "broken.dng" in answer.json()["error"]["message"]
    assert server.client.get("/api/folder").status_code == 200


def test_events_tell_of_changes_and_can_be_caught_up(server: Running) -> None:
    id = server.ids()["IMG_2.dng"]
    headers = {"last-event-id": "0"}
    server.client.put(f"/api/photos/{id}/settings", json={"settings": {"tint": 3}, "label": "Tint"})
    with server.client.stream("GET", "/api/events", headers=headers) as stream:
        for line in stream.iter_lines():
            if line.startswith("data:") and id in line:
                return
    raise AssertionError("the event did not come")


def test_a_photo_that_another_program_adds_and_edits_is_told_of(server: Running) -> None:
    with server.client.stream("GET", "/api/events") as stream:
        lines = stream.iter_lines()
        next(lines)
        make_photo(server.folder / "new.dng")
        assert next(line for line in lines if line.startswith("event:")) == "event: folder-changed"
        id = server.ids()["new.dng"]
        document = Document(stillbytes.open(server.folder / "new.dng"))
        document.commit(Settings(exposure=0.5), "by another program")
        document.flush()
        told = next(json.loads(line[6:]) for line in lines if "digest" in line)
    assert (told["id"], told["edited"]) == (id, True)


def test_the_page_is_served_and_nothing_beside_it(server: Running) -> None:
    assert "<script" in server.client.get("/").text
    for path in ("/../pyproject.toml", "/..%2f..%2fpyproject.toml", "/assets/%2e%2e/%2e%2e/__init__.py"):
        assert server.client.get(path).status_code == 404


def _wait(client: httpx.Client, id: str) -> dict[str, str]:
    for _ in range(300):
        job: dict[str, str] = next(j for j in client.get("/api/jobs").json()["jobs"] if j["id"] == id)
        if job["state"] not in ("queued", "running"):
            return job
        time.sleep(0.05)
    raise AssertionError("the job did not end")


def test_the_committed_api_document_is_current() -> None:
    committed = Path(__file__).parents[3] / "web/openapi.json"
    assert json.loads(committed.read_text()) == json.loads(json.dumps(document()))
