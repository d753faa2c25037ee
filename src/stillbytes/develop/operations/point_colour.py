"""Point colour: hue, saturation and luminance of what has nearly one of a few sampled colours.

How near a colour is to a sample goes by hue, chroma and lightness in Oklab (Ottosson 2020), each with a smooth window
about the sample; greys have no hue to differ in. What several samples choose gets the sum of their changes.
Cost: about 40 operations per pixel and sample, only in kernels with the operations that are seldom needed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop.operation import Operation, Scene, Uniforms
from stillbytes.develop.parameter import point_colours
from stillbytes.develop.settings import Settings

NUMBERS = 15
TURN = 30.0
"""Degrees of hue at 100."""


class PointColour(Operation, stage="display", order=32, version=1, group="Colour mixer", seldom=True):
    point_colours = point_colours(
        xmp="crs:PointColors", label="Point colour", says="Changes what has nearly a sampled colour.", scope="both"
    )

    def uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        return {}

    def lists(self, settings: Settings) -> Mapping[str, NDArray[np.float32]]:
        return {"points": _numbers(settings.value("point_colours"))}

    def local_lists(self, delta: Mapping[str, Any]) -> Mapping[str, NDArray[np.float32]]:
        return {"points": _numbers(delta.get("point_colours", ()))}

    def build(self, value: Any, u: Any, ctx: Any) -> Any:
        lightness, a, b = ctx.stored(value.lab)
        (chroma,) = ctx.stored([ctx.sqrt(a * a + b * b)])
        scale = ctx.inverse(chroma + 1e-4)

        along, over = ctx.stored([a * scale, b * scale])

        def window(away: Any) -> Any:
            """Half of a smooth step: 1/2 near by, 0 beyond one and a half times the distance where it is 1/4."""
            away = ctx.clamp(away, 0.5, 1.5)
            rest = 1.5 - away
            return rest * rest * away

        def changed(thing: Any) -> tuple[Any, list[Any]]:
            (cosine, sine, begin, own, per_chroma, light, per_light, grey, hued, turn, saturation, luminance, variance,
             mean_a, mean_b) = (u.points.numbers[i, thing] for i in range(NUMBERS))  # fmt: skip
            near = grey + hued * ctx.smoothstep(begin + along * cosine + over * sine)
            near = near * window(ctx.absolute(chroma - own) * per_chroma)
            near = near * window(ctx.absolute(lightness - light) * per_light)
            return near, [turn, saturation, luminance, variance, mean_a, mean_b]

        turn, saturation, luminance, spread, mean_a, mean_b = u.points.sums(changed)
        sine, cosine = ctx.sine_cosine(turn)
        gain = ctx.larger(ctx.select(saturation > 0.0, 1.0 + saturation * 1.2, 1.0 + saturation), 0.0)
        a, b = a + (a * spread - mean_a), b + (b * spread - mean_b)
        lifted = ctx.clamp(lightness * ctx.exp2(luminance * 0.6), 0.0, 1.0)
        return value.of_lab(*ctx.stored([lifted, (a * cosine - b * sine) * gain, (a * sine + b * cosine) * gain]))


def _numbers(points: Any) -> NDArray[np.float32]:
    """(points, NUMBERS): where each sample is, how far its windows reach, and what it changes."""
    rows = []
    for one in points:
        lightness, a, b = one["colour"]
        chroma, reach = math.hypot(a, b), 0.3 + 1.4 * one["range"] / 100  # 1 at the usual range
        hue = math.atan2(b, a)
        # Half the width of each window, where a colour is chosen by half.
        angle, wide, light = math.radians(28 * reach), (0.03 + 0.5 * chroma) * reach, 0.28 * reach
        hued = min(chroma / 0.05, 1.0)  # the hue of a grey is noise
        per_hue = 1 / (1 - math.cos(angle))
        changes = (one["hue"] / 100 * TURN / 360, *(one[n] / 100 for n in ("saturation", "luminance", "variance")))
        mean = one["variance"] / 100 * chroma
        # 1 - cosine of the angle between both hues, in units of the window, taken from 1.5. Four times what has the
        # hue, as both other windows are half as high.
        along, over = math.cos(hue), math.sin(hue)
        rows.append((along * per_hue, over * per_hue, 1.5 - per_hue, chroma, 1 / wide, lightness, 1 / light,
                     4 * (1 - hued), 4 * hued, *changes, mean * along, mean * over))  # fmt: skip
    return np.array(rows, np.float32).reshape(-1, NUMBERS)
