"""Point colours as Adobe's programs keep them: nineteen numbers for each, and its variance in a list beside.

The sample as hue (sixths of a turn), saturation and value of linear ProPhoto RGB; the changes and the range as parts of
1; then four borders each of hue, saturation and luminance, which are written as these programs first set them and not
read. What nothing was chosen for is nineteen times -1. As sidecars that others described have them; no file of ours was
opened in Lightroom yet.
"""

from __future__ import annotations

import colorsys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from stillbytes.develop import point_colour
from stillbytes.develop.difference import linear_of_oklab, oklab_of_linear
from stillbytes.photo.spaces import SRGB_TRANSFER

NUMBERS = 19
ABOUT = (-0.73, -0.18, 0.18, 0.73)
"""Where the borders of saturation and luminance stand about the sample."""


def write(points: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[str]]:
    """The colours and their variances."""
    colours, variances = [], []
    for one in points:
        rgb = np.clip(linear_of_oklab(np.array(one["colour"]), "prophoto"), 0, 1)
        hue, saturation, value = colorsys.rgb_to_hsv(*(float(v) for v in rgb))
        tone = float(SRGB_TRANSFER.to_encoded(np.array(value)))
        borders = [min(max(middle + d, 0.0), 1.0) for middle in (saturation, tone) for d in ABOUT]
        changes = [one[name] / 100 for name in ("hue", "saturation", "luminance", "range")]
        numbers = [hue * 6, saturation, value, *changes, 0.0, 1 / 3, 2 / 3, 1.0, *borders]
        colours.append(", ".join(f"{number:.6f}" for number in numbers))
        variances.append(f"{one['variance'] / 100:.6f}")
    return colours, variances


def read(colours: Sequence[Any], variances: Sequence[Any]) -> tuple[Mapping[str, Any], ...]:
    """Raises ValueError for what is none, InvalidSetting for more of them than there may be."""
    found = []
    for i, text in enumerate(colours):
        numbers = [float(part) for part in str(text).split(",")]
        if len(numbers) != NUMBERS or not np.isfinite(numbers).all():
            raise ValueError(f"{len(numbers)} numbers")
        if numbers[0] < 0:
            continue
        hue, saturation, value = numbers[:3]
        rgb = np.array(colorsys.hsv_to_rgb(hue / 6, min(saturation, 1.0), min(max(value, 0.0), 1.0)))
        colour = tuple(round(float(v), 6) for v in oklab_of_linear(rgb, "prophoto"))
        changes = dict(zip(("hue", "saturation", "luminance", "range"), numbers[3:7], strict=True))
        variance = float(variances[i]) if i < len(variances) else 0.0
        given = changes | {"variance": variance if abs(variance) <= 1 else 0.0}
        found.append({"colour": colour} | {name: _clamped(name, 100 * v) for name, v in given.items()})
    return point_colour.canonical(found)


def _clamped(name: str, value: float) -> float:
    _, least, most = point_colour.FIELDS[name]
    return round(min(max(value, least), most), 4)
