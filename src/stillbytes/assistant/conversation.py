"""A language model understands what the vocabulary does not: it answers with steps, checked like anybody's."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from stillbytes.assistant import tools
from stillbytes.assistant.proposal import Proposal, not_understood
from stillbytes.assistant.situation import Situation
from stillbytes.assistant.vocabulary import described
from stillbytes.core.errors import EngineError, InvalidSetting
from stillbytes.develop import groups
from stillbytes.develop.parameter import Group
from stillbytes.engines.llama.talk import Chunk, Finished, Limits, Message, Request, Text

Chat = Callable[[Request, Limits], AsyncGenerator[Chunk, None]]
"""Of an engine, a guest or a client."""
MOST_REQUEST = 2000
MOST_ANSWER = 16_000
"""Characters; twelve steps and a sentence have some two thousand."""
TOKENS = 700
LARGE_FAMILY = 8
WHOLE = 300.0
"""Seconds for all of an answer."""
LIMITS = Limits(connect=5.0, first=150.0, between=30.0)


@cache
def system() -> str:
    """What is the same for every photo, so that its state in the model can be kept."""
    lines = [line for group in groups() if group.name != "Crop" for line in _sliders(group)]
    usual = ", ".join(f"{name} {value:g}" for name, value in tools.usual_moves().items())
    text = (files(__package__) / "prompts" / "system.txt").read_text("utf-8")
    return text.format(usual=usual, sliders="\n".join(lines), targets=", ".join(tools.targets()))


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


def asked(request: str, facts: Mapping[str, Any]) -> Request:
    """What the model is asked."""
    said = " ".join(request.split())[:MOST_REQUEST]
    told = json.dumps(facts, ensure_ascii=True, separators=(",", ":"))
    messages = (Message("system", system()), Message("user", f"Photo: {told}\nRequest: {said}"))
    return Request(messages, schema=tools.plan_schema(), tokens=TOKENS, temperature=0.0, seed=1, think=False)


async def converse(
    chat: Chat,
    request: str,
    situation: Situation,
    facts: Mapping[str, Any],
    *,
    engine: str,
    limits: Limits = LIMITS,
    whole: float = WHOLE,
    written: Callable[[str], None] = lambda text: None,
) -> Proposal:
    """What the model proposes. Not understood, with the reason, when its answer is no plan or cannot be done.

    written: is told each piece of the answer as it comes. Cancelling closes the connection, which stops the model.
    Raises EngineError when the server goes away or says nothing for too long.
    """
    try:
        async with asyncio.timeout(whole):
            text, reason = await _answer(chat, asked(request, facts), limits, written)
    except TimeoutError as error:
        problem = f"The language model did not finish within {whole:g} s."
        raise EngineError(problem, "Ask for less at once, or choose a smaller model.") from error
    return planned(text, reason, request, situation, engine)


async def _answer(chat: Chat, request: Request, limits: Limits, written: Callable[[str], None]) -> tuple[str, str]:
    """The text and why it ended. Stops reading an answer that does not end."""
    text, reason = "", "stop"
    async with contextlib.aclosing(chat(request, limits)) as chunks:
        async for chunk in chunks:
            if isinstance(chunk, Text):
                text += chunk.text
                written(chunk.text)
                if len(text) > MOST_ANSWER:
                    return text[:MOST_ANSWER], "length"
            elif isinstance(chunk, Finished):
                reason = chunk.reason
    return text, reason


def planned(text: str, reason: str, request: str, situation: Situation, engine: str) -> Proposal:
    """The proposal that an answer is; nothing in it is trusted."""
    if reason == "length":
        return not_understood(request, engine, "The language model's answer did not come to an end.")
    try:
        plan = json.loads(text)
    except (ValueError, RecursionError):
        plan = None
    if not isinstance(plan, dict) or not isinstance(plan.get("steps"), list):
        return not_understood(request, engine, "The language model did not answer with a plan.")
    said = plan.get("say")
    say = " ".join(c for c in said[:300].split() if c.isprintable()) if isinstance(said, str) else ""
    if not plan["steps"]:
        return not_understood(request, engine, say or "The language model knows nothing to do.")
    try:
        steps, base = tools.planned(plan["steps"], situation)
    except InvalidSetting as error:
        return not_understood(request, engine, f"The language model proposed what cannot be done: {error.message}")
    proposal = Proposal(request, engine, True, "", tuple(steps), base)
    return Proposal(request, engine, True, described(proposal), tuple(steps), base)
