"""View transform: scene light to display light, one asymptotic curve for all pictures.

A log-logistic curve (Naka and Rushton 1966, as used for film-like rendering) with a straight toe, fixed by middle grey
and the scene value that becomes display white, applied per channel; then the middle channel is placed where it stood
between the other two, which keeps the hue. The linear profile clips instead, for measuring and copying.
Cost: three table look-ups per pixel, fused into the look stage.
"""

from __future__ import annotations

import math
from collections.abc import Callable
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
    "soft": (1.3, 0.02, 0.195),
    "vivid": (1.85, 0.03, 0.2),
}
"""Profile -> (power, toe, display light of middle grey); slopes at grey in log-log 1.18, 1.04 and 1.32."""


class View(Operation, stage="view", order=10, version=1, group="Profile"):
    profile = choice(
        "standard",
        ("standard", "soft", "vivid", "linear"),
        xmp="sb:Profile",
        says="The curve from scene light to the picture; linear shows the light as measured and clips.",
    )

    def uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        chosen = str(settings.value("profile"))
        if chosen == "standard" and not scene.raw:
            chosen = "linear"  # a rendered file has its curve already
        return {"curve": _curve(*CURVES.get(chosen, CURVES["standard"])), "linear": float(chosen == "linear")}

    def active(self, settings: Settings) -> bool:
        return True

    def build(self, value: Any, u: Any, ctx: Any) -> Any:
        light = ctx.stored([ctx.larger(c, 0.0) for c in value.rgb])

        def bend(c: Any) -> Any:
            root = ctx.table(u.curve, c)
            return root * root

        bent = [bend(c) for c in light]
        ends, bent_ends = ((ctx.smaller(*rgb), ctx.larger(*rgb)) for rgb in (light, bent))
        # The smallest and the largest keep their place on the curve; the middle one moves most of the way to its own.
        own = ctx.replaced(light, ends, bent_ends)
        placed = [ctx.mix(b, o, 0.7) for b, o in zip(bent, own, strict=True)]
        out = [ctx.select(u.linear > 0.5, ctx.smaller(c, 1.0), p) for c, p in zip(light, placed, strict=True)]
        return value.of(out)


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
