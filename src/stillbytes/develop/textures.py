"""Small pictures that the look kernel reads between their pixels, see `develop.kernels.texture`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Affine = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Texture:
    """words: (rows, columns) uint32. place: (x, y) of the cut grid -> pixels of the texture, row by row."""

    words: NDArray[np.uint32]
    place: NDArray[np.float32]


def packed(values: NDArray[np.floating]) -> NDArray[np.uint32]:
    """(rows, columns) values 0..1 as words of each and its right neighbour, that of the last the first."""
    codes = np.rint(np.clip(values, 0, 1) * 65535).astype(np.uint32)
    return np.ascontiguousarray(codes | np.roll(codes, -1, 1) << np.uint32(16))


def placed(affine: Affine, per_pixel: float) -> NDArray[np.float32]:
    """affine: (x, y) of the cut grid -> pixels of the frame, centres being whole. per_pixel: of the texture, per pixel
    of the frame."""
    a, b, tx, c, d, ty = affine
    along = (tx + 0.5) * per_pixel - 0.5
    down = (ty + 0.5) * per_pixel - 0.5
    return np.array([a * per_pixel, b * per_pixel, along, c * per_pixel, d * per_pixel, down], np.float32)
