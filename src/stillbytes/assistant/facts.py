"""What a language model is told about a photo: numbers and short facts, never anybody's free text.

Names of files and cameras, titles, captions and keywords are left out: whoever wrote them could write instructions.
What a photo is of, as `subjects` finds it in them, is told in words of our own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.assistant.light import pixels_of
from stillbytes.develop import parameters
from stillbytes.develop.adjustment import Adjustment
from stillbytes.develop.settings import Settings
from stillbytes.edit.history import History
from stillbytes.edit.photo import Photo
from stillbytes.masks.kinds import kinds

EDGE = 256
OF_REGIONS = ("median", "clipped_%", "black_%", "warmth")
"""What a model is told of each region: all of it would be most of what it has to read anew for each photo."""


def facts(photo: Photo, settings: Settings) -> dict[str, Any]:
    """The photo as it is developed now. Raises UnreadablePhoto."""
    pixels = pixels_of(photo, settings, EDGE)
    white = photo.pipeline.white_balance(settings)
    return {
        "taken": taken(photo),
        "white": {"temperature": round(white.temperature), "tint": round(white.tint)},
        "light": statistics(pixels),
        "settings": {name: value for name, value in settings.items() if isinstance(value, float | bool)},
        "masks": [{"of": kind(one), "moves": sorted(one.delta)} for one in settings.adjustments],
    }


def kind(adjustment: Adjustment) -> str:
    """Of its mask; never its name."""
    parts = adjustment.mask.get("components") or [{}]
    named = str((parts[0].get("kind") or {}).get("kind", ""))
    return named if named in kinds() else "mask"


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
    """(height, width, 3) uint8 sRGB -> lightness, clipping and colour, of all, of three bands from top to bottom and of
    three from left to right.
    """
    named = {"all": _of(pixels)}
    for names, axis in ((("top", "middle", "bottom"), 0), (("left", "centre", "right"), 1)):
        named |= dict(zip(names, map(_of, np.array_split(pixels, 3, axis)), strict=True))
    return named


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


def last_change(history: History) -> dict[str, Any]:
    """The sliders that the last step moved, from and to. Not its name, which may be anybody's words."""
    if history.position < 1:
        return {}
    before, now = history.settings_at(history.position - 1), history.settings
    return {
        name: [before.value(name), now.value(name)]
        for name in parameters()
        if before.value(name) != now.value(name) and isinstance(now.value(name), float | bool)
    }


def written(told: Mapping[str, Any]) -> str:
    """The facts in few words: a language model reads them anew for every photo."""
    lines = [_pairs("taken", told.get("taken", {})), _pairs("white point", told.get("white", {}))]
    if named := told.get("subjects"):
        lines.append(f"of: {', '.join(named)}")
    if light := told.get("light", {}):
        whole = light["all"]
        lines.append(_pairs("light in per cent", {name.rstrip("%_"): _percent(name, whole[name]) for name in whole}))
        lines.append(f"of its regions: {' '.join(name.rstrip('%_') for name in OF_REGIONS)}")
        for region in [region for region in light if region != "all"]:
            lines.append(f"{region} {' '.join(_percent(name, light[region][name]) for name in OF_REGIONS)}")
    lines += [_pairs("settings", told.get("settings", {})), _pairs("last change", told.get("last_change", {}))]
    masks = [f"{one['of']} {' '.join(one['moves'])}" for one in told.get("masks", ())]
    lines.append(f"masks: {'; '.join(masks)}" if masks else "")
    return "\n".join(line for line in lines if line)


def _pairs(what: str, held: Mapping[str, Any]) -> str:
    return f"{what}: " + ", ".join(f"{name} {_short(value)}" for name, value in held.items()) if held else ""


def _short(value: Any) -> str:
    if isinstance(value, list):
        return " to ".join(map(_short, value))
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _percent(name: str, value: float) -> str:
    return f"{value if name in ('clipped_%', 'black_%') else 100 * value:.0f}"
