"""Settings as the fields of an XMP packet: Adobe's where they exist, ours for the rest, all from the declarations."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping
from typing import Any, cast

from stillbytes.core.errors import InvalidSetting
from stillbytes.core.geometry import Size
from stillbytes.develop import parameters
from stillbytes.develop.operations.crop import CORNERS
from stillbytes.develop.parameter import Parameter, Value
from stillbytes.develop.settings import Settings
from stillbytes.edit import cropping, point_colours, profiles
from stillbytes.edit.orientation import TURNS, CropBox, between, of_turns, then, to_sensor, to_turns, to_upright
from stillbytes.edit.xmp import Packet

PROCESS_VERSION = "15.4"
"""Adobe's number of the process whose fields these are."""
VERSION = "15.4"
"""The first Camera Raw with that process: what a sidecar says wrote it, if no program of Adobe's did."""
FIRST_PROCESS = 6.7
"""The first process with these fields (2012)."""
VARIANCE = "crs:ColorVariance"
"""Beside the point colours."""
CROP = ("crop_left", "crop_top", "crop_right", "crop_bottom", "crop_angle")
TURNED = ("rotate", "flip_horizontal", "flip_vertical")
WHITE = ("temperature", "tint")
_NO_EDITS = ("Version", "ProcessVersion", "RawFileName", "HasSettings", "HasCrop", "AlreadyApplied")
NO_EDITS = {f"crs:{name}" for name in _NO_EDITS}
"""Fields that tell of the file and do nothing to the picture."""
OLD_FIELDS = {"crs:Exposure2012": "crs:Exposure", "crs:Contrast2012": "crs:Contrast", "crs:Clarity2012": "crs:Clarity"}
"""Fields of Adobe's processes before 2012 that mean nearly the same; their other tone sliders have no counterpart."""


def read(packet: Packet, orientation: int, upright: Size) -> tuple[Settings, list[str]]:
    """The settings that the fields say, and notes on what was out of range or not understood.

    orientation, upright: EXIF orientation of the photo and size of the upright picture, for the crop.
    """
    notes: list[str] = []
    if packet.text("crs:AlreadyApplied") == "True":
        return Settings(), ["The settings in the sidecar are part of the picture already and were not applied again."]
    values: dict[str, Value] = {}
    for parameter in _fields():
        try:
            value = _read_field(packet, parameter, notes)
        except (ValueError, OverflowError):
            notes.append(f"{parameter.label} was not understood.")
            continue
        if value is not None:
            values[parameter.name] = value
    camera = profiles.read_camera(packet, values)
    by_us = parameters()["profile"].xmp in packet.names("sb") or (camera and camera == values.get("camera_profile"))
    if not by_us and (profile := profiles.read(packet)) is not None:
        values["profile"] = profile
    values["camera_profile"] = camera
    _settle_white(packet, values)
    _read_turns(packet, values, orientation)
    _read_crop(packet, values, orientation, upright, notes)
    return _allowed(values, notes), notes


def put(packet: Packet, settings: Settings, orientation: int, upright: Size) -> None:
    """Write the fields of these settings into the packet and remove those of parameters at their default. A field that
    says it already stays as it is written.

    Settings of Adobe's programs that we do not have, masks say, stay in effect there even when ours are all at default.
    """
    in_effect = packet.text("crs:HasSettings") == "True" and packet.text("crs:AlreadyApplied") != "True"
    values: dict[str, Value] = {
        parameter.name: settings[parameter.name] for parameter in _fields() if parameter.name in settings
    }
    if any(name in values for name in WHITE):
        values["white_balance"] = "custom"
    same = _said(packet, values)
    for parameter in _fields():
        if parameter.name not in same:
            packet.remove(parameter.xmp)
    for old in (*OLD_FIELDS.values(), *(() if "point_colours" in same else (VARIANCE,))):
        packet.remove(old)
    cropping.remove(packet)
    cropped = any(name in values for name in CROP)
    if cropped:
        box = to_sensor(CropBox(*(_number(values, name) for name in CROP)), orientation, upright)
        box = cropping.put(packet, box, _sensor(orientation, upright))
        values |= dict(zip(CROP, (box.left, box.top, box.right, box.bottom, box.angle), strict=True))
    for name, value in values.items():
        if name in same:
            continue
        packet.put(parameters()[name].xmp, written(parameters()[name], value))
        if parameters()[name].kind == "colours":
            packet.put(VARIANCE, point_colours.write(cast("tuple[Any, ...]", value))[1])
    others = in_effect and not packet.names("crs") <= NO_EDITS
    profiles.put(packet, str(settings.value("profile")), str(settings.value("camera_profile")))
    packet.put("crs:HasSettings", "True" if settings or others else "False")
    packet.put("crs:HasCrop", "True" if cropped and box != cropping.WHOLE else "False")
    turn = _turn(values)
    if turn != 1 or packet.text("tiff:Orientation") is not None:
        packet.put("tiff:Orientation", str(then(orientation, turn)))
    if process(packet) < FIRST_PROCESS:
        packet.put("crs:ProcessVersion", PROCESS_VERSION)
    if packet.text("crs:Version") is None:
        packet.put("crs:Version", VERSION)
    if packet.text("crs:AlreadyApplied") is not None:
        packet.put("crs:AlreadyApplied", "False")  # these settings are not


def _said(packet: Packet, values: Mapping[str, Value]) -> set[str]:
    """The parameters whose fields say these values, or their default, already. Of the crop none: it may have to be
    written otherwise."""
    found = set()
    for parameter in _fields():
        there = packet.text(parameter.xmp) is not None or packet.items(parameter.xmp) is not None
        if there and parameter.name not in CROP:
            with contextlib.suppress(ValueError, OverflowError, InvalidSetting):
                stated = parameter.check(_read_field(packet, parameter, []))
                if stated == values.get(parameter.name, parameter.default):
                    found.add(parameter.name)
    if "white_balance" in found and values.get("white_balance") != "custom":
        found |= {*WHITE}  # what Adobe's programs show beside a white balance that is not theirs to set
    return found


def _fields() -> list[Parameter]:
    """The parameters that have a field of their own."""
    return [parameter for parameter in parameters().values() if parameter.xmp]


def known() -> set[str]:
    """The fields that are read and written here."""
    return {parameter.xmp for parameter in _fields()} | {*OLD_FIELDS.values(), VARIANCE} | NO_EDITS


def written(parameter: Parameter, value: Value) -> str | list[str]:
    """A value as Adobe's programs write it: "+0.70", "5200", "True", ["0, 0", "255, 255"]."""
    if isinstance(value, bool):
        return (parameter.xmp_choices or ("False", "True"))[value]
    if parameter.kind in ("text", "lut", "dcp"):
        return str(value)
    if isinstance(value, str):
        return parameter.xmp_choices[parameter.choices.index(value)]
    if parameter.kind == "colours":
        return point_colours.write(cast("tuple[Any, ...]", value))[0]
    if isinstance(value, tuple):
        return [f"{x:g}, {y:g}" for x, y in value]
    number = float(value or 0)
    if parameter.name in CROP:
        return cropping.written(number)
    sign = "+" if (parameter.minimum < 0 or parameter.step < 1) and number > 0 else ""
    return f"{sign}{number:.{parameter.decimals}f}"


def _read_field(packet: Packet, parameter: Parameter, notes: list[str]) -> Value:
    """None when the packet does not have it. Raises ValueError when it makes no sense."""
    if parameter.kind == "curve":
        items = packet.items(parameter.xmp)
        return None if items is None else _curve(items)
    if parameter.kind == "colours":
        items = packet.items(parameter.xmp)
        return None if items is None else point_colours.read(items, packet.items(VARIANCE) or [])
    text = packet.text(parameter.xmp)
    if text is None and parameter.xmp in OLD_FIELDS:
        text = packet.text(OLD_FIELDS[parameter.xmp])
        if text is not None:
            notes.append(f"{parameter.label} was taken from an older process of Adobe's and may look different.")
    if text is None:
        return None
    if parameter.kind in ("text", "lut", "dcp"):
        return text.strip()
    word = text.strip().lower()
    if parameter.kind == "toggle":
        return word in ("true", "1")
    if parameter.kind == "choice":
        words = {word.lower(): choice for word, choice in zip(parameter.xmp_choices, parameter.choices, strict=True)}
        if word not in words:
            raise ValueError
        return words[word]
    number = float(word)
    if not math.isfinite(number):
        raise ValueError
    clamped = parameter.clamped(number)
    if clamped != number:
        notes.append(f"{parameter.label} {number:g} was brought into its range.")
    return clamped


def _curve(items: list[str]) -> Value:
    points = []
    for item in items:
        x, y = (float(part) for part in item.split(","))
        points.append((x, y))
    return tuple(points)


def _settle_white(packet: Packet, values: dict[str, Value]) -> None:
    """Temperature and tint count only for a custom white balance: beside "As Shot" and presets Adobe's programs write
    the numbers that they show, which are those of their own profiles."""
    if packet.text("crs:WhiteBalance") not in (None, "Custom"):
        for name in WHITE:
            values.pop(name, None)
    if values.get("white_balance") == "custom" and any(name in values for name in WHITE):
        del values["white_balance"]


def _read_turns(packet: Packet, values: dict[str, Value], orientation: int) -> None:
    """Adobe's programs turn a photo by changing the orientation in its sidecar; a program without develop settings
    merely repeats there what the file says."""
    text = packet.text("tiff:Orientation")
    if packet.text("crs:HasSettings") is None or text is None or text.strip() not in map(str, TURNS):
        return
    stated = int(text)
    if stated != then(orientation, _turn(values)):
        flip, quarters = to_turns(between(orientation, stated))
        values |= {"rotate": str(90 * quarters), "flip_horizontal": flip, "flip_vertical": False}


def _read_crop(packet: Packet, values: dict[str, Value], orientation: int, upright: Size, notes: list[str]) -> None:
    """From relative to the sensor's image to relative to the upright picture, and beyond it where our fields say so."""
    if packet.text("crs:HasCrop") == "False":
        for name in CROP:
            values.pop(name, None)
    for name in CROP[:4]:
        if name in values and not 0 <= _number(values, name) <= 1:  # theirs lie in the frame
            notes.append(f"{parameters()[name].label} {_number(values, name):g} was brought into its range.")
            values[name] = min(max(_number(values, name), 0.0), 1.0)
    crop = CropBox(*(_number(values, name) for name in CROP))
    beyond = cropping.read(packet, crop, _sensor(orientation, upright))
    limits = (0.0, 1.0) if beyond is None else CORNERS
    if beyond is None and (orientation == 1 or crop == cropping.WHOLE):
        return
    moved = to_upright(crop if beyond is None else beyond, orientation, upright)
    for name, value in zip(CROP, (moved.left, moved.top, moved.right, moved.bottom), strict=False):
        values[name] = min(max(round(value, 9), limits[0]), limits[1])
    values["crop_angle"] = parameters()["crop_angle"].clamped(round(moved.angle, 9))


def _sensor(orientation: int, upright: Size) -> Size:
    """Size of the sensor's image."""
    return upright if orientation < 5 else Size(upright.height, upright.width)


def _turn(values: Mapping[str, Value]) -> int:
    """The turns of these settings as an EXIF orientation."""
    flips = bool(values.get("flip_horizontal")), bool(values.get("flip_vertical"))
    return of_turns(*flips, int(str(values.get("rotate", "0"))) // 90)


def process(packet: Packet) -> float:
    """Adobe's number of the process that the fields are of; 0 where they do not say."""
    try:
        return float(packet.text("crs:ProcessVersion") or 0)
    except ValueError:
        return 0.0


def _allowed(values: Mapping[str, Value], notes: list[str]) -> Settings:
    kept: dict[str, Value] = {}
    for name, value in values.items():
        try:
            kept[name] = parameters()[name].check(value)
        except InvalidSetting as error:
            notes.append(f"{error.message} It was left out.")
    return Settings(kept)


def _number(values: Mapping[str, Value], name: str) -> float:
    value = values.get(name)
    default = parameters()[name].default
    return float(value if isinstance(value, float) else default if isinstance(default, float) else 0.0)
