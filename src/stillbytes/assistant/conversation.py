"""A language model understands what the vocabulary does not: it answers with steps, checked like anybody's."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from stillbytes.assistant import tools
from stillbytes.assistant.beside import beside
from stillbytes.assistant.evidence.check import Checked, checked, useful
from stillbytes.assistant.evidence.parts import MOST_LETTERS, language_of, parts
from stillbytes.assistant.facts import written
from stillbytes.assistant.progress import Tell, Written, nobody, stage
from stillbytes.assistant.proposal import Proposal, not_understood
from stillbytes.assistant.situation import Situation
from stillbytes.assistant.transcript import Turn, told_before
from stillbytes.assistant.vocabulary import described
from stillbytes.core.errors import EngineError, InvalidSetting
from stillbytes.core.saying import joined, said
from stillbytes.develop import groups
from stillbytes.develop.parameter import Group
from stillbytes.edit.presets.store import bundled
from stillbytes.engines.llama.talk import Chat, Finished, Image, Limits, Message, Request, Text, Thought

MOST_ANSWER = 16_000
"""Characters; twelve steps and a sentence have some two thousand."""
TOKENS = 700
THOUGHTS = 4000
LARGE_FAMILY = 8
OF_PLAIN, OF_LOOKS = 2, 6
"""Steps for one part of a request: small models would go on for ever."""
WHOLE = 900.0
"""Seconds for all of an answer, with a long prompt read for the first time on a slow processor."""
LIMITS = Limits(connect=5.0, first=150.0, between=30.0)


@cache
def system(*, examples: bool = True) -> str:
    """What is the same for every photo, so that its state in the model can be kept. examples: a few requests with
    right answers, which small models need.
    """
    lines = [line for group in groups() if group.name != "Crop" for line in _sliders(group)]
    usual = ", ".join(f"{name} {value:g}" for name, value in tools.usual_moves().items())
    prompts = files(__package__) / "prompts"
    text = (prompts / "system.txt").read_text("utf-8")
    shown = (prompts / "examples.txt").read_text("utf-8") if examples else ""
    return text.format(
        usual=usual,
        presets=", ".join(preset.id for preset in bundled()),
        beside=", ".join(beside()),
        sliders="\n".join(lines),
        targets=", ".join(tools.targets()),
        examples=shown,
    )


def _sliders(group: Group) -> list[str]:
    """One line for each slider, or one for all of a large family with the same range."""
    numbers = [p for p in group.parameters if p.kind == "number"]
    reaches = {p.name: f"{p.minimum:g}..{p.maximum:g}{' ' + p.unit if p.unit else ''}" for p in numbers}
    if len(numbers) < LARGE_FAMILY:
        return [f"{p.name} {reaches[p.name]}: {p.says}" for p in numbers]
    by_reach: dict[str, list[str]] = {}
    for name, reach in reaches.items():
        by_reach.setdefault(reach, []).append(name)
    return [f"{group.name}, {reach}: {' '.join(names)}" for reach, names in by_reach.items()]


def asked(
    request: str,
    facts: Mapping[str, Any],
    picture: Image | None = None,
    *,
    before: Sequence[Turn] = (),
    examples: bool = True,
    think: bool = False,
) -> Request:
    """What the model is asked. Each step of its answer has to name a part of the request, word for word.

    before: what was asked earlier and what came of it, so that follow-ups have something to follow. picture: the photo
    as it is edited now, for models that see. think: whether it may think before it answers.
    """
    said = " ".join(request.split())
    lines = told_before(before)
    earlier = "\n".join(("Said before:", *(f"- {line}" for line in lines), "")) if lines else ""
    text = f"Photo:\n{written(facts)}\n{earlier}Request: {said}"
    shown = (picture,) if picture is not None else ()
    messages = (Message("system", system(examples=examples)), Message("user", text, images=shown))
    tokens = TOKENS + (THOUGHTS if think else 0)
    return Request(messages, schema=schema(said), tokens=tokens, temperature=0.0, seed=1, think=think)


def schema(request: str) -> Mapping[str, Any]:
    """Of the answer to a request. A plain part of it has few steps, a look or a mood some."""
    said = parts(request, language_of(request)[0])
    quotes = list(dict.fromkeys(part.text for part in said))
    whole = [request] if len(quotes) > 1 and len(request) <= MOST_LETTERS else []
    most = min(tools.MOST_STEPS, 1 + sum(OF_LOOKS if part.looks else OF_PLAIN for part in said))
    return tools.plan_schema(
        {tools.QUOTE: {"type": "string", "enum": [*quotes, *whole] or [request[:MOST_LETTERS]]}}, most, beside()
    )


async def converse(
    chat: Chat,
    request: str,
    situation: Situation,
    facts: Mapping[str, Any],
    *,
    engine: str,
    picture: Image | None = None,
    before: Sequence[Turn] = (),
    examples: bool = True,
    think: bool = False,
    limits: Limits = LIMITS,
    whole: float = WHOLE,
    tell: Tell = nobody,
) -> Proposal:
    """What the model proposes. Not understood, with the reason, when its answer is no plan or cannot be done.

    tell: hears what it is doing, and of the answer while it is written. The rest: see `asked`. Cancelling closes the
    connection, which stops the model. Raises EngineError when the server goes away or says nothing for too long.
    """
    try:
        async with asyncio.timeout(whole):
            asking = asked(request, facts, picture, before=before, examples=examples, think=think)
            text, reason = await _answer(chat, asking, limits, tell)
    except TimeoutError as error:
        problem = said("The language model did not finish within {seconds:g} s.", seconds=whole)
        raise EngineError(problem, "Ask for less at once, or choose a smaller model.") from error
    return planned(text, reason, request, situation, engine)


async def _answer(chat: Chat, request: Request, limits: Limits, tell: Tell) -> tuple[str, str]:
    """The text and why it ended. Stops reading an answer that does not end."""
    written, reason = Written(tell), "stop"
    tell(stage("reading"))
    async with contextlib.aclosing(chat(request, limits)) as chunks:
        async for chunk in chunks:
            if isinstance(chunk, Text):
                written.wrote(chunk.text)
                if len(written.text) > MOST_ANSWER:
                    return written.text[:MOST_ANSWER], "length"
            elif isinstance(chunk, Thought):
                written.thought()
            elif isinstance(chunk, Finished):
                reason = chunk.reason
    return written.text, reason


def planned(text: str, reason: str, request: str, situation: Situation, engine: str) -> Proposal:
    """The proposal that an answer is; nothing in it is trusted."""
    if reason == "length":
        return not_understood(request, engine, said("The language model's answer did not come to an end."))
    try:
        plan = json.loads(text)
    except (ValueError, RecursionError):
        plan = None
    if not isinstance(plan, dict) or not isinstance(plan.get("steps"), list):
        return not_understood(request, engine, said("The language model did not answer with a plan."))
    told_by = plan.get("say")
    say = " ".join(c for c in told_by[:300].split() if c.isprintable()) if isinstance(told_by, str) else ""
    if len(plan["steps"]) > tools.MOST_CALLS:
        return not_understood(request, engine, said("The language model wants too much at once."))
    try:
        found = checked(plan["steps"], request, situation)
        asks = useful(found.steps, situation)
        steps, base = tools.put_together(asks, situation) if asks else ([], situation.settings)
    except InvalidSetting as error:
        return not_understood(
            request, engine, said("The language model proposed what cannot be done: {why}", why=error.message)
        )
    if not steps:
        return not_understood(request, engine, _why_not(plan["steps"], found, say))
    done = [step for step in steps if step.tool != "explain"]
    proposal = Proposal(request, engine, True, "", tuple(done), base)
    told = [step.says for step in steps if step.tool == "explain"]
    told += [said("Nothing was done about “{part}”.", part=part) for part in found.undone]
    message = joined(filter(None, (described(proposal), *told)))
    return Proposal(request, engine, True, message, tuple(done), base)


def _why_not(proposed: list[Any], found: Checked, say: str) -> str:
    """Why nothing is left of a plan. What the model says is told as its words."""
    if found.foreign:
        return said("Too few of its words are known: requests are understood in English, German and Spanish.")
    if found.unsure:
        return said("It is not clear what is to stay as it is: “{parts}”.", parts="”, “".join(found.undone))
    if found.strange:
        return said("The language model proposed changes, but nothing in the request asks for them.")
    if proposed:
        return said("It is like that already.")
    return said("The language model says: {say}", say=say) if say else said("The language model knows nothing to do.")
