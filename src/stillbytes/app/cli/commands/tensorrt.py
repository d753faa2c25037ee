"""`stillbytes engines tensorrt build`: an engine for one model, card and size, foreseen before and measured after."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, cast

import click

from stillbytes.app.cli.output import json_option, print_json
from stillbytes.core import preferences
from stillbytes.core.errors import EngineError, ModelError

if TYPE_CHECKING:
    from stillbytes.engines.comfyui.engine import ComfyUI
    from stillbytes.engines.comfyui.workflow import Prompt
    from stillbytes.generate.workflows import Candidate, Drawing
    from stillbytes.gpu.access import Access, Engines
    from stillbytes.gpu.broker.broker import Lease
    from stillbytes.gpu.estimate.tensorrt import Prospect
    from stillbytes.gpu.plan.machine import Machine

WORDS = "a harbour at dusk, photograph"
"""For the pictures that are timed."""


@click.group("tensorrt")
def tensorrt() -> None:
    """Build TensorRT engines: quicker pictures of one model at one size, on NVIDIA cards."""


@tensorrt.command("build")
@click.argument("model")
@click.option("--width", type=click.IntRange(256, 4096), help="By default what the model was made for.")
@click.option("--height", type=click.IntRange(256, 4096), help="By default what the model was made for.")
@click.option("--dry-run", is_flag=True, help="Only tell what it would take and bring.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@json_option()
def build(model: str, width: int | None, height: int | None, dry_run: bool, yes: bool, as_json: bool) -> int:
    """Build an engine of an installed image MODEL. It becomes a task of its own that creates pictures of that size.

    What it brings is foreseen from published figures, and measured on this card when it is built.
    """
    from stillbytes.generate.workflows import Drawing  # noqa: PLC0415
    from stillbytes.gpu import measured  # noqa: PLC0415
    from stillbytes.gpu.access import shared_access  # noqa: PLC0415
    from stillbytes.gpu.plan.here import here  # noqa: PLC0415

    if as_json and not (yes or dry_run):
        raise click.UsageError("--json needs --yes: there is nobody to ask.")
    machine = here(preferences.load(), measured.load())
    who, kind = _able(model, machine, shared_access())
    usual = who.graph.size(1, 1)
    drawing = Drawing(task="create", width=_whole(width or usual[0]), height=_whole(height or usual[1]), prompt=WORDS)
    told = _foreseen(who, drawing, machine)
    found: dict[str, Any] = {
        "model": model, "width": drawing.width, "height": drawing.height, "foreseen": asdict(told),
        "engine": None, "measured": None, "task": None,
    }  # fmt: skip
    if not as_json:
        print(_in_words(model, drawing, told))
    if not dry_run:
        if not yes:
            click.confirm("Build it?", abort=True)
        found |= _built(who, kind, drawing, machine, shared_access(), silent=as_json)
        if not as_json:
            before, after = found["measured"]["before_s"], found["measured"]["after_s"]
            print(f"A picture takes {after:.1f} s, {before:.1f} s without. `stillbytes {found['task']}` draws with it.")
    if as_json:
        print_json(found)
    return 0


def _able(model: str, machine: Machine, access: Access) -> tuple[Candidate, str]:
    """How the model creates, and what the loader calls its kind. Raises EngineError, ModelError."""
    from stillbytes.generate.workflows import candidate  # noqa: PLC0415
    from stillbytes.gpu.estimate.tensorrt import LEAST_MIB, TYPES  # noqa: PLC0415
    from stillbytes.gpu.models import registry  # noqa: PLC0415

    if machine.card is None or machine.card.maker != "nvidia":
        what = machine.card.name if machine.card else "none was found"
        raise EngineError(
            f"TensorRT needs an NVIDIA graphics card; here {what if machine.card is None else f'there is {what}'}.",
            "Few-step adapters shorten pictures everywhere: `stillbytes models list` shows them.",
        )
    family = registry.find(model).family
    if family not in TYPES:
        raise ModelError(f"{model} cannot become a TensorRT engine.", f"Families that can: {', '.join(TYPES)}.")
    if machine.card.vram_mib < LEAST_MIB[family]:
        raise EngineError(
            f"Building an engine of {model} needs {LEAST_MIB[family] / 1024:.0f} GiB of the card's memory; "
            f"{machine.card.name} has {machine.card.vram_mib / 1024:.0f}.",
            "Choose a smaller model.",
        )
    return candidate(model, "create", access.store), TYPES[family]


def _foreseen(who: Candidate, drawing: Drawing, machine: Machine) -> Prospect:
    from stillbytes.generate.painters.forecast import forecast  # noqa: PLC0415
    from stillbytes.gpu.estimate.tensorrt import prospect  # noqa: PLC0415

    now = forecast(who, drawing, machine).seconds
    return prospect(round(now.value, 1) if now else None)


def _built(
    who: Candidate, kind: str, drawing: Drawing, machine: Machine, access: Access, *, silent: bool
) -> dict[str, Any]:
    """Times a picture, has the engine built, times it again, and keeps the graph as a task."""
    from stillbytes.engines.comfyui.client import Limits  # noqa: PLC0415
    from stillbytes.generate.workflows import names, own  # noqa: PLC0415
    from stillbytes.generate.workflows import tensorrt as graphs  # noqa: PLC0415
    from stillbytes.gpu.broker.messages import Way  # noqa: PLC0415

    plain = who.workflow(drawing, names(access.store)).prompt()
    name = f"{who.id}-{drawing.width}x{drawing.height}".lower()
    ids = tuple(needed.id for needed in who.needs(drawing))
    weights = sum(needed.size for needed in who.needs(drawing)) / 2**20

    def say(what: str) -> None:
        if not silent:
            print(what, file=sys.stderr, flush=True)

    async def work(lease: Lease, engines: Engines) -> dict[str, Any]:
        comfyui = cast("ComfyUI", engines["comfyui"])
        await comfyui.start()
        server = comfyui.client.server
        if (why := graphs.lacking(await server.nodes(again=True))) is not None:
            raise why
        say("A picture without, twice: loading counts once")
        before = await _timed(comfyui, plain)
        say("Builds the engine")
        begun = time.monotonic()
        await comfyui.complete(
            graphs.building(plain, name, drawing.width, drawing.height), limits=Limits(quiet=7200.0, total=7200.0)
        )
        took = time.monotonic() - begun
        listed = (await server.nodes(again=True))[graphs.LOAD].inputs["unet_name"].choices or ()
        built = graphs.engines_of(map(str, listed), name)
        if not built:
            raise EngineError(
                "ComfyUI built no engine that it can load.", "Its log says why: `stillbytes engines logs`."
            )
        drawn = graphs.with_engine(plain, built[-1], kind)
        say("The same picture with it, twice")
        after = await _timed(comfyui, drawn)
        return {
            "engine": built[-1],
            "measured": {"build_s": round(took, 1), "before_s": round(before, 2), "after_s": round(after, 2)},
            "drawn": drawn,
        }

    # It takes the card alone.
    way = Way(ids, max(0, round(machine.room_mib - weights)), says="TensorRT builds an engine")
    told = access.run(f"TensorRT engine of {who.title}", (way,), work, interactive=False)
    title = f"{who.title}, TensorRT {drawing.width} x {drawing.height}"
    task = f"tensorrt-{name}"[:60]
    held = graphs.as_own(told.pop("drawn"), task, title[:60], drawing.width, drawing.height)
    from stillbytes.core.files import write_atomically  # noqa: PLC0415

    write_atomically(own.folder() / f"{task}.json", json.dumps(held, indent=1).encode())
    return {**told, "task": task}


async def _timed(comfyui: ComfyUI, prompt: Prompt) -> float:
    """Seconds of the second picture; another seed, for ComfyUI remembers what it has drawn."""
    seconds = 0.0
    for seed in (1, 2):
        again = {id: {**node, "inputs": dict(node["inputs"])} for id, node in prompt.items()}
        for node in again.values():
            if "seed" in node["inputs"]:
                node["inputs"]["seed"] = seed
        begun = time.monotonic()
        await comfyui.complete(again)
        seconds = time.monotonic() - begun
    return seconds


def _whole(pixels: int) -> int:
    return max(256, round(pixels / 64) * 64)


def _in_words(model: str, drawing: Drawing, told: Prospect) -> str:
    from stillbytes.gpu.estimate.tensorrt import FASTER, MISFIT  # noqa: PLC0415

    lines = [
        f"An engine of {model} for {drawing.width} x {drawing.height} pixels on this card.",
        f"Steps are {FASTER[0]} to {FASTER[1]} times as quick in published measurements of SDXL; at another size an "
        f"engine is no use ({MISFIT:.0f} times as slow).",
        f"Building it takes {told.build_s[0] / 60:.0f} to {told.build_s[1] / 60:.0f} minutes (published), with "
        "the card to itself.",
    ]
    if told.seconds and told.then:
        lines.insert(
            2, f"Estimated here: {told.seconds:.1f} s a picture now, {told.then[0]:.1f} to {told.then[1]:.1f} s then."
        )
    return "\n".join(lines)
