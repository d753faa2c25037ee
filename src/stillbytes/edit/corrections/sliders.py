"""What an adjustment adds to the settings, as the Local* fields of a correction, from the parameters' declarations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stillbytes.develop import local_parameters
from stillbytes.develop.parameter import Parameter
from stillbytes.edit.corrections.structure import Node, Structure, Unmapped, number, written

SCALES = {"LocalExposure2012": 4.0, "LocalHue": 180.0, "LocalToningHue": 1.0}
"""The panel's number is the field times this; times 100 for the others."""
DECIMALS = 4
"""Of numbers that are read: as many as the six of what is written hold of a hue."""
WITHOUT = ("LocalVibrance",)
"""Fields that would follow from our declarations and that Adobe's corrections do not have."""
NO_EFFECT = {"LocalCurveRefineSaturation": 100.0}
"""The value at which a field does nothing, where that is not 0."""


def fields() -> Mapping[str, Parameter]:
    """Field of a correction -> our parameter."""
    found = {}
    for parameter in local_parameters().values():
        name = parameter.xmp.removeprefix("crs:")
        name = name if name.startswith("Local") else f"Local{name}"
        if parameter.xmp and name not in WITHOUT:
            found[name] = parameter
    return found


def write(delta: Mapping[str, float]) -> Structure:
    """All fields that we know, most of them 0, each within what they allow."""
    values = {}
    for name, parameter in fields().items():
        value = delta.get(parameter.name, 0.0) / SCALES.get(name, 100.0)
        values[name] = written(value if name == "LocalToningHue" else min(max(value, -1.0), 1.0))
    return dict(values)


def read(given: Mapping[str, Node], notes: list[str]) -> dict[str, float]:
    """The delta. notes: gets what was out of range, not understood or has no counterpart."""
    known, delta = fields(), {}
    for name, parameter in known.items():
        value = _number(given, name, notes)
        if value is not None:
            value = round(value * SCALES.get(name, 100.0), DECIMALS)
            delta[parameter.name] = parameter.clamped(value)
            if delta[parameter.name] != value:
                notes.append(f"{name} {value:g} was brought into its range")
    unknown = list(_others(given, known))
    if unknown:
        notes.append(f"it stays without {', '.join(unknown)}, which has no counterpart")
    return {name: value for name, value in delta.items() if value}


def _others(given: Mapping[str, Node], known: Mapping[str, Parameter]) -> Iterator[str]:
    """Fields that may change the picture and that we do not have."""
    for name, value in given.items():
        if isinstance(value, str) and name.startswith("Local") and name not in known:
            if value.strip() and _plain(value) != NO_EFFECT.get(name, 0.0):
                yield name
        elif not isinstance(value, str) and value and (name.startswith("Local") or name.endswith("Curve")):
            yield name


def _number(given: Mapping[str, Node], name: str, notes: list[str]) -> float | None:
    value = given.get(name)
    if value is None:
        return None
    try:
        if not isinstance(value, str):
            raise Unmapped(f"{name} is no number")
        return number(value, name)
    except Unmapped as problem:
        notes.append(f"{problem}, and was left out")
        return None


def _plain(text: str) -> float | None:
    try:
        return number(text, "")
    except Unmapped:
        return None
