"""Pictures to and from engines: whether an answer is one at all, and the codes between the 256 that it came in."""

from __future__ import annotations

import io

import cv2
import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import EngineError
from stillbytes.core.geometry import Size
from stillbytes.core.saying import said

Floats = NDArray[np.float32]

BLACK = 3
"""Codes of 255 up to which a picture is black all over."""
LIT = 16
"""A picture whose mean is above this was not meant to come back black."""
FLAT = 1.0
"""Spread in codes below which a picture shows nothing."""
REACH = 12
"""Pixels on every side over which a slope of one code is smoothed."""


class UnusableAnswer(EngineError):
    """An engine that answered with something that cannot become a patch."""


def png(pixels: NDArray[np.uint8]) -> bytes:
    """(height, width, 3) as an engine takes it."""
    from PIL import Image  # noqa: PLC0415 - with the first picture

    kept = io.BytesIO()
    Image.fromarray(pixels).save(kept, "PNG", compress_level=1)
    return kept.getvalue()


def picture(content: bytes, size: Size, what: str) -> NDArray[np.uint8]:
    """(height, width, 3) uint8 of an encoded picture, which has to be of that size. what: who sent it, for people.

    Raises UnusableAnswer for anything else.
    """
    from PIL import Image  # noqa: PLC0415 - with the first answer

    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP")) as opened:
            if opened.size != (size.width, size.height):  # before anything is decoded
                raise UnusableAnswer(
                    said(
                        "{what} gave back {got_width} x {got_height} pixels where {width} x {height} were asked for.",
                        what=what,
                        got_width=opened.size[0],
                        got_height=opened.size[1],
                        width=size.width,
                        height=size.height,
                    ),
                    "Does a node of the workflow scale the picture? The photo is as it was.",
                )
            return np.asarray(opened.convert("RGB"), np.uint8)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnusableAnswer(
            said("{what} did not give back a picture ({why}).", what=what, why=str(error)), "Try again."
        ) from error


def checked(answer: NDArray[np.floating], asked: NDArray[np.uint8], what: str) -> Floats:
    """answer: (height, width, 3) codes 0..255. asked: what went in. Returns codes 0..1.

    Raises UnusableAnswer for another shape, values that are no numbers, and pictures that are black or empty although
    what went in was not.
    """
    if answer.shape != asked.shape:
        raise UnusableAnswer(
            said(
                "{what} answered with the shape {shape} where {asked} belongs.",
                what=what,
                shape=answer.shape,
                asked=asked.shape,
            ),
            "Is it the right file?",
        )
    if not np.isfinite(answer).all():
        raise UnusableAnswer(said("{what} answered with values that are no numbers.", what=what), _PRECISION)
    codes = np.clip(np.asarray(answer, np.float32), 0, 255)
    if codes.max() <= BLACK and asked.mean() > LIT:
        raise UnusableAnswer(said("{what} answered with a black picture.", what=what), _PRECISION)
    if codes.std() < FLAT and asked.std() > 4 * FLAT:
        raise UnusableAnswer(said("{what} answered with an empty picture.", what=what), _PRECISION)
    return np.asarray(codes / np.float32(255), np.float32)


_PRECISION = said(
    "As a rule 16 bits were too few for it: start ComfyUI with --fp32-vae, or choose another precision or model. "
    "The photo is as it was."
)


def smoothed(codes: Floats) -> Floats:
    """Slopes of whole codes, as 8 bits leave them in skies, become even; whatever is steeper stays to the last bit.

    codes: (height, width, 3) 0..1 in steps of 1/255.
    """
    kernel = np.ones((2 * REACH + 1, 2 * REACH + 1), np.uint8)
    span = cv2.dilate(codes, kernel) - cv2.erode(codes, kernel)
    even = span <= np.float32(2.5 / 255)
    blurred = cv2.blur(cv2.blur(codes, (2 * REACH + 1,) * 2), (2 * REACH + 1,) * 2)
    # Not further than the rounding that made the steps.
    near = np.clip(blurred, codes - np.float32(0.75 / 255), codes + np.float32(0.75 / 255))
    return np.where(even, near, codes).astype(np.float32)
