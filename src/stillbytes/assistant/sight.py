"""The photo as a vision-language model sees it: how large a picture its context affords, and the picture."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from stillbytes.develop.settings import Settings
from stillbytes.edit.photo import Photo
from stillbytes.engines.llama import sight
from stillbytes.engines.llama.client import Properties
from stillbytes.engines.llama.talk import Image
from stillbytes.photo.output.encode import preview_jpeg

Look = Callable[[int], Image]
"""The picture with a long edge of so many pixels."""
BESIDE = 3200
"""Tokens that the words take: instructions, the photo's facts, the request and the answer."""


def edge(properties: Properties | None) -> int:
    """Pixels of the long edge of a picture beside the words; 0 for none."""
    return sight.edge(properties, BESIDE)


def look(photo: Photo, settings: Settings) -> Look:
    """At the photo as it is developed now, without the names and texts of its file."""

    def at(size: int) -> Image:
        pixels = np.asarray(photo.edit(settings).render(size=size))
        return Image(preview_jpeg(pixels, space="srgb"))

    return at
