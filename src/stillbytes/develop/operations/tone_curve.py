"""Tone curves through points, for brightness and for each channel, in display values 0..255.

The brightness curve moves the largest and the smallest channel and keeps the third in its place between them, which
keeps the hue (the way of the DNG specification's ProfileToneCurve). Points are joined by a monotone cubic (Fritsch and
Carlson, "Monotone piecewise cubic interpolation", 1980).
Adjustments add what their curves differ by from a straight line.
Cost: five table look-ups per pixel, but none for a straight curve, and five more for each sixteen adjustments with
curves, fused into the look stage.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop.operation import Operation, Scene, Uniforms
from stillbytes.develop.parameter import STRAIGHT, Point, point_curve
from stillbytes.develop.settings import Settings
from stillbytes.develop.tables import ENTRIES, difference, table
from stillbytes.photo.spaces import SRGB_TRANSFER


class ToneCurve(Operation, stage="display", order=10, version=1, group="Tone curve", seldom=True):
    curve = point_curve(
        xmp="crs:ToneCurvePV2012", label="Curve", says="Tone curve of all channels together.", scope="both"
    )
    curve_red = point_curve(
        xmp="crs:ToneCurvePV2012Red", label="Red curve", says="Tone curve of the red channel.", scope="both"
    )
    curve_green = point_curve(
        xmp="crs:ToneCurvePV2012Green", label="Green curve", says="Tone curve of the green channel.", scope="both"
    )
    curve_blue = point_curve(
        xmp="crs:ToneCurvePV2012Blue", label="Blue curve", says="Tone curve of the blue channel.", scope="both"
    )

    def uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        return {p.name: tabled(cast("tuple[Point, ...]", settings.value(p.name))) for p in self.parameters}

    def switches(self, settings: Settings) -> Sequence[bool]:
        return [settings.value(p.name) != STRAIGHT for p in self.parameters]

    def local_lists(self, delta: Mapping[str, Any]) -> Mapping[str, NDArray[np.float32]]:
        none = np.empty((0, ENTRIES), np.float32)
        return {p.name: _added(delta[p.name])[None] if p.name in delta else none for p in self.parameters}

    def build(self, value: Any, u: Any, ctx: Any) -> Any:
        rgb = ctx.stored(value.rgb)

        def brightness(bend: Callable[[Any], Any]) -> Any:
            low, high = ctx.stored([ctx.smaller(*rgb), ctx.larger(*rgb)])
            return ctx.replaced(rgb, (low, high), (bend(low), bend(high)))

        def straight(c: Any) -> Any:
            return ctx.clamp(c, 0.0, 1.0)

        def bent(number: int, entries: Any, build: Callable[[Callable[[Any], Any]], Any]) -> Any:
            """`build` with a curve. Of a straight one nothing is looked up, unless adjustments may bend it."""
            on = u.switches[number]

            def through(c: Any) -> Any:
                exact = None if entries.tabled is None else (on == 0, ctx.sqrt(straight(c)))
                root = ctx.table(entries, c, exact)
                return root * root

            if entries.tabled is not None:
                return ctx.stored(build(through))
            return ctx.one_of(on, partial(build, through), partial(build, straight))

        rgb = bent(0, u.curve, brightness)
        channels = []
        for number, (entries, c) in enumerate(zip((u.curve_red, u.curve_green, u.curve_blue), rgb, strict=True), 1):
            channels += bent(number, entries, partial(lambda c, bend: [bend(c)], c))
        return value.of(channels)


@lru_cache(64)
def tabled(points: tuple[Point, ...]) -> NDArray[np.float32]:
    """The table of the square root of display light out, for display light in."""

    def root(light: NDArray[np.float64]) -> NDArray[np.float64]:
        if points == STRAIGHT:
            return np.sqrt(light)
        encoded = monotone_cubic(points, SRGB_TRANSFER.to_encoded(np.minimum(light, 1.0)) * 255) / 255
        return np.sqrt(SRGB_TRANSFER.to_linear(np.clip(encoded, 0, 1)))

    return table(root)


@lru_cache(64)
def _added(points: tuple[Point, ...]) -> NDArray[np.float32]:
    """What a curve differs by from a straight line, see `tables.difference`."""
    return difference(tabled(points), tabled(STRAIGHT))


def monotone_cubic(points: tuple[Point, ...], at: NDArray[np.float64]) -> NDArray[np.float64]:
    """The curve through `points` at the abscissae `at`; constant beyond the first and the last point."""
    x, y = np.array(points, np.float64).T
    width = np.diff(x)
    secant = np.diff(y) / width
    slope = np.empty_like(x)
    slope[0], slope[-1] = secant[0], secant[-1]
    # Inner slopes by the weighted harmonic mean of Fritsch and Butland (1984): zero at turning points, no overshoot.
    left, right = secant[:-1], secant[1:]
    w1, w2 = 2 * width[1:] + width[:-1], width[1:] + 2 * width[:-1]
    same = left * right > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        slope[1:-1] = np.where(same, (w1 + w2) / (w1 / left + w2 / right), 0.0)
    at = np.clip(at, x[0], x[-1])
    i = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(x) - 2)
    t = (at - x[i]) / width[i]
    h00, h10 = (1 + 2 * t) * (1 - t) ** 2, t * (1 - t) ** 2
    h01, h11 = t * t * (3 - 2 * t), t * t * (t - 1)
    joined = h00 * y[i] + h10 * width[i] * slope[i] + h01 * y[i + 1] + h11 * width[i] * slope[i + 1]
    return np.asarray(joined, np.float64)
