"""What is made of a network's answer before it is believed. A tile whose answer is none stays as it was.

Networks shift brightness: noise that a curve bends, or that is cut off at black, has another mean than the light
without it, and training leaves biases of its own. The mean of the photo's own light over a tile is known far better
than any of its pixels, so the answer is moved there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

BLOCK = 16
"""Pixels along an edge over which noise has averaged out and what is in the picture has not."""
MOST_DRIFT, LEAST_DRIFT = 0.25, 0.01
"""Of a tile's mean, and of saturation: an answer that is farther off is none."""
UNLIKE = 0.35
"""Of the spread of a tile's blocks: an answer that is so far from them shows something else."""
FULL_FROM, FULL = 0.90, 0.98
"""Between these parts of saturation the light passes from the answer to the photo's own: networks end there, the
reconstruction of highlights goes on, and the noise is small beside the light."""


def usable(own: Floats, made: Floats, noise: float) -> Floats | None:
    """made, (3, rows, columns), with the mean that the photo's own light has; None for what is no cleaned tile.

    noise: standard deviation of a pixel of `own`.
    """
    if made.shape != own.shape or not np.isfinite(made).all():
        return None
    mean = own.mean((1, 2), dtype=np.float64)
    drift = mean - made.mean((1, 2), dtype=np.float64)
    if np.any(np.abs(drift) > MOST_DRIFT * np.abs(mean) + LEAST_DRIFT):
        return None
    moved = made + drift.astype(np.float32)[:, None, None]
    before, after = _blocks(own), _blocks(moved)
    spread = float(np.sqrt(np.mean((before - before.mean((1, 2), keepdims=True)) ** 2)))
    off = float(np.sqrt(np.mean((before - after) ** 2)))
    return moved if off <= UNLIKE * spread + 4 * noise / BLOCK + 1e-3 else None


def full_kept(own: Floats, made: Floats, fullness: Floats) -> Floats:
    """made, with the photo's own light where that is as bright as can be. fullness: (rows, columns), see `Domain`."""
    part = np.clip((fullness - FULL_FROM) / (FULL - FULL_FROM), 0, 1)
    if not part.any():
        return made
    weight = (part * part * (3 - 2 * part)).astype(np.float32)
    return np.asarray(made + weight * (own - made), np.float32)


def _blocks(light: Floats) -> NDArray[np.float64]:
    rows, columns = light.shape[1] // BLOCK * BLOCK, light.shape[2] // BLOCK * BLOCK
    cut = light[:, :rows, :columns].reshape(3, rows // BLOCK, BLOCK, columns // BLOCK, BLOCK)
    return np.asarray(cut.mean((2, 4), dtype=np.float64))
