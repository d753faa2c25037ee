"""Asking over REST: what is proposed, applied in part as one step, refused when anything in it is not as declared."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from app.server.ai import bare
from dng import make_photo, scene
from fastapi.testclient import TestClient

from stillbytes.app.server.workspace import Workspace
from stillbytes.assistant import models
from stillbytes.assistant.proposal import Proposal, not_understood
from stillbytes.assistant.vocabulary import understand
from stillbytes.core.errors import EngineError, NotFound
from stillbytes.edit import finding

Served = tuple[Workspace, TestClient, str]


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    with bare(tmp_path, monkeypatch) as (workspace, client):
        make_photo(workspace.folder.path / "a.dng", scene(240, 160))
        yield workspace, client, client.get("/api/folder").json()["photos"][0]["id"]


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
        ({"shell": "ls"}, True), ({"tool": "delete"}, False), ({"count": 0}, False),
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
    proposal = asked(client, id, "darken the sky and more contrast")
    assert proposal["seeks"] == ["Sky"]
    sky = next(i for i, step in enumerate(proposal["steps"]) if step["tool"] == "mask")
    without = apply(client, id, proposal, **{f"{sky}.exposure": 0})  # nothing is left to look for
    assert without.json()["job"] is None and "adjustments" not in without.json()["photo"]["settings"]
    client.post(f"/api/photos/{id}/undo")

    def nowhere(*_: Any, **__: Any) -> Any:
        raise NotFound("There is no sky in this photo.")

    monkeypatch.setattr(finding, "look_for", nowhere)
    monkeypatch.setattr(workspace, "networks", lambda *_: None)
    answer = apply(client, id, asked(client, id, "darken the sky and more contrast"))
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

    def answers(request: str, about: Any, facts: Any, cancelled: Any) -> Proposal:
        if "again" in request:
            raise EngineError("The server went away.", "Start it again.")
        if "nothing" in request:
            return not_understood(request, "small", "I know nothing to do.")
        return understand("warmer", about)

    monkeypatch.setattr(models, "asked", lambda: "http://127.0.0.1:1")
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
