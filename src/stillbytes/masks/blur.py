"""Feather and edge shift: what reads the surroundings of a place, at a cost that does not grow with its reach.

A large reach is worked out on a coarser grid, whose pixels lie alike for every part of a grid, with as many taps as a
small one; so a part is the same as that part of the whole, to the last bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop.resampling.frame_grid import FrameGrid

Floats = NDArray[np.float32]
Evaluate = Callable[[FrameGrid], Floats]
SIGMA = 3.0
"""Standard deviation in pixels beyond which a coarser grid is taken."""
REACH = 6.0
"""The same of the radius of an edge shift."""


def feathered(evaluate: Evaluate, grid: FrameGrid, sigma: float) -> Floats:
    """Blurred with a Gaussian of standard deviation `sigma` in frame units."""

    def blurred(coarse: FrameGrid, pixels: float) -> Floats:
        reach = math.ceil(3 * pixels)
        taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / pixels) ** 2)
        taps = (taps / taps.sum()).astype(np.float32)
        values = evaluate(coarse.grown(reach))
        height, width = coarse.height, coarse.width
        down = sum(t * values[i : i + height] for i, t in enumerate(taps))
        total = sum(t * down[:, i : i + width] for i, t in enumerate(taps))
        return np.asarray(np.clip(total, 0, 1), np.float32)

    return _worked_out(blurred, evaluate, grid, sigma, SIGMA)


def shifted(evaluate: Evaluate, grid: FrameGrid, distance: float) -> Floats:
    """Its edge moved outwards by `distance` in frame units; inwards when negative."""

    def moved(coarse: FrameGrid, pixels: float) -> Floats:
        reach = math.ceil(pixels + 1)
        values = evaluate(coarse.grown(reach))
        values = values if distance > 0 else 1 - values
        height, width = coarse.height, coarse.width
        found = values[reach : reach + height, reach : reach + width].copy()
        for i in range(-reach, reach + 1):
            for j in range(-reach, reach + 1):
                away = math.hypot(i, j)
                if 0 < away < pixels + 1:  # the rim of the disc counts as far as it is inside
                    part = values[reach + i : reach + i + height, reach + j : reach + j + width]
                    share = np.float32(min(1.0, pixels + 1 - away))
                    np.maximum(found, part * share if share < 1 else part, out=found)
        return found if distance > 0 else 1 - found

    return _worked_out(moved, evaluate, grid, abs(distance), REACH)


def _worked_out(
    work: Callable[[FrameGrid, float], Floats], evaluate: Evaluate, grid: FrameGrid, reach: float, most: float
) -> Floats:
    pixels = reach / grid.pixel
    if pixels < 0.1:
        return evaluate(grid)
    factor = 2 ** max(0, math.ceil(math.log2(pixels / most)))
    if factor == 1:
        return work(grid, pixels)
    coarse = grid.coarser(factor).grown(1)
    return _enlarged(work(coarse, pixels / factor), coarse, grid, factor)


def _enlarged(values: Floats, coarse: FrameGrid, grid: FrameGrid, factor: int) -> Floats:
    """Bilinear, from a coarser grid to the one that it was made from."""

    def places(first: int, count: int, coarse_first: int) -> tuple[NDArray[np.int64], Floats]:
        at = (np.arange(first, first + count) - (factor - 1) / 2) / factor
        before = np.floor(at).astype(np.int64)
        return before - coarse_first, (at - before).astype(np.float32)

    row, down = places(grid.rect.y, grid.height, coarse.rect.y)
    column, across = places(grid.rect.x, grid.width, coarse.rect.x)
    lines = values[row] * (1 - down)[:, None] + values[row + 1] * down[:, None]
    return np.asarray(lines[:, column] * (1 - across) + lines[:, column + 1] * across, np.float32)
