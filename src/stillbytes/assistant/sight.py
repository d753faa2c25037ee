"""The photo as a vision-language model sees it: how large a picture its context affords, and the picture."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from stillbytes.develop.settings import Settings
from stillbytes.edit.photo import Photo
from stillbytes.engines.llama.client import Properties
from stillbytes.engines.llama.talk import Image
from stillbytes.photo.output.encode import preview_jpeg

Look = Callable[[int], Image]
"""The picture with a long edge of so many pixels."""
BESIDE = 3200
"""Tokens that the words take: instructions, the photo's facts, the request and the answer."""
LEAST, MOST = 128, 1024
"""Tokens of a picture: with fewer nothing is recognised; more are not needed for light and colours."""
CELL = 28
"""Pixels on each side that become one token in the common vision towers (14 by 14, joined in fours)."""
LARGEST = 1024


def edge(properties: Properties | None) -> int:
    """Pixels of the long edge of a 3:2 picture that fits beside the words; 0 where none does, or where the model has no
    eyes.
    """
    if properties is None or not properties.vision:
        return 0
    tokens = min(MOST, properties.context - BESIDE)
    if tokens < LEAST:
        return 0
    return min(LARGEST, int(math.sqrt(tokens * CELL * CELL * 3 / 2)) // CELL * CELL)


def look(photo: Photo, settings: Settings) -> Look:
    """At the photo as it is developed now, without the names and texts of its file."""

    def at(size: int) -> Image:
        pixels = np.asarray(photo.edit(settings).render(size=size))
        return Image(preview_jpeg(pixels, space="srgb"))

    return at
