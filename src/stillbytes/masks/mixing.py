"""Which part of the light of a mixed pixel is of what a mask covers: at an edge another than the part of its area.

Of a pixel C = a F + (1 - a) B the light a F is of the mask, in each channel the part a F / C = a / (a + (1 - a) B / F).
Half of a pixel covered by a dark twig leaves nearly all of its light to the sky: darkened by half of what the sky gets,
it would shine beside it, an aura around the twig. F and B are the colours on both sides close by; they change slowly
along an edge, so a small picture of their ratio tells it at any scale.

Saturation stretches what of a colour is no grey, its chroma. Of that of the pixel, c = a f + (1 - a) b, the mask has
the part that lies along its own, a f . c / c . c: a grey twig leaves all of it to the sky, however bright it is.

Cost: 30 ms for each mask, once; then 5 ms for 100,000 mixed pixels when the view changes, on one core.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop.resampling.frame_grid import FrameGrid, Raster
from stillbytes.masks.kind import Floats
from stillbytes.photo.spaces import SPACES

EDGE = 512
"""Long edge of the picture of the ratio."""
POWER = 6
"""Only pixels that are nearly all of one side tell the colour of that side."""
LEAST = 2e-4
"""Light below which nothing is told of its colour: noise."""
TINY = 1e-9
"""Keeps a division by nothing from failing."""
LUMINANCE = SPACES["rec2020"].to_xyz[1].astype(np.float32)
MOST = 6.0
"""EV that the sides may differ by."""
KEPT = 16
"""Masks of a photo whose ratios are remembered."""


def shares(area: Floats, places: NDArray[np.int32], raster: Raster, key: object, grid: FrameGrid) -> Floats:
    """(4, n): of red, green and blue light and of chroma, the part that belongs to the mask.

    area: (n,) the part of the area, 0..1, at `places`, pixels of the grid counted row by row. raster: the mask over
    the frame. key: of the raster.
    """
    *ratios, like = _at(_ratio(raster, key, grid), places, grid)
    rest, ratio = 1 - area, np.exp2(ratios)
    light = area / (area + rest * ratio[:3])
    # The part of the mixture's chroma c that lies along that of the mask's side: a f . c / c . c, c = a f + (1 - a) b.
    beside = rest * ratio[3]
    along = area * (area + beside * like) / (area * area + 2 * area * beside * like + beside * beside + TINY)
    return np.concatenate([light, np.clip(along, 0, 1)[None]]).astype(np.float32)


def _ratio(raster: Raster, key: object, grid: FrameGrid) -> Floats:
    """(5, rows, columns): log2 of the light beside the mask over that in it, close by, in each channel, and of its
    chroma over that in it; the cosine of the angle between both chromas."""
    kept = grid.source.kept
    name = "ratio", key
    if name not in kept:
        from stillbytes.masks.refine.colours import spread  # noqa: PLC0415 - loads OpenCV

        whole = FrameGrid.whole(grid.frame, min(EDGE, grid.frame.long_edge), grid.source)
        light = np.ascontiguousarray(np.moveaxis(np.maximum(whole.light(), 0), 0, -1))
        area = whole.sampled(raster)
        inner, outer = spread(light, area**POWER), spread(light, (1 - area) ** POWER)
        chromas = [light - (light @ LUMINANCE)[..., None] for light in (inner, outer)]
        within, without = (np.sqrt((one * one).sum(-1)) for one in chromas)
        like = (chromas[0] * chromas[1]).sum(-1) / (within * without + TINY)
        ratio = np.log2((np.dstack([outer, without]) + LEAST) / (np.dstack([inner, within]) + LEAST))
        ratio = np.dstack([np.clip(ratio, -MOST, MOST), like])
        ratios: Sequence[object] = [known for known in kept if isinstance(known, tuple) and known[0] == "ratio"]
        for oldest in ratios[: len(ratios) - KEPT + 1]:
            kept.pop(oldest, None)
        kept[name] = np.ascontiguousarray(np.moveaxis(ratio, -1, 0), np.float32)
    return np.asarray(kept[name], np.float32)


def _at(small: Floats, places: NDArray[np.int32], grid: FrameGrid) -> Floats:
    """(n, ...) of (..., rows, columns) over the whole frame, bilinear."""
    row, column = np.divmod(places, grid.width)
    rows, columns = small.shape[-2:]
    if grid.warp is not None:
        x, y = (plane[row, column].astype(np.float64) * grid.frame.long_edge for plane in grid.points())
    else:
        a, b, tx, c, d, ty = grid.affine
        column, row = column + float(grid.rect.x), row + float(grid.rect.y)
        x, y = a * column + b * row + (tx + 0.5), c * column + d * row + (ty + 0.5)
    across, down = x * (columns / grid.frame.width) - 0.5, y * (rows / grid.frame.height) - 0.5
    across, down = np.clip(across, 0, columns - 1), np.clip(down, 0, rows - 1)
    left, top = across.astype(np.int32), down.astype(np.int32)
    right, below = np.minimum(left + 1, columns - 1), np.minimum(top + 1, rows - 1)
    fx, fy = (across - left).astype(np.float32), (down - top).astype(np.float32)
    upper = small[:, top, left] * (1 - fx) + small[:, top, right] * fx
    lower = small[:, below, left] * (1 - fx) + small[:, below, right] * fx
    return np.asarray(upper * (1 - fy) + lower * fy, np.float32)
