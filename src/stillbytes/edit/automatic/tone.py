"""Tone as a first guess: brightness by the key of the scene, then each part of the histogram near its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from stillbytes.develop import parameters
from stillbytes.develop.parameter import Value
from stillbytes.develop.settings import Settings
from stillbytes.edit.automatic.meter import Floats, Meter

MIDDLE = 0.42
"""Mean code, 0..1, of a picture of an ordinary scene."""
BY_KEY = 0.16
"""How much lighter a scene of the lightest key is kept than an ordinary one, and a dark one darker."""
CLIPPED, MOST_CLIPPED = 0.965, 0.04
"""Code from which light counts as lost, and the part of a picture that exposure may raise to it."""
STEPS = 6
"""Halvings of a slider's range: finer than the eye sees."""


def exposure(meter: Meter, settings: Settings) -> Mapping[str, Value]:
    """What brings the mean to that of the scene's key, without burning more than is."""
    weights, target = meter.weights(settings), MIDDLE + BY_KEY * key(meter, settings)

    def luma(value: float) -> Floats:
        return meter.luma(settings.changed(exposure=value))

    def clipped(value: float) -> float:
        return float((luma(value) >= CLIPPED).mean())

    value = _crossing(lambda v: float((luma(v) * weights).sum()) - target, -3.0, 4.0)
    most = max(MOST_CLIPPED, 1.3 * clipped(0.0))
    if value > 0 and clipped(value) > most:
        # Highlights can be brought back by their own slider: half of what the mean asks for is worth more than they.
        value = max(0.5 * value, _crossing(lambda v: clipped(v) - most, 0.0, value))
    return {"exposure": round(_gentle(value), 2)}


def key(meter: Meter, settings: Settings) -> float:
    """Whether most of the scene is nearer to its lightest part (0..0.6) or to its darkest (-0.6..0).

    E. Reinhard, "Parameter estimation for photographic tone reproduction", Journal of Graphics Tools 7(1), 2002. It
    does not depend on how the photo was exposed.
    """
    light = meter.luminance(settings)
    ev = np.log2(np.maximum(light, max(float(light.mean()), 1e-6) * 2.0**-9))
    low, high = np.percentile(ev, [1, 99])
    return float(np.clip((2 * ev.mean() - low - high) / max(high - low, 1e-3), -0.6, 0.6))


def highlights(meter: Meter, settings: Settings) -> Mapping[str, Value]:
    """Brought back where much of the picture is near white; never raised."""
    return _to(meter, settings, "highlights", 96, 0.88, -90, 0)


def shadows(meter: Meter, settings: Settings) -> Mapping[str, Value]:
    """Opened where much of the picture is near black; never closed."""
    return _to(meter, settings, "shadows", 12, 0.16, 0, 75, part=0.8)


def whites(meter: Meter, settings: Settings) -> Mapping[str, Value]:
    return _to(meter, settings, "whites", 99.6, 0.975, -50, 40, part=0.8)


def blacks(meter: Meter, settings: Settings) -> Mapping[str, Value]:
    return _to(meter, settings, "blacks", 0.4, 0.02, -40, 40, part=0.8)


def vibrance(meter: Meter, settings: Settings) -> Mapping[str, Value]:
    """A little for pictures of little colour."""
    if settings.value("black_and_white"):
        return {"vibrance": None}
    picture = meter.picture(settings)
    chroma = float((picture.max(-1) - picture.min(-1)).mean())
    return {"vibrance": float(np.clip(round((0.28 - chroma) * 80), 0, 20))}


def _to(
    meter: Meter, settings: Settings, name: str, percent: float, code: float, low: float, high: float, part: float = 1.0
) -> Mapping[str, Value]:
    """`part` of the way of a slider between `low` and `high` at which that percentile of the picture has that code."""

    def off(value: float) -> float:
        return float(np.percentile(meter.luma(settings.changed(**{name: value})), percent)) - code

    if (low == 0 and off(low) >= 0) or (high == 0 and off(high) <= 0):
        return {name: 0.0}
    value = part * _crossing(off, low, high)
    return {name: parameters()[name].clamped(round(value))}


def _gentle(ev: float) -> float:
    """All of a small change and less of a large one: who took the photo meant some of it."""
    return float(np.sign(ev) * min(abs(ev), 1.0) * 0.9 + np.sign(ev) * max(abs(ev) - 1.0, 0.0) * 0.65)


def _crossing(rising: Callable[[float], float], low: float, high: float) -> float:
    """Where a rising function crosses zero, or the end that is nearer to it."""
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if rising(middle) > 0 else (middle, high)
    return (low + high) / 2
