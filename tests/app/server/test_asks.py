"""Asking over REST: what is proposed, applied in part as one step, refused when anything in it is not as declared."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from app.server.ai import one_photo
from dng import make_photo, scene
from fastapi.testclient import TestClient
from scripted import BREAK, HOLD, plan, scripted

from stillbytes import library
from stillbytes.app.server.application import create_app
from stillbytes.app.server.workspace import Workspace
from stillbytes.assistant import carrying_out, models
from stillbytes.assistant.proposal import Proposal, not_understood
from stillbytes.assistant.vocabulary import understand
from stillbytes.core import preferences
from stillbytes.core.errors import Cancelled, EngineError, NotFound
from stillbytes.edit import finding
from stillbytes.gpu import talking

Served = tuple[Workspace, TestClient, str]


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    with one_photo(tmp_path, monkeypatch) as found:
        yield found


def asked(client: TestClient, id: str, request: str, **more: Any) -> dict[str, Any]:
    answer = client.post(f"/api/photos/{id}/ask", json={"request": request, **more})
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["proposal"])


def apply(client: TestClient, id: str, proposal: dict[str, Any], **amounts: float) -> Any:
    body = {key: proposal[key] for key in ("request", "base", "steps")}
    return client.post(f"/api/photos/{id}/ask/apply", json={**body, "amounts": amounts})


def photo(client: TestClient, id: str) -> Any:
    return client.get(f"/api/photos/{id}").json()


def ended(client: TestClient, job: str) -> dict[str, Any]:
    for _ in range(600):
        found = next(one for one in client.get("/api/jobs").json()["jobs"] if one["id"] == job)
        if found["state"] in ("done", "failed", "cancelled"):
            return dict(found)
        time.sleep(0.05)
    raise AssertionError("the job did not end")


def test_a_preset_is_one_step_of_which_a_part_is_applied(served: Served) -> None:
    _, client, id = served
    proposal = asked(client, id, "apply the Muted preset at 50 %")
    (step,) = proposal["steps"]
    assert (step["tool"], step["says"]) == ("preset", "Preset Muted, 50%")
    rows = {row["parameter"]: row["to"] for row in step["rows"]}
    half = {f"0.{name}": 0.5 for name in rows}
    changed = apply(client, id, proposal, **half).json()["photo"]["settings"]
    assert changed["saturation"] == pytest.approx(rows["saturation"] / 2, abs=1)


def test_photos_that_are_looked_for_are_told_and_those_here_can_be_opened(served: Served) -> None:
    workspace, client, id = served
    assert "library is empty" in asked(client, id, "find photos from 2024")["message"]
    elsewhere = workspace.folder.path.parent / "elsewhere"
    elsewhere.mkdir()
    make_photo(elsewhere / "b.dng", scene(240, 160))
    with library.open() as catalogue:
        catalogue.add(workspace.folder.path)
        catalogue.add(elsewhere)
    proposal = asked(client, id, "show me all photos")
    assert {(one["name"], one["id"]) for one in proposal["found"]} == {("a.dng", id), ("b.dng", "")}
    assert proposal["steps"][0]["task"] == {"name": "search", "parameters": {"query": ""}}
    assert photo(client, id)["history"]["entries"] == []


def test_a_request_is_proposed_changed_applied_as_one_step_and_followed_up(served: Served) -> None:
    _, client, id = served
    proposal = asked(client, id, "a bit warmer and lift the shadows")
    assert proposal["understood"] and proposal["engine"] == "vocabulary"
    rows = {row["parameter"]: row for row in proposal["steps"][0]["rows"]}
    assert rows["temperature"]["from"] is None and rows["temperature"]["to"] > rows["temperature"]["start"]
    assert rows["shadows"] == {
        "parameter": "shadows", "label": "Shadows", "unit": "", "from": 0.0, "to": 20.0, "start": None,
    }  # fmt: skip
    assert photo(client, id)["settings"] == {}  # only proposed

    changed = apply(client, id, proposal, **{"0.shadows": 1.5, "0.temperature": 0}).json()["photo"]
    assert changed["settings"] == {"shadows": 30.0}
    assert [entry["label"] for entry in changed["history"]["entries"]] == ["a bit warmer and lift the shadows"]

    less = asked(client, id, "less")
    assert less["steps"][0]["rows"][0]["to"] < 30
    assert apply(client, id, less).json()["photo"]["settings"]["shadows"] == less["steps"][0]["rows"][0]["to"]
    undone = apply(client, id, asked(client, id, "undo")).json()["photo"]
    assert undone["settings"] == {"shadows": 30.0} and undone["history"]["position"] == 1


def test_what_is_not_understood_says_so_and_that_there_is_no_model(served: Served) -> None:
    _, client, id = served
    for more, alone in (({}, True), ({"engine": "vocabulary"}, False)):
        answer = asked(client, id, "like a Monet", **more)
        assert not answer["understood"] and answer["steps"] == [] and "monet" in answer["message"]
        assert answer["alone"] is alone
    assert client.post(f"/api/photos/{id}/ask", json={"request": ""}).status_code == 422
    assert client.post(f"/api/photos/{id}/ask", json={"request": "warmer", "engine": "http://x"}).status_code == 422
    assert client.post("/api/photos/none/ask", json={"request": "warmer"}).status_code == 404


@pytest.mark.parametrize(
    ("change", "row"),
    [
        ({"to": 9000}, True), ({"to": "loud"}, True), ({"parameter": "volume"}, True), ({"start": "x"}, True),
        ({"shell": "ls"}, True), ({"tool": "delete"}, False), ({"count": -1}, False),
        ({"tool": "mask", "mask": {"components": [{"kind": {"kind": "file"}}]}, "adjustment": "a"}, False),
        ({"tool": "mask", "mask": {"components": [{"kind": {"kind": "subject"}}]}, "adjustment": ""}, False),
    ],
)  # fmt: skip
def test_what_comes_back_is_checked_again(served: Served, change: dict[str, Any], row: bool) -> None:
    _, client, id = served
    proposal = asked(client, id, "contrast +20")
    (proposal["steps"][0]["rows"][0] if row else proposal["steps"][0]).update(change)
    answer = apply(client, id, proposal)
    assert answer.status_code == 422, answer.text
    assert photo(client, id)["history"]["entries"] == []


def test_amounts_end_at_150_percent_and_start_is_read_from_the_photo(served: Served) -> None:
    _, client, id = served
    proposal = asked(client, id, "contrast +20")
    assert apply(client, id, proposal, **{"0.contrast": 1.6}).status_code == 422
    proposal["steps"][0]["rows"][0]["from"] = -100
    changed = apply(client, id, proposal, **{"0.contrast": 0.5}).json()["photo"]
    assert changed["settings"] == {"contrast": 10.0}


def test_a_photo_that_changed_meanwhile_is_left_as_it_is(served: Served) -> None:
    _, client, id = served
    proposal = asked(client, id, "contrast +20")
    client.put(f"/api/photos/{id}/settings", json={"settings": {"exposure": 1}, "label": "Exposure"})
    answer = apply(client, id, proposal)
    assert answer.status_code == 422 and "Ask again" in answer.json()["error"]["remedy"]
    assert photo(client, id)["settings"] == {"exposure": 1.0}


def test_a_mask_that_has_to_be_looked_for_is_a_job(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace, client, id = served
    proposal = asked(client, id, "more contrast and darken the sky")
    assert proposal["seeks"] == ["Sky"]
    sky = next(i for i, step in enumerate(proposal["steps"]) if step["tool"] == "mask")
    without = apply(client, id, proposal, **{f"{sky}.exposure": 0})  # nothing is left to look for
    assert without.json()["job"] is None and "adjustments" not in without.json()["photo"]["settings"]
    client.post(f"/api/photos/{id}/undo")

    def nowhere(*_: Any, **__: Any) -> Any:
        raise NotFound("There is no sky in this photo.")

    monkeypatch.setattr(finding, "look_for", nowhere)
    monkeypatch.setattr(workspace, "networks", lambda *_: None)
    answer = apply(client, id, asked(client, id, "more contrast and darken the sky"))
    assert answer.status_code == 202
    job = ended(client, answer.json()["job"]["id"])
    assert job["state"] == "failed" and "no sky" in job["message"]
    assert photo(client, id)["settings"] == {}


def test_a_language_models_answer_is_a_job_whose_event_brings_it(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, client, id = served
    heard: list[Any] = []
    workspace.events.listen(lambda event: heard.append(event) if event.kind == "proposed" else None, None)

    def answers(request: str, about: Any, *_: Any) -> Proposal:
        if "again" in request:
            raise EngineError("The server went away.", "Start it again.")
        if "nothing" in request:
            return not_understood(request, "small", "I know nothing to do.")
        return understand("warmer", about)

    monkeypatch.setattr(talking, "candidates", lambda: ("http://127.0.0.1:1",))
    monkeypatch.setattr(models, "by_broker", answers)
    for request, understood in (("like a Monet", True), ("nothing like a Monet", False)):
        answer = client.post(f"/api/photos/{id}/ask", json={"request": request})
        assert answer.status_code == 202
        assert ended(client, answer.json()["job"]["id"])["state"] == "done"
        told = heard.pop().data
        assert told["photo"] == id and told["proposal"]["understood"] is understood
    failed = client.post(f"/api/photos/{id}/ask", json={"request": "a Monet again"}).json()["job"]
    job = ended(client, failed["id"])
    assert (job["state"], job["remedy"]) == ("failed", "Start it again.") and heard == []
    assert photo(client, id)["history"]["entries"] == []


def told_of(workspace: Workspace, *kinds: str) -> list[Any]:
    heard: list[Any] = []
    workspace.events.listen(lambda event: heard.append(event) if event.kind in kinds else None, None)
    return heard


def test_an_answer_is_told_while_it_is_written(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace, client, id = served
    heard = told_of(workspace, "asking", "proposed")
    step = {"for": "like a Monet", "tool": "set", "parameter": "shadows", "value": 30}
    with scripted([plan(step)[:90], HOLD, plan(step)[90:]]) as server:
        monkeypatch.setattr(talking, "candidates", lambda: (server.url,))
        job = client.post(f"/api/photos/{id}/ask", json={"request": "like a Monet"}).json()["job"]
        for _ in range(200):
            if heard and heard[-1].data.get("steps"):
                break
            time.sleep(0.05)
        assert heard[-1].data["steps"] == ["Shadows 30"] and heard[-1].data["stage"] == "answering"
        assert [one.data["stage"] for one in heard[:3]] == ["looking", "waiting", "reading"]
        server.go.set()
        assert ended(client, job["id"])["state"] == "done"
    assert heard[-1].kind == "proposed"
    assert heard[-1].data["proposal"]["steps"][0]["rows"][0]["to"] == 30
    assert len(workspace.pipelines._entries) == 1 and workspace.document(id).photo._pipeline is None


def test_a_server_that_is_gone_in_mid_answer_is_told_and_nothing_changes(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, client, id = served
    with scripted([plan({"tool": "set", "parameter": "shadows", "value": 30})[:75], BREAK]) as server:
        monkeypatch.setattr(talking, "candidates", lambda: (server.url,))
        job = client.post(f"/api/photos/{id}/ask", json={"request": "like a Monet"}).json()["job"]
        gone = ended(client, job["id"])
    assert gone["state"] == "failed" and "breaks off" in gone["message"] and gone["remedy"]
    assert photo(client, id)["history"]["entries"] == []


def test_a_model_hears_what_was_asked_before_in_this_run(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    _, client, id = served
    asked(client, id, "contrast +20")
    with scripted(plan()) as server:
        monkeypatch.setattr(talking, "candidates", lambda: (server.url,))
        job = client.post(f"/api/photos/{id}/ask", json={"request": "like a Monet"}).json()["job"]
        ended(client, job["id"])
    assert (
        "Said before:\n- “contrast +20”: proposed, not applied\nRequest" in server.asked[0]["messages"][-1]["content"]
    )


def test_steps_of_a_plan_are_looked_at_by_a_model_that_sees(served: Served) -> None:
    workspace, client, id = served
    heard = told_of(workspace, "carrying")
    proposal = asked(client, id, "contrast +30 and remove the dog")
    spot = {"kind": {"kind": "radial", "centre": [0.5, 0.33], "radius_x": 0.08, "radius_y": 0.06}}
    proposal["steps"][1]["task"]["mask"] = {"components": [spot]}
    said = [json.dumps({"done": done, "harm": False, "say": "So it is."}) for done in (True, False)]
    with scripted(*said, vision=True, context=8192) as server:
        preferences.save(preferences.Preferences(llama=preferences.LlamaPreferences(url=server.url)))
        body = {key: proposal[key] for key in ("request", "base", "steps", "turn")}
        job = client.post(f"/api/photos/{id}/ask/apply", json=body).json()["job"]
        assert ended(client, job["id"])["state"] == "done"
    first, second = heard[-1].data["steps"]
    assert first["checks"][-1] == "By eye: done. “So it is.”"
    assert second["checks"][0] == "By eye: it is not seen. “So it is.”"


def test_steps_that_are_being_written_are_told_in_the_language_of_the_page(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, client, id = served
    heard = told_of(workspace, "asking")
    step = {"for": "like a Monet", "tool": "adjust", "target": "dog", "parameter": "exposure", "value": 0.5}
    whole = plan(step)
    with scripted([whole[:-2], HOLD, whole[-2:]]) as server:
        monkeypatch.setattr(talking, "candidates", lambda: (server.url,))
        body, german = {"request": "like a Monet"}, {"accept-language": "de"}
        job = client.post(f"/api/photos/{id}/ask", json=body, headers=german).json()["job"]
        for _ in range(200):
            if heard and heard[-1].data["steps"]:
                break
            time.sleep(0.05)
        client.delete(f"/api/jobs/{job['id']}")
        assert ended(client, job["id"])["state"] == "cancelled"
    assert heard[-1].data["steps"] == ["Hund: Belichtung 0,5 EV"]


def test_stopping_an_answer_stops_the_server(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace, client, id = served
    heard = told_of(workspace, "asking")
    with scripted(['{"steps": [', HOLD]) as server:
        monkeypatch.setattr(talking, "candidates", lambda: (server.url,))
        job = client.post(f"/api/photos/{id}/ask", json={"request": "like a Monet"}).json()["job"]
        for _ in range(200):
            if heard and heard[-1].data["stage"] == "answering":
                break
            time.sleep(0.05)
        client.delete(f"/api/jobs/{job['id']}")
        assert ended(client, job["id"])["state"] == "cancelled"
        assert server.closed.wait(10)


def turns(client: TestClient, id: str) -> list[dict[str, Any]]:
    return list(client.get(f"/api/photos/{id}/chat").json()["turns"])


def test_what_was_asked_is_kept_with_what_came_of_it_and_survives_a_restart(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, client, id = served
    heard = told_of(workspace, "chat-changed")
    first = asked(client, id, "exposure +2")
    body = {key: first[key] for key in ("request", "base", "steps", "turn")}
    client.post(f"/api/photos/{id}/ask/apply", json={**body, "amounts": {"0.exposure": 0.5}})
    second = asked(client, id, "warmer")
    client.put(f"/api/photos/{id}/chat/{second['turn']}", json={"outcome": "discarded"})
    asked(client, id, "like a Monet")
    asked(client, id, "what does dehaze do?")
    kept = turns(client, id)
    assert [turn["outcome"] for turn in kept] == ["applied", "discarded", "unclear", "answered"]
    assert kept[0]["lines"] == ["Exposure 0 → +1 EV"]
    assert any("Changed by" in words for words in kept[0]["checks"]) and any("Middle" in w for w in kept[0]["checks"])
    assert "Dehaze" in kept[3]["message"]
    assert len(heard) == 6 and heard[0].data == {"id": id}
    again = Workspace(workspace.folder)
    with TestClient(create_app(again, asyncio.Event())) as other:
        assert turns(other, id) == kept
    again.close()
    assert client.delete(f"/api/photos/{id}/chat").json()["turns"] == []
    assert photo(client, id)["settings"] == {"exposure": 1.0}
    assert client.put(f"/api/photos/{id}/chat/x", json={"outcome": "applied"}).status_code == 422


def test_what_cannot_be_done_and_a_failing_model_are_kept_too(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    _, client, id = served
    with scripted([BREAK]) as server:
        monkeypatch.setattr(talking, "candidates", lambda: (server.url,))
        job = client.post(f"/api/photos/{id}/ask", json={"request": "like a Monet"}).json()["job"]
        ended(client, job["id"])
    proposal = asked(client, id, "contrast +20")
    client.put(f"/api/photos/{id}/settings", json={"settings": {"exposure": 1}, "label": "Exposure"})
    assert apply(client, id, proposal).status_code == 422
    kept = turns(client, id)
    assert [turn["outcome"] for turn in kept] == ["failed", "proposed"] and "breaks off" in kept[0]["message"]


def test_suggestions_fit_the_photo_as_it_is_now(served: Served) -> None:
    _, client, id = served
    client.put(f"/api/photos/{id}/settings", json={"settings": {"exposure": -4.5}, "label": "Exposure"})
    found = client.get(f"/api/photos/{id}/suggestions").json()["suggestions"]
    dark = next(one for one in found if one["request"].startswith("exposure +"))
    assert "darker than" in dark["reason"]
    assert all(asked(client, id, one["request"])["understood"] for one in found)


def test_a_plan_with_something_to_make_is_a_job_that_tells_of_each_step(served: Served) -> None:
    workspace, client, id = served
    heard = told_of(workspace, "carrying")
    proposal = asked(client, id, "contrast +30, remove the dog and export as png")
    assert [step["tool"] for step in proposal["steps"]] == ["set", "task", "export"]
    spot = {"kind": {"kind": "radial", "centre": [0.5, 0.33], "radius_x": 0.08, "radius_y": 0.06}}
    proposal["steps"][1]["task"]["mask"] = {"components": [spot]}  # as a person paints it; no network runs here
    body = {key: proposal[key] for key in ("request", "base", "steps", "turn")}
    answer = client.post(f"/api/photos/{id}/ask/apply", json=body)
    assert answer.status_code == 202, answer.text
    job = ended(client, answer.json()["job"]["id"])
    assert (job["state"], job["message"]) == ("done", "Done")
    states = [[step["state"] for step in event.data["steps"]] for event in heard]
    assert states[0] == ["waiting", "waiting"] and states[-1] == ["done", "done"]
    assert ["done", "running"] in states and heard[-1].data["turn"] == proposal["turn"]
    assert heard[-1].data["steps"][0]["says"] == "Contrast 0 → +30"
    changed = photo(client, id)
    assert len(changed["history"]["entries"]) == 1 and changed["settings"]["contrast"] == 30
    assert len(changed["settings"]["patches"]) == 1
    (turn,) = turns(client, id)
    assert turn["outcome"] == "applied" and turn["lines"] == ["Contrast 0 → +30", "Remove: dog", "Export as PNG"]


def test_a_plan_that_is_stopped_keeps_what_is_done_and_names_what_is_not(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, client, id = served
    looking = threading.Event()

    def looked_for(*_: Any, cancelled: Any, **__: Any) -> Any:
        looking.set()
        while not cancelled():
            time.sleep(0.01)
        raise Cancelled()

    monkeypatch.setattr(carrying_out, "complete_mask", looked_for)
    proposal = asked(client, id, "contrast +30, remove the bin and remove the dog")
    body = {key: proposal[key] for key in ("request", "base", "steps", "turn")}
    job = client.post(f"/api/photos/{id}/ask/apply", json=body).json()["job"]["id"]
    assert looking.wait(30)
    client.delete(f"/api/jobs/{job}")
    assert ended(client, job)["message"] == "Stopped; 2 not done"
    changed = photo(client, id)
    assert changed["settings"] == {"contrast": 30} and len(changed["history"]["entries"]) == 1
    (turn,) = turns(client, id)
    assert turn["outcome"] == "applied" and turn["lines"] == ["Contrast 0 → +30"]
    assert turn["checks"][0] == "Stopped; not done: Remove: bin; Remove: dog."


def test_what_cannot_be_found_is_told_and_nothing_of_the_plan_is_done(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, client, id = served

    def missing(*_: Any, **__: Any) -> Any:
        raise NotFound("There is no bin in this photo.", "Paint over it.")

    monkeypatch.setattr(carrying_out, "complete_mask", missing)
    proposal = asked(client, id, "contrast +30 and remove the bin")
    body = {key: proposal[key] for key in ("request", "base", "steps", "turn")}
    job = ended(client, client.post(f"/api/photos/{id}/ask/apply", json=body).json()["job"]["id"])
    assert job["state"] == "failed" and "no bin" in job["message"]
    assert photo(client, id)["settings"] == {}
    (turn,) = turns(client, id)
    assert turn["outcome"] == "failed" and "no bin" in turn["checks"][0]


def batch(client: TestClient, proposal: dict[str, Any], photos: list[str], confirmed: int, **more: Any) -> Any:
    body = {key: proposal[key] for key in ("request", "engine", "steps")}
    return client.post("/api/ask/batch", json={**body, "photos": photos, "confirmed": confirmed, **more})


@pytest.fixture
def three(served: Served) -> list[str]:
    workspace, client, _ = served
    for name in ("b.dng", "c.dng"):
        make_photo(workspace.folder.path / name, scene(240, 160))
    return [one["id"] for one in client.get("/api/folder").json()["photos"]]


def test_many_photos_are_changed_only_after_a_yes_to_that_many(served: Served, three: list[str]) -> None:
    _, client, _ = served
    first, second, third = three
    client.put(f"/api/photos/{second}/settings", json={"settings": {"contrast": 30}, "label": "Contrast"})
    proposal = asked(client, first, "contrast +20")
    for confirmed in (0, 1, 2, 4):
        answer = batch(client, proposal, three, confirmed)
        assert answer.status_code == 422 and "3 photos would be changed" in answer.json()["error"]["message"]
    assert batch(client, proposal, [*three, "none"], 4).status_code in (404, 422)
    assert photo(client, first)["settings"] == {}
    job = ended(client, batch(client, proposal, three, 3, amounts={"0.contrast": 0.5}).json()["id"])
    assert (job["state"], job["message"]) == ("done", "Changed 3 of 3 photos.")
    assert [photo(client, id)["settings"]["contrast"] for id in three] == [10, 40, 10]  # from where each is
    assert [len(photo(client, id)["history"]["entries"]) for id in three] == [1, 2, 1]
    assert turns(client, third)[0]["lines"] == ["Contrast 0 → +10"]


def test_what_a_model_proposed_becomes_the_same_everywhere(served: Served, three: list[str]) -> None:
    _, client, _ = served
    client.put(f"/api/photos/{three[1]}/settings", json={"settings": {"contrast": 30}, "label": "Contrast"})
    proposal = {**asked(client, three[0], "contrast +20"), "engine": "some-model"}
    ended(client, batch(client, proposal, three, 3).json()["id"])
    assert [photo(client, id)["settings"]["contrast"] for id in three] == [20, 20, 20]


def test_one_photo_that_fails_costs_the_others_nothing(
    served: Served, three: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, client, _ = served
    looked: list[str] = []

    def once(photo: Any, *_: Any, **__: Any) -> Any:
        looked.append(photo.id)
        raise NotFound("There is no sky in this photo.")

    monkeypatch.setattr(finding, "look_for", once)
    monkeypatch.setattr(workspace, "networks", lambda *_: None)
    proposal = asked(client, three[0], "contrast +20 and darken the sky")
    answer = batch(client, proposal, three, 3)
    job = ended(client, answer.json()["id"])
    assert job["state"] == "failed" and job["message"].count("no sky") == 3 and looked == three
    proposal = asked(client, three[0], "undo")
    assert batch(client, proposal, three, 3).status_code == 422


def test_a_request_is_completed_from_the_vocabulary_and_from_what_was_asked(served: Served) -> None:
    _, client, id = served
    asked(client, id, "darken the sky a lot")
    found = client.get(f"/api/photos/{id}/completions", params={"text": "darken the s"}).json()["completions"]
    assert found[0] == "darken the sky a lot" and "darken the sky" in found
    assert client.get(f"/api/photos/{id}/completions", params={"text": ""}).json()["completions"] == []
