"""JSON schemas as llama.cpp's grammars, without a space where none is needed.

llama-server makes grammars from schemas itself, but allows indentation; small models use it, and half of what they
write, and of the time it takes, is white space.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_DIGITS = 6
_MOST_NUMBERS = 400


class Unsupported(Exception):
    """A schema with something that is not known here."""


def compact(schema: Mapping[str, Any]) -> str:
    """GBNF of the JSON texts that satisfy the schema, properties in their order, numbers of at most six digits before
    and after the point. Raises Unsupported.
    """
    rules: dict[str, str] = {}
    root = _rule(schema, rules)
    lines = [f"root ::= {root}", *(f"{name} ::= {rule}" for name, rule in rules.items())]
    return "\n".join(lines) + "\n"


def _rule(schema: Mapping[str, Any], rules: dict[str, str]) -> str:
    """An expression for the schema; adds the rules it needs."""
    if "const" in schema:
        return _literal(schema["const"])
    if "enum" in schema:
        return _named(" | ".join(_literal(value) for value in schema["enum"]), rules, "one")
    if "anyOf" in schema:
        return _named(" | ".join(_rule(one, rules) for one in schema["anyOf"]), rules, "any")
    made = {"object": _object, "array": _array, "string": _string, "integer": _integer, "number": _number}
    if schema.get("type") == "boolean":
        return '("true" | "false")'
    if schema.get("type") not in made:
        raise Unsupported(str(schema.get("type")))
    return made[schema["type"]](schema, rules)


def _object(schema: Mapping[str, Any], rules: dict[str, str]) -> str:
    held = schema.get("properties", {})
    if list(schema.get("required", ())) != list(held) or schema.get("additionalProperties") is not False:
        raise Unsupported("an object with properties that may be left out")
    parts = [f"{_quoted(json.dumps(name) + ':')} {_rule(one, rules)}" for name, one in held.items()]
    inside = f" {_quoted(',')} ".join(parts)
    return _named(f"{_quoted('{')} {inside} {_quoted('}')}" if parts else _quoted("{}"), rules, "object")


def _array(schema: Mapping[str, Any], rules: dict[str, str]) -> str:
    most = schema.get("maxItems")
    if "minItems" in schema or not isinstance(most, int) or most < 1:
        raise Unsupported("an array of any length")
    item = _rule(schema["items"], rules)
    more = f" ({_quoted(',')} {item}){{0,{most - 1}}}" if most > 1 else ""
    return _named(f"{_quoted('[')} ({item}{more})? {_quoted(']')}", rules, "array")


def _string(schema: Mapping[str, Any], rules: dict[str, str]) -> str:
    if set(schema) - {"type", "maxLength", "description"}:
        raise Unsupported("a string of some form")
    rules["char"] = r'[^"\\\x00-\x1F\x7F] | "\\" (["\\/bfnrt] | "u" [0-9a-fA-F]{4})'
    most = schema.get("maxLength")
    return f"{_quoted(chr(34))} char{f'{{0,{most}}}' if most else '*'} {_quoted(chr(34))}"


def _integer(schema: Mapping[str, Any], rules: dict[str, str]) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    if isinstance(least, int) and isinstance(most, int):
        if most - least > _MOST_NUMBERS:
            raise Unsupported("a wide range of numbers")
        return _named(" | ".join(_literal(value) for value in range(least, most + 1)), rules, "one")
    return f'"-"? {_whole(rules)}'


def _number(schema: Mapping[str, Any], rules: dict[str, str]) -> str:
    if set(schema) - {"type", "description"}:
        raise Unsupported("a range of numbers")
    return f'"-"? {_whole(rules)} ("." [0-9]{{1,{_DIGITS}}})?'


def _whole(rules: dict[str, str]) -> str:
    rules["whole"] = f'"0" | [1-9] [0-9]{{0,{_DIGITS - 1}}}'
    return "whole"


def _named(expression: str, rules: dict[str, str], kind: str) -> str:
    """The name of a rule for the expression; the same expression has one rule."""
    for name, held in rules.items():
        if held == expression:
            return name
    name = f"{kind}-{len(rules)}"
    rules[name] = expression
    return name


def _literal(value: Any) -> str:
    return _quoted(json.dumps(value, ensure_ascii=False))


def _quoted(text: str) -> str:
    """As a literal of the grammar."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'
