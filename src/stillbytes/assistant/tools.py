"""The tools of the assistant, derived from what is declared: their JSON schemas, and what their calls come to.

A language model, a program or a person may call them; every argument is checked here again, whoever made it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from stillbytes.assistant.proposal import Step, declared, value_text
from stillbytes.assistant.situation import Situation
from stillbytes.assistant.vocabulary.meaning import kind_for, meaning, named_targets, object_words
from stillbytes.assistant.vocabulary.moves.strength import Move
from stillbytes.assistant.vocabulary.orders import Order
from stillbytes.assistant.vocabulary.reading.reading import Reading
from stillbytes.assistant.vocabulary.reading.slots import Unclear
from stillbytes.assistant.vocabulary.steps import preset_words, steps
from stillbytes.core.errors import InvalidSetting
from stillbytes.core.saying import joined, said
from stillbytes.develop import local_parameters, parameters
from stillbytes.develop.parameter import Parameter
from stillbytes.develop.settings import Settings
from stillbytes.edit.presets import Presets
from stillbytes.edit.presets.preset import MOST

MOST_CALLS = 24
MOST_STEPS = 12
QUOTE = "for"
"""The field of a model's step that holds the words of the request it answers."""
STRENGTHS: Mapping[str, float] = {
    "much lower": -2.0,
    "lower": -1.0,
    "a bit lower": -0.5,
    "a bit higher": 0.5,
    "higher": 1.0,
    "much higher": 2.0,
}
"""How far a slider moves, in usual moves of it."""
FAR: Mapping[str, str] = {
    "much lower": said("much lower"),
    "lower": said("lower"),
    "a bit lower": said("a bit lower"),
    "a bit higher": said("a bit higher"),
    "higher": said("higher"),
    "much higher": said("much higher"),
}
"""The same for people."""
Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Tool:
    """properties: name of an argument -> its JSON schema; all are required. read: arguments -> what they ask for."""

    name: str
    says: str
    properties: Mapping[str, Schema]
    read: Callable[[Mapping[str, Any]], Move | Order | Step]

    @property
    def schema(self) -> Schema:
        """Of its arguments."""
        return {
            "type": "object",
            "properties": dict(self.properties),
            "required": list(self.properties),
            "additionalProperties": False,
        }


def tools() -> Mapping[str, Tool]:
    """Every tool that changes a photo's settings, by name."""
    return _tools(tuple(sorted(preset.id for preset in Presets().all())))


@cache
def _tools(presets: tuple[str, ...]) -> Mapping[str, Tool]:
    """presets: ids of those that there are."""
    whole = {p.name: p for p in parameters().values() if p.group != "Crop"}
    numbers = {name: p for name, p in whole.items() if p.kind == "number"}
    switches = [name for name, p in parameters().items() if p.kind == "toggle"]
    choices = {name: p for name, p in whole.items() if p.kind == "choice"}
    values = list(dict.fromkeys(value for p in choices.values() for value in p.choices))
    local = {name: p for name, p in local_parameters().items() if p.kind == "number"}
    found = (
        Tool(
            "move",
            "Move a slider of the whole picture a usual way, from where it is.",
            {"parameter": _one_of(numbers, "Which slider."), "how": _one_of(STRENGTHS, "Which way, and how far.")},
            lambda a: Move(_known(a["parameter"], numbers), "usual", STRENGTHS[_known(a["how"], STRENGTHS)]),
        ),
        Tool(
            "set",
            "Set a slider of the whole picture to a value.",
            {"parameter": _one_of(numbers, "Which slider."), "value": {"type": "number"}},
            lambda a: Move(a["parameter"], "to", clamped(numbers[_known(a["parameter"], numbers)], a["value"])),
        ),
        Tool(
            "switch",
            "Switch something on or off.",
            {"parameter": _one_of(switches, "What."), "on": {"type": "boolean"}},
            lambda a: Move(_known(a["parameter"], switches), "to", _boolean(a["on"])),
        ),
        Tool(
            "choose",
            "Choose one of a few values.",
            {"parameter": _one_of(choices, "Of what."), "value": _one_of(values, "Which.")},
            lambda a: _choice(choices, a),
        ),
        Tool(
            "adjust",
            "Add to a slider in a part of the picture only: negative values lower it there.",
            {
                "target": _one_of(targets(), "Which part."),
                "parameter": _one_of(local, "Which slider."),
                "value": {"type": "number"},
            },
            lambda a: Move(
                a["parameter"],
                "to",
                clamped(local[_known(a["parameter"], local)], a["value"]),
                targets()[_known(a["target"], targets())],
            ),
        ),
        Tool(
            "crop",
            "Crop to a shape, about the middle.",
            {"width": _between(1, 100), "height": _between(1, 100)},
            lambda a: Order("crop", ratio=(_number(a["width"], 1, 100), _number(a["height"], 1, 100))),
        ),
        Tool(
            "straighten",
            "Turn the picture clockwise by some degrees, negative ones anticlockwise.",
            {"degrees": {"type": "number"}},
            lambda a: Order("straighten", amount=clamped(parameters()["crop_angle"], a["degrees"])),
        ),
        Tool(
            "turn",
            "Turn the picture clockwise.",
            {"degrees": {"type": "integer", "enum": [90, 180, 270]}},
            lambda a: Order("rotate", int(_number(a["degrees"], 90, 270)) // 90),
        ),
        Tool(
            "preset",
            "Apply a preset, a look with a name, or so many per cent of it.",
            {"preset": _one_of(presets, "Which."), "amount": _between(1, round(100 * MOST))},
            lambda a: Order(
                "preset", scope=(_known(a["preset"], presets),), amount=_number(a["amount"], 1, 100 * MOST) / 100
            ),
        ),
        Tool("undo", "Take back the last step.", {}, lambda a: Order("undo")),
        Tool("reset", "Take back all changes.", {}, lambda a: Order("reset")),
    )
    return {tool.name: tool for tool in found}


@cache
def targets() -> Mapping[str, str]:
    """Parts of the picture that can be told by words -> what masks call them."""
    return {**named_targets(), **{one.partition(":")[2]: one for one in object_words()}}


def plan_schema(
    more: Mapping[str, Schema] | None = None, most: int = MOST_STEPS, beside: Mapping[str, Tool] | None = None
) -> Schema:
    """JSON Schema (2020-12) of an answer: which tools to use, and what to say.

    more: what each step tells beside. most: how many steps there may be. beside: further tools.
    """
    first = dict(more or {})
    steps_ = [
        {
            "type": "object",
            "properties": {**first, "tool": {"const": tool.name}, **tool.properties},
            "required": [*first, "tool", *tool.properties],
            "additionalProperties": False,
        }
        for tool in (*tools().values(), *(beside or {}).values())
    ]
    return {
        "type": "object",
        "properties": {
            "steps": {"type": "array", "maxItems": most, "items": {"anyOf": steps_}},
            "say": {"type": "string", "maxLength": 160},
        },
        "required": ["steps", "say"],
        "additionalProperties": False,
    }


def planned(calls: Sequence[Any], situation: Situation) -> tuple[list[Step], Settings]:
    """The steps of a proposal that calls come to: objects with a "tool" and its arguments. Numbers out of range become
    the nearest that is allowed; anything else that is not as declared refuses all of it. Raises InvalidSetting.
    """
    if len(calls) > MOST_CALLS:
        raise InvalidSetting("That is too much at once.", said("Use at most {most} steps.", most=MOST_CALLS))
    return put_together([read(call) for call in calls], situation)


def put_together(moves: Sequence[Move | Order | Step], situation: Situation) -> tuple[list[Step], Settings]:
    """The steps of a proposal, and the settings they start from; what is made comes after what moves, and an export
    last. Raises InvalidSetting for what contradicts itself."""
    reading, errands = Reading(), [found for found in moves if isinstance(found, Step)]
    for found in moves:
        if isinstance(found, Step):
            continue
        if isinstance(found, Order):
            reading.orders.append(found)
        else:  # the last word on a slider counts
            reading.moves = [m for m in reading.moves if (m.parameter, m.target) != (found.parameter, found.target)]
            reading.moves.append(found)
    try:
        made, base = steps(reading, situation)
        return [*made, *sorted(errands, key=lambda step: step.tool == "export")], base
    except Unclear as error:
        raise InvalidSetting(error.why) from error


def read(call: Any, beside: Mapping[str, Tool] | None = None) -> Move | Order | Step:
    """beside: further tools than those of settings. Raises InvalidSetting for what is no call of a tool."""
    known = {**tools(), **(beside or {})}
    if not isinstance(call, Mapping) or not isinstance(call.get("tool"), str) or call["tool"] not in known:
        raise InvalidSetting("There is no such tool.", said("Use one of {names}.", names=", ".join(known)))
    tool = known[call["tool"]]
    arguments = {name: value for name, value in call.items() if name != "tool"}
    if set(arguments) != set(tool.properties):
        raise InvalidSetting(said("{tool} takes {names}.", tool=tool.name, names=", ".join(tool.properties) or "-"))
    return tool.read(arguments)


def clamped(parameter: Parameter, value: Any) -> float:
    """The nearest value that is allowed. Raises InvalidSetting for what is no number."""
    return parameter.clamped(_number(value, -math.inf, math.inf))


def _number(value: Any, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InvalidSetting(said("{value!r} is no number.", value=str(value)[:40]))
    return min(max(float(value), least), most)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidSetting(said("{value!r} is neither true nor false.", value=str(value)[:40]))
    return value


def _known(name: Any, known: Mapping[str, Any] | Sequence[str]) -> str:
    if not isinstance(name, str) or name not in known:
        raise InvalidSetting(
            said("There is no {name!r}.", name=str(name)[:40]),
            said("Use one of {names}.", names=", ".join(list(known)[:40])),
        )
    return name


def _choice(choices: Mapping[str, Parameter], arguments: Mapping[str, Any]) -> Move:
    name = _known(arguments["parameter"], choices)
    return Move(name, "to", choices[name].check(arguments["value"]))


def _one_of(names: Mapping[str, Any] | Sequence[str], says: str) -> Schema:
    return {"type": "string", "enum": list(names), "description": says}


def _between(least: int, most: int) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": most}


def explained(name: str) -> str:
    """What a slider, a mask or a tool does, in the words of its declaration; "" for what there is not."""
    for known in (parameters(), local_parameters()):
        if name in known:
            p = known[name]
            told = said("{what}: {says}", what=said(p.label), says=said(p.says))
            if p.kind != "number":
                return told
            unit = f" {p.unit}" if p.unit else ""
            return joined((told, said("From {low:g} to {high:g}{unit}.", low=p.minimum, high=p.maximum, unit=unit)))
    if name in targets():
        return said("{what}: {says}", what=said(name.capitalize()), says=said(kind_for(targets()[name]).says))
    return said(tools()[name].says) if name in tools() else ""


def without_quote(call: Any) -> Any:
    """A model's step as a call of a tool."""
    return {name: value for name, value in call.items() if name != QUOTE} if isinstance(call, Mapping) else call


def worded(call: Any, beside: Mapping[str, Tool] | None = None) -> str:
    """A call in a few words, before it is done; "" for what is none."""
    call = without_quote(call)
    try:
        found = read(call, beside)
    except InvalidSetting:
        return ""
    if isinstance(found, Step):
        return found.says
    if isinstance(found, Order):
        return _ordered(found)
    p = declared(found.parameter, bool(found.target))
    value = FAR[call["how"]] if found.how == "usual" else value_text(p, found.value)
    told = joined((said(p.label), value, *([p.unit] if p.unit and found.how != "usual" else ())))
    return joined((said(call["target"].capitalize()), told), ": ") if found.target else told


def _ordered(order: Order) -> str:
    """A command in a few words."""
    if order.command == "crop" and order.ratio:
        return said("Crop to {width:g}:{height:g}", width=order.ratio[0], height=order.ratio[1])
    if order.command == "straighten":
        return said("Straighten by {degrees:g}°", degrees=order.amount)
    if order.command == "rotate":
        return said("Turn by {degrees:g}°", degrees=90 * order.count)
    if order.command == "preset":
        return preset_words(Presets().find(order.scope[0]), order.amount)
    return said("Undo") if order.command == "undo" else said("Reset")


def usual_moves() -> Mapping[str, float]:
    """What a usual step of the commonest sliders is: for the words that a model is told."""
    names = ("exposure", "contrast", "highlights", "shadows", "saturation", "clarity")
    return {name: meaning().usual_move(parameters()[name]) for name in names}
