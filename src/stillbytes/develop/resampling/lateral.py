"""Lateral colour, measured in the photo: by how much larger or smaller than green the lens drew red and blue.

Tile by tile, each channel is explained by green, its slopes across and down, and a constant; the parts of the slopes
are the shift (B. D. Lucas, T. Kanade, "An iterative image registration technique", IJCAI 1981). Over the frame the
shifts of all tiles are one constant, for the sites of a mosaic lie beside each other, and a part that grows with the
distance d from the middle as d (c0 + c1 d^2). The level that is read was not demosaiced: no channel is made of green.
Cost: about 0.5 s for 24 MP on one core, once per photo.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect
from stillbytes.develop.resampling.bending import half_diagonal
from stillbytes.develop.sensor import Planes, Sensor
from stillbytes.photo.optics import Bend

LEVEL = 1
TILE = 48
"""Pixels of that level."""
FEWEST = 16
"""Tiles that have to tell of a shift."""
EXPLAINED = 0.9
"""Part of a channel's variance in a tile that green has to explain."""
BRIGHTEST = 0.9
"""Light near saturation says nothing."""
ROUNDS = 3
LEAST, MOST = 0.1, 12.0
"""Pixels at full resolution in the corners from which fringes are seen, and beyond which it is something else."""
Floats = NDArray[np.float64]


def measured(sensor: Sensor) -> Bend | None:
    """None where the photo has no fringes to speak of, or does not tell."""
    whole = Rect.of(sensor.size(LEVEL))
    if min(whole.width, whole.height) < 4 * TILE:
        return None
    planes, _, _ = sensor.read(LEVEL, whole, None)
    found = [_grown(planes, channel) for channel in (0, 2)]
    known = [np.zeros(2) if one is None else one for one in found]
    unit = half_diagonal(sensor.size(0))
    corner = np.array([one.sum() for one in known]) * unit * sensor.size(0).long_edge
    if np.abs(corner).max() < LEAST or np.abs(corner).max() > MOST:
        return None
    red, blue = known
    return Bend.of(
        (
            lambda r: 1 + float(red[0] + red[1] * r * r),
            lambda r: 1.0,
            lambda r: 1 + float(blue[0] + blue[1] * r * r),
        ),
        unit=unit,
        fills=False,
    )


@dataclass(frozen=True)
class _Tiles:
    """x, y: middles from the frame's middle, in half diagonals; across, down: shifts there in pixels of the level."""

    x: Floats
    y: Floats
    across: Floats
    down: Floats
    weight: Floats


def _grown(planes: Planes, channel: int) -> NDArray[np.float64] | None:
    """(c0, c1) of a channel, distances in half diagonals; None if it cannot be told."""
    import cv2  # noqa: PLC0415 - loads only when fringes are measured

    height, width = planes.shape[1:]
    unit = np.hypot(height, width) / 2
    green, own = (cv2.GaussianBlur(np.ascontiguousarray(planes[i]), (0, 0), 1.0) for i in (1, channel))
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    from_x, from_y = x - np.float32((width - 1) / 2), y - np.float32((height - 1) / 2)
    square = (from_x**2 + from_y**2) / np.float32(unit**2)
    total = np.zeros(4)
    for _ in range(ROUNDS):
        grown = (total[2] + total[3] * square).astype(np.float32)
        at = x - from_x * grown - np.float32(total[0]), y - from_y * grown - np.float32(total[1])
        moved = cv2.remap(green, *at, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        tiles = _shifts(moved, own, unit)
        if len(tiles.x) < FEWEST:
            return None
        step = _fitted(tiles) * np.array([1, 1, 1 / unit, 1 / unit])
        total += step
    return total[2:]


def _shifts(green: Planes, own: Planes, unit: float) -> _Tiles:
    rows, columns = green.shape[0] // TILE, green.shape[1] // TILE
    green, own = (plane[: rows * TILE, : columns * TILE] for plane in (green, own))
    slopes: list[NDArray[np.floating]] = [np.gradient(green, axis=axis) for axis in (1, 0)]
    terms: list[NDArray[np.floating]] = [green, *slopes, np.ones_like(green), own]

    def summed(plane: NDArray[np.floating]) -> Floats:
        return np.asarray(plane.reshape(rows, TILE, columns, TILE).sum((1, 3), dtype=np.float64))

    sums = np.empty((rows, columns, 5, 5))
    for i in range(5):
        for j in range(i, 5):
            sums[..., i, j] = sums[..., j, i] = summed(terms[i] * terms[j])
    matrix = sums[..., :4, :4] + np.eye(4) * 1e-9
    parts = np.linalg.solve(matrix, sums[..., :4, 4:])[..., 0]
    left = sums[..., 4, 4] - (parts * sums[..., :4, 4]).sum(-1)
    variance = sums[..., 4, 4] - sums[..., 4, 3] ** 2 / sums[..., 3, 3]
    gain = parts[..., 0]
    top = np.maximum(green, own).reshape(rows, TILE, columns, TILE).max((1, 3))
    usable = (gain > 0.05) & (left < (1 - EXPLAINED) * variance) & (top < BRIGHTEST)
    # Both directions have to be told: an edge alone says nothing of the shift along it.
    trace, det = sums[..., 1, 1] + sums[..., 2, 2], sums[..., 1, 1] * sums[..., 2, 2] - sums[..., 1, 2] ** 2
    weaker = trace / 2 - np.sqrt(np.maximum(trace * trace / 4 - det, 0))
    weight = weaker * gain**2 / np.maximum(left / TILE**2, 1e-12)
    usable &= weight > 0
    row, column = np.nonzero(usable)
    return _Tiles(
        ((column + 0.5) * TILE - columns * TILE / 2) / unit,
        ((row + 0.5) * TILE - rows * TILE / 2) / unit,
        -(parts[..., 1] / gain)[usable],
        -(parts[..., 2] / gain)[usable],
        np.sqrt(weight[usable]),
    )


def _fitted(tiles: _Tiles) -> NDArray[np.float64]:
    """(4,): the constant across and down, and c0 and c1 in pixels; outliers count less (P. J. Huber, 1964)."""
    square = tiles.x**2 + tiles.y**2
    nothing, one = np.zeros_like(square), np.ones_like(square)
    matrix = np.concatenate(
        [
            np.stack([one, nothing, tiles.x, tiles.x * square], 1),
            np.stack([nothing, one, tiles.y, tiles.y * square], 1),
        ]
    )
    values = np.concatenate([tiles.across, tiles.down])
    weight = np.tile(np.minimum(tiles.weight, 4 * np.median(tiles.weight)), 2)
    solution = np.zeros(4)
    trust = np.ones_like(weight)
    for _ in range(8):
        scale = (weight * trust)[:, None]
        solution = np.linalg.lstsq(matrix * scale, values * scale[:, 0], rcond=None)[0]
        off = np.abs(values - matrix @ solution)
        spread = max(1.4826 * float(np.median(off)), 1e-3)
        trust = np.minimum(1.0, 1.5 * spread / np.maximum(off, 1e-9)) ** 0.5
    return np.asarray(solution, np.float64)
