"""Texture: contrast of detail between the finest, where noise is, and the middle-sized, which clarity has.

The detail is the difference of two edge-aware bases of log luminance, a narrow and a wide one, so an edge gets no halo
whichever way the slider goes. Each is a bilateral filter (Tomasi, Manduchi, "Bilateral filtering for gray and color
images", ICCV 1998), across and then down, with Tukey's biweight over brightness. Radii are in full-resolution pixels.
Cost: two passes of 25 and 5 taps, about 8 ms per megapixel on one AVX2 core, once per view; then two multiplications
per pixel.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop.operation import Operation, Scene, Uniforms
from stillbytes.develop.parameter import parameter
from stillbytes.develop.settings import Settings

WIDE, NARROW = 5.0, 0.8
"""Standard deviations of both bases in full-resolution pixels."""
REACH = {"wide": 12, "narrow": 2}
"""Half the support of each, pixels."""
APART = 1.2
"""EV between things that have nothing to do with each other."""


class Texture(Operation, stage="detail", order=20, version=1, group="Presence", seldom=True):
    texture = parameter(
        0.0, -100, 100, xmp="crs:Texture", says="Contrast of small detail; negative smooths it, as of skin.",
        scope="both",
    )  # fmt: skip

    def build(self, value: Any, u: Any, ctx: Any) -> Any:
        return value.brightened(u.texture * ctx.select(u.texture > 0.0, 0.011, 0.0085) * ctx.prepared)

    def prepare_uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        return {
            "wide": _taps(WIDE * scene.scale, REACH["wide"]),
            "narrow": _taps(NARROW * scene.scale, REACH["narrow"]),
            "floor": scene.dark,
        }

    def prepare(self, u: Any, ctx: Any) -> Any:
        """The detail in EV, less of what is strong."""
        x, y = ctx.x, ctx.y
        ev = ctx.stage("ev", lambda x, y: ctx.log2(ctx.larger(ctx.luminance_at(x, y), 0.0) + u.floor))

        def mean(own: Any, pairs: list[tuple[Any, Any, Any]]) -> Any:
            """own: EV here. pairs: (weight by distance, EV there, value there)."""
            total, weights = 0.0, 0.0
            for weight, there, value in pairs:
                apart = (there - own) * (1 / APART)
                near = ctx.larger(1.0 - apart * apart, 0.0)
                total, weights = total + weight * near * near * value, weights + weight * near * near
            return total * ctx.inverse(weights)

        def base(name: str) -> Any:
            taps, reach = getattr(u, name), range(-REACH[name], REACH[name] + 1)
            across = ctx.stage(
                f"{name}_across",
                lambda x, y: mean(ev[x, y], [(taps[abs(i)], ev[x + i, y], ev[x + i, y]) for i in reach]),
            )
            return mean(ev[x, y], [(taps[abs(i)], ev[x, y + i], across[x, y + i]) for i in reach])

        detail = base("narrow") - base("wide")
        return detail * ctx.inverse(1.0 + 0.9 * ctx.absolute(detail))


def _taps(sigma: float, reach: int) -> NDArray[np.float32]:
    """(reach + 1,): a Gaussian's weights at 0, 1, ... pixels."""
    return np.exp(-0.5 * (np.arange(reach + 1) / max(sigma, 1e-3)) ** 2).astype(np.float32)
