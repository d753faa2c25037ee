"""What goes wrong while a task is carried out: a message with what to do, and photo and edit as they were."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from engines.comfyui.recorded import jobs
from engines.comfyui.stand_in import Faults
from generate.tasks.conftest import Machine
from generate.tasks.replay import Replay, failing, painted, replayed, tiles
from generate.tasks.sessions import SESSIONS, WITH_LITTLE_ROOM, WITHOUT_ROOM, Session

import stillbytes as sb
from stillbytes.engines.comfyui.client import Limits
from stillbytes.engines.comfyui.engine import ComfyUI

named = {one.name: one for one in SESSIONS}
NO_ROOM = failing(
    "torch.OutOfMemoryError",
    "Allocation on device \nThis error means you ran out of memory on your GPU.\n\nTIPS: If the workflow worked before "
    "you might have accidentally set the batch_size to a large number.",
)
"""As ComfyUI 0.3.64 words it on a card."""


def refused(machine: Machine, session: Session, server: Replay, *says: str) -> None:
    ran = machine.run(session, server)
    assert ran.status == 1 and "Traceback" not in ran.err, ran.err
    message, remedy = ran.err.strip().split("\n")[-2:]
    told = f"{message} {remedy}"
    assert all(one in told for one in says), told
    assert message.startswith("stillbytes: ") and remedy.endswith(".")
    assert set(machine.files()) == {"photo.dng", "mask.png"}


@pytest.mark.parametrize("name", ["fill", "restyle", "create"])
def test_a_card_that_is_full(name: str, machine: Machine) -> None:
    """It is tried with less and less memory, and then told."""
    server = replayed(named[name], NO_ROOM)
    refused(machine, named[name], server, "memory")
    used = [tiles(one["prompt"]) for one in server.prompts]
    assert used[0] == 0 and used[-1] == 256 and used == sorted(used, key=lambda tile: -tile or -1000)


def test_memory_that_did_not_suffice_for_a_whole_picture(machine: Machine) -> None:
    """As a real server told it: the second picture is sampled, but decoded only in tiles."""
    session = WITH_LITTLE_ROOM
    server = Replay(jobs(session.recording), in_turn=True)
    ran = machine.run(session, server)
    assert ran.status == 0, ran.err
    assert [tiles(one["prompt"]) for one in server.prompts] == [0, 0, 0, 512, 512, 256]
    assert (machine.folder / "out-1.png").exists() and (machine.folder / "out-2.png").exists()


def test_memory_that_did_not_suffice_at_all(machine: Machine) -> None:
    """No picture is left behind, although the first one was drawn."""
    session = WITHOUT_ROOM
    server = Replay(jobs(session.recording), in_turn=True)
    refused(machine, session, server, "ran out of memory", "Close other programs")
    assert [tiles(one["prompt"]) for one in server.prompts] == [0, 0, 0, 512, 512, 256, 256]


def test_a_card_that_was_full_for_a_while(machine: Machine) -> None:
    session = named["fill"]
    recorded = jobs(session.recording)
    full = replace(recorded[0], frames=tuple(NO_ROOM(list(recorded[0].frames))), entry=None)
    server = Replay([full, *recorded], in_turn=True)
    ran = machine.run(session, server)
    assert ran.status == 0, ran.err
    assert len(sb.open(machine.folder / "photo.dng").settings.patches[0].variants) == 2


@pytest.mark.parametrize(
    ("name", "at"), [("fill", 9), ("expand-in-tiles", 20), ("restyle-as-a-patch", 0), ("upscale", 5)]
)
def test_a_server_that_is_killed(name: str, at: int, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    patience = Limits(connect=1, answer=1, away=0.2)
    monkeypatch.setitem(ComfyUI.__init__.__kwdefaults__, "limits", patience)
    refused(machine, named[name], replayed(named[name], faults=Faults(die_at=at)), "ComfyUI")


WRONG: dict[str, tuple[Any, str]] = {
    "smaller": (lambda pixels: pixels[:64, :64], "64 x 64 pixels where"),
    "black": (lambda pixels: pixels * 0, "black picture"),
    # ComfyUI turns values that are no numbers into black, so this is how they come.
    "black but for specks": (lambda pixels: np.minimum(pixels, 2), "black picture"),
    "grey": (lambda pixels: pixels * 0 + 127, "empty picture"),
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("name", ["fill", "restyle"])
def test_a_picture_that_is_none(name: str, wrong: str, machine: Machine) -> None:
    make, says = WRONG[wrong]
    refused(machine, named[name], replayed(named[name], painted(make)), says)


@pytest.mark.parametrize("name", ["create", "upscale"])
def test_pictures_as_files_are_checked_too(name: str, machine: Machine) -> None:
    refused(machine, named[name], replayed(named[name], painted(lambda pixels: pixels[:64, :64])), "64 x 64")


@pytest.mark.parametrize(
    ("name", "without"), [("fill", "DifferentialDiffusion"), ("restyle", "Canny"), ("upscale", "ImageUpscaleWithModel")]
)
def test_a_node_that_is_missing(name: str, without: str, machine: Machine) -> None:
    refused(machine, named[name], replayed(named[name], without=[without]), without, "ComfyUI")


@pytest.mark.parametrize("name", ["fill", "create", "upscale"])
def test_a_model_that_comfyui_does_not_see(name: str, machine: Machine) -> None:
    refused(machine, named[name], replayed(named[name], files=["other.safetensors"]), "tiny-", "model")


def test_a_refusal_by_the_server(machine: Machine) -> None:
    refused(machine, named["fill"], replayed(named["fill"], faults=Faults(statuses={"/prompt": [500]})), "failed over")


@pytest.mark.parametrize("name", ["fill", "expand"])
def test_a_full_disk(name: str, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("stillbytes.generate.store.write_atomically", full)
    refused(machine, named[name], replayed(named[name]), "No space left on device", "disk")


def test_a_failure_in_the_last_variant_leaves_none(machine: Machine) -> None:
    session = named["fill"]
    first, second = jobs(session.recording)
    failed = replace(second, frames=tuple(failing("ValueError", "too many values")(list(second.frames))), entry=None)
    refused(machine, session, Replay([first, failed]), "too many values", "log")
