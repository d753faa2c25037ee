"""Presets as Lightroom wrote them until 2018, tables in Lua: `s = { title = "...", value = { settings = {...} } }`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from stillbytes.core.errors import SidecarError
from stillbytes.core.saying import said

MOST_BYTES = 1 << 20
DEEPEST = 32
_TOKEN = re.compile(
    r"""\s+ | --[^\n]*
    | (?P<string> "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*')
    | (?P<number> -?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<word> [A-Za-z_]\w*)
    | (?P<mark> [{}=,;\[\]])""",
    re.VERBOSE,
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


def parse(content: bytes, name: str, most: int = MOST_BYTES) -> dict[str, Any]:
    """The table: keys to numbers, texts, truth values, tables and lists. Nothing in it is run.

    most: bytes. Raises SidecarError when it is not one.
    """
    if len(content) > most:
        raise SidecarError(said("{name} is larger than it can be.", name=name), "Choose another file.")
    try:
        tokens = [*_tokens(content.decode("utf-8-sig"))]
        if tokens[:2] and tokens[0][0] == "word" and tokens[1] == ("mark", "="):
            tokens = tokens[2:]
        value, end = _value(tokens, 0, 0)
        if end != len(tokens) or not isinstance(value, dict):
            raise ValueError("not a table")
    except (ValueError, IndexError, UnicodeDecodeError) as error:
        raise SidecarError(
            said("{name} is no table of Lightroom's ({why}).", name=name, why=str(error)), "Choose another file."
        ) from error
    return value


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    place = 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise ValueError(f"{text[place : place + 12]!r} has no meaning")
        if found.lastgroup:
            yield found.lastgroup, found.group()
        place = found.end()


def _value(tokens: list[tuple[str, str]], place: int, depth: int) -> tuple[Any, int]:
    kind, text = tokens[place]
    if kind == "string":
        return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), text[1:-1], flags=re.DOTALL), place + 1
    if kind == "number":
        return float(text), place + 1
    if kind == "word":
        if text in ("true", "false", "nil"):
            return {"true": True, "false": False, "nil": None}[text], place + 1
        translated, end = _value(tokens, place + 1, depth + 1)  # LOC "$$$/AgDevelop/Presets/Name=Name"
        if not isinstance(translated, str):
            raise ValueError(f"{text} has no meaning")
        return translated.rpartition("=")[2], end
    if text != "{":
        raise ValueError(f"{text!r} is no value")
    return _table(tokens, place + 1, depth + 1)


def _table(tokens: list[tuple[str, str]], place: int, depth: int) -> tuple[Any, int]:
    if depth > DEEPEST:
        raise ValueError("tables too deep")
    named: dict[str, Any] = {}
    listed: list[Any] = []
    while tokens[place] != ("mark", "}"):
        if tokens[place] == ("mark", "["):
            key, place = _value(tokens, place + 1, depth)
            if tokens[place] != ("mark", "]") or tokens[place + 1] != ("mark", "="):
                raise ValueError("a key without a value")
            named[str(key)], place = _value(tokens, place + 2, depth)
        elif tokens[place][0] == "word" and tokens[place + 1] == ("mark", "="):
            key = tokens[place][1]
            named[key], place = _value(tokens, place + 2, depth)
        else:
            value, place = _value(tokens, place, depth)
            listed.append(value)
        if tokens[place][1] in ",;":
            place += 1
        elif tokens[place] != ("mark", "}"):
            raise ValueError("a table that does not end")
    return (named if named or not listed else listed), place + 1
