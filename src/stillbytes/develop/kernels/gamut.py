"""Colours brought into an RGB space that does not hold them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import halide as hl

from stillbytes.develop.kernels.functions import inverse


def into_gamut(rgb: Sequence[Any], luminance: Sequence[Any], knee: Any) -> list[Any]:
    """Channels from 0 to 1. luminance: the weights of the space's channels. knee: part of the way from grey to the
    gamut's boundary that is left as it is, below 1.

    Below zero: towards the grey of the same luminance, behind a soft knee that keeps differences which clipping would
    flatten. Of the way from grey to zero, the part up to the knee k stays; what lies beyond approaches 1: a distance d
    becomes g (d + k q) / (g + q) with q as far beyond the knee as d, in units of what is left there.
    Above one: mostly clipped, which keeps a sunset saturated, and a little towards white.
    """
    grey = hl.clamp(luminance[0] * rgb[0] + luminance[1] * rgb[1] + luminance[2] * rgb[2], 1e-5, 1.0)
    distance = grey - hl.min(rgb[0], hl.min(rgb[1], rgb[2]))
    beyond = hl.max(distance - knee * grey, 0.0) * inverse(1.0 - knee)
    kept = grey * (distance + knee * beyond) * inverse(hl.max((grey + beyond) * distance, 1e-12))
    keep = hl.select(beyond > 0.0, kept, 1.0)
    rgb = [grey + (v - grey) * keep for v in rgb]
    excess = hl.max(hl.max(rgb[0], hl.max(rgb[1], rgb[2])) - 1.0, 0.0)
    white = hl.min(excess * 0.35, 1.0)
    return [hl.clamp(v + (1.0 - v) * white, 0.0, 1.0) for v in rgb]
