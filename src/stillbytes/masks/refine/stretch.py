"""Parts of small pictures at the photo's size."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def stretched(
    small: NDArray[Any], place: tuple[slice, slice], whole: tuple[int, int], *, nearest: bool = False
) -> NDArray[Any]:
    """A part of a small picture that is stretched to (height, width), the same whatever other parts are asked for."""
    import cv2  # noqa: PLC0415 - loads only when a mask is looked for

    axes = [
        (np.arange(at.start, at.stop, dtype=np.float32) + np.float32(0.5)) * np.float32(have / want) - np.float32(0.5)
        for at, have, want in zip(place, small.shape, whole, strict=False)
    ]
    shape = (axes[0].size, axes[1].size)
    rows, columns = np.broadcast_to(axes[0][:, None], shape), np.broadcast_to(axes[1][None], shape)
    maps = np.ascontiguousarray(columns), np.ascontiguousarray(rows)
    how = cv2.INTER_NEAREST if nearest else cv2.INTER_LINEAR
    return np.asarray(cv2.remap(small, *maps, how, borderMode=cv2.BORDER_REPLICATE))
