"""Defringe: coloured seams at strong edges lose their colour, and nothing else does."""

from __future__ import annotations

import numpy as np
import pytest

from stillbytes.develop.frame import Output
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.photo.decoded import Decoded

SEAMS = {"purple": (0.35, 0.1, 0.5), "green": (0.12, 0.45, 0.2)}


def seam(colour: tuple[float, float, float]) -> Pipeline:
    """A dark bar before a bright wall, a seam of three pixels on its right; a patch of the same colour far away."""
    light = np.full((120, 240, 3), 0.6, np.float32)
    light[:, 60:90] = 0.03
    light[:, 90:93] = colour
    light[40:80, 150:210] = colour
    light[36:84, 146:150] = 0.3  # its edges are soft
    return Pipeline(Decoded("picture", light))


def chroma(pixels: np.ndarray) -> float:
    return float((pixels.max(-1) - pixels.min(-1)).mean())


@pytest.mark.parametrize("name", list(SEAMS))
def test_a_seam_loses_its_colour_and_a_patch_keeps_it(name: str) -> None:
    pipeline = seam(SEAMS[name])
    output = Output("srgb", "float32")
    before = pipeline.render(Settings(), output=output).pixels
    after = pipeline.render(Settings({f"defringe_{name}": 20.0}), output=output).pixels
    rows = slice(10, 30)
    assert chroma(after[rows, 90:93]) < 0.3 * chroma(before[rows, 90:93])
    assert np.allclose(after[50:70, 170:190], before[50:70, 170:190], atol=1e-3)
    half = pipeline.render(Settings({f"defringe_{name}": 10.0}), output=output).pixels
    assert chroma(after[rows, 90:93]) < chroma(half[rows, 90:93]) < chroma(before[rows, 90:93])


def test_each_slider_takes_its_own_hues() -> None:
    output = Output("srgb", "float32")
    for name, other in (("purple", "green"), ("green", "purple")):
        pipeline = seam(SEAMS[name])
        before = pipeline.render(Settings(), output=output).pixels
        after = pipeline.render(Settings({f"defringe_{other}": 20.0}), output=output).pixels
        assert np.allclose(before, after, atol=1e-3)
