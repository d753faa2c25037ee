"""What a language model is told about a photo: numbers and short facts, never anybody's free text.

Names of files and cameras, titles, captions and keywords are left out: whoever wrote them could write instructions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop.settings import Settings
from stillbytes.edit.photo import Photo

EDGE = 256


def facts(photo: Photo, settings: Settings) -> dict[str, Any]:
    """The photo as it is developed now. Raises UnreadablePhoto."""
    pixels = photo.edit(settings).render(size=EDGE)
    white = photo.pipeline.white_balance(settings)
    return {
        "taken": taken(photo),
        "white": {"temperature": round(white.temperature), "tint": round(white.tint)},
        "light": statistics(np.asarray(pixels)),
        "settings": {name: value for name, value in settings.items() if isinstance(value, float | bool)},
        "masks": [sorted(one.delta) for one in settings.adjustments],
    }


def taken(photo: Photo) -> dict[str, Any]:
    """How it was taken."""
    known = photo.metadata
    told = {
        "iso": known.iso,
        "aperture": known.aperture,
        "seconds": known.exposure_time,
        "focal_length": known.focal_length_35 or known.focal_length,
    }
    return {name: value for name, value in told.items() if value}


def statistics(pixels: NDArray[np.uint8]) -> Mapping[str, Any]:
    """(height, width, 3) uint8 sRGB -> lightness, clipping and colour, of all and of three bands from top to bottom."""
    rows = np.array_split(pixels, 3)
    return {"all": _of(pixels), **dict(zip(("top", "middle", "bottom"), map(_of, rows), strict=True))}


def _of(pixels: NDArray[np.uint8]) -> dict[str, float]:
    values = pixels.reshape(-1, 3).astype(np.float32) / 255
    light = values @ np.array((0.2126, 0.7152, 0.0722), np.float32)
    spread = values.max(1) - values.min(1)
    red, _, blue = values.mean(0)
    return {
        "dark_10%": round(float(np.quantile(light, 0.1)), 2),
        "median": round(float(np.median(light)), 2),
        "bright_90%": round(float(np.quantile(light, 0.9)), 2),
        "clipped_%": round(100 * float((values.max(1) >= 1).mean()), 1),
        "black_%": round(100 * float((values.max(1) <= 0).mean()), 1),
        "colour": round(float(spread.mean()), 2),
        "warmth": round(float(red - blue), 2),
    }
