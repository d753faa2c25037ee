"""Calibration: the camera's primaries turned and strengthened, and the tint of its shadows.

A primary is moved about the white in CIE 1931 xy: its hue turns its direction, its saturation changes its distance. The
matrix that shows the light of moved primaries keeps white and greys; it is part of the camera's own matrix, and the
shadows' tint part of colour grading's, so that both cost nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop.colour import REC2020_TO_XYZ
from stillbytes.develop.operation import Operation, Scene, Uniforms
from stillbytes.develop.parameter import Parameter, parameter
from stillbytes.develop.settings import Settings
from stillbytes.photo.spaces import SPACES, ColourSpace

TURN = 30.0
"""Degrees that a primary turns at 100."""
REACH = 0.6
"""Part of its distance from white that a primary gains at 100 and loses at -100."""
HUES = {
    "red": ("#d9488f", "#d9483b", "#d98a3b"),
    "green": ("#c8c83b", "#55a84a", "#3fb3a0"),
    "blue": ("#3fa0c8", "#4a5ed0", "#8a4ad0"),
}
GREYS = ("#808080", "#d9483b"), ("#808080", "#55a84a"), ("#808080", "#4a5ed0")


def _sliders() -> dict[str, Parameter]:
    found = {
        "calibration_shadow_tint": parameter(
            0.0, -100, 100, xmp="crs:ShadowTint", label="Shadow tint", gradient=("#4fa35a", "#c9c9c9", "#b558a8"),
            says="Green or magenta in the shadows.",
        )
    }  # fmt: skip
    for (primary, gradient), grey in zip(HUES.items(), GREYS, strict=True):
        name = primary.capitalize()
        found[f"calibration_{primary}_hue"] = parameter(
            0.0, -100, 100, xmp=f"crs:{name}Hue", label=f"{name} primary hue", gradient=gradient,
            says=f"Hue of the camera's {primary} primary.",
        )  # fmt: skip
        found[f"calibration_{primary}_saturation"] = parameter(
            0.0, -100, 100, xmp=f"crs:{name}Saturation", label=f"{name} primary saturation", gradient=grey,
            says=f"Strength of the camera's {primary} primary.",
        )  # fmt: skip
    return found


class Calibration(Operation, stage="geometry", order=90, version=1, group="Calibration"):
    locals().update(_sliders())

    def uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        return {}


def matrix(settings: Settings) -> NDArray[np.float64] | None:
    """(3, 3) on linear Rec.2020; None where nothing is calibrated."""
    names = [(f"calibration_{p}_hue", f"calibration_{p}_saturation") for p in HUES]
    if not any(name in settings for pair in names for name in pair):
        return None
    rec2020 = SPACES["rec2020"]
    white = np.array(rec2020.white)
    moved = []
    for (hue, saturation), primary in zip(names, rec2020.primaries, strict=True):
        # Positive turns towards the right end of the slider: red to orange, green to cyan, blue to purple.
        angle = np.deg2rad(settings.number(hue) / 100 * TURN)
        away = (np.array(primary) - white) * (1 + REACH * settings.number(saturation) / 100)
        turned = white + np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ away
        moved.append((float(turned[0]), max(float(turned[1]), 0.01)))
    red, green, blue = moved
    space = ColourSpace("", "", (red, green, blue), rec2020.white, rec2020.transfer)
    return np.asarray(np.linalg.inv(REC2020_TO_XYZ) @ space.to_xyz)


def shadow_shift(settings: Settings) -> tuple[float, float]:
    """What the tint of the shadows adds to Oklab's a and b there."""
    amount = settings.number("calibration_shadow_tint") / 100 * 0.05
    return amount * 0.85, -amount * 0.53  # towards magenta, whose opposite is green
