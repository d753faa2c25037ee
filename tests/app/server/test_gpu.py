"""The routes of the card, and what the page is told of it."""

from __future__ import annotations

import asyncio
import json
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from app.server.ai import bare
from app.server.asynchronous import run
from fastapi.testclient import TestClient

from stillbytes.app.cli import main
from stillbytes.app.server import card
from stillbytes.app.server.workspace import Workspace
from stillbytes.core.events import Events
from stillbytes.core.preferences import Preferences
from stillbytes.engines.engine import Loadable
from stillbytes.gpu.broker.messages import Holder, Resident, Snapshot
from stillbytes.gpu.start import start
from stillbytes.gpu.telemetry import HostMemory


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Workspace, TestClient]]:
    with bare(tmp_path, monkeypatch) as made:
        yield made


@pytest.fixture
def client(served: tuple[Workspace, TestClient]) -> TestClient:
    return served[1]


@pytest.fixture
def workspace(served: tuple[Workspace, TestClient]) -> Workspace:
    return served[0]


def test_without_a_broker_the_card_says_so(client: TestClient, workspace: Workspace) -> None:
    status = client.get("/api/gpu/status").json()
    assert not status["present"] and "No engine is in use" in status["says"]
    assert client.post("/api/gpu/free").json() == status
    workspace.without_broker = "The preferences cannot be read. Mend the file."
    assert client.get("/api/gpu/status").json()["says"] == workspace.without_broker


def test_with_a_broker_the_card_tells_who_holds_what(client: TestClient, workspace: Workspace) -> None:
    workspace.broker = start(Preferences(), HostMemory(3000))
    status = client.get("/api/gpu/status").json()
    assert status["present"] and status["kind"] == "host" and status["total"] == 3000
    assert status["holders"] == status["waiting"] == []
    assert client.post("/api/gpu/free").json()["present"]


def test_a_broken_choice_is_told_to_the_page(workspace: Workspace, tmp_path: Path) -> None:
    heard: list[tuple[str, object]] = []
    workspace.events.listen(lambda event: heard.append((event.kind, event.data)))
    (tmp_path / "home").mkdir(exist_ok=True)
    (tmp_path / "home" / "preferences.json").write_text("{")
    run(card.attach(workspace, 0))
    assert workspace.broker is None and "preferences" in workspace.without_broker
    assert heard == [("gpu", {"present": False, "says": workspace.without_broker})]


def test_the_page_is_told_once_the_broker_is_there(workspace: Workspace) -> None:
    heard: list[tuple[str, object]] = []
    workspace.events.listen(lambda event: heard.append((event.kind, event.data)))

    async def begin() -> None:
        await card.attach(workspace, 0)
        await card.detach(workspace)

    run(begin())
    assert [kind for kind, _ in heard] == ["gpu"]
    assert workspace.broker is None


def test_models_are_told_by_the_names_that_people_know() -> None:
    broker = start(Preferences(), HostMemory(3000))
    holders = tuple(Holder(name, "llama", "resident", 100, in_use=False) for name in ("smollm2-135m", "own.gguf"))
    told = card.fields(broker, Snapshot(3000, 2800, 0, 256, holders))
    assert [holder["title"] for holder in told["holders"]] == ["SmolLM2 135M Instruct Q4_1", "own.gguf"]


def test_many_changes_are_few_events_and_the_last_one_is_among_them() -> None:
    events, heard = Events(), []
    events.listen(lambda event: heard.append(event.data["free"]))

    async def change() -> None:
        broker = start(Preferences(), HostMemory(3000))
        broker.declare(Resident("a", "llama", 10), Loadable("a", {}))
        told = card.Told(broker, events)
        for free in range(200):
            told(Snapshot(3000, free, 0, 256))
        await asyncio.sleep(2.5 * card.LEAST_APART_S)

    run(change())
    assert heard == [0, 199]


def test_a_plan_says_what_fits_how_fast_and_on_which_basis(client: TestClient) -> None:
    plan = client.get("/api/gpu/plan", params={"card": "RTX 3060", "vram": "12GB", "ram": "32GB"}).json()
    assert plan["combinations"][0] == plan["chosen"] and plan["reasons"] and plan["ladder"]
    assert plan["chosen"]["language"]["generation"]["basis"] == "estimate"
    assert plan["chosen"]["image"]["seconds"]["unit"] == "s"
    if sys.platform != "win32":
        assert shlex.split(plan["llama_line"]) == plan["llama"] and plan["llama"][0] == "llama-server"
        assert shlex.split(plan["comfyui_line"]) == plan["comfyui"]


def test_of_hundreds_of_combinations_the_page_is_told_some_of_each_kind(client: TestClient) -> None:
    plan = client.get("/api/gpu/plan", params={"card": "RTX 3060", "vram": "12GB", "ram": "32GB"}).json()
    assert plan["fitting"] > 100 > len(plan["combinations"]) > 10
    pairs = {(one["language"]["name"], one["image"]["name"]) for one in plan["combinations"]}
    assert len(pairs) == len(plan["combinations"])
    assert {one["arrangement"] for one in plan["combinations"]} >= {"together", "taking turns"}


def test_models_of_a_combination_can_be_planned_with(client: TestClient) -> None:
    asked = {"card": "RTX 3060", "vram": "12GB", "ram": "32GB"}
    other = client.get("/api/gpu/plan", params=asked).json()["combinations"][5]
    wish = {"llm": other["language"]["id"], "image": other["image"]["id"]}
    chosen = client.get("/api/gpu/plan", params={**asked, **wish}).json()["chosen"]
    assert (chosen["language"]["id"], chosen["image"]["id"]) == (wish["llm"], wish["image"])


def test_a_machine_without_a_card_has_a_plan_too(client: TestClient) -> None:
    plan = client.get("/api/gpu/plan", params={"vram": "0", "ram": "16GB", "image": "none"}).json()
    assert plan["machine"]["card"] is None and plan["chosen"]["image"] is None and plan["comfyui_line"] == ""


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ({"card": "RTX 9999"}, 400, "RTX 9999"),
        ({"vram": "much"}, 400, "much"),
        ({"llm": "no such model"}, 400, "no such model"),
        ({"card": "RTX 3060", "image": "none", "llm": "none"}, 400, "No model was asked for"),
        ({"disk": "tape"}, 422, "disk"),
        ({"context": "1"}, 422, "context"),
        ({"megapixels": "nan"}, 422, "megapixels"),
    ],
)
def test_what_cannot_be_planned_says_why(client: TestClient, asked: dict[str, str], status: int, said: str) -> None:
    answer = client.get("/api/gpu/plan", params=asked)
    assert answer.status_code == status and said in answer.json()["error"]["message"]


def test_the_page_is_not_told_of_options_of_the_command_line(client: TestClient) -> None:
    error = client.get("/api/gpu/plan", params={"card": "RTX 3065"}).json()["error"]
    assert "RTX 3060" in error["remedy"] and "memory alone" in error["remedy"] and "--" not in error["remedy"]


def test_the_page_plans_as_the_command_line_does(client: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    asked = {"card": "RTX 3060", "vram": "12GB", "ram": "32GB", "llm": "qwen3:8b", "image": "sdxl"}
    page = client.get("/api/gpu/plan", params=asked).json()
    main(["gpu", "plan", "--json", *(word for name, value in asked.items() for word in (f"--{name}", value))])
    line = json.loads(capsys.readouterr().out)
    for name in ("machine", "chosen", "masks", "reasons", "llama", "comfyui", "workflow", "ladder", "notes"):
        assert page[name] == line[name]
    assert page["fitting"] == len(line["combinations"])


def test_cards_are_listed_by_name(client: TestClient) -> None:
    cards = {one["name"]: one["vram_mib"] for one in client.get("/api/gpu/cards").json()["cards"]}
    assert cards["GeForce RTX 3060 12GB"] == 12288
