"""Camera profiles for tests: files written tag by tag, and what the DNG specification makes of a colour."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from dng import FORWARD, MATRIX_A, MATRIX_D65, make_photo
from numpy.typing import NDArray

from stillbytes.photo.dcp import CameraProfile, read

Floats = NDArray[np.float64]
ASCII, SHORT, LONG, SRATIONAL, UNDEFINED, FLOAT = 2, 3, 4, 10, 7, 11
_LETTER = {SHORT: "H", LONG: "I", FLOAT: "f"}
Fields = Mapping[int, tuple[int, Any]]


def dcp(fields: Fields, order: str = "<") -> bytes:
    """A profile of these tags: (type, value) by number; texts, numbers, or bytes as they are."""
    table, body = b"", b""
    start = 8 + 2 + 12 * len(fields) + 4
    for tag, (kind, value) in sorted(fields.items()):
        content = packed(kind, value, order)
        count = len(content) // {ASCII: 1, SHORT: 2, LONG: 4, SRATIONAL: 8, UNDEFINED: 1, FLOAT: 4}[kind]
        held = content.ljust(4, b"\0")
        if len(content) > 4:
            held = struct.pack(f"{order}I", start + len(body))
            body += content + bytes(len(content) % 2)
        table += struct.pack(f"{order}HHI", tag, kind, count) + held
    mark = b"II" if order == "<" else b"MM"
    head = mark + struct.pack(f"{order}HIH", 0x4352, 8, len(fields))
    return head + table + bytes(4) + body


def packed(kind: int, value: Any, order: str = "<") -> bytes:
    if isinstance(value, bytes):
        return value
    if kind == ASCII:
        return str(value).encode() + b"\0"
    values = np.ravel(value).tolist()
    if kind == SRATIONAL:
        return b"".join(struct.pack(f"{order}2i", round(v * 10000), 10000) for v in values)
    return struct.pack(f"{order}{len(values)}{_LETTER[kind]}", *values)


def table(
    change: Callable[[Floats, Floats, Floats], Sequence[Any]], hue: int = 36, saturation: int = 8, value: int = 1
) -> Floats:
    """(value, hue, saturation, 3): change(hue in degrees, saturation, value) -> degrees, factor, factor."""
    v, h, s = np.meshgrid(
        np.linspace(0, 1, value), np.arange(hue) * 360 / hue, np.linspace(0, 1, saturation), indexing="ij"
    )
    nodes = np.stack([np.broadcast_to(one, h.shape) for one in change(h, s, v)], -1).astype(np.float64)
    nodes[:, :, 0, 2] = 1
    return nodes


def turning(degrees: float) -> Floats:
    """A table that turns all hues."""
    return table(lambda h, s, v: (degrees, 1.0, 1.0))


def fields(
    name: str = "Studio",
    camera: str = "Test 1",
    *,
    matrices: Sequence[Any] = (MATRIX_D65,),
    lights: Sequence[int] = (21,),
    forwards: Sequence[Any] = (),
    tables: Sequence[Floats] = (),
    look: Floats | None = None,
    curve: Sequence[tuple[float, float]] = (),
    encoded: tuple[int, int] = (0, 0),
    exposure: float = 0.0,
    policy: int = 0,
    more: Fields | None = None,
) -> dict[int, tuple[int, Any]]:
    """The tags of a profile."""
    found: dict[int, tuple[int, Any]] = {50936: (ASCII, name), 50941: (LONG, [policy])}
    if camera:
        found[50708] = ASCII, camera
    found |= {tag: (SRATIONAL, m) for tag, m in zip((50721, 50722, 52531), matrices, strict=False)}
    found |= {tag: (SHORT, [light]) for tag, light in zip((50778, 50779, 52529), lights, strict=False)}
    found |= {tag: (SRATIONAL, m) for tag, m in zip((50964, 50965, 52532), forwards, strict=False)}
    for tag, nodes in zip((50938, 50939, 52537), tables, strict=False):
        found[tag] = FLOAT, nodes
        found[50937] = LONG, [nodes.shape[1], nodes.shape[2], nodes.shape[0]]
        found[51107] = LONG, [encoded[0]]
    if look is not None:
        found |= {50982: (FLOAT, look), 50981: (LONG, [look.shape[1], look.shape[2], look.shape[0]])}
        found[51108] = LONG, [encoded[1]]
    if curve:
        found[50940] = FLOAT, curve
    if exposure:
        found[51109] = SRATIONAL, [exposure]
    return found | dict(more or {})


def content(name: str = "Studio", camera: str = "Test 1", order: str = "<", **what: Any) -> bytes:
    """The file of one, see `fields`."""
    return dcp(fields(name, camera, **what), order)


def profile(name: str = "Studio", camera: str = "Test 1", **what: Any) -> CameraProfile:
    return read(content(name, camera, **what), f"{name}.dcp")


def full(name: str = "Whole", camera: str = "Test 1", **what: Any) -> bytes:
    """A profile with everything of two lights."""
    warm = table(lambda h, s, v: (12 * np.sin(np.deg2rad(h)), 1 + 0.2 * s, 1 - 0.1 * s))
    cool = table(lambda h, s, v: (-9 * np.cos(np.deg2rad(2 * h)), 1 - 0.15 * s, 1 + 0.05 * s))
    look = table(lambda h, s, v: (6 * np.sin(np.deg2rad(h)) * v, 1 + 0.3 * v * s, 1 - 0.1 * s * (1 - v)), 36, 8, 16)
    curve = [(0, 0), (0.05, 0.03), (0.2, 0.28), (0.5, 0.68), (0.8, 0.92), (1, 1)]
    given = {"matrices": (MATRIX_A, MATRIX_D65), "lights": (17, 21), "forwards": (FORWARD, FORWARD)}
    return content(name, camera, **{**given, "tables": (warm, cool), "look": look, "curve": curve, **what})


def dng_with(path: Path, main: Fields, extra: Sequence[bytes] = (), **options: Any) -> Path:
    """A DNG that is itself the profile `main` and holds the files `extra` as ExtraCameraProfiles."""
    more = []
    for tag, (kind, value) in main.items():
        if tag in (50708, 50721, 50778):  # which every DNG has
            continue
        letter = {ASCII: "s", SHORT: "H", LONG: "I", SRATIONAL: "2i", UNDEFINED: "B", FLOAT: "f"}[kind]
        if kind == ASCII:
            more.append((tag, letter, None, value, True))
        elif kind == SRATIONAL:
            pairs = tuple(p for v in np.ravel(value).tolist() for p in (round(v * 10000), 10000))
            more.append((tag, letter, len(pairs) // 2, pairs, True))
        else:
            values = np.ravel(value).tolist()
            more.append((tag, letter, len(values), tuple(values) if len(values) > 1 else values[0], True))
    if extra:
        places = (0,) * len(extra)
        more.append((50933, "I", len(extra), places if len(extra) > 1 else 0, True))
    make_photo(path, more=more, **options)
    if extra:
        starts, end = [], path.stat().st_size
        with path.open("ab") as file:
            for one in extra:
                starts.append(end)
                end += file.write(one)
        with tifffile.TiffFile(path, mode="r+") as written:
            written.pages[0].tags[50933].overwrite(tuple(starts) if len(starts) > 1 else starts[0])
    return path


# What the specification says, step by step


def through(rgb: Floats, nodes: Floats, encoded: bool = False) -> Floats:
    """(n, 3) linear ProPhoto RGB through a table, interpolated along each axis."""
    value, least = rgb.max(-1), rgb.min(-1)
    span = value - least
    safe = np.where(span > 0, span, 1)
    r, g, b = rgb.T
    hue = np.where(value == r, (g - b) / safe % 6, np.where(value == g, 2 + (b - r) / safe, 4 + (r - g) / safe)) * 60
    hue = np.where(span > 0, hue, 0)
    saturation = np.where(value > 0, span / np.where(value > 0, value, 1), 0)
    code = srgb(value) if encoded else value
    values, hues, saturations, _ = nodes.shape
    shift, more, brighter = trilinear(nodes, hue / 360 * hues, saturation * (saturations - 1), code * (values - 1)).T
    hue = (hue + shift) % 360 / 60
    saturation = np.minimum(saturation * more, 1)
    light = code * brighter
    light = unsrgb(light) if encoded else light
    found = [light * (1 - saturation * np.clip(np.minimum(k, 4 - k), 0, 1)) for k in ((hue + n) % 6 for n in (5, 3, 1))]
    return np.stack(found, -1)


def trilinear(nodes: Floats, hue: Floats, saturation: Floats, value: Floats) -> Floats:
    values, hues, saturations, _ = nodes.shape
    total = np.zeros((len(hue), 3))
    h, s, v = np.floor(hue), np.floor(np.clip(saturation, 0, saturations - 1)), np.floor(np.clip(value, 0, values - 1))
    for i in (0, 1):
        for j in (0, 1):
            for k in (0, 1):
                part = np.ones(len(hue))
                for at, cell, step in ((hue, h, i), (np.clip(saturation, 0, saturations - 1), s, j),
                                       (np.clip(value, 0, values - 1), v, k)):  # fmt: skip
                    part = part * np.where(step, at - cell, 1 - (at - cell))
                place = nodes[
                    np.minimum(v + k, values - 1).astype(int),
                    (h + i).astype(int) % hues,
                    np.minimum(s + j, saturations - 1).astype(int),
                ]
                total += part[:, None] * place
    return total


def toned(rgb: Floats, curve: Callable[[Floats], Floats]) -> Floats:
    """(n, 3) through a tone curve that keeps the hue."""
    rgb = np.clip(rgb, 0, 1)
    low, high = rgb.min(-1, keepdims=True), rgb.max(-1, keepdims=True)
    new_low, new_high = curve(low), curve(high)
    return new_low + (rgb - low) / np.where(high > low, high - low, 1) * (new_high - new_low)


def srgb(light: Floats) -> Floats:
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055)


def unsrgb(code: Floats) -> Floats:
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
