"""A look in part, or more of it."""

from __future__ import annotations

from typing import cast

from stillbytes.core.errors import InvalidSetting
from stillbytes.core.saying import said
from stillbytes.develop import parameters
from stillbytes.develop.camera import WhitePoint
from stillbytes.develop.parameter import Point
from stillbytes.develop.settings import Settings
from stillbytes.generate.look.dials import LOOK, without_look

MOST = 1.5


def blended(settings: Settings, amount: float, as_shot: WhitePoint, table: bool = False) -> Settings:
    """The settings with `amount` of their look: 0 is none, 1 all, up to 1.5; within the sliders' ranges. table: whether
    their look-up table is part of it.

    Less than all of black and white is colour with less saturation. Raises InvalidSetting for another amount.

    >>> blended(Settings(exposure=1.0, crop_left=0.1), 0.5, WhitePoint(6500, 10))
    Settings(exposure=0.5, crop_left=0.1)
    """
    if not 0 <= amount <= MOST:
        raise InvalidSetting(
            said("A look cannot be blended by {amount:g}.", amount=amount), said("Use 0 to {most:g}.", most=MOST)
        )
    if amount == 0:
        return without_look(settings, table)
    if amount == 1:
        return settings
    changed: dict[str, object] = {}
    if table and "lut" in settings:
        changed["lut_amount"] = parameters()["lut_amount"].clamped(settings.number("lut_amount") * amount)
    for name in settings:
        if name not in LOOK or name.endswith("_hue"):  # a wheel's hue stays, its saturation fades
            continue
        parameter, value = parameters()[name], settings[name]
        if parameter.kind == "curve":
            points = cast("tuple[Point, ...]", value)
            changed[name] = [(x, min(max(round(x + (y - x) * amount), 0), 255)) for x, y in points]
        elif isinstance(value, float):
            changed[name] = parameter.clamped(_scaled(name, value, amount, as_shot))
    if settings.value("black_and_white") and amount < 1:
        mixed = {name.replace("grey_", "luminance_"): v for name, v in changed.items() if name.startswith("grey_")}
        changed |= dict.fromkeys((name for name in settings if name.startswith("grey_")), None)
        changed |= mixed | {"black_and_white": None, "saturation": round(-100 * amount)}
    return settings.changed(**changed)


def _scaled(name: str, value: float, amount: float, as_shot: WhitePoint) -> float:
    """The temperature goes in mired, of which equal steps look alike."""
    parameter = parameters()[name]
    if name == "temperature":
        start, end = 1e6 / as_shot.temperature, 1e6 / value
        kelvin = 1e6 / max(start + (end - start) * amount, 1.0)
        return float(round(kelvin / parameter.step) * parameter.step)
    default = as_shot.tint if name == "tint" else parameter.default
    start = default if isinstance(default, float) else 0.0
    return round(start + (value - start) * amount, parameter.decimals)
