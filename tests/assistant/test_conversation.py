"""What a language model answers becomes a proposal or a reason, and nothing else."""

from __future__ import annotations

import asyncio
import json

import numpy as np
import pytest
from assistant.hostile import NAMES, OUTPUTS
from dng import make_photo
from PIL import Image
from PIL.Image import Exif

import stillbytes as sb
from stillbytes.assistant import facts, tools
from stillbytes.assistant.conversation import MOST_ANSWER, asked, converse, system
from stillbytes.assistant.situation import Situation
from stillbytes.core.errors import EngineError, InvalidSetting
from stillbytes.develop import parameters
from stillbytes.develop.settings import Settings
from stillbytes.engines.llama.talk import Finished, Limits, Text

REQUEST = "like a summer evening"


def plan(*steps, say="Done.", quote=REQUEST):
    return json.dumps({"steps": [{"for": quote, **step} for step in steps], "say": say})


def answered(text, reason="stop", request=REQUEST, **options):
    """What comes of an answer in pieces of seven characters."""

    async def chat(request, limits):
        for start in range(0, len(text), 7):
            yield Text(text[start : start + 7])
        yield Finished(reason, None, None)

    return asyncio.run(converse(chat, request, Situation(), {}, engine="stub", **options))


def test_steps_of_all_kinds_become_one_proposal():
    request = "an old film look in black and white, crop to 4:5"
    mood, shape = request.split(", ")
    first = plan(
        {"tool": "set", "parameter": "exposure", "value": 0.4},
        {"tool": "move", "parameter": "contrast", "how": "a bit lower"},
        {"tool": "switch", "parameter": "black_and_white", "on": True},
        {"tool": "choose", "parameter": "profile", "value": "soft"},
        {"tool": "adjust", "target": "sky", "parameter": "exposure", "value": -0.5},
        quote=mood,
    )
    steps = [*json.loads(first)["steps"], {"for": shape, "tool": "crop", "width": 4, "height": 5}]
    proposal = answered(json.dumps({"steps": steps, "say": "Done."}), request=request)
    assert proposal.understood
    told = proposal.to_json()
    wanted = {"exposure": 0.4, "contrast": -10, "black_and_white": True, "profile": "soft"}
    assert told["settings"].items() >= wanted.items()
    assert [(m["kind"], m["delta"]) for m in told["masks"]] == [("sky", {"exposure": -0.5})]
    assert told["settings"]["crop_left"] > 0


@pytest.mark.parametrize("name", [p.name for p in parameters().values() if p.kind == "number" and p.group != "Crop"])
@pytest.mark.parametrize("value", [1e9, -1e9])
def test_numbers_out_of_range_become_the_nearest_that_is_allowed(name, value):
    said = f"{REQUEST} 100"  # words with a number set no bounds of their own
    after = answered(plan({"tool": "set", "parameter": name, "value": value}, quote=said), request=said).applied()
    p = parameters()[name]
    assert after.value(name) == (p.maximum if value > 0 else p.minimum)


@pytest.mark.parametrize("text", OUTPUTS)
def test_hostile_and_broken_answers_change_nothing(text):
    proposal = answered(text)
    assert not proposal.understood
    assert proposal.message
    assert proposal.applied() == Settings()
    assert proposal.to_json()["steps"] == []


def test_one_bad_step_refuses_the_whole_plan():
    good, bad = ({"tool": "set", "parameter": name, "value": 1} for name in ("exposure", "no_such_thing"))
    assert not answered(plan(good, bad)).understood


def test_an_answer_without_end_is_left():
    proposal = answered("x" * (3 * MOST_ANSWER))
    assert not proposal.understood
    assert "end" in proposal.message
    assert not answered(plan({"tool": "undo"})[:20], reason="length").understood


def test_a_server_that_goes_away_is_told_and_a_silent_one_not_waited_for():
    async def gone(request, limits):
        yield Text('{"steps": [')
        raise EngineError("The connection broke.")

    async def silent(request, limits):
        await asyncio.sleep(60)
        yield Text("")

    with pytest.raises(EngineError, match="broke"):
        asyncio.run(converse(gone, "x", Situation(), {}, engine="stub"))
    with pytest.raises(EngineError, match="did not finish"):
        asyncio.run(converse(silent, "x", Situation(), {}, engine="stub", whole=0.05))


def test_cancelling_closes_the_answer():
    closed = []

    async def chat(request, limits: Limits):
        try:
            while True:
                yield Text(" ")
                await asyncio.sleep(0.001)
        finally:
            closed.append(True)

    async def cancel():
        task = asyncio.create_task(converse(chat, "x", Situation(), {}, engine="stub"))
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert closed


def test_the_system_prompt_is_the_same_for_every_photo_and_request():
    first, second = asked("a", {"taken": {"iso": 100}}), asked("b", {})
    assert first.messages[0] == second.messages[0]
    assert all(p.name in system() for p in parameters().values() if p.kind == "number" and p.group != "Crop")


def test_the_schema_holds_what_is_declared():
    steps = tools.plan_schema()["properties"]["steps"]["items"]["anyOf"]
    assert {one["properties"]["tool"]["const"] for one in steps} == set(tools.tools())
    chosen = next(one for one in steps if one["properties"]["tool"]["const"] == "set")
    assert "exposure" in chosen["properties"]["parameter"]["enum"]


@pytest.mark.parametrize("name", NAMES)
def test_names_and_texts_of_files_do_not_reach_the_model(name, tmp_path):
    """Hostile words in a file's name, in EXIF and in its title."""
    said = "".join(c for c in name if c not in '/\\\0:*?"<>|\n\r') or "x"
    exif = Exif()
    exif[0x010E], exif[0x010F], exif[0x0110], exif[0x013B], exif[0x8298] = name, name, name, name, name
    path = tmp_path / f"{said[:80]}.jpg"
    Image.fromarray(np.full((40, 60, 3), 90, np.uint8)).save(path, exif=exif)
    told = json.dumps(facts.facts(sb.open(path), Settings()))
    assert said[:20].lower() not in told.lower()
    assert "ignore" not in told.lower()
    assert "delete" not in told.lower()


def test_facts_tell_the_light(tmp_path):
    make_photo(tmp_path / "a.dng", iso=400)
    photo = sb.open(tmp_path / "a.dng")
    dark, bright = (facts.facts(photo, Settings(exposure=ev))["light"]["all"]["median"] for ev in (-2, 2))
    assert dark < bright
    assert facts.facts(photo, Settings())["taken"]["iso"] == 400


def test_explained_from_the_declarations():
    assert parameters()["dehaze"].says in tools.explained("dehaze")
    assert tools.explained("nothing of that kind") == ""


def test_a_call_that_is_not_as_declared_is_refused():
    for call in (
        None,
        3,
        {},
        {"tool": "delete"},
        {"tool": "set"},
        {"tool": "set", "parameter": "exposure", "value": "1"},
    ):
        with pytest.raises(InvalidSetting):
            tools.read(call)
