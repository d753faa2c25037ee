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
    """Of each uncertain pixel, in the order of `np.flatnonzero`. alpha: what the colours say, 0..1. sure: how far they
    can tell, 0..1."""

    alpha: Floats
    sure: Floats


def guess(light: Floats, own: Floats, band: NDArray[np.bool_]) -> Guess:
    """light: (rows, columns, 3) linear. own: what the network said. band: where it is uncertain."""
    at = np.flatnonzero(band)
    here, word = np.take(light.reshape(-1, 3), at, 0), np.take(own, at)
    inner, outer = (own > 0.5).astype(np.float32), (own <= 0.5).astype(np.float32)
    inner.flat[at], outer.flat[at] = FAINT * word**POWER, FAINT * (1 - word) ** POWER
    for last in (False, True):
        of_inner, of_outer = spread(light, inner, at), spread(light, outer, at)
        share, sure = projected(here, of_inner, of_outer)
        if not last:
            likely = word + (share - word) * sure
            inner.flat[at], outer.flat[at] = likely**POWER, (1 - likely) ** POWER
    off = np.abs(here - of_outer - (of_inner - of_outer) * share[:, None]).max(-1)
    return Guess(share, np.asarray(sure * np.exp(-off / OFF), np.float32))


def projected(light: Floats, inner: Floats, outer: Floats) -> tuple[Floats, Floats]:
    """How much of each pixel is of the inner colour, and how far that can be told, 0..1 both."""
    between = inner - outer
    apart = np.einsum("...i,...i", between, between)
    share = np.einsum("...i,...i", light - outer, between) / (apart + np.float32(1e-6))
    return np.clip(share, 0, 1), apart / (apart + np.float32(ALIKE))


def spread(colour: Floats, weight: Floats, at: NDArray[np.intp] | None = None) -> Floats:
    """The mean colour close by where there is weight, and farther off elsewhere.

    at: the only pixels for which it is wanted, flat; then (pixels, 3). Filled outwards by pull and push: S. Gortler et
    al., "The lumigraph", SIGGRAPH 1996.
    """
    import cv2  # noqa: PLC0415 - loads only when a mask is looked for

    def over(level: Floats, wider: Floats) -> Floats:
        there = np.clip(level[..., 3:] * 20, 0, 1)
        own = level[..., :3] / np.maximum(level[..., 3:], 1e-9)
        return np.asarray(wider + (own - wider) * there, np.float32)

    weighted = cv2.merge([*(plane * weight for plane in cv2.split(colour)), weight])
    levels = [np.asarray(cv2.GaussianBlur(weighted, (0, 0), NEAR), np.float32)]
    while min(levels[-1].shape[:2]) > 1:  # pull
        rows, columns = levels[-1].shape[:2]
        half = (max(1, (columns + 1) // 2), max(1, (rows + 1) // 2))
        levels.append(cv2.resize(levels[-1], half, interpolation=cv2.INTER_AREA))
    filled = np.asarray(levels[-1][..., :3] / np.maximum(levels[-1][..., 3:], 1e-9), np.float32)
    for place in range(len(levels) - 2, -1, -1):  # push
        level = levels[place]
        wider = np.asarray(cv2.resize(filled, level.shape[1::-1], interpolation=cv2.INTER_LINEAR), np.float32)
        if place == 0 and at is not None:
            return over(np.take(level.reshape(-1, 4), at, 0), np.take(wider.reshape(-1, 3), at, 0))
        filled = over(level, wider)
    return filled if at is None else np.take(filled.reshape(-1, 3), at, 0)


def linear(srgb: Bytes) -> Floats:
    """Linear light of sRGB bytes (IEC 61966-2-1)."""
    import cv2  # noqa: PLC0415 - see above

    return np.asarray(cv2.LUT(srgb, _LINEAR), np.float32)


def encoded(light: Floats) -> Bytes:
    """sRGB bytes of linear light (IEC 61966-2-1)."""
    light = np.clip(light, 0, 1)
    curved = np.where(light <= 0.0031308, light * 12.92, 1.055 * np.power(light, 1 / 2.4) - 0.055)
    return np.asarray(np.rint(curved * 255), np.uint8)


def _decoding() -> Floats:
    codes = np.arange(256) / 255
    return np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4).astype(np.float32)


_LINEAR = _decoding()
