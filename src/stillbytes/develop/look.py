"""What the pipeline tells the look kernel about frame and output. The names are those of `layout.FRAME`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.geometry import Size
from stillbytes.develop.colour import REC2020_TO_LMS, between
from stillbytes.develop.kernels.layout import HARD, KNEE
from stillbytes.develop.operation import Uniforms
from stillbytes.photo.spaces import SPACES


def frame_uniforms(grid: Size, luma: NDArray[np.float64], space: str, *, byte: bool, held: bool = False) -> Uniforms:
    """Uniforms by name.

    luma: luminance weights of white-balanced camera RGB.
    across, down: column and row -> -1..1 over the developed frame.
    matrix: linear Rec.2020 -> linear output RGB, row by row.
    luminance: weights of output RGB.
    transfer: 1 / gamma, 1 / a, -b / a, slope and end of the straight part, to encode.
    roots: cubes of what Oklab is linear in -> linear output RGB, likewise.
    knee: where colours begin to be brought into the gamut. held: whether a look-up table gave colours of a gamut.
    steps: largest code of a byte. dither: amplitude in codes.
    """
    target = SPACES[space]
    t, matrix = target.transfer, between("rec2020", space)
    bend = (t.a * t.d + t.b) ** t.gamma if t.c else 0.0
    return {
        "luma": luma.astype(np.float32),
        "across": np.array([2 / grid.width, 1 / grid.width - 1], np.float32),
        "down": np.array([2 / grid.height, 1 / grid.height - 1], np.float32),
        "matrix": matrix.astype(np.float32).ravel(),
        "roots": (matrix @ np.linalg.inv(REC2020_TO_LMS)).astype(np.float32).ravel(),
        "luminance": target.to_xyz[1].astype(np.float32),
        "transfer": np.array([1 / t.gamma, 1 / t.a, -t.b / t.a, 1 / t.c if t.c else 0.0, bend], np.float32),
        "knee": HARD if held else KNEE,
        "steps": 255.0,
        "dither": 1.0 if byte else 0.0,
    }
