"""Opcodes that change samples. Section numbers are those of the Digital Negative Specification 1.7.1.0, chapter 7."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.photo.worker.opcodes.lists import Opcode

Samples = NDArray[np.float32]
"""(rows, columns, planes) float32: 0..1 after linearization, codes / 65535 before. A mosaic has one plane."""
MOST_BAD = 200_000
"""Bad pixels that are mended; a list of more is no list of bad pixels."""
MOST_DEGREE = 32


class Malformed(Exception):
    """The parameters are not those of such an opcode."""


@dataclass(frozen=True, slots=True)
class Area:
    """The pixels and planes that an opcode is about: every `pitch`-th row and column of a rectangle."""

    top: int
    left: int
    bottom: int
    right: int
    plane: int
    planes: int
    row_pitch: int
    column_pitch: int

    @classmethod
    def of(cls, body: bytes) -> Area:
        try:
            area = cls(*struct.unpack_from(">8I", body))
        except struct.error as error:
            raise Malformed from error
        if area.row_pitch < 1 or area.column_pitch < 1:
            raise Malformed
        return area

    def within(self, samples: Samples) -> tuple[Any, NDArray[np.int64], NDArray[np.int64]]:
        """A view of these samples, and the rows and columns that it shows."""
        rows = np.arange(min(self.top, samples.shape[0]), min(self.bottom, samples.shape[0]), self.row_pitch)
        columns = np.arange(min(self.left, samples.shape[1]), min(self.right, samples.shape[1]), self.column_pitch)
        planes = slice(min(self.plane, 99), min(self.plane + self.planes, 99))
        part = samples[self.top : self.bottom : self.row_pitch, self.left : self.right : self.column_pitch, planes]
        return part, rows, columns


def gain_map(samples: Samples, body: bytes) -> None:
    """GainMap: gains at points of a regular grid, bilinear between them, repeated beyond them."""
    part, rows, columns = Area.of(body).within(samples)
    down, across, step_y, step_x, first_y, first_x, planes = _unpacked(">2I4dI", body, 32)
    if not (1 <= down <= 4096 and 1 <= across <= 4096 and 1 <= planes <= 16) or not part.size:
        raise Malformed
    gains = _floats(body, 76, down * across * planes).reshape(down, across, planes)
    row, below, v = _steps((rows + 0.5) / samples.shape[0], first_y, step_y, down)
    column, beside, u = _steps((columns + 0.5) / samples.shape[1], first_x, step_x, across)
    for plane in range(part.shape[2]):
        values = gains[..., min(plane, planes - 1)]
        lines = values[row] * (1 - v)[:, None] + values[below] * v[:, None]
        part[..., plane] *= lines[:, column] * (1 - u) + lines[:, beside] * u
    np.clip(samples, -1, 1, out=samples)  # noise below black stays


def map_table(samples: Samples, body: bytes) -> None:
    """MapTable: each 16-bit code becomes that of a table."""
    part, _, _ = Area.of(body).within(samples)
    (count,) = _unpacked(">I", body, 32)
    if not 1 <= count <= 65536 or len(body) < 36 + 2 * count:
        raise Malformed
    table = np.frombuffer(body, ">u2", count, 36).astype(np.float32) / 65535
    part[:] = table[np.clip(np.rint(part * 65535).astype(np.int64), 0, count - 1)]  # noise below black is the first


def map_polynomial(samples: Samples, body: bytes) -> None:
    """MapPolynomial: each value becomes that of a polynomial."""
    part, _, _ = Area.of(body).within(samples)
    (degree,) = _unpacked(">I", body, 32)
    if degree > MOST_DEGREE:
        raise Malformed
    factors = _unpacked(f">{degree + 1}d", body, 36)
    total = np.zeros_like(part)
    for factor in reversed(factors):
        total = total * part + np.float32(factor)
    part[:] = np.clip(np.nan_to_num(total), 0, 1)


def delta_rows(samples: Samples, body: bytes) -> None:
    """DeltaPerRow."""
    _lines(samples, body, 0, lambda part, values: np.add(part, values, out=part))


def delta_columns(samples: Samples, body: bytes) -> None:
    """DeltaPerColumn."""
    _lines(samples, body, 1, lambda part, values: np.add(part, values, out=part))


def scale_rows(samples: Samples, body: bytes) -> None:
    """ScalePerRow."""
    _lines(samples, body, 0, lambda part, values: np.multiply(part, values, out=part))


def scale_columns(samples: Samples, body: bytes) -> None:
    """ScalePerColumn."""
    _lines(samples, body, 1, lambda part, values: np.multiply(part, values, out=part))


def bad_constant(samples: Samples, body: bytes) -> None:
    """FixBadPixelsConstant: pixels of that code are bad."""
    constant, _ = _unpacked(">2I", body, 0)
    for plane in range(samples.shape[2]):
        bad = np.rint(samples[..., plane] * 65535) == constant
        if 0 < bad.sum() <= MOST_BAD:
            _mended(samples[..., plane], bad, step=2 if samples.shape[2] == 1 else 1)


def bad_list(samples: Samples, body: bytes) -> None:
    """FixBadPixelsList: pixels and rectangles that are bad."""
    _, points, rectangles = _unpacked(">3I", body, 0)
    if points > MOST_BAD or rectangles > MOST_BAD or len(body) < 12 + 8 * points + 16 * rectangles:
        raise Malformed
    height, width = samples.shape[0], samples.shape[1]
    bad = np.zeros((height, width), bool)
    places = np.frombuffer(body, ">u4", 2 * points, 12).astype(np.int64)
    rows, columns = places[0::2], places[1::2]
    known = (rows < height) & (columns < width)
    bad[rows[known], columns[known]] = True
    areas = np.frombuffer(body, ">u4", 4 * rectangles, 12 + 8 * points).astype(np.int64).reshape(-1, 4)
    for top, left, bottom, right in areas[:1000]:
        bad[top:bottom, left:right] = True
    if bad.sum() > MOST_BAD:
        raise Malformed
    for plane in range(samples.shape[2]):
        _mended(samples[..., plane], bad, step=2 if samples.shape[2] == 1 else 1)


DOES: dict[int, Callable[[Samples, bytes], None]] = {
    4: bad_constant, 5: bad_list, 7: map_table, 8: map_polynomial, 9: gain_map, 10: delta_rows, 11: delta_columns,
    12: scale_rows, 13: scale_columns,
}  # fmt: skip


def applied(samples: Samples, opcodes: list[Opcode]) -> list[Opcode]:
    """Do them in their order, in place. Returns those that are none of these or make no sense."""
    left: list[Opcode] = []
    for opcode in opcodes:
        if opcode.id not in DOES:
            left.append(opcode)
            continue
        try:
            DOES[opcode.id](samples, opcode.body)
        except (Malformed, ValueError):
            left.append(opcode)
    return left


def trimmed(opcodes: list[Opcode]) -> tuple[int, int, int, int] | None:
    """TrimBounds: (top, left, bottom, right) that is left of the picture."""
    for opcode in opcodes:
        if opcode.id == 6 and len(opcode.body) >= 16:
            top, left, bottom, right = struct.unpack_from(">4I", opcode.body)
            return (top, left, bottom, right) if top < bottom and left < right else None
    return None


def _unpacked(shape: str, body: bytes, at: int) -> tuple[Any, ...]:
    try:
        values = struct.unpack_from(shape, body, at)
    except struct.error as error:
        raise Malformed from error
    if not all(np.isfinite(value) for value in values):
        raise Malformed
    return values


def _floats(body: bytes, at: int, count: int) -> NDArray[np.float32]:
    if len(body) < at + 4 * count:
        raise Malformed
    values = np.frombuffer(body, ">f4", count, at).astype(np.float32)
    if not np.all(np.isfinite(values)):
        raise Malformed
    return values


def _steps(
    places: NDArray[np.float64], first: float, step: float, count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Of relative places: the point before, the one after, and how far between them."""
    at = np.clip((places - first) / step if step > 0 else np.zeros_like(places), 0, count - 1)
    before = at.astype(np.int64)
    return before, np.minimum(before + 1, count - 1), (at - before).astype(np.float32)


def _lines(samples: Samples, body: bytes, axis: int, does: Callable[[Samples, NDArray[np.float32]], Any]) -> None:
    part, _, _ = Area.of(body).within(samples)
    (count,) = _unpacked(">I", body, 32)
    values = _floats(body, 36, min(count, 1 << 20))
    if len(values) < part.shape[axis]:
        raise Malformed
    values = values[: part.shape[axis]]
    does(part, values[:, None, None] if axis == 0 else values[None, :, None])
    np.clip(samples, -1, 1, out=samples)


def _mended(plane: Samples, bad: NDArray[np.bool_], *, step: int) -> None:
    """The mean of the nearest good neighbours of the same colour, across and down; `step` pixels apart."""
    rows, columns = np.nonzero(bad)
    total, count = np.zeros(len(rows), np.float32), np.zeros(len(rows), np.float32)
    for away in (step, 2 * step):
        for down, across in ((0, -away), (0, away), (-away, 0), (away, 0)):
            y, x = rows + down, columns + across
            there = (y >= 0) & (y < plane.shape[0]) & (x >= 0) & (x < plane.shape[1])
            there &= count < 4 if away == step else count == 0
            y, x = np.clip(y, 0, plane.shape[0] - 1), np.clip(x, 0, plane.shape[1] - 1)
            good = there & ~bad[y, x]
            total += np.where(good, plane[y, x], 0)
            count += good
    known = count > 0
    plane[rows[known], columns[known]] = total[known] / count[known]
