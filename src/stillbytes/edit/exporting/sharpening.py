"""Output sharpening: against the softness of resizing, of a screen, or of ink that spreads in paper.

Unsharp masking of luma at the size of the file; how far it may go beyond its neighbourhood is limited, so that edges
get no white lines. Radii grow with the spread of the medium: a pixel of screens is sharp, matte paper spreads most.
Cost: about 25 ms per megapixel on one core.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.edit.automatic.meter import LUMA

RADIUS = {"screen": 0.6, "glossy": 0.9, "matte": 1.2}
"""Standard deviation of the blur in pixels."""
AMOUNT = {"low": 0.5, "standard": 0.9, "high": 1.4}
LIMIT = 0.12
"""Of the range 0..1 that a pixel may become lighter or darker."""
ROWS = 512


def sharpened(picture: NDArray[Any], medium: str, strength: str) -> NDArray[Any]:
    """picture: (height, width, 3) uint8, uint16 or float32 0..1, encoded. Returns the same kind."""
    import cv2  # noqa: PLC0415 - heavy

    radius, amount = RADIUS[medium], AMOUNT[strength]
    around = int(np.ceil(4 * radius)) + 1
    top = np.iinfo(picture.dtype).max if picture.dtype.kind == "u" else 1
    out = np.empty_like(picture)
    for first in range(0, len(picture), ROWS):
        last = min(first + ROWS, len(picture))
        above, below = max(first - around, 0), min(last + around, len(picture))
        luma = picture[above:below].astype(np.float32) @ (LUMA / np.float32(top))
        detail = luma - cv2.GaussianBlur(
            luma, (2 * around + 1, 2 * around + 1), radius, borderType=cv2.BORDER_REFLECT_101
        )
        change = (LIMIT * np.tanh(amount / LIMIT * detail))[first - above : last - above, :, None]
        part = picture[first:last].astype(np.float32) + change * np.float32(top)
        np.clip(part, 0, top, out=part)
        out[first:last] = np.rint(part) if picture.dtype.kind == "u" else part
    return out
