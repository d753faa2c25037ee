"""Tables of a camera profile as the look kernel reads them: nodes of a grid over hue, saturation and value.

The DNG specification interpolates linearly along each axis; the kernel does in the tetrahedra of a cell, which differs
by what the middle of a cell bends. Where the table is small it gets a node between each two first, which leaves a
quarter of that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop.colour import between
from stillbytes.photo.dcp import CameraProfile, HsvTable

Nodes = NDArray[np.float64]
Grid = tuple[NDArray[np.uint64], tuple[int, int, int]]
Numbers = Mapping[str, float | NDArray[np.float32]]
FINE = 100_000
"""Nodes up to which a table becomes finer."""
TO_PROPHOTO, FROM_PROPHOTO = between("rec2020", "prophoto"), between("prophoto", "rec2020")
UNCHANGED: Numbers = {"low": np.array([0, 1, 1], np.float32), "span": np.zeros(3, np.float32), "encoded": 0.0}


@dataclass(frozen=True, slots=True)
class Profiled:
    """A camera profile, and how much each of its calibrations counts in the light of the photo."""

    profile: CameraProfile
    weights: tuple[float, ...]

    @property
    def map(self) -> Baked | None:
        """The table before exposure."""
        tables = self.profile.tables
        if not tables:
            return None
        weights = self.weights if len(tables) == len(self.weights) else (1.0,)
        return _baked(tables, tuple(round(weight, 4) for weight in weights))

    @property
    def look(self) -> Baked | None:
        """The table behind it."""
        return None if self.profile.look is None else _baked((self.profile.look,), (1.0,))


@dataclass(frozen=True, slots=True, eq=False)
class Baked:
    """grid: the nodes in words, hue running fastest, and how many along hue, saturation and value. uniforms: what the
    kernel needs besides."""

    grid: Grid
    uniforms: Numbers


@lru_cache(16)
def _baked(tables: tuple[HsvTable, ...], weights: tuple[float, ...]) -> Baked:
    mixed: Nodes = np.asarray(sum(weight * _fine(one) for weight, one in zip(weights, tables, strict=True)))
    low = mixed.min(axis=(0, 1, 2))
    span = mixed.max(axis=(0, 1, 2)) - low
    codes = np.rint((mixed - low) / np.where(span > 0, span, 1) * 65535).astype(np.uint64).reshape(-1, 3)
    words = (codes << np.array([0, 16, 32], np.uint64)).sum(1, dtype=np.uint64)
    value, saturation, hue, _ = mixed.shape
    numbers = {
        "low": low.astype(np.float32),
        "span": span.astype(np.float32),
        "encoded": float(tables[0].encoded),
    }
    return Baked((words, (hue, saturation, value)), numbers)


@lru_cache(8)
def _fine(table: HsvTable) -> Nodes:
    """(value, saturation, hue, 3): hue shifts in sixths of the circle, the first hue again behind the last."""
    nodes = table.nodes.astype(np.float64).transpose(0, 2, 1, 3) * np.array([1 / 60, 1, 1])
    nodes = np.concatenate([nodes, nodes[:, :, :1]], axis=2)
    if 8 * nodes[..., 0].size > FINE:
        return np.asarray(nodes)
    for axis in range(3):
        if nodes.shape[axis] > 1:
            nodes = _halved(nodes, axis)
    return np.asarray(nodes)


def _halved(nodes: Nodes, axis: int) -> Nodes:
    """With a node between each two along the axis."""
    length = nodes.shape[axis]
    first, last = (np.take(nodes, range(*ends), axis) for ends in ((0, length - 1), (1, length)))
    shape = list(nodes.shape)
    shape[axis] = 2 * length - 1
    finer = np.empty(shape)
    places = [slice(None)] * nodes.ndim
    places[axis] = slice(0, None, 2)
    finer[tuple(places)] = nodes
    places[axis] = slice(1, None, 2)
    finer[tuple(places)] = (first + last) / 2
    return finer


def build(rgb: Sequence[Any], u: Any, ctx: Any) -> list[Any]:
    """Linear ProPhoto RGB through the table (DNG 1.7.1.0, "Applying the Hue/Saturation/Value Mapping Table").

    Light is not clipped: beyond 1 the last value of the table counts, and a colour that ProPhoto RGB does not hold is
    changed as the most saturated one of its hue.
    """
    r, g, b = rgb
    value, least = ctx.larger(r, g, b), ctx.smaller(r, g, b)
    span = value - least
    part = ctx.inverse(ctx.larger(span, 1e-9))
    hue = ctx.select(r >= value, (g - b) * part, ctx.select(g >= value, 2.0 + (b - r) * part, 4.0 + (r - g) * part))
    hue = ctx.select(hue < 0.0, hue + 6.0, hue)
    saturation = span * ctx.inverse(ctx.larger(value, 1e-7))
    hue, saturation, value = ctx.stored([hue, saturation, value])
    code = ctx.stored([ctx.select(u.encoded > 0.5, _to_srgb(value, ctx), value)])[0]
    found = u.grid.between(ctx.stored([hue * (1 / 6), saturation, code]), ctx)
    shift, more, brighter = ctx.stored([u.low[i] + u.span[i] * found[i] for i in range(3)])
    turned = hue + shift
    strong = ctx.smaller(saturation * more, ctx.larger(saturation, 1.0))
    scaled = code * brighter
    light = ctx.select(u.encoded > 0.5, _from_srgb(scaled, ctx), scaled)
    light, chroma, turned = ctx.stored([light, light * strong, turned])
    changed = []
    for start in (5.0, 3.0, 1.0):
        place = turned + start
        place = place - 6.0 * ctx.floor(place * (1 / 6))
        changed.append(light - chroma * ctx.clamp(ctx.smaller(place, 4.0 - place), 0.0, 1.0))
    return [ctx.select(value > 1e-7, new, old) for new, old in zip(changed, rgb, strict=True)]


def _to_srgb(light: Any, ctx: Any) -> Any:
    bent = 1.055 * ctx.power(ctx.larger(light, 1e-6), 1 / 2.4) - 0.055
    return ctx.select(light <= 0.0031308, 12.92 * light, bent)


def _from_srgb(code: Any, ctx: Any) -> Any:
    bent = ctx.power((ctx.larger(code, 1e-6) + 0.055) * (1 / 1.055), 2.4)
    return ctx.select(code <= 0.04045, code * (1 / 12.92), bent)


def turned(rgb: Sequence[Any], matrix: Any) -> list[Any]:
    """By nine uniforms, row by row."""
    return [sum(matrix[3 * i + k] * rgb[k] for k in range(3)) for i in range(3)]


def rows(matrix: NDArray[np.floating]) -> NDArray[np.float32]:
    """The uniforms of a matrix."""
    return matrix.astype(np.float32).ravel()
