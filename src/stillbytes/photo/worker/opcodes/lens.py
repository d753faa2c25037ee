"""Opcodes that move places or give back light: WarpRectilinear, WarpRectilinear2, WarpFisheye, FixVignetteRadial.

Their centre is relative to the picture that they are applied to, their distance 1 is that from there to its farthest
corner (Digital Negative Specification 1.7.1.0, chapter 7).
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass

from stillbytes.photo.optics import Bend
from stillbytes.photo.worker.opcodes.lists import Opcode

WARPS, VIGNETTE = (1, 2, 14), 3
TERMS = 15
"""Of a curve of WarpRectilinear2, one for each power of the distance from 0 on."""
ALIKE = 0.02
"""Parts of the picture within which two centres are one."""
Function = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Placing:
    """How the photo lies in the picture that the opcodes are about. area, crop: (top, left, height, width), the crop
    within the area. flip: LibRaw's, see `photo.worker.raw.upright`."""

    area: tuple[int, int]
    crop: tuple[int, int, int, int]
    flip: int


@dataclass(frozen=True, slots=True)
class _Warp:
    centre: tuple[float, float]
    curves: tuple[Function, ...]
    tangential: tuple[tuple[float, float], ...]


def bend(opcodes: list[Opcode], placing: Placing) -> tuple[Bend | None, list[Opcode]]:
    """The first warp and the first vignette as one bend of the upright photo; and what was left out."""
    warp: _Warp | None = None
    light: tuple[tuple[float, float], Function] | None = None
    left: list[Opcode] = []
    for opcode in opcodes:
        if opcode.id in WARPS and warp is None and (found := _warp(opcode)) is not None:
            warp = found
        elif opcode.id == VIGNETTE and light is None and (lit := _vignette(opcode)) is not None:
            if warp is not None and math.dist(warp.centre, lit[0]) > ALIKE:
                left.append(opcode)
            else:
                light = lit
        else:
            left.append(opcode)
    if warp is not None and light is not None and math.dist(warp.centre, light[0]) > ALIKE:
        light = None
    if warp is None and light is None:
        return None, left
    centre = warp.centre if warp else light[0] if light else (0.5, 0.5)
    return _placed(centre, warp, light[1] if light else None, placing), left


def _placed(centre: tuple[float, float], warp: _Warp | None, gain: Function | None, placing: Placing) -> Bend:
    rows, columns = placing.area
    top, left, height, width = placing.crop
    x, y = centre[0] * columns, centre[1] * rows
    unit = math.hypot(max(x, columns - x), max(y, rows - y)) / max(height, width)
    x, y = (x - left) / width, (y - top) / height
    tangential = warp.tangential if warp else ()
    if placing.flip & 2:
        y, tangential = 1 - y, tuple((-a, b) for a, b in tangential)
    if placing.flip & 1:
        x, tangential = 1 - x, tuple((a, -b) for a, b in tangential)
    if placing.flip & 4:
        x, y, tangential = y, x, tuple((b, a) for a, b in tangential)
    if not any(a or b for a, b in tangential):
        tangential = ()
    curves = warp.curves if warp else ()
    return Bend.of(curves, gain, unit=unit, centre=(x, y), tangential=tangential, fills=False)


def _warp(opcode: Opcode) -> _Warp | None:
    """None if its numbers make no map."""
    try:
        (planes,) = struct.unpack_from(">I", opcode.body)
        each = {1: 6, 2: 4, 14: TERMS + 4}[opcode.id]
        if not 1 <= planes <= 4:
            return None
        values = struct.unpack_from(f">{planes * each + 2}d", opcode.body, 4)
        inverse = opcode.id == 14 and struct.unpack_from(">I", opcode.body, 4 + 8 * len(values))[0] != 0
    except struct.error:
        return None
    if not all(math.isfinite(v) and abs(v) < 1e6 for v in values):
        return None
    rows = [values[each * i : each * (i + 1)] for i in range(planes)]
    rows = rows[:3] if planes >= 3 else rows[:1]
    make = {1: _rectilinear, 2: _fisheye, 14: _rectilinear2}[opcode.id]
    curves = tuple(make(row, inverse) for row in rows)
    if not all(0.2 < curve(i / 64) < 5 for curve in curves for i in range(65)):
        return None
    first = {1: 4, 2: 4, 14: TERMS}[opcode.id]
    tangential = tuple((row[first], row[first + 1]) for row in rows) if opcode.id != 2 else ()
    return _Warp((values[-2], values[-1]), curves, tangential)


def _rectilinear(row: tuple[float, ...], inverse: bool) -> Function:
    del inverse
    return lambda r: float(row[0] + row[1] * r**2 + row[2] * r**4 + row[3] * r**6)


def _rectilinear2(row: tuple[float, ...], inverse: bool) -> Function:
    nearest, farthest = row[TERMS + 2], row[TERMS + 3]

    def curve(r: float) -> float:
        held = min(max(r, nearest), farthest) if nearest < farthest else r
        total = float(sum(factor * held**power for power, factor in enumerate(row[:TERMS])))
        return 1 / total if inverse and total else total

    return curve


def _fisheye(row: tuple[float, ...], inverse: bool) -> Function:
    del inverse

    def curve(r: float) -> float:
        angle = math.atan(r)
        bent = float(sum(factor * angle ** (2 * i + 1) for i, factor in enumerate(row[:4])))
        return bent / r if r > 1e-9 else row[0]

    return curve


def _vignette(opcode: Opcode) -> tuple[tuple[float, float], Function] | None:
    if len(opcode.body) < 56:
        return None
    values = struct.unpack_from(">7d", opcode.body)
    if not all(math.isfinite(v) and abs(v) < 1e6 for v in values):
        return None

    def gain(r: float) -> float:
        return 1 + float(sum(factor * r ** (2 * i + 2) for i, factor in enumerate(values[:5])))

    if not all(0.05 < gain(i / 64) < 50 for i in range(65)):
        return None
    return (values[5], values[6]), gain
