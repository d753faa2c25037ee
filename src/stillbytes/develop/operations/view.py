"""View transform: scene light to display light, one asymptotic curve for all pictures.

A log-logistic curve (Naka and Rushton 1966, as used for film-like rendering) with a straight toe, fixed by middle grey
and the scene value that becomes display white, applied per channel; then the middle channel is placed where it stood
between the other two, which keeps the hue. The linear profile clips instead, for measuring and copying.
Cost: three table look-ups per pixel, fused into the look stage.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop.operation import Operation, Scene, Uniforms
from stillbytes.develop.parameter import choice
from stillbytes.develop.settings import Settings
from stillbytes.develop.tables import table

GREY = 0.18
WHITE_EV = 3.6
"""Scene light that becomes display white, above middle grey."""

CURVES: dict[str, tuple[float, float, float]] = {
    "standard": (1.55, 0.02, 0.2),
    "neutral": (1.4, 0.02, 0.195),
    "soft": (1.3, 0.02, 0.195),
    "vivid": (1.85, 0.03, 0.2),
    "flat": (1.12, 0.015, 0.2),
    "portrait": (1.45, 0.02, 0.205),
    "monochrome": (1.6, 0.02, 0.2),
}
"""Profile -> (power, toe, display light of middle grey)."""

LUMINANCE = np.array([0.2627, 0.6780, 0.0593])
"""Of linear Rec.2020 (ITU-R BT.2020)."""


def _paler(red: float, green: float, blue: float) -> NDArray[np.float64]:
    """(3, 3) that keeps luminance and so much of each channel's distance from it."""
    keep = np.diag([red, green, blue])
    found = keep + (1 - np.diag(keep))[:, None] * LUMINANCE
    return np.asarray(found)


COLOURS: dict[str, NDArray[np.float64]] = {
    "neutral": _paler(0.92, 0.92, 0.92),
    "flat": _paler(0.82, 0.82, 0.82),
    # Reds, and so skin, calmer than the rest.
    "portrait": _paler(0.88, 0.95, 0.95),
    # As a film that sees blue a little darker than the eye: skies keep their tone.
    "monochrome": np.tile([0.3, 0.62, 0.08], (3, 1)),
}
"""Profile -> matrix on display light, linear Rec.2020, that keeps greys; where it is none, colours stay as they are."""


class View(Operation, stage="view", order=10, version=1, group="Profile"):
    profile = choice(
        "standard",
        ("standard", "neutral", "vivid", "flat", "portrait", "monochrome", "soft", "linear"),
        xmp="sb:Profile",
        says="The curve from scene light to the picture and its colour; linear shows the light as measured and clips.",
    )

    def uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        chosen = str(settings.value("profile"))
        if chosen == "standard" and not scene.raw:
            chosen = "linear"  # a rendered file has its curve already
        return {
            "curve": _curve(*CURVES.get(chosen, CURVES["standard"])),
            "linear": float(chosen == "linear"),
            "colour": COLOURS.get(chosen, np.eye(3)).astype(np.float32).ravel(),
        }

    def active(self, settings: Settings) -> bool:
        return True

    def build(self, value: Any, u: Any, ctx: Any) -> Any:
        ctx.light = light = ctx.stored([ctx.larger(c, 0.0) for c in value.rgb])
        return value.of_later(lambda: shown(light, u, ctx, KEPT))


KEPT = 0.7
"""Of the way that the middle channel goes to its own place on the curve."""


def shown(light: Sequence[Any], u: Any, ctx: Any, kept: Any) -> list[Any]:
    """Display light of scene light, which is `stored`."""

    def bend(c: Any) -> Any:
        root = ctx.table(u.curve, c)
        return root * root

    bent = [bend(c) for c in light]
    ends, bent_ends = ((ctx.smaller(*rgb), ctx.larger(*rgb)) for rgb in (light, bent))
    # The smallest and the largest keep their place on the curve; the middle one moves most of the way to its own.
    own = ctx.replaced(light, ends, bent_ends)
    placed = [ctx.mix(b, o, kept) for b, o in zip(bent, own, strict=True)]
    placed = [sum(u.colour[3 * i + k] * placed[k] for k in range(3)) for i in range(3)]
    return [ctx.select(u.linear > 0.5, ctx.smaller(c, 1.0), p) for c, p in zip(light, placed, strict=True)]


@cache
def _curve(power: float, toe: float, grey: float) -> NDArray[np.float32]:
    """The table of the square root of display light, for scene light."""
    bend = log_logistic(power, toe, grey)
    return table(lambda light: np.sqrt(np.minimum(bend(light), 1.0)))


def log_logistic(power: float, toe: float, grey: float) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """f(x) = k (F(x + toe) - F(toe)) of F(x) = x^power / (x^power + E), with f(GREY) = grey and f(GREY 2^WHITE_EV) = 1.

    Far below the toe f is a straight line through zero, which keeps the deepest shadows apart where a power would
    crush them.
    """
    white = GREY * 2.0**WHITE_EV

    def raised(x: Any, half: float) -> Any:
        return (x + toe) ** power / ((x + toe) ** power + half) - toe**power / (toe**power + half)

    low, high = 1e-6, 1e3
    for _ in range(100):  # bisection: the larger E, the less the highlights are compressed
        half = math.sqrt(low * high)
        low, high = (low, half) if raised(white, half) > raised(GREY, half) / grey else (half, high)
    return lambda light: raised(light, half) * (grey / raised(GREY, half))
