"""Colours brought into an RGB space that does not hold them.

Below zero: towards a grey, behind a soft knee that keeps differences which clipping would flatten. Of the way from grey
to zero, the part up to the knee k stays; what lies beyond approaches 1: a distance d becomes g (d + k q) / (g + q) with
q as far beyond the knee as d, in units of what is left there.
Above one: mostly clipped, which keeps a sunset saturated, and a little towards white.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import halide as hl
import numpy as np

from stillbytes.develop.colour import LMS_TO_OKLAB
from stillbytes.develop.kernels.functions import inverse

_ROOTS = np.linalg.inv(LMS_TO_OKLAB)[:, 1:]
"""(3, 2): Oklab's a and b -> cube roots of cone responses, beyond those of the grey of the same lightness."""


def into_gamut(rgb: Sequence[Any], luminance: Sequence[Any], knee: Any) -> list[Any]:
    """Channels from 0 to 1, towards the grey of the same luminance in linear light, which turns the hues of some.

    luminance: the weights of the space's channels. knee: part of the way from grey to the gamut's boundary that is left
    as it is, below 1.
    """
    grey = hl.clamp(luminance[0] * rgb[0] + luminance[1] * rgb[1] + luminance[2] * rgb[2], 1e-5, 1.0)
    distance = grey - hl.min(rgb[0], hl.min(rgb[1], rgb[2]))
    keep = _kept(grey, distance, knee)
    return _whitened([grey + (v - grey) * keep for v in rgb])


def at_constant_hue(lab: Sequence[Any], roots_to_rgb: Any, knee: Any) -> list[Any]:
    """Channels from 0 to 1, towards the grey of the same lightness in Oklab, which keeps lightness and hue.

    roots_to_rgb: nine uniforms, row by row, from the cubes of what Oklab is linear in to the space's light. Colours up
    to 1.3 times as far from grey as sRGB reaches keep their hue to 2 degrees, 99 of 100 to one.
    """
    lightness, a, b = lab
    away = [hl.f32(row[0]) * a + hl.f32(row[1]) * b for row in _ROOTS]

    def at(chroma: Any) -> list[Any]:
        cubes = [root * root * root for root in (lightness + chroma * one for one in away)]
        return [sum(roots_to_rgb[3 * i + k] * cubes[k] for k in range(3)) for i in range(3)]

    def below(channels: Sequence[Any]) -> Any:
        return grey - hl.min(channels[0], hl.min(channels[1], channels[2]))

    grey = hl.clamp(lightness * lightness * lightness, 1e-5, 1.0)
    whole = at(1.0)
    distance = below(whole)
    keep = _kept(grey, distance, knee)
    # How far the smallest channel is below grey is about proportional to the chroma: from what it is with as much of
    # the chroma to what it should be.
    chroma = hl.min(keep * keep * distance * inverse(hl.max(below(at(keep)), 1e-9)), 1.0)
    return _whitened([hl.select(keep < 1.0, near, own) for near, own in zip(at(chroma), whole, strict=True)])


def _kept(grey: Any, distance: Any, knee: Any) -> Any:
    """Part of the distance from grey that a colour keeps, 1 up to the knee."""
    beyond = hl.max(distance - knee * grey, 0.0) * inverse(1.0 - knee)
    kept = grey * (distance + knee * beyond) * inverse(hl.max((grey + beyond) * distance, 1e-12))
    return hl.select(beyond > 0.0, kept, 1.0)


def _whitened(rgb: Sequence[Any]) -> list[Any]:
    excess = hl.max(hl.max(rgb[0], hl.max(rgb[1], rgb[2])) - 1.0, 0.0)
    white = hl.min(excess * 0.35, 1.0)
    return [hl.clamp(v + (1.0 - v) * white, 0.0, 1.0) for v in rgb]
