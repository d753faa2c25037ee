"""View transform: scene light to display light, one asymptotic curve for all pictures.

A log-logistic curve (Naka and Rushton 1966, as used for film-like rendering) fixed by middle grey, its slope there and
the scene value that becomes display white, applied per channel; then the middle channel is placed where it stood
between the other two, which keeps the hue. The linear profile clips instead, for measuring and copying.
Cost: three table look-ups per pixel, fused into the look stage.
"""

from __future__ import annotations

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

CURVES: dict[str, tuple[float, float]] = {"standard": (1.25, 0.195), "soft": (1.08, 0.19), "vivid": (1.45, 0.195)}
"""Profile -> (slope at grey in log-log, display light of middle grey)."""


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
        low, high = ctx.smaller(*light), ctx.larger(*light)
        bent_low, bent_high = ctx.smaller(*bent), ctx.larger(*bent)
        stretch = (bent_high - bent_low) * ctx.inverse(ctx.larger(high - low, 1e-9))
        # The smallest and the largest keep their place on the curve; the middle one moves most of the way to its own.
        placed = [ctx.mix(b, bent_low + (c - low) * stretch, 0.7) for c, b in zip(light, bent, strict=True)]
        out = [ctx.select(u.linear > 0.5, ctx.smaller(c, 1.0), p) for c, p in zip(light, placed, strict=True)]
        return value.of(out)


@cache
def _curve(slope: float, grey: float) -> NDArray[np.float32]:
    """The table of the square root of display light, for scene light."""
    power, white, half = log_logistic(slope, grey)

    def root(light: NDArray[np.float64]) -> NDArray[np.float64]:
        raised = light**power
        return np.sqrt(np.minimum(white * raised / (raised + half), 1.0))

    return table(root)


def log_logistic(slope: float, grey: float) -> tuple[float, float, float]:
    """Power p, white W and half-point E of f(x) = W x^p / (x^p + E).

    Solved for f(GREY) = grey, slope of log f against log x at GREY = slope, and f(GREY * 2**WHITE_EV) = 1.
    """
    power = slope
    for _ in range(60):  # a contraction: the white depends on the power only weakly
        ratio = 2.0 ** (WHITE_EV * power)
        # With s = x^p / GREY^p: f = W s / (s + e); f(1) = grey, f(ratio) = 1 give e and W.
        e = (1 - grey) / (grey - 1 / ratio)
        white = grey * (1 + e)
        power = slope * (1 + e) / e
    return float(power), float(white), float(e * np.power(GREY, power))
