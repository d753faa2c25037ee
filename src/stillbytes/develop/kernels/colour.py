"""A pixel's colour on its way through the look stage, in whichever form the next operation asks for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import halide as hl
import numpy as np

from stillbytes.develop.colour import LMS_TO_OKLAB, REC2020_TO_LMS
from stillbytes.develop.kernels.functions import cube_root, exp2

Triple = list[Any]


def dot(weights: Any, rgb: Triple) -> Any:
    return hl.f32(weights[0]) * rgb[0] + hl.f32(weights[1]) * rgb[1] + hl.f32(weights[2]) * rgb[2]


class Colour:
    """Linear Rec.2020 and, when asked, Oklab of the same colour; conversions are made once.

    `ev` is log2 of luminance over middle grey in scene light. Brightening only adds to it: the gain is worked out and
    applied when an operation asks for `rgb`.
    """

    def __init__(
        self,
        rgb: Triple | None = None,
        lab: tuple[Any, Any, Any] | None = None,
        ev: Any = None,
        pending: Any = None,
        later: Callable[[], Triple] | None = None,
    ) -> None:
        self._rgb, self._lab, self.ev, self._pending, self._later = rgb, lab, ev, pending, later

    @cached_property
    def rgb(self) -> Triple:
        """Three expressions, linear Rec.2020."""
        if self._rgb is not None:
            if self._pending is None:
                return self._rgb
            gain = exp2(self._pending)
            return [c * gain for c in self._rgb]
        if self._later is not None:
            return self._later()
        assert self._lab is not None
        back = np.linalg.inv(LMS_TO_OKLAB)
        roots = [dot(row, list(self._lab)) for row in back]
        lms = [r * r * r for r in roots]
        return [dot(row, lms) for row in np.linalg.inv(REC2020_TO_LMS)]

    @cached_property
    def lab(self) -> tuple[Any, Any, Any]:
        """Oklab lightness 0..1, a and b of a colour in 0..1 (Ottosson 2020)."""
        if self._lab is not None:
            return self._lab
        lms = [cube_root(dot(row, self.rgb)) for row in REC2020_TO_LMS]
        lightness, a, b = (dot(row, lms) for row in LMS_TO_OKLAB)
        return lightness, a, b

    def of(self, rgb: Triple) -> Colour:
        return Colour(rgb)

    def of_later(self, rgb: Callable[[], Triple]) -> Colour:
        """What `rgb` gives, when somebody asks for it."""
        return Colour(later=rgb)

    def of_lab(self, lightness: Any, a: Any, b: Any) -> Colour:
        return Colour(lab=(lightness, a, b))

    def transformed(self, matrix: Any) -> Colour:
        """By a (3, 3) matrix given as nine uniforms row by row; brightness is taken to stay as it is."""
        rgb = self._rgb if self._rgb is not None else self.rgb
        r, g, b = rgb
        turned = [matrix[3 * i] * r + matrix[3 * i + 1] * g + matrix[3 * i + 2] * b for i in range(3)]
        return Colour(turned, ev=self.ev, pending=self._pending)

    def scaled(self, gains: Triple) -> Colour:
        """Each channel by its own gain; brightness is taken to stay as it is."""
        rgb = self._rgb if self._rgb is not None else self.rgb
        return Colour([c * gain for c, gain in zip(rgb, gains, strict=True)], ev=self.ev, pending=self._pending)

    def lit(self, rgb: Triple, ev: Any) -> Colour:
        """Another light, whose log2 of luminance over middle grey is `ev`."""
        return Colour(rgb, ev=ev)

    def brightened(self, ev: Any) -> Colour:
        """By `ev` stops, the same for all channels."""
        pending = ev if self._pending is None else self._pending + ev
        return Colour(self.rgb if self._rgb is None else self._rgb, ev=self.ev + ev, pending=pending)
