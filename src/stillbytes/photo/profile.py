"""ICC profiles: written from our colour spaces, and read when a photo carries one (ICC.1:2022, version 4.4)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from stillbytes.photo.decoded import Matrix
from stillbytes.photo.spaces import SPACES, ColourSpace, Transfer

Array = NDArray[np.float64]

PCS_WHITE = np.array([0xF6D6, 0x10000, 0xD32D]) / 65536
"""CIE XYZ of D50 exactly as profiles state it."""
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


def white_xyz(xy: tuple[float, float]) -> Array:
    """CIE XYZ of a white of luminance 1."""
    x, y = xy
    return np.array([x / y, 1.0, (1 - x - y) / y])


def adaptation(source: Array, target: Array) -> Array:
    """(3, 3): XYZ seen under the white `source` -> XYZ that looks the same under `target` (Bradford, Annex E)."""
    gain = (_BRADFORD @ target) / (_BRADFORD @ source)
    return np.asarray(np.linalg.solve(_BRADFORD, gain[:, None] * _BRADFORD))


# Writing


@cache
def icc_profile(space: str) -> bytes:
    """A version 4 display profile of about 600 bytes, made of a matrix and parametric curves, for SPACES[space]."""
    return _written(SPACES[space])


@cache
def linear_profile(space: str) -> bytes:
    """The same for linear light with these primaries."""
    declared = SPACES[space]
    return _written(replace(declared, label=f"{declared.label}, linear", transfer=Transfer(1.0)))


def _written(declared: ColourSpace) -> bytes:
    chad = adaptation(white_xyz(declared.white), PCS_WHITE)
    colorants = _summing_to(chad @ declared.to_xyz, PCS_WHITE)
    curve = _parametric(declared.transfer)
    tags = {
        b"desc": _unicode(declared.label),
        b"cprt": _unicode("No copyright, use freely"),
        b"wtpt": _xyz(PCS_WHITE),
        b"chad": b"sf32\0\0\0\0" + b"".join(_fixed(v) for v in chad.ravel()),
        **{name: _xyz(colorants[:, i]) for i, name in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))},
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    table, body, placed = struct.pack(">I", len(tags)), b"", {}
    start = 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        if content not in placed:
            placed[content] = start + len(body)
            body += content + bytes(-len(content) % 4)
        table += struct.pack(">4sII", name, placed[content], len(content))
    date = struct.pack(">6H", 2026, 1, 1, 0, 0, 0)
    header = struct.pack(">I4xI4s4s4s", start + len(body), 0x04400000, b"mntr", b"RGB ", b"XYZ ") + date
    header += struct.pack(">4s28x", b"acsp") + b"".join(_fixed(v) for v in PCS_WHITE)
    return header.ljust(128, b"\0") + table + body


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _xyz(values: Array) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(_fixed(v) for v in values)


def _summing_to(columns: Array, white: Array) -> Array:
    """The columns rounded as they will be stored, their sum exactly `white`, so that grey stays grey."""
    rounded = np.rint(columns * 65536)
    rounded[:, 1] += np.rint(white * 65536) - rounded.sum(axis=1)
    return np.asarray(rounded / 65536)


def _unicode(text: str) -> bytes:
    encoded = text.encode("utf-16-be")
    return b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(encoded), 28) + encoded


def _parametric(transfer: Transfer) -> bytes:
    numbers = [transfer.gamma]
    if transfer.d:
        numbers += [transfer.a, transfer.b, transfer.c, transfer.d]
    return struct.pack(">4s4xHxx", b"para", 3 if transfer.d else 0) + b"".join(_fixed(v) for v in numbers)


# Reading


class UnusualProfileError(Exception):
    """A profile that is not made of curves and one matrix, or that is damaged."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read a picture's numbers as light: three curves, then `matrix` to linear Rec.2020 (D65)."""

    curves: tuple[Curve, Curve, Curve]
    matrix: Matrix

    def tables(self, size: int) -> NDArray[np.float32]:
        """(3, size) float32: code -> linear light, white 1."""
        codes = np.linspace(0, 1, size)
        rows = {curve: curve(codes) for curve in set(self.curves)}
        return np.ascontiguousarray([rows[curve] for curve in self.curves], np.float32)


_LINE = Transfer(1.0)


@dataclass(frozen=True)
class Curve:
    """A tone curve: a transfer function or samples over 0..1; without either, a straight line."""

    transfer: Transfer | None = _LINE
    samples: tuple[float, ...] = ()
    offset: tuple[float, float] = (0.0, 0.0)

    @property
    def straight(self) -> bool:
        return self.transfer == _LINE and self.offset == (0.0, 0.0)

    def __call__(self, encoded: Array) -> Array:
        """encoded: 0..1. Returns linear light, 0..1."""
        if self.transfer is None:
            return np.interp(encoded, np.linspace(0, 1, len(self.samples)), self.samples)
        v = np.asarray(encoded, np.float64)
        e, f = self.offset
        light = self.transfer.to_linear(v) + np.where(v >= self.transfer.d, e, f)
        return np.asarray(np.clip(light, 0, 1))


def reading_of_space(space: ColourSpace) -> Reading:
    """How to read a picture that says it is in one of our spaces."""
    curve = Curve(space.transfer)
    return Reading((curve, curve, curve), _to_rec2020(space.to_xyz, white_xyz(space.white)))


def reading_of_profile(profile: bytes) -> Reading:
    """How to read a picture with this embedded RGB or grey profile. Raises UnusualProfileError for all others.

    Profiles with look-up tables are unusual even if they have a matrix too: their makers want the tables used.
    """
    try:
        tags = _tags(profile)
        kind, connection = profile[16:20], profile[20:24]
        if kind == b"GRAY" and b"kTRC" in tags:
            curve = _curve(tags[b"kTRC"])
            return Reading((curve, curve, curve), reading_of_space(SPACES["srgb"]).matrix)
        if kind != b"RGB " or connection != b"XYZ " or b"A2B0" in tags:
            raise UnusualProfileError("not a matrix profile")
        columns = np.array([struct.unpack(">3i", tags[name][8:20]) for name in (b"rXYZ", b"gXYZ", b"bXYZ")]).T / 65536
        red, green, blue = (_curve(tags[name]) for name in (b"rTRC", b"gTRC", b"bTRC"))
    except (KeyError, struct.error, ValueError, IndexError) as error:
        raise UnusualProfileError(f"a damaged profile: {error}") from error
    if abs(np.linalg.det(columns)) < 1e-6 or np.abs(columns).max() > 4:
        raise UnusualProfileError("a matrix that cannot be inverted")
    return Reading((red, green, blue), _to_rec2020(columns, PCS_WHITE))


def reading(profile: bytes | None) -> Reading | None:
    """How to read a picture with this profile (sRGB without one), or None if only a colour engine can."""
    if not profile:
        return reading_of_space(SPACES["srgb"])
    try:
        return reading_of_profile(profile)
    except UnusualProfileError:
        return None


def _to_rec2020(to_xyz: Array, white: Array) -> Matrix:
    target = SPACES["rec2020"]
    matrix = np.linalg.solve(target.to_xyz, adaptation(white, white_xyz(target.white)) @ to_xyz)
    sums = matrix.sum(axis=1, keepdims=True)
    if np.all(np.abs(sums - 1) < 0.01):  # rounding of the profile's numbers must not tint white
        matrix = matrix / sums
    a, b, c = ((float(r[0]), float(r[1]), float(r[2])) for r in matrix)
    return a, b, c


def _tags(profile: bytes) -> dict[bytes, bytes]:
    if len(profile) < 132 or profile[36:40] != b"acsp":
        raise UnusualProfileError("no ICC profile")
    (count,) = struct.unpack_from(">I", profile, 128)
    if count > 200:
        raise UnusualProfileError(f"{count} tags")
    found = {}
    for index in range(count):
        name, start, size = struct.unpack_from(">4sII", profile, 132 + 12 * index)
        found[name] = profile[start : start + size]
    return found


_PARAMETERS = (1, 3, 4, 5, 7)


def _curve(tag: bytes) -> Curve:
    """ICC.1:2022, 10.6 curveType and 10.18 parametricCurveType."""
    if tag[:4] == b"curv":
        (count,) = struct.unpack_from(">I", tag, 8)
        if count == 0:
            return Curve()
        values = struct.unpack_from(f">{count}H", tag, 12) if count <= 65536 else ()
        if count == 1:
            return Curve(Transfer(values[0] / 256))
        if not values or any(b < a for a, b in pairwise(values)):
            raise ValueError("a curve that is not monotone")
        return Curve(None, tuple(v / 65535 for v in values))
    if tag[:4] != b"para":
        raise ValueError("an unknown kind of curve")
    (form,) = struct.unpack_from(">H", tag, 8)
    g, a, b, c, d, e, f = (*(v / 65536 for v in struct.unpack_from(f">{_PARAMETERS[form]}i", tag, 12)), *[0.0] * 6)[:7]
    if not 0.1 <= g <= 10:
        raise ValueError(f"a gamma of {g}")
    if form == 0:
        return Curve(Transfer(g))
    if a <= 0:
        raise ValueError(f"a slope of {a}")
    if form in (1, 2):  # constant (c, or 0) below -b / a
        return Curve(Transfer(g, a, b, 0.0, -b / a), offset=(c, c))
    return Curve(Transfer(g, a, b, c, d), offset=(e, f))
