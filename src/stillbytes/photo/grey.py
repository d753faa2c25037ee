"""Grey pictures without any colour meaning, such as masks: PNG and TIFF in and out, with 8 or 16 bits."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8] | NDArray[np.uint16]


def grey_png(pixels: Grey) -> bytes:
    """(height, width) uint8 or uint16 as PNG."""
    from PIL import Image  # noqa: PLC0415 - only when a mask is written

    target = io.BytesIO()
    Image.fromarray(pixels).save(target, "png", compress_level=1)
    return target.getvalue()


def grey_tiff(pixels: Grey) -> bytes:
    """(height, width) uint8 or uint16 as TIFF, deflated."""
    from PIL import Image  # noqa: PLC0415

    target = io.BytesIO()
    Image.fromarray(pixels).save(target, "tiff", compression="tiff_adobe_deflate")
    return target.getvalue()


WRITERS: Mapping[str, Callable[[Grey], bytes]] = {"png": grey_png, "tif": grey_tiff, "tiff": grey_tiff}
"""By format, as files' names end."""


def read_grey(content: bytes, most_pixels: int) -> Grey:
    """(height, width) uint8 of a PNG, TIFF or other picture, colours as their brightness; uint16 where a grey one has
    more than eight bits. Floating-point values are taken as 0..1.

    Raises ValueError for what is no picture, damaged, or larger than `most_pixels`, before any pixel is unpacked.
    """
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415

    try:
        with Image.open(io.BytesIO(content)) as picture:
            width, height = picture.size
            if width * height > most_pixels:
                raise ValueError(f"it has {width} x {height} pixels, which is too much")
            if picture.mode.startswith("I"):
                return np.array(np.asarray(picture).clip(0, 65535), np.uint16)
            if picture.mode == "F":
                values = np.nan_to_num(np.asarray(picture), posinf=1.0, neginf=0.0).clip(0, 1)
                return np.array(np.rint(values * 65535), np.uint16)
            return np.array(picture.convert("L"), np.uint8)
    except UnidentifiedImageError as error:
        raise ValueError("it is no picture") from error
    except (OSError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise ValueError(str(error)) from error
