"""The colours on both sides of an edge, from what surely belongs and what surely does not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
NEAR = 2.5
"""Standard deviation in pixels of what counts as close by."""
ALIKE = 0.002
"""Squared difference of two colours in linear light at which projection tells half as much."""
OFF = 0.05
"""Distance from the line between both colours, in linear light, at which a pixel is of neither."""
FAINT = 0.005
"""What the network's word counts at first for the colours, where nothing surer is near, as inside of thin things."""
POWER = 6
"""Only pixels that are nearly all of one side tell the colour of that side, the second time."""


@dataclass(frozen=True, slots=True)
class Guess:
    """alpha: (rows, columns) what the colours say, 0..1. sure: how far they can tell, 0..1."""

    alpha: Floats
    sure: Floats


def guess(light: Floats, own: Floats, band: NDArray[np.bool_]) -> Guess:
    """light: (rows, columns, 3) linear. own: what the network said. band: where it is uncertain."""
    inner = np.where(band, FAINT * own**POWER, own > 0.5).astype(np.float32)
    outer = np.where(band, FAINT * (1 - own) ** POWER, own <= 0.5).astype(np.float32)
    for last in (False, True):
        of_inner, of_outer = spread(light, inner), spread(light, outer)
        share, sure = projected(light, of_inner, of_outer)
        if not last:
            likely = own + (share - own) * sure
            inner = np.where(band, likely**POWER, inner).astype(np.float32)
            outer = np.where(band, (1 - likely) ** POWER, outer).astype(np.float32)
    off = np.abs(light - of_outer - (of_inner - of_outer) * share[..., None]).max(-1)
    return Guess(share, np.asarray(sure * np.exp(-off / OFF), np.float32))


def projected(light: Floats, inner: Floats, outer: Floats) -> tuple[Floats, Floats]:
    """How much of each pixel is of the inner colour, and how far that can be told, 0..1 both."""
    between = inner - outer
    apart = np.square(between).sum(-1)
    share = ((light - outer) * between).sum(-1) / (apart + np.float32(1e-6))
    return np.clip(share, 0, 1), apart / (apart + np.float32(ALIKE))


def spread(colour: Floats, weight: Floats) -> Floats:
    """The mean colour close by where there is weight, and farther off elsewhere.

    Filled outwards by pull and push: S. Gortler et al., "The lumigraph", SIGGRAPH 1996.
    """
    import cv2  # noqa: PLC0415 - loads only when a mask is looked for

    sums = cv2.GaussianBlur(np.dstack([colour * weight[..., None], weight]), (0, 0), NEAR)
    levels = [sums]
    while min(levels[-1].shape[:2]) > 1:  # pull
        rows, columns = levels[-1].shape[:2]
        half = (max(1, (columns + 1) // 2), max(1, (rows + 1) // 2))
        levels.append(cv2.resize(levels[-1], half, interpolation=cv2.INTER_AREA))
    filled = levels[-1][..., :3] / np.maximum(levels[-1][..., 3:], 1e-9)
    for level in reversed(levels[:-1]):  # push
        wider = cv2.resize(filled, level.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        there = np.clip(level[..., 3:] * 20, 0, 1)
        own = level[..., :3] / np.maximum(level[..., 3:], 1e-9)
        filled = wider + (own - wider) * there
    return np.asarray(filled, np.float32)


def linear(srgb: Bytes) -> Floats:
    """Linear light of sRGB bytes (IEC 61966-2-1)."""
    return _LINEAR[srgb]


def encoded(light: Floats) -> Bytes:
    """sRGB bytes of linear light (IEC 61966-2-1)."""
    light = np.clip(light, 0, 1)
    curved = np.where(light <= 0.0031308, light * 12.92, 1.055 * np.power(light, 1 / 2.4) - 0.055)
    return np.asarray(np.rint(curved * 255), np.uint8)


def _decoding() -> Floats:
    codes = np.arange(256) / 255
    return np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4).astype(np.float32)


_LINEAR = _decoding()
