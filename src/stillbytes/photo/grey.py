"""Grey pictures without any colour meaning, such as masks: PNG and TIFF in, PNG out."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray


def grey_png(pixels: NDArray[np.uint8]) -> bytes:
    """(height, width) uint8 as PNG."""
    from PIL import Image  # noqa: PLC0415 - only when a mask is written

    target = io.BytesIO()
    Image.fromarray(pixels).save(target, "png", compress_level=1)
    return target.getvalue()


def read_grey(content: bytes, most_pixels: int) -> NDArray[np.uint8]:
    """(height, width) uint8 of a PNG, TIFF or other picture, colours as their brightness.

    Raises ValueError for what is no picture, damaged, or larger than `most_pixels`.
    """
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415

    try:
        with Image.open(io.BytesIO(content)) as picture:
            width, height = picture.size
            if width * height > most_pixels:
                raise ValueError(f"it has {width} x {height} pixels, which is too much")
            if picture.mode in ("I;16", "I;16B", "I;16L", "I"):
                return (np.asarray(picture).astype(np.uint32) >> 8).clip(0, 255).astype(np.uint8)
            return np.array(picture.convert("L"), np.uint8)
    except UnidentifiedImageError as error:
        raise ValueError("it is no picture") from error
    except (OSError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise ValueError(str(error)) from error
