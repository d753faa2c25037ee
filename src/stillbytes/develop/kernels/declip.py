"""Light as it would be had noise not been cut off at black."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import halide as hl

from stillbytes.develop.kernels.kernel import Kernel, image, planar
from stillbytes.develop.kernels.layout import LANES


def declip() -> Kernel:
    """Planes in, the same and what `develop.declipping` adds to their light, see there; of one pixel out of the same
    pixel, so that it may be done in place. `added` (entry, plane); `first` and `step` of each plane."""
    source = image(hl.Float(32), 3, "source")
    added = image(hl.Float(32), 2, "added")
    first, step = image(hl.Float(32), 1, "first"), image(hl.Float(32), 1, "step")
    x, y, c = hl.Var("x"), hl.Var("y"), hl.Var("c")
    light: Any = source[x, y, c]
    last = added.dim(0).extent() - 1
    place = hl.clamp((light - first[c]) / step[c], 0.0, hl.f32(last))
    entry = hl.min(hl.i32(place), last - 1)
    low, high = added[entry, c], added[entry + 1, c]
    out = hl.Func("declip")
    out[x, y, c] = light + low + (high - low) * (place - hl.f32(entry))
    out.bound(c, 0, 3).parallel(y).vectorize(x, LANES, hl.TailStrategy.GuardWithIf)
    planar(out)
    return Kernel("declip", out, (source, added, first, step))


KERNELS: tuple[Callable[[], Kernel], ...] = (declip,)
