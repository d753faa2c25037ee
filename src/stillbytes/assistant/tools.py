"""The tools of the assistant, derived from what is declared: their JSON schemas, and what their calls come to.

A language model, a program or a person may call them; every argument is checked here again, whoever made it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from stillbytes.assistant.proposal import Step
from stillbytes.assistant.situation import Situation
from stillbytes.assistant.vocabulary.meaning import kind_for, meaning, named_targets, object_words
from stillbytes.assistant.vocabulary.orders import Order
from stillbytes.assistant.vocabulary.reading import Reading
from stillbytes.assistant.vocabulary.slots import Unclear
from stillbytes.assistant.vocabulary.steps import steps
from stillbytes.assistant.vocabulary.strength import Move
from stillbytes.core.errors import InvalidSetting
from stillbytes.develop import local_parameters, parameters
from stillbytes.develop.parameter import Parameter
from stillbytes.develop.settings import Settings

MOST_CALLS = 24
Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Tool:
    """properties: name of an argument -> its JSON schema; all are required. read: arguments -> what they ask for."""

    name: str
    says: str
    properties: Mapping[str, Schema]
    read: Callable[[Mapping[str, Any]], Move | Order]

    @property
    def schema(self) -> Schema:
        """Of its arguments."""
        return {
            "type": "object",
            "properties": dict(self.properties),
            "required": list(self.properties),
            "additionalProperties": False,
        }


@cache
def tools() -> Mapping[str, Tool]:
    """Every tool that changes a photo, by name."""
    whole = {p.name: p for p in parameters().values() if p.group != "Crop"}
    numbers = {name: p for name, p in whole.items() if p.kind == "number"}
    switches = [name for name, p in parameters().items() if p.kind == "toggle"]
    choices = {name: p for name, p in whole.items() if p.kind == "choice"}
    values = list(dict.fromkeys(value for p in choices.values() for value in p.choices))
    local = local_parameters()
    found = (
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
            "Turn the crop by some degrees.",
            {"degrees": {"type": "number"}},
            lambda a: Move("crop_angle", "by", clamped(parameters()["crop_angle"], a["degrees"])),
        ),
        Tool(
            "turn",
            "Turn the picture clockwise.",
            {"degrees": {"type": "integer", "enum": [90, 180, 270]}},
            lambda a: Order("rotate", int(_number(a["degrees"], 90, 270)) // 90),
        ),
        Tool("undo", "Take back the last step.", {}, lambda a: Order("undo")),
        Tool("reset", "Take back all changes.", {}, lambda a: Order("reset")),
    )
    return {tool.name: tool for tool in found}


@cache
def targets() -> Mapping[str, str]:
    """Parts of the picture that can be told by words -> what masks call them."""
    return {**named_targets(), **{one.partition(":")[2]: one for one in object_words()}}


@cache
def plan_schema() -> Schema:
    """JSON Schema (2020-12) of an answer: what to say, and which tools to use."""
    steps_ = [
        {
            "type": "object",
            "properties": {"tool": {"const": tool.name}, **tool.properties},
            "required": ["tool", *tool.properties],
            "additionalProperties": False,
        }
        for tool in tools().values()
    ]
    return {
        "type": "object",
        "properties": {
            "steps": {"type": "array", "maxItems": 12, "items": {"anyOf": steps_}},
            "say": {"type": "string", "maxLength": 300},
        },
        "required": ["steps", "say"],
        "additionalProperties": False,
    }


def planned(calls: Sequence[Any], situation: Situation) -> tuple[list[Step], Settings]:
    """The steps of a proposal that calls come to: objects with a "tool" and its arguments. Numbers out of range become
    the nearest that is allowed; anything else that is not as declared refuses all of it. Raises InvalidSetting.
    """
    if len(calls) > MOST_CALLS:
        raise InvalidSetting("That is too much at once.", f"Use at most {MOST_CALLS} steps.")
    reading = Reading()
    for call in calls:
        found = read(call)
        if isinstance(found, Order):
            reading.orders.append(found)
        else:  # the last word on a slider counts
            reading.moves = [m for m in reading.moves if (m.parameter, m.target) != (found.parameter, found.target)]
            reading.moves.append(found)
    try:
        return steps(reading, situation)
    except Unclear as error:
        raise InvalidSetting(str(error)) from error


def read(call: Any) -> Move | Order:
    """Raises InvalidSetting for what is no call of a tool."""
    if not isinstance(call, Mapping) or not isinstance(call.get("tool"), str) or call["tool"] not in tools():
        raise InvalidSetting("There is no such tool.", f"Use {', '.join(tools())}.")
    tool = tools()[call["tool"]]
    arguments = {name: value for name, value in call.items() if name != "tool"}
    if set(arguments) != set(tool.properties):
        raise InvalidSetting(f"{tool.name} takes {', '.join(tool.properties) or 'nothing'}.")
    return tool.read(arguments)


def clamped(parameter: Parameter, value: Any) -> float:
    """The nearest value that is allowed. Raises InvalidSetting for what is no number."""
    return parameter.clamped(_number(value, -math.inf, math.inf))


def _number(value: Any, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InvalidSetting(f"{str(value)[:40]!r} is no number.")
    return min(max(float(value), least), most)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidSetting(f"{str(value)[:40]!r} is neither true nor false.")
    return value


def _known(name: Any, known: Mapping[str, Any] | Sequence[str]) -> str:
    if not isinstance(name, str) or name not in known:
        raise InvalidSetting(f"There is no {str(name)[:40]!r}.", f"Use one of {', '.join(list(known)[:40])}.")
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
            reach = (
                f" From {p.minimum:g} to {p.maximum:g}{' ' + p.unit if p.unit else ''}." if p.kind == "number" else ""
            )
            return f"{p.label}: {p.says}{reach}"
    if name in targets():
        return f"{name.capitalize()}: {kind_for(targets()[name]).says}"
    return tools()[name].says if name in tools() else ""


def usual_moves() -> Mapping[str, float]:
    """What a usual step of the commonest sliders is: for the words that a model is told."""
    names = ("exposure", "contrast", "highlights", "shadows", "saturation", "clarity")
    return {name: meaning().usual_move(parameters()[name]) for name in names}
