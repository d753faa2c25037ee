"""Which white balance is in effect: as shot, automatic, a preset or the user's own."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop.camera import Camera, WhitePoint
from stillbytes.develop.operations.white_balance import PRESETS
from stillbytes.develop.settings import Settings


def effective(settings: Settings, as_shot: WhitePoint, automatic: Callable[[], WhitePoint]) -> WhitePoint:
    """Temperature and tint of these settings. A temperature or tint of the user's own stands above the mode.

    automatic: finds the automatic white; only called when the mode asks for it.
    """
    mode = str(settings.value("white_balance"))
    if mode == "auto":
        start = automatic()
    elif mode in PRESETS:
        start = WhitePoint(*PRESETS[mode])
    else:
        start = as_shot
    temperature, tint = settings.value("temperature"), settings.value("tint")
    return WhitePoint(
        float(temperature) if isinstance(temperature, float) else start.temperature,
        float(tint) if isinstance(tint, float) else start.tint,
    )


def automatic(overview: NDArray[np.float32], camera: Camera) -> WhitePoint:
    """A white balance from the picture: grey edge of first order, robust to large coloured areas.

    J. van de Weijer, T. Gevers, A. Gijsenij, "Edge-based color constancy", IEEE TIP 16(9), 2007. The estimate is
    pulled halfway towards the camera's own, which is right more often than not.
    overview: (3, rows, columns) white-balanced camera RGB.
    """
    planes = overview.astype(np.float64)
    usable = np.all(planes < np.array(camera.gains)[:, None, None] * 0.9, axis=0) & (planes.min(axis=0) > 1e-4)
    inner = usable[1:-1, 1:-1]
    if np.count_nonzero(inner) < 100:
        return camera.as_shot
    slope_x, slope_y = planes[:, 1:-1, 2:] - planes[:, 1:-1, :-2], planes[:, 2:, 1:-1] - planes[:, :-2, 1:-1]
    strength = np.hypot(slope_x, slope_y)[:, inner]
    edge = np.mean(strength**5, axis=1) ** (1 / 5)
    if edge.min() <= 0:
        return camera.as_shot
    colour = np.sqrt(edge / edge.mean())
    return camera.white_of_balanced(colour)
