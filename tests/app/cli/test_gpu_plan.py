"""`stillbytes gpu plan`: for people, for programs, and for those who mistype."""

from __future__ import annotations

from pathlib import Path

import pytest
from app.cli.conftest import Run

HARDWARE = ("--card", "RTX 3060", "--ram", "32GB", "--disk", "nvme")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", str(tmp_path))  # no engine of the person who runs the tests


def test_a_person_gets_a_table_reasons_and_command_lines(run: Run) -> None:
    done = run("gpu", "plan", *HARDWARE)
    assert done.status == 0
    for said in (
        "What fits",
        "together",
        "to plan with",
        "llama-server --model",
        "python main.py",
        "masks",
        "(estimate)",
    ):
        assert said in done.out


def test_a_program_gets_the_same_with_the_basis_of_every_number(run: Run) -> None:
    done = run("gpu", "plan", *HARDWARE, "--json")
    chosen = done.json["chosen"]
    assert done.json["machine"]["card"] == "GeForce RTX 3060 12GB"
    assert chosen == done.json["combinations"][0]
    assert chosen["language"]["generation"]["basis"] == "estimate"
    assert chosen["memory"]["value"] < done.json["machine"]["room_mib"]
    assert done.json["llama"][0] == "llama-server"
    assert done.json["workflow"]["steps"] > 0


def test_named_models_are_planned(run: Run) -> None:
    done = run("gpu", "plan", *HARDWARE, "--llm", "qwen3:8b", "--image", "sdxl inpaint", "--json")
    assert done.json["chosen"]["language"]["name"].startswith("Qwen3 8B")
    assert done.json["chosen"]["image"]["id"] == "sdxl-inpaint-fp16"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("--card", "RTX 3065"), "RTX 3060"),
        ((*HARDWARE, "--llm", "quen"), "qwen"),
        ((*HARDWARE, "--image", "fluxx"), "flux"),
        (("--vram", "lots"), "12GB"),
        ((*HARDWARE, "--llm", "Llama-3.3-70B", "--image", "none"), "smaller model"),
    ],
)
def test_what_is_not_known_is_a_message_that_helps(run: Run, given: tuple[str, ...], says: str) -> None:
    done = run("gpu", "plan", *given)
    assert (done.status, done.out) == (1, "")
    assert says in done.err
    assert says in run("gpu", "plan", *given, "--json").json["error"]["remedy"]


def test_wrong_usage_is_told_apart(run: Run) -> None:
    assert run("gpu", "plan", "--disk", "tape").status == 2
    assert run("gpu", "nothing").status == 2


def test_this_machine_is_planned_without_being_asked_about(run: Run) -> None:
    done = run("gpu", "plan", "--json")
    assert done.status == 0
    assert done.json["machine"]["note"]
