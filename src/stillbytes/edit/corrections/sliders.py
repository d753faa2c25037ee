"""What an adjustment adds to the settings, as the Local* fields of a correction, from the parameters' declarations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stillbytes.core.errors import InvalidSetting
from stillbytes.develop import local_parameters
from stillbytes.develop.parameter import Parameter
from stillbytes.edit import point_colours
from stillbytes.edit.corrections.structure import Node, Structure, Unmapped, number, written

SCALES = {"LocalExposure2012": 4.0, "LocalHue": 180.0, "LocalToningHue": 1.0}
"""The panel's number is the field times this; times 100 for the others."""
DECIMALS = 4
"""Of numbers that are read: as many as the six of what is written hold of a hue."""
WITHOUT = ("LocalVibrance",)
"""Fields that would follow from our declarations and that Adobe's corrections do not have."""
CURVES = {"": "MainCurve", "Red": "RedCurve", "Green": "GreenCurve", "Blue": "BlueCurve"}
"""What follows ToneCurvePV2012 in the field of the whole picture's curve -> the field of a correction's."""
POINTS, VARIANCES = "LocalPointColors", "LocalColorVariance"
OTHERS = ("Local", *CURVES.values(), *(f"Extended{name}" for name in CURVES.values()))
"""How the names of fields begin that may change the picture."""
NO_EFFECT = {"LocalCurveRefineSaturation": 100.0}
"""The value at which a field does nothing, where that is not 0."""


def fields() -> Mapping[str, Parameter]:
    """Field of a correction -> our parameter, of those that are numbers."""
    found = {}
    for parameter in local_parameters().values():
        if parameter.kind != "number":
            continue
        name = parameter.xmp.removeprefix("crs:")
        name = name if name.startswith("Local") else f"Local{name}"
        if parameter.xmp and name not in WITHOUT:
            found[name] = parameter
    return found


def curves() -> Mapping[str, Parameter]:
    """Field of a correction -> our parameter, of those that are curves."""
    found = [parameter for parameter in local_parameters().values() if parameter.kind == "curve"]
    return {CURVES[parameter.xmp.removeprefix("crs:ToneCurvePV2012")]: parameter for parameter in found}


def write(delta: Mapping[str, Any]) -> Structure:
    """All fields of numbers that we know, most of them 0, each within what they allow; and those of curves, empty
    where there is none; their points are without a space."""
    values: Structure = {}
    for name, parameter in fields().items():
        value = delta.get(parameter.name, 0.0) / SCALES.get(name, 100.0)
        values[name] = written(value if name == "LocalToningHue" else min(max(value, -1.0), 1.0))
    colours, variances = point_colours.write(delta.get("point_colours", ()))
    values |= {POINTS: list(colours), VARIANCES: list(variances)}
    bent = {name: delta.get(p.name, ()) for name, p in curves().items()}
    return values | {name: [f"{written(x)},{written(y)}" for x, y in points] for name, points in bent.items()}


def read(given: Mapping[str, Node], notes: list[str]) -> dict[str, Any]:
    """The delta. notes: gets what was out of range, not understood or has no counterpart."""
    known: dict[str, Parameter] = {**fields(), **curves()}
    delta: dict[str, Any] = {}
    for name, parameter in curves().items():
        if given.get(name):
            try:
                delta[parameter.name] = _points(given[name], name, parameter)
            except (Unmapped, InvalidSetting):
                notes.append(f"{name} is no curve, and was left out")
    if given.get(POINTS):
        try:
            delta["point_colours"] = _points_of(given)
        except (ValueError, InvalidSetting):
            notes.append(f"{POINTS} is no list of colours, and was left out")
    for name, parameter in fields().items():
        value = _number(given, name, notes)
        if value is not None:
            value = round(value * SCALES.get(name, 100.0), DECIMALS)
            delta[parameter.name] = parameter.clamped(value)
            if delta[parameter.name] != value:
                notes.append(f"{name} {value:g} was brought into its range")
    unknown = list(_others(given, known))
    if unknown:
        notes.append(f"it stays without {', '.join(unknown)}, which has no counterpart")
    return {name: value for name, value in delta.items() if value != local_parameters()[name].neutral}


def _points_of(given: Mapping[str, Node]) -> Any:
    colours, variances = given[POINTS], given.get(VARIANCES) or []
    if not isinstance(colours, list) or not isinstance(variances, list):
        raise Unmapped(f"{POINTS} is no list")
    return point_colours.read(colours, variances)


def _points(value: Node, name: str, parameter: Parameter) -> Any:
    if not isinstance(value, list):
        raise Unmapped(f"{name} is no list")
    points = [[number(part, name) for part in str(item).split(",")] for item in value]
    return parameter.check(points)


def _others(given: Mapping[str, Node], known: Mapping[str, Parameter]) -> Iterator[str]:
    """Fields that may change the picture and that we do not have."""
    for name, value in given.items():
        if isinstance(value, str) and name.startswith("Local") and name not in known:
            if value.strip() and _plain(value) != NO_EFFECT.get(name, 0.0):
                yield name
        elif (
            not isinstance(value, str) and value and name not in (*known, POINTS, VARIANCES) and name.startswith(OTHERS)
        ):
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
