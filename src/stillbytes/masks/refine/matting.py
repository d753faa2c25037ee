"""Matting: which part of each uncertain pixel belongs to what was found, from the light on both sides of the edge.

Near an edge a pixel's light is a mixture C = a F + (1 - a) B. Three things tell a: the colours F and B close by
(colours.py), neighbours of the same mixture (closed_form.py), and the network, the less the coarser its pixels are
beside the photo's. The sum is solved on a small grid; what it found there as a function of light then holds for each
pixel of the photo. Where the network was sure, away from edges, nothing is touched. All in linear light, which is what
mixes.

Cost: 24 megapixels in about 2 s on two cores; `edge=512` in about 1 s, to be shown first.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import Cancelled
from stillbytes.masks.refine.closed_form import Windows
from stillbytes.masks.refine.colours import guess, linear
from stillbytes.masks.refine.stretch import stretched

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
EDGE = 1024
"""Long edge of the grid on which it is solved."""
SURE = 0.02
"""Below this and above its counterpart the network is taken at its word."""
UNSURE = 0.1
"""Above this and below its counterpart there is an edge, or something finer than the network sees."""
WIDELY = 4
"""Times `AROUND`: how far from those a smaller doubt counts."""
AROUND = 1 / 400
"""Of the long edge: what is uncertain around what the network is unsure of, where hair reaches farther than it saw."""
BY_COLOUR, BY_NETWORK = 0.5, 0.4
"""What the word of colours and network counts, beside 1 for what is known."""
LEAST_BY_NETWORK = 0.02
NOT_KNOWN = np.uint8(128)
"""In a mask: what is still to be solved."""
TILE = 512
"""Side of what is worked on at once at full resolution, which bounds the memory."""


def refined(
    picture: Bytes,
    coarse: Floats,
    cancelled: Callable[[], bool] | None = None,
    *,
    trust: float = BY_NETWORK,
    edge: int = EDGE,
) -> Bytes:
    """The mask at the picture's resolution.

    picture: (height, width, 3) uint8 sRGB. coarse: (rows, columns) float32, 0..1, over all of the picture. trust: what
    the network's word counts where it saw the photo's own pixels. edge: pixels of the long edge of the grid on which it
    is solved. Returns (height, width) uint8, 255 where it is 1. Raises
    Cancelled.
    """
    import cv2  # noqa: PLC0415 - loads only when a mask is looked for

    def go_on() -> None:
        if cancelled is not None and cancelled():
            raise Cancelled()

    height, width = picture.shape[:2]
    coarse = np.ascontiguousarray(np.clip(np.nan_to_num(coarse), 0, 1), np.float32)
    shrink = min(1.0, edge / max(height, width))
    size = max(1, round(width * shrink)), max(1, round(height * shrink))
    own = np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_LINEAR), np.float32)
    band = trimap(own)
    out = np.empty((height, width), np.uint8)
    go_on()
    # Of what is smaller than its pixels the network knows nothing.
    trust = max(LEAST_BY_NETWORK, trust / max(1.0, height * width / coarse.size))
    lines = _solved(linear(cv2.resize(picture, size, interpolation=cv2.INTER_AREA)), own, band, trust)
    known = np.where(band, NOT_KNOWN, np.where(own > 0.5, np.uint8(255), np.uint8(0)))
    for top in range(0, height, TILE):
        go_on()
        for left in range(0, width, TILE):
            place = slice(top, min(top + TILE, height)), slice(left, min(left + TILE, width))
            found = stretched(known, place, (height, width), nearest=True)
            near = np.flatnonzero(found == NOT_KNOWN)
            if lines is not None and near.size:
                factors = np.take(stretched(lines, place, (height, width)).reshape(-1, 4), near, 0)
                light = linear(np.take(picture[place].reshape(-1, 3), near, 0))
                alpha = np.einsum("ij,ij->i", factors[:, :3], light) + factors[:, 3]
                found.flat[near] = np.rint(np.clip(alpha, 0, 1) * 255).astype(np.uint8)
            out[place] = found
    return out


def trimap(own: Floats) -> NDArray[np.bool_]:
    """Where a mask is uncertain: edges, what is well between 0 and 1, a little around both, and near them what is not
    quite 0 or 1. A faint doubt in the middle of a thing is none: its colours may be those behind it."""
    import cv2  # noqa: PLC0415

    def around(place: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
        return np.asarray(cv2.dilate(place.astype(np.uint8), kernel) > 0)

    inside = (own > 0.5).astype(np.uint8)
    edges = cv2.morphologyEx(inside, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
    reach = max(1, round(AROUND * max(own.shape)))
    doubtful = edges | ((own > UNSURE) & (own < 1 - UNSURE))
    faintly = (own > SURE) & (own < 1 - SURE)
    return around(doubtful | (faintly & around(doubtful, WIDELY * reach)), reach)


def _solved(light: Floats, own: Floats, band: NDArray[np.bool_], trust: float) -> Floats | None:
    """(rows, columns, 4): alpha as a function of light. None where nothing is uncertain."""
    if not band.any():
        return None
    margin = 8
    rows, columns = np.flatnonzero(band.any(1)), np.flatnonzero(band.any(0))
    part = (
        slice(max(0, int(rows[0]) - margin), int(rows[-1]) + margin + 1),
        slice(max(0, int(columns[0]) - margin), int(columns[-1]) + margin + 1),
    )
    with ThreadPoolExecutor(1) as beside:  # both take as long, each on one core
        preparing = beside.submit(Windows, light[part])
        by_colour = guess(light, own, band)
        windows = preparing.result()
    more = BY_COLOUR * by_colour.sure
    weight, wanted = np.ones_like(own), (own > 0.5).astype(np.float32)
    weight[band] = trust + more
    wanted[band] = (trust * own[band] + more * by_colour.alpha) / (trust + more)
    alpha = windows.solved(wanted[part], weight[part])
    alpha = np.where(band[part], np.clip(alpha, 0, 1), wanted[part]).astype(np.float32)
    lines = np.zeros((*own.shape, 4), np.float32)
    lines[part] = np.dstack(windows.lines(alpha))
    return lines
