"""Matting: which part of each uncertain pixel belongs to what was found, from the colours on both sides of the edge.

Near an edge a pixel's light is a mixture C = a F + (1 - a) B. F and B are what surely belongs and surely does not,
close by (weighted means, filled outwards by pull and push: Gortler et al., "The lumigraph", SIGGRAPH 1996), and a
follows by projection on the line between them. Where both sides have the same colour, or where the network saw every
pixel itself, its own answer counts. Pixels it was sure of, away from edges, are not touched. All in linear light,
which is what mixes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import Cancelled

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

SURE = 0.1
"""Below this and above its counterpart the network is taken at its word."""
EDGE = 1024
"""Long edge of the grid on which the colours of both sides are worked out; they are smooth."""
NEAR = 2.0
"""Standard deviation in pixels of that grid of what counts as close by."""
ALIKE = 0.002
"""Squared difference of two colours in linear light at which projection and network count the same."""
AWAY = 12.0
"""Pixels of that grid within which a colour that was seen still tells much."""
POWER = 6
"""Only pixels that are nearly all of one side tell the colour of that side, the second time."""
ROWS = 512
"""Worked on at once, which bounds the memory."""


@dataclass(frozen=True, slots=True)
class Sides:
    """inner, outer: (rows, columns, 3) linear light of what belongs and what does not. band: where it is uncertain.

    known: (rows, columns), how near both were seen, 0..1.
    """

    inner: Floats
    outer: Floats
    band: NDArray[np.bool_]
    known: Floats


def refined(
    picture: Bytes, coarse: Floats, cancelled: Callable[[], bool] | None = None, *, trust: float = 1.0
) -> Bytes:
    """The mask at the picture's resolution.

    picture: (height, width, 3) uint8 sRGB. coarse: (rows, columns) float32, 0..1, over all of the picture. trust: how
    much projection counts where the two sides differ. Returns (height, width) uint8, 255 where it is 1. Raises
    Cancelled.
    """
    import cv2  # noqa: PLC0415 - loads only when a mask is looked for

    height, width = picture.shape[:2]
    coarse = np.ascontiguousarray(np.clip(coarse, 0, 1), np.float32)
    scale = max(1.0, (height * width / coarse.size) ** 0.5)
    known = sides(picture, coarse)
    # The network has seen what is as large as its pixels; of what is smaller it knows nothing.
    weight = np.float32(trust * (1 - scale**-2))
    out = np.empty((height, width), np.uint8)
    for top in range(0, height, ROWS):
        if cancelled is not None and cancelled():
            raise Cancelled()
        rows = slice(top, min(top + ROWS, height))
        own = _stretch(coarse, rows, height, width, cv2.INTER_LINEAR)
        band = _stretch(known.band.astype(np.uint8), rows, height, width, cv2.INTER_NEAREST) > 0
        out[rows] = np.rint(own * 255).astype(np.uint8)
        if weight > 0 and band.any():
            mixed, sure = projected(
                linear(picture[rows][band]),
                _stretch(known.inner, rows, height, width, cv2.INTER_LINEAR)[band],
                _stretch(known.outer, rows, height, width, cv2.INTER_LINEAR)[band],
            )
            sure = sure * _stretch(known.known, rows, height, width, cv2.INTER_LINEAR)[band]
            refined_here = own[band] + (mixed - own[band]) * sure * weight
            out[rows][band] = np.rint(refined_here * 255).astype(np.uint8)
        inside = ~band
        out[rows][inside] = np.where(own[inside] > 0.5, np.uint8(255), np.uint8(0))
    return out


def sides(picture: Bytes, coarse: Floats) -> Sides:
    """The colours on both sides of the mask's edges, on a small grid."""
    import cv2  # noqa: PLC0415

    height, width = picture.shape[:2]
    shrink = min(1.0, EDGE / max(height, width))
    size = max(1, round(width * shrink)), max(1, round(height * shrink))
    small = linear(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
    own = cv2.resize(coarse, size, interpolation=cv2.INTER_LINEAR)
    unsure = (own > SURE) & (own < 1 - SURE)
    reach = max(1, round(max(size) / max(coarse.shape)))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    band = cv2.dilate(unsure.astype(np.uint8), kernel) > 0
    inner = np.where(band, 0, own > 0.5).astype(np.float32)
    outer = np.where(band, 0, own <= 0.5).astype(np.float32)
    inner_colour, outer_colour = _spread(small, inner), _spread(small, outer)
    known = _near(inner) * _near(outer)
    if inner.any() and outer.any():
        mixed, sure = projected(small, inner_colour, outer_colour)
        likely = own + (mixed - own) * sure * known
        inner = np.where(band, likely**POWER, inner).astype(np.float32)
        outer = np.where(band, (1 - likely) ** POWER, outer).astype(np.float32)
        inner_colour, outer_colour = _spread(small, inner), _spread(small, outer)
    return Sides(inner_colour, outer_colour, band, known)


def projected(light: Floats, inner: Floats, outer: Floats) -> tuple[Floats, Floats]:
    """How much of each pixel is of the inner colour, and how far that can be told, 0..1 both."""
    between = inner - outer
    apart = np.square(between).sum(-1)
    share = ((light - outer) * between).sum(-1) / (apart + np.float32(1e-6))
    return np.clip(share, 0, 1), apart / (apart + np.float32(ALIKE))


def linear(srgb: Bytes) -> Floats:
    """Linear light of sRGB bytes (IEC 61966-2-1)."""
    return _LINEAR[srgb]


def _spread(colour: Floats, weight: Floats) -> Floats:
    """The mean colour close by where there is weight, and farther off elsewhere."""
    import cv2  # noqa: PLC0415

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


def _near(weight: Floats) -> Floats:
    """1 where there is weight, falling to 0 within a few times AWAY pixels."""
    import cv2  # noqa: PLC0415

    if not weight.any():
        return np.zeros_like(weight)
    distance = cv2.distanceTransform((weight < 0.5).astype(np.uint8), cv2.DIST_L2, 3)
    return np.asarray(np.exp(-np.square(distance / AWAY)), np.float32)


def _stretch(small: NDArray[np.generic], rows: slice, height: int, width: int, how: int) -> NDArray[Any]:
    """Rows of a small picture that is stretched to (height, width), the same however many are asked for."""
    import cv2  # noqa: PLC0415

    step_x, step_y = small.shape[1] / width, small.shape[0] / height
    across = ((np.arange(width, dtype=np.float32) + 0.5) * step_x - 0.5)[None, :]
    down = ((np.arange(rows.start, rows.stop, dtype=np.float32) + 0.5) * step_y - 0.5)[:, None]
    shape = (rows.stop - rows.start, width)
    columns, lines = (np.ascontiguousarray(np.broadcast_to(v, shape)) for v in (across, down))
    return np.asarray(cv2.remap(small, columns, lines, how, borderMode=cv2.BORDER_REPLICATE))


def _decoding() -> Floats:
    codes = np.arange(256) / 255
    return np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4).astype(np.float32)


_LINEAR = _decoding()
