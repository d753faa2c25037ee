"""Edits of older processes look as they did: renders by the releases that made them are kept.

golden/processes-N.npz: "PROCESS EDIT SCALE" -> (height, width, 3) uint8. A later process adds a file of its own, made
by the release that brought it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from develop.scenes import bayer
from numpy.typing import NDArray

from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.edit import processes
from stillbytes.photo.decoded import Decoded

EDITS = {
    "default": {},
    "much": {
        "exposure": -0.7, "highlights": -60, "shadows": 40, "clarity": 20, "vibrance": 30, "dehaze": 10, "texture": 20,
        "curve": [[0, 0], [64, 55], [190, 200], [255, 255]], "hue_green": 20, "saturation_blue": 30,
        "grade_shadows_hue": 220, "grade_shadows_saturation": 20, "vignette_amount": -30, "noise_luminance": 25,
        "sharpen_amount": 60, "crop_angle": 3, "temperature": 5200, "grain_amount": 15,
    },
}  # fmt: skip


@cache
def photo() -> Decoded:
    """Lamps that clip one to three channels, hot pixels, fine detail, noise."""
    y, x = np.mgrid[0:120, 0:180] / 120
    waves = np.stack([0.25 + 0.2 * np.sin(9 * x + c) * np.cos(7 * y - c) for c in (0, 2, 4)], -1)
    light = waves * (0.1 + 0.9 * y[..., None])
    for cx, cy, colour in ((0.3, 0.4, (4, 1.6, 0.5)), (1.1, 0.3, (0.7, 1.2, 4)), (0.75, 0.8, (5, 5, 5))):
        light = light + np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 0.01)[..., None] * np.array(colour)
    light[60:, 90::4] *= 0.5
    decoded = bayer(light, noise=0.004, seed=3)
    spots = np.random.default_rng(5).integers(0, (120, 180), (12, 2))
    decoded.samples[spots[:, 0], spots[:, 1]] = 14000
    return decoded


@cache
def golden() -> dict[str, NDArray[np.uint8]]:
    found: dict[str, NDArray[np.uint8]] = {}
    for path in sorted(Path(__file__).with_name("golden").glob("processes-*.npz")):
        with np.load(path) as held:
            found |= {name: held[name] for name in held.files}
    return found


@pytest.mark.parametrize("process", [number for number, _ in processes.NEWER])
@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("scale", [1.0, 0.4])
def test_an_edit_looks_as_the_release_of_its_process_drew_it(process: str, edit: str, scale: float) -> None:
    settings = processes.brought(Settings(EDITS[edit]), process)
    drawn = Pipeline(photo()).render(settings, scale).pixels
    apart = np.abs(drawn.astype(np.int16) - golden()[f"{process} {edit} {scale}"].astype(np.int16))
    # Processors and builds round differently, which the dither of a byte shows by one code here and there.
    assert apart.max() <= 2
    assert np.mean(apart > 0) < 0.01


def test_processes_differ_where_they_should() -> None:
    drawn = golden()
    assert np.mean(drawn["1 much 1.0"] != drawn["2 much 1.0"]) > 0.1
