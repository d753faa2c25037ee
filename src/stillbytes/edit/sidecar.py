"""The XMP file beside a photo: our settings in Adobe's fields where they exist, everything of others left alone.

Adobe's fields round, and some of our choices have no field: the exact settings stand in `sb:Settings` too. They count
as long as the fields still say what we wrote; once another program has changed a field, the fields count.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stillbytes.core.errors import InvalidSetting, SidecarError
from stillbytes.core.files import write_atomically
from stillbytes.core.geometry import Size
from stillbytes.develop import parameters
from stillbytes.develop.parameter import Parameter, Value
from stillbytes.develop.settings import Settings
from stillbytes.edit.history import Entry
from stillbytes.edit.orientation import CropBox, to_sensor, to_upright
from stillbytes.edit.xmp import MOST_BYTES, Packet
from stillbytes.photo.formats import EXTENSIONS, is_raw

PROCESS_VERSION = "15.4"
_CROP = ("crop_left", "crop_top", "crop_right", "crop_bottom", "crop_angle")
_WHITE = ("temperature", "tint")
ANY_SIZE = Size(3, 2)


@dataclass(frozen=True, slots=True)
class Sidecar:
    """notes: what was out of range or not understood. rating: xmp:Rating."""

    settings: Settings
    history: tuple[Entry, ...] = ()
    position: int = 0
    notes: tuple[str, ...] = ()
    rating: int | None = None


def path_for(photo: Path) -> Path:
    """NAME.xmp, as Adobe's programs name it; NAME.jpg.xmp for a rendered file that has a RAW file of its name beside
    it, whose sidecar NAME.xmp is."""
    plain = photo.with_suffix(".xmp")
    if is_raw(photo):
        return plain
    for extension in EXTENSIONS:
        for written in (extension, extension.upper()):
            twin = photo.with_suffix(written)
            if is_raw(twin) and twin.exists():
                return photo.with_name(f"{photo.name}.xmp")
    return plain


def read(photo: Path, orientation: int = 1, upright: Size = ANY_SIZE) -> Sidecar | None:
    """The photo's sidecar; None if it has none. Raises SidecarError when it cannot be read."""
    path = path_for(photo)
    return read_file(path, orientation, upright) if path.exists() else None


def read_file(path: Path, orientation: int = 1, upright: Size = ANY_SIZE) -> Sidecar:
    """orientation, upright: of the photo, since Adobe's crop is relative to the unrotated picture.

    Raises SidecarError.
    """
    packet = Packet(_content(path))
    notes: list[str] = []
    fields = _fields(packet, notes, orientation, upright)
    settings = fields
    stored = packet.text("sb:Settings")
    if stored is not None:
        exact = _exact(stored)
        if exact is not None and _as_fields(exact, orientation, upright) == fields:
            settings, notes = exact, []
    rating = packet.text("xmp:Rating")
    history, position = _history(packet)
    return Sidecar(settings, history, position, tuple(notes), _integer(rating))


def write(
    photo: Path,
    settings: Settings,
    history: Sequence[Entry] = (),
    position: int = 0,
    orientation: int = 1,
    upright: Size = ANY_SIZE,
) -> None:
    """Put settings and history into the photo's sidecar; whatever else stands there stays.

    Raises SidecarError when the file there is damaged (it is left as it is) or cannot be written.
    """
    path = path_for(photo)
    packet = Packet(_content(path)) if path.exists() else Packet()
    _put(packet, settings, orientation, upright)
    packet.put("sb:Settings", json.dumps(dict(settings)))
    if history:
        lines = [json.dumps({"at": e.at, "label": e.label, "changes": dict(e.changes)}) for e in history]
        packet.put("sb:History", lines)
        packet.put("sb:HistoryPosition", str(position))
    else:
        packet.remove("sb:History")
        packet.remove("sb:HistoryPosition")
    try:
        write_atomically(path, packet.content())
    except OSError as error:
        problem = f"{path.name} could not be written: {error.strerror or error}."
        raise SidecarError(problem, "Check that the folder is writable and the disk not full.") from error


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise SidecarError(f"{path.name} is larger than any honest XMP file.", "Move it away.")
        return path.read_bytes()
    except OSError as error:
        raise SidecarError(f"{path.name} could not be read: {error.strerror or error}.", "Check its rights.") from error


# From fields to settings


def _fields(packet: Packet, notes: list[str], orientation: int, upright: Size) -> Settings:
    values: dict[str, Value] = {}
    for parameter in parameters().values():
        try:
            value = _field(packet, parameter, notes)
        except (ValueError, OverflowError):
            notes.append(f"{parameter.label} was not understood.")
            continue
        if value is not None:
            values[parameter.name] = value
    if packet.text("crs:HasCrop") == "False":
        for name in _CROP:
            values.pop(name, None)
    # Adobe's programs write the camera's own temperature beside "As Shot".
    if packet.text("crs:WhiteBalance") not in (None, "Custom"):
        for name in _WHITE:
            values.pop(name, None)
    if values.get("white_balance") == "custom" and any(name in values for name in _WHITE):
        del values["white_balance"]
    crop = CropBox(*(_number(values, name) for name in _CROP))
    if orientation != 1 and crop != CropBox(0, 0, 1, 1):
        moved = to_upright(crop, orientation, upright)
        values |= _checked_crop(moved)
    try:
        return Settings(values)
    except InvalidSetting as error:
        notes.append(str(error))
        return Settings()


def _field(packet: Packet, parameter: Parameter, notes: list[str]) -> Value:
    if parameter.kind == "curve":
        items = packet.items(parameter.xmp)
        if items is None:
            return None
        points = [tuple(float(part) for part in item.split(",")) for item in items]
        rising = all(a[0] < b[0] for a, b in zip(points, points[1:], strict=False))
        if not 2 <= len(points) <= 64 or not rising or any(len(p) != 2 for p in points):
            raise ValueError
        if any(not 0 <= part <= 255 for point in points for part in point):
            raise ValueError
        return tuple((point[0], point[1]) for point in points)
    text = packet.text(parameter.xmp)
    if text is None:
        return None
    if parameter.kind == "toggle":
        return text.strip().lower() in ("true", "1")
    if parameter.kind == "choice":
        words = {word.lower(): choice for word, choice in zip(parameter.xmp_choices, parameter.choices, strict=True)}
        if text.strip().lower() not in words:
            raise ValueError
        return words[text.strip().lower()]
    number = float(text)
    if not math.isfinite(number):
        raise ValueError
    clamped = parameter.clamped(number)
    if clamped != number:
        notes.append(f"{parameter.label} {number:g} was brought into its range.")
    return clamped


def _number(values: Mapping[str, Value], name: str) -> float:
    value = values.get(name)
    default = parameters()[name].default
    return float(value if isinstance(value, float) else default if isinstance(default, float) else 0.0)


def _checked_crop(box: CropBox) -> dict[str, Value]:
    found = (box.left, box.top, box.right, box.bottom, box.angle)
    return {name: parameters()[name].clamped(round(v, 9)) for name, v in zip(_CROP, found, strict=True)}


def _exact(stored: str) -> Settings | None:
    try:
        values = json.loads(stored)
        return Settings({k: v for k, v in values.items() if k in parameters()})
    except (ValueError, AttributeError, TypeError, RecursionError, InvalidSetting):
        return None


def _as_fields(settings: Settings, orientation: int, upright: Size) -> Settings:
    """What reading the fields gives that we would write for these settings."""
    packet = Packet()
    _put(packet, settings, orientation, upright)
    return _fields(packet, [], orientation, upright)


def _history(packet: Packet) -> tuple[tuple[Entry, ...], int]:
    entries = []
    for line in packet.items("sb:History") or []:
        try:
            step: Any = json.loads(line)
            known = {k: v for k, v in step["changes"].items() if k in parameters()}
            changes = {k: None if v is None else parameters()[k].check(v) for k, v in known.items()}
            entries.append(Entry(str(step["at"]), str(step["label"]), changes))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, InvalidSetting):
            return (), 0  # a history with a hole would lead elsewhere
    return tuple(entries), min(max(_integer(packet.text("sb:HistoryPosition")) or 0, 0), len(entries))


def _integer(text: str | None) -> int | None:
    try:
        return int(float(text)) if text is not None else None
    except (ValueError, OverflowError):
        return None


# From settings to fields


def _put(packet: Packet, settings: Settings, orientation: int, upright: Size) -> None:
    for parameter in parameters().values():
        packet.remove(parameter.xmp)
    values: dict[str, Value] = dict(settings)
    cropped = any(name in values for name in _CROP)
    if cropped:
        box = CropBox(*(_number(values, name) for name in _CROP))
        box = to_sensor(box, orientation, upright)
        values |= dict(zip(_CROP, (box.left, box.top, box.right, box.bottom, box.angle), strict=True))
    if any(name in values for name in _WHITE):
        values["white_balance"] = "custom"
    for name, value in values.items():
        packet.put(parameters()[name].xmp, _written(parameters()[name], value))
    packet.put("crs:HasSettings", "True" if settings else "False")
    packet.put("crs:HasCrop", "True" if cropped else "False")
    if packet.text("crs:ProcessVersion") is None:
        packet.put("crs:ProcessVersion", PROCESS_VERSION)


def _written(parameter: Parameter, value: Value) -> str | list[str]:
    """A value as Adobe's programs write it."""
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, str):
        return parameter.xmp_choices[parameter.choices.index(value)]
    if isinstance(value, tuple):
        return [f"{x:g}, {y:g}" for x, y in value]
    number = float(value or 0)
    if parameter.name in _CROP:
        return f"{number:.6f}".rstrip("0").rstrip(".")
    sign = "+" if parameter.minimum < 0 < number else ""
    return f"{sign}{number:.{parameter.decimals}f}"
