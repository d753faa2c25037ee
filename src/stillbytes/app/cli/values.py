"""Values of develop parameters as text."""

from __future__ import annotations

from typing import Any

from stillbytes.develop.parameter import Parameter, Value


def parsed(parameter: Parameter, text: str) -> Value:
    """Not checked yet. Raises ValueError.

    A curve is written "0,0 128,140 255,255", point colours "#c86432 hue:10 range:40; #...".
    """
    if parameter.kind == "number":
        return float(text)
    if parameter.kind == "curve":
        points = [tuple(float(part) for part in point.split(",")) for point in text.split()]
        return tuple((x, y) for x, y in points)
    if parameter.kind == "colours":
        return tuple(_point_colour(one.split()) for one in text.split(";") if one.strip())
    return text


def _point_colour(words: list[str]) -> dict[str, Any]:
    pairs = (word.partition(":") for word in words[1:])
    return {"colour": words[0]} | {name: float(value) for name, _, value in pairs}


def shape(parameter: Parameter) -> str:
    """How a value is written, for the help."""
    if parameter.kind == "number":
        sign = "+" if parameter.minimum < 0 else ""
        return f"{parameter.minimum:g}..{sign}{parameter.maximum:g}"
    if parameter.kind == "lut":
        return "FILE[:PERCENT]"
    if parameter.kind == "dcp":
        return "NAME|FILE"
    if parameter.kind == "colours":
        return "'#RRGGBB hue:N saturation:N luminance:N range:N; ...'"
    if parameter.kind == "text":
        return "NAME"
    return "|".join(parameter.choices) if parameter.kind == "choice" else "'0,0 X,Y 255,255'"
