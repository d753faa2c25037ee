"""What a photo shows above display white, as the gain map of its export."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from stillbytes.develop.frame import Output
from stillbytes.develop.resampling.canvas import FULL
from stillbytes.edit.exporting.spec import Spec
from stillbytes.photo.output.gain_map import OFFSET, GainMap, gain_map
from stillbytes.photo.spaces import SPACES

if TYPE_CHECKING:
    from stillbytes.edit.photo import Edit

SMALLER = 2
"""Sides of the picture by those of the map."""
ROWS = 256


def brighter(edit: Edit, spec: Spec, width: int, cancelled: Callable[[], bool] | None) -> GainMap:
    """The gain map of an export that is `width` pixels wide. edit: with its masks found. Raises Cancelled,
    UnreadablePhoto.

    Each channel has a gain of its own, so that bright light keeps its colour. Where something after the view changes
    colours, or a profile does, all have that of the luminance: the file then shows the colours of the ordinary picture.
    """
    pipeline, settings = edit.photo.pipeline, edit.settings
    space, stops = SPACES[spec.space], spec.hdr_headroom
    scale = min(width / edit.size.width / SMALLER, 1.0)
    usual = pipeline.render(settings, scale, None, Output(space.name, "uint16", 0.0), cancelled)
    above = pipeline.render(settings, scale, None, Output(space.name, "uint16", stops), cancelled)
    single = bool(spec.icc) or pipeline.coloured(settings)
    light = space.transfer.to_linear(np.arange(65536) / 65535).astype(np.float32)
    weights = space.to_xyz[1].astype(np.float32)
    gains = np.empty((*usual.pixels.shape[:2], 1 if single else 3), np.float32)
    for top in range(0, len(gains), ROWS):
        rows = slice(top, top + ROWS)
        low, high = light[usual.pixels[rows]], light[above.pixels[rows]] * np.float32(2.0**stops)
        if single:
            low, high = (low @ weights)[..., None], (high @ weights)[..., None]
            high = np.maximum(high, low)
        gains[rows] = np.log2((high + np.float32(OFFSET)) / (low + np.float32(OFFSET)))
        if above.known is not None:  # the empty canvas has no light
            gains[rows] *= (above.known[rows] * np.float32(1 / FULL))[..., None]
    return gain_map(gains, stops)
