"""Values of develop parameters as text."""

from __future__ import annotations

from stillbytes.develop.parameter import Parameter, Value


def parsed(parameter: Parameter, text: str) -> Value:
    """Not checked yet. Raises ValueError.

    A curve is written "0,0 128,140 255,255".
    """
    if parameter.kind == "number":
        return float(text)
    if parameter.kind == "curve":
        points = [tuple(float(part) for part in point.split(",")) for point in text.split()]
        return tuple((x, y) for x, y in points)
    return text


def shape(parameter: Parameter) -> str:
    """How a value is written, for the help."""
    if parameter.kind == "number":
        sign = "+" if parameter.minimum < 0 else ""
        return f"{parameter.minimum:g}..{sign}{parameter.maximum:g}"
    return "|".join(parameter.choices) if parameter.kind == "choice" else "'0,0 X,Y 255,255'"
