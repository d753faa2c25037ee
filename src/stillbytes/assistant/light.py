"""The light of a developed picture in numbers, as suggestions, explanations and checks are derived from them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop.frame import Output
from stillbytes.develop.settings import Settings
from stillbytes.edit.automatic.level import tilt
from stillbytes.edit.automatic.meter import LUMA
from stillbytes.edit.photo import Photo

EDGE = 512
QUANTILES = (0.01, 0.05, 0.1, 0.5, 0.9, 0.95, 0.99)
NEARLY_GREY = 0.16
"""Spread of red, green and blue up to which a place counts as one that might be grey."""
LEAST_GREY = 0.05
"""Share of a picture that must be nearly grey, to say anything of a cast."""


@dataclass(frozen=True, slots=True)
class Light:
    """All of 0..1, encoded as the screen shows it. at: quantile -> brightness. clipped, black: shares of the picture.

    colour: mean spread of red, green and blue. warmth: red minus blue of what is nearly grey, green: green minus the
    others' mean there; 0 where too little is nearly grey. top, bottom: median of the upper and lower third. tilt:
    degrees that it is turned clockwise, None where its lines do not tell.
    """

    at: dict[float, float]
    clipped: float
    black: float
    colour: float
    warmth: float
    green: float
    top: float
    bottom: float
    tilt: float | None
    pixels: NDArray[np.uint8] = field(repr=False, compare=False)

    @property
    def reach(self) -> float:
        """Between the darkest and the brightest twentieth."""
        return self.at[0.95] - self.at[0.05]


def light(photo: Photo, settings: Settings, edge: int = EDGE) -> Light:
    """Of the photo as it is developed now, without masks that were not looked for yet. Raises UnreadablePhoto."""
    return measured(pixels_of(photo, settings, edge))


def pixels_of(photo: Photo, settings: Settings, edge: int = EDGE) -> NDArray[np.uint8]:
    """(height, width, 3) uint8 sRGB, long edge at most `edge`."""
    pipeline = photo.pipeline
    scale = min(1.0, edge / pipeline.developed_size(settings).long_edge)
    return np.asarray(pipeline.render(settings, scale, None, Output("srgb", "uint8")).pixels, np.uint8)


def measured(pixels: NDArray[np.uint8]) -> Light:
    """(height, width, 3) uint8 sRGB."""
    values = pixels.astype(np.float32) / np.float32(255)
    bright = (values @ LUMA).astype(np.float32)
    highest, lowest = values.max(-1), values.min(-1)
    warmth, green = _cast(values, bright, np.asarray(highest - lowest, np.float32))
    rows = [rows for rows in np.array_split(bright, 3) if rows.size]
    turned = tilt(np.rint(bright * 255).astype(np.uint8))
    return Light(
        at={q: float(v) for q, v in zip(QUANTILES, np.quantile(bright, QUANTILES), strict=True)},
        clipped=float((highest >= 1).mean()),
        black=float((highest <= 0).mean()),
        colour=float((highest - lowest).mean()),
        warmth=warmth,
        green=green,
        top=float(np.median(rows[0])),
        bottom=float(np.median(rows[-1])),
        tilt=None if turned is None else round(turned, 1),
        pixels=pixels,
    )


def _cast(values: NDArray[np.float32], bright: NDArray[np.float32], spread: NDArray[np.float32]) -> tuple[float, float]:
    maybe = (bright > 0.15) & (bright < 0.95) & (spread < NEARLY_GREY)
    if maybe.mean() < LEAST_GREY:
        return 0.0, 0.0
    limit = np.quantile(spread[maybe], 0.5)
    red, green, blue = values[maybe & (spread <= limit)].mean(0)
    return float(red - blue), float(green - (red + blue) / 2)
