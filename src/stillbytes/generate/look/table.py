"""A small look-up table for what settings leave between a photo and its target.

The table is the smoothest one that brings the photo's colours to the target's: least squares over the shifts of its
nodes, with their bending, their steepness and their size against them. So it follows the target where the picture has
colours, goes on evenly beside these, and comes back to changing nothing far away. Solved by conjugate gradients
(M. Hestenes, E. Stiefel, "Methods of conjugate gradients for solving linear systems", 1952).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from stillbytes.develop.difference import Floats
from stillbytes.generate.look.dials import Vector
from stillbytes.generate.look.solve import Solver

Nodes = NDArray[np.float64]
"""(edge, edge, edge, 3): codes 0..1 by blue, green and red."""

ALLOWED: Any = Field(
    False,
    title="Look-up table",
    description="Also a small look-up table for what sliders cannot do, where it brings the look nearer.",
)
"""Whether a look may have a table, as tasks and commands ask it."""
EDGE = 17
BENDING, STEEPNESS, SIZE = 3e-4, 1e-5, 1e-7
"""What the squares of second and first differences of the nodes' shifts, and of these, count beside the mean square of
what is left."""
FOLD = 0.8
"""Of the way from a node to the next, by which their shifts may bring them together: at 1 colours would coincide."""
STIFFER = 4.0
TRIES = 6
LATTICE, UNIT, MOST = 4, 0.05, 0.2
"""Nodes along an edge of the lattice that goals turn; the shift that is one unit of theirs, and the most."""
STIFF, LEVEL = 0.3, 0.1
"""What second and first differences of that lattice's shifts, in units, count beside what is left of the goal."""
ROUNDS, ENOUGH = 200, 1e-3
"""Of conjugate gradients, and the part of the first residual at which they end."""
_OFFSETS = ((0, 0, 0), (0, 0, 1), (0, 1, 0), (1, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0), (1, 1, 1))
"""From a node to those it shares a tetrahedron with, one way."""


def unchanged(edge: int = EDGE) -> Nodes:
    """The table that leaves every colour as it is."""
    axis = np.linspace(0, 1, edge)
    blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")
    return np.stack([red, green, blue], -1)


def applied(nodes: Nodes, codes: Floats) -> Floats:
    """(..., 3) codes through the table, as the pipeline takes them through it: interpolated in tetrahedra.

    >>> applied(unchanged(), np.array([[0.2, 0.5, 0.9]], np.float32)).round(3).tolist()
    [[0.2, 0.5, 0.9]]
    """
    corners, weights = _corners(codes.reshape(-1, 3), len(nodes))
    found = np.einsum("nk,nkc->nc", weights, nodes.reshape(-1, 3)[corners])
    return np.asarray(np.clip(found, 0, 1).reshape(codes.shape), np.float32)


@dataclass(frozen=True, slots=True)
class Table:
    """nodes: of the table, made for codes of the RGB space `space`."""

    nodes: Nodes
    space: str


def fitted(codes: Floats, wanted: Floats, weight: Floats, edge: int = EDGE) -> Nodes | None:
    """The table that brings `codes` (pixels, 3) to `wanted`, both 0..1, as far as it stays smooth.

    weight: (pixels,) how much each pixel tells. None where no table without folds does.
    """
    share = weight.astype(np.float64) / max(float(weight.sum()), 1e-12)
    corners, weights = _corners(codes, edge)
    goal = _scattered(corners, weights * share[:, None], (wanted - codes).astype(np.float64), edge)
    told = _Told.of(corners, weights, share, edge)
    stiffness, start = 1.0, np.zeros((edge, edge, edge, 3))
    for _ in range(TRIES):
        start = _solved(told, stiffness, goal, start)
        if _steepest(start) <= FOLD:
            return np.clip(unchanged(edge) + start, 0, 1)
        stiffness *= STIFFER
    return None


def reached(codes: Floats, left: Callable[[Floats], Floats]) -> Nodes:
    """The table under which `left` of the codes gets small, as far as it stays smooth.

    codes: (pixels, 3) 0..1. left: codes -> numbers whose sum of squares is to be small. For goals that are not told by
    pixels, of which there are few: so only a coarse lattice is turned, and those between follow in cubic curves.
    """
    spread = _spread(EDGE, LATTICE)
    corners, weights = _corners(codes, EDGE)
    spread_all = np.einsum("ai,bj,ck->abcijk", spread, spread, spread).reshape(EDGE**3, LATTICE**3)
    told = np.einsum("nk,nkl->nl", weights, spread_all[corners]).astype(np.float32)

    def residuals(at: Vector) -> Floats:
        lattice = (at * UNIT).reshape(LATTICE, LATTICE, LATTICE, 3)
        moved = np.clip(codes + told @ lattice.reshape(-1, 3).astype(np.float32), 0, 1)
        bends = [np.diff(np.diff(lattice, axis=a), axis=b).ravel() for a, b in _pairs()]
        steps = [np.diff(lattice, axis=axis).ravel() for axis in range(3)]
        smooth = np.concatenate([*(STIFF * one for one in bends), *(LEVEL * one for one in steps)])
        return np.concatenate([left(moved), smooth / UNIT]).astype(np.float32)

    count = 3 * LATTICE**3
    most = np.full(count, MOST / UNIT)
    solved = Solver(residuals, -most, most, np.full(count, LEVEL**2)).solve(np.zeros(count), 2)
    shifts = (spread_all @ (solved.at * UNIT).reshape(-1, 3)).reshape(EDGE, EDGE, EDGE, 3)
    shifts *= min(1.0, FOLD / max(_steepest(shifts), 1e-9))
    return np.asarray(np.clip(unchanged() + shifts, 0, 1))


def _spread(many: int, few: int) -> NDArray[np.float64]:
    """(many, few): values at evenly spaced places by those at fewer, along the cubic spline with straight ends."""
    inside = np.diff(np.eye(few), 2, axis=0) * 6
    system = np.diag(np.full(few - 2, 4.0)) + np.diag(np.ones(few - 3), 1) + np.diag(np.ones(few - 3), -1)
    bends = np.zeros((few, few))
    bends[1:-1] = np.linalg.solve(system, inside)
    at = np.linspace(0, few - 1, many)
    cell = np.minimum(at.astype(np.intp), few - 2)
    high = (at - cell)[:, None]
    low = 1 - high
    values = np.eye(few)
    curve = (low**3 - low) * bends[cell] / 6 + (high**3 - high) * bends[cell + 1] / 6
    return np.asarray(low * values[cell] + high * values[cell + 1] + curve)


def _steepest(shifts: Nodes) -> float:
    """How far neighbouring nodes are brought together at most along their own axis, in parts of their distance."""
    edge = len(shifts)
    along = (np.diff(shifts[..., channel], axis=2 - channel) for channel in range(3))
    return max(0.0, *(float(-step.min()) * (edge - 1) for step in along))


def _corners(codes: Floats, edge: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """(pixels, 4) the nodes of the tetrahedron around each colour (blue slowest, red fastest), and their weights."""
    places = np.clip(codes.astype(np.float64), 0, 1) * (edge - 1)
    cells = np.minimum(places.astype(np.intp), edge - 2)
    parts = places - cells
    order = np.argsort(-parts, axis=1, kind="stable")
    steps = np.array([1, edge, edge * edge])
    ways = steps[order]
    first = cells @ steps
    corners = first[:, None] + np.concatenate([np.zeros((len(codes), 1), np.intp), np.cumsum(ways, axis=1)], axis=1)
    falling = np.take_along_axis(parts, order, axis=1)
    ends = np.concatenate([np.ones((len(codes), 1)), falling, np.zeros((len(codes), 1))], axis=1)
    return corners, np.asarray(-np.diff(ends, axis=1))


def _scattered(
    corners: NDArray[np.intp], weights: NDArray[np.float64], values: NDArray[np.float64], edge: int
) -> Nodes:
    count = edge**3
    sums = [np.bincount(corners.ravel(), (weights * values[:, channel, None]).ravel(), count) for channel in range(3)]
    return np.asarray(np.stack(sums, -1).reshape(edge, edge, edge, 3), np.float64)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the pixels say of the nodes: the normal equations' matrix, by the offset from a node to another."""

    bands: tuple[NDArray[np.float64], ...]

    @classmethod
    def of(
        cls, corners: NDArray[np.intp], weights: NDArray[np.float64], share: NDArray[np.float64], edge: int
    ) -> _Told:
        steps = np.array([edge * edge, edge, 1])
        number = {int(np.dot(offset, steps)): i for i, offset in enumerate(_OFFSETS)}
        bands = [np.zeros(edge**3) for _ in _OFFSETS]
        for i in range(4):
            for k in range(i, 4):
                away = corners[:, k] - corners[:, i]
                product = weights[:, i] * weights[:, k] * share
                for step in np.unique(away):
                    which = away == step
                    bands[number[int(step)]] += np.bincount(corners[which, i], product[which], edge**3)
        return cls(tuple(band.reshape(edge, edge, edge, 1) for band in bands))

    def times(self, shifts: Nodes) -> Nodes:
        out = self.bands[0] * shifts
        for offset, band in zip(_OFFSETS[1:], self.bands[1:], strict=True):
            low = tuple(slice(0, size - step) for size, step in zip(shifts.shape[:3], offset, strict=True))
            high = tuple(slice(step, None) for step in offset)
            out[low] += band[low] * shifts[high]
            out[high] += band[low] * shifts[low]
        return out


def _solved(told: _Told, stiffness: float, goal: Nodes, start: Nodes) -> Nodes:
    def product(shifts: Nodes) -> Nodes:
        smooth = BENDING * _bent(shifts) + STEEPNESS * _steep(shifts)
        return told.times(shifts) + stiffness * smooth + SIZE * shifts

    # Each channel is a system of its own; sums over nodes keep them apart.
    at, left = start.copy(), goal - product(start)
    way, rest = left.copy(), _squares(left)
    end = ENOUGH**2 * _squares(goal)
    for _ in range(ROUNDS):
        if (rest <= end).all():
            break
        ahead = product(way)
        pace = rest / np.maximum((way * ahead).sum(axis=(0, 1, 2)), 1e-300)
        at += pace * way
        left -= pace * ahead
        before, rest = rest, _squares(left)
        way = left + rest / np.maximum(before, 1e-300) * way
    return at


def _squares(values: Nodes) -> NDArray[np.float64]:
    return np.asarray((values * values).sum(axis=(0, 1, 2)))


def _pairs() -> Iterator[tuple[int, int]]:
    """Axes of second differences; the mixed ones twice, for both orders of theirs."""
    yield from ((0, 0), (1, 1), (2, 2), (0, 1), (0, 1), (0, 2), (0, 2), (1, 2), (1, 2))


def _bent(shifts: Nodes) -> Nodes:
    return np.asarray(
        sum(_back(_back(np.diff(np.diff(shifts, axis=a), axis=b), b), a) for a, b in _pairs()), np.float64
    )


def _steep(shifts: Nodes) -> Nodes:
    return np.asarray(sum(_back(np.diff(shifts, axis=axis), axis) for axis in range(3)), np.float64)


def _back(differences: Nodes, axis: int) -> Nodes:
    """The transpose of `numpy.diff` along the axis."""
    edges = [(1, 1) if i == axis else (0, 0) for i in range(differences.ndim)]
    return -np.diff(np.pad(differences, edges), axis=axis)
