"""The process that looks at pictures: `python -m stillbytes.library.hints.reader`, one photo for each request.

It reads the preview that a file holds as the decoding processes do, and gives way to everything else.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.library.hints import edges as edged
from stillbytes.library.hints.hint import Tones
from stillbytes.library.likeness import descriptor
from stillbytes.photo.worker import serving

SMALL = 320
"""Long edge of the thumbnail that is made on the way."""
WHITE = 252
"""Codes from which on a channel has no detail, since JPEG files rarely reach 255 everywhere."""
Bytes = NDArray[np.uint8]


def look(path: Path) -> tuple[dict[str, Any], list[NDArray[Any]]]:
    """What is seen: fields in JSON's types; softness of the edges by tile, the picture, and a thumbnail as a JPEG.

    Raises UnreadablePhoto, and anything for damaged files.
    """
    import cv2  # noqa: PLC0415 - only here
    from PIL import Image  # noqa: PLC0415

    from stillbytes.photo.worker import previews  # noqa: PLC0415 - heavy

    pixels = np.ascontiguousarray(previews.shown(path, edged.LONG_EDGE, 1))
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    found = edged.edges(grey)
    tones = _tones(pixels, grey)
    thumbnail = previews.encoded(np.asarray(previews.smaller(Image.fromarray(pixels), SMALL)))[0]
    fields = {
        "softness": found.softness,
        "noise": found.noise,
        "clipped": tones.clipped,
        "bright": tones.bright,
        "hash": descriptor.hashed(grey),
        "descriptor": descriptor.described(pixels).hex(),
    }
    return fields, [found.soft, pixels, np.frombuffer(thumbnail, np.uint8)]


def _tones(pixels: Bytes, grey: NDArray[np.float32]) -> Tones:
    import cv2  # noqa: PLC0415

    clipped = float((cv2.min(cv2.min(pixels[..., 0], pixels[..., 1]), pixels[..., 2]) >= WHITE).mean())
    return Tones(clipped, float(np.quantile(grey[::4, ::4], 0.98)) / 255)


def _look(request: dict[str, Any]) -> serving.Reply:
    return look(Path(request["path"]))


if __name__ == "__main__":
    with contextlib.suppress(AttributeError, OSError):  # Windows has none
        os.nice(10)
    serving.main({"look": _look})
