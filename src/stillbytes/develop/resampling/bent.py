"""Through a bent map to a grid: what the kernel reads of the photo, and the map at its nodes."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect
from stillbytes.develop.kernels.load import Library, Placed
from stillbytes.develop.operation import Uniforms
from stillbytes.develop.patched import Source
from stillbytes.develop.resampling.bending import Place
from stillbytes.develop.resampling.warp import CELL, Affine, Warp
from stillbytes.develop.sensor import Planes

LOBES = 3
FARTHEST = 1e6
"""Pixels beyond which a place is no place."""


def bent(
    library: Library,
    sensor: Source,
    warp: Warp,
    affine: Affine,
    level: int,
    need: Rect,
    noise: Uniforms | None,
    *,
    lit: bool,
) -> Planes:
    """White-balanced camera RGB over `need` of a grid.

    affine: from the grid to pixels of the corrected photo at full resolution, whole ones their centres. level: of the
    sensor to read. noise: uniforms of noise reduction there. lit: whether what the lens swallowed is given back; else
    red and blue are where green is, too: the light as masks know it.
    """
    cells = _cells(need)
    shrink = 2.0**-level
    # So many more that the source's nodes on both sides of what is read lie between them.
    more = 2 + math.ceil(3 / max(math.hypot(affine[0], affine[3]) * shrink, 1e-3))
    wide = Rect((cells.x - more) * CELL, cells.y * CELL, (cells.width - 1 + 2 * more) * CELL, (cells.height - 1) * CELL)
    apart = warp.apart and lit
    maps = [_at_level(warp.nodes(affine, wide, channel)[0], shrink) for channel in ((0, 1, 2) if apart else (1,))]
    source = sensor.extent(level)
    x = np.stack([place[0] for place in maps])
    across = x[:, :, more:-more]
    taps_across = _taps(np.diff(across, axis=2) / CELL, np.abs(np.diff(across, axis=2) / CELL - 1))
    left = math.floor(across.min()) - taps_across
    right = math.ceil(across.max()) + taps_across
    left = min(max(left, source.x), source.right - 1) // CELL * CELL
    right = min(max(-(-right // CELL) * CELL, left + CELL), -(-source.right // CELL) * CELL)
    down = np.stack([_down(*place, left, right) for place in maps])
    steepest = np.diff(down, axis=1) / CELL
    taps_down = _taps(steepest, np.abs(np.diff(down, axis=2)) / CELL)
    top, bottom = math.floor(down.min()) - taps_down, math.ceil(down.max()) + taps_down
    region = Rect(left, top, right - left, bottom - top).nearest(source)
    planes, held_x, held_y = sensor.read(level, region, noise)
    planes = planes[:, region.y - held_y : region.bottom - held_y, left - held_x : right - held_x]
    if planes.shape[2] < right - left:  # the photo's right edge is within a cell
        planes = np.pad(planes, ((0, 0), (0, 0), (0, right - left - planes.shape[2])), "edge")
    gain = np.ones((3, cells.height, cells.width), np.float32)
    if lit and warp.lights:
        for channel in (0, 1, 2) if apart else (1,):
            gain[channel if apart else slice(None)] = warp.gain(*warp.nodes(affine, need, channel)[0])
    out = np.empty((3, need.height, (cells.width - 1) * CELL), np.float32)
    library.call(
        "resample_bent_apart" if apart else "resample_bent",
        Placed(planes),
        left,
        region.y,
        planes.shape[2],
        planes.shape[1],
        Placed(down.astype(np.float32), (0, cells.y, 0)),
        Placed(np.ascontiguousarray(across, np.float32), (0, cells.y, 0)),
        Placed(gain, (0, cells.y, 0)),
        taps_down,
        taps_across,
        Placed(out, (0, need.y, 0)),
    )
    return out[:, :, need.x - cells.x * CELL :][:, :, : need.width]


def _cells(need: Rect) -> Rect:
    """The nodes around `need`."""
    x, y = need.x // CELL, need.y // CELL
    return Rect(x, y, (need.right - 1) // CELL + 2 - x, (need.bottom - 1) // CELL + 2 - y)


def _at_level(place: Place, shrink: float) -> Place:
    x, y = ((np.clip(plane, -FARTHEST, FARTHEST) + 0.5) * shrink - 0.5 for plane in place)
    return np.maximum.accumulate(x, axis=1), y  # folds are far outside of the photo


def _taps(steps: NDArray[np.float64], drift: NDArray[np.float64]) -> int:
    """An even number: for the largest step of a cell's pixels, and how far they leave the cell's middle."""
    shrinks = max(1.0, float(np.abs(steps).max()))
    return 2 * math.ceil(LOBES * min(shrinks, 8.0)) + 2 * min(math.ceil(float(drift.max()) * (CELL - 1) / 2), 64)


def _down(x: NDArray[np.float64], y: NDArray[np.float64], left: int, right: int) -> NDArray[np.float64]:
    """(rows of nodes, columns of nodes of the source): the source row that each row of nodes reads there."""
    columns = np.arange(left, right + 1, CELL, dtype=np.float64)
    return np.stack([np.interp(columns, line, rows) for line, rows in zip(x, y, strict=True)])
