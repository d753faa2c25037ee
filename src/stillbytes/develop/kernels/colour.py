"""A pixel's colour on its way through the look stage, in whichever form the next operation asks for."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import halide as hl
import numpy as np

from stillbytes.develop.colour import LMS_TO_OKLAB, REC2020_LUMINANCE, REC2020_TO_LMS

Triple = list[Any]


def dot(weights: Any, rgb: Triple) -> Any:
    return hl.f32(weights[0]) * rgb[0] + hl.f32(weights[1]) * rgb[1] + hl.f32(weights[2]) * rgb[2]


def cube_root(v: Any) -> Any:
    """Cube root of v >= 0, relative error below 1e-6: a guess from the exponent's bits, then two steps of Halley."""
    bits = hl.reinterpret(hl.Int(32), v)
    guess = hl.reinterpret(hl.Float(32), hl.i32(hl.f32(bits) * (1.0 / 3.0)) + 709921077)
    for _ in range(2):
        cube = guess * guess * guess
        guess = guess * (cube + 2.0 * v) / (2.0 * cube + v + 1e-30)
    return guess


class Colour:
    """Linear Rec.2020 and, when asked, Oklab of the same colour; conversions are made once."""

    def __init__(self, rgb: Triple | None = None, lab: tuple[Any, Any, Any] | None = None) -> None:
        self._rgb, self._lab = rgb, lab

    @cached_property
    def rgb(self) -> Triple:
        """Three expressions, linear Rec.2020."""
        if self._rgb is not None:
            return self._rgb
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
        lms = [cube_root(hl.max(dot(row, self.rgb), 0.0)) for row in REC2020_TO_LMS]
        lightness, a, b = (dot(row, lms) for row in LMS_TO_OKLAB)
        return lightness, a, b

    @cached_property
    def ev(self) -> Any:
        """log2 of luminance over middle grey (0.18)."""
        return hl.fast_log(hl.max(dot(REC2020_LUMINANCE, self.rgb), 1e-6) / 0.18) * 1.44269504

    def of(self, rgb: Triple) -> Colour:
        return Colour(rgb)

    def of_lab(self, lightness: Any, a: Any, b: Any) -> Colour:
        return Colour(lab=(lightness, a, b))

    def scaled(self, gain: Any) -> Colour:
        return Colour([c * gain for c in self.rgb])

    def transformed(self, matrix: Any) -> Colour:
        """By a (3, 3) matrix given as nine uniforms row by row."""
        r, g, b = self.rgb
        return Colour([matrix[3 * i] * r + matrix[3 * i + 1] * g + matrix[3 * i + 2] * b for i in range(3)])

    def brightened(self, ev: Any) -> Colour:
        """By `ev` stops, the same for all channels."""
        brighter = self.scaled(hl.fast_exp(ev * 0.69314718))
        brighter.__dict__["ev"] = self.ev + ev
        return brighter
