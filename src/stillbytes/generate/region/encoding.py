"""The proxy encoding: scene-linear light as a picture that an image model understands, and back without loss.

A model has seen photographs in sRGB: medium grey in the middle, nothing clipped. So the region's white and exposure are
taken out, its colours are put into the narrowest common RGB space that holds them, and a curve that is linear near
black and logarithmic above gives every stop its share. All of it is undone on the way back.

>>> light = np.full((4, 4, 3), 0.02, np.float32)
>>> encoding = ProxyEncoding.of(light)
>>> bool(np.allclose(encoding.decode(encoding.encode(light)), light, rtol=1e-5))
True
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import InvalidSetting
from stillbytes.develop.colour import REC2020_LUMINANCE, between

Floats = NDArray[np.float32]
Matrix = NDArray[np.float64]

GREY = 0.18
GREY_CODE = 0.46
"""Where grey lies in the picture: at its place in sRGB."""
LEAST_WHITE = GREY * 2**4
"""The brightest light that always fits: four stops above grey."""
HEADROOM = 1.5
"""What a model adds may be brighter than all that it was shown."""
BLACK_CODE = 1 / 64
"""Room below black: noise, and colours a little outside of the space."""
SPACES = ("srgb", "display-p3", "rec2020")
OUTSIDE = 0.002
"""Part of the pixels that may lie outside of the space."""
DARKEST = 1e-5
MOST_EV = 10.0
"""The region's exposure is taken out as far as that."""


@dataclass(frozen=True, slots=True)
class ProxyEncoding:
    """matrix: scene-linear Rec.2020 -> linear RGB of `space`, white-balanced and exposed so that grey is 0.18.

    white: the light, so exposed, that becomes 1. bend: of the curve, see `encode`.
    """

    matrix: tuple[tuple[float, float, float], ...]
    white: float
    bend: float
    space: str = "srgb"

    @classmethod
    def of(
        cls, light: Floats, known: NDArray[np.bool_] | None = None, balance: NDArray[np.floating] | None = None
    ) -> ProxyEncoding:
        """For a region. light: (height, width, 3) scene-linear Rec.2020. known: (height, width), the pixels that count.

        balance: (3, 3), what makes the photo's white neutral in scene-linear Rec.2020; None when it is already.
        """
        pixels = light.reshape(-1, 3) if known is None else light[known]
        if not len(pixels):
            pixels = np.full((1, 3), GREY, np.float32)
        balanced = pixels.astype(np.float64) @ (np.eye(3) if balance is None else np.asarray(balance, np.float64)).T
        luminance = np.maximum(balanced @ REC2020_LUMINANCE, DARKEST)
        exposure = float(np.clip(np.log2(GREY) - np.log2(luminance).mean(), -MOST_EV, MOST_EV))
        exposed = balanced * 2.0**exposure
        space, inside = _space(exposed)
        brightest = float(np.quantile(exposed @ inside.T, 0.9995)) * HEADROOM
        white = max(LEAST_WHITE, brightest)
        matrix = inside @ (np.eye(3) if balance is None else np.asarray(balance, np.float64)) * 2.0**exposure
        return cls(tuple(tuple(float(v) for v in row) for row in matrix), white, _bend(white), space)  # type: ignore[misc]

    def encode(self, light: Floats) -> Floats:
        """(height, width, 3) scene-linear -> 0..1 for what fits; the code of light x is BLACK_CODE + (1 - BLACK_CODE)
        ln(1 + bend x) / ln(1 + bend white), odd about x = 0."""
        linear = light.astype(np.float32) @ np.asarray(self.matrix, np.float32).T
        bend = np.float32(self.bend)
        share = np.copysign(np.log1p(bend * np.abs(linear)), linear) / np.float32(np.log1p(self.bend * self.white))
        return np.asarray(np.float32(BLACK_CODE) + np.float32(1 - BLACK_CODE) * share, np.float32)

    def decode(self, coded: Floats) -> Floats:
        """The inverse of `encode`."""
        share = (coded.astype(np.float32) - np.float32(BLACK_CODE)) / np.float32(1 - BLACK_CODE)
        log = share * np.float32(np.log1p(self.bend * self.white))
        linear = np.copysign(np.expm1(np.abs(log)), log) / np.float32(self.bend)
        return np.asarray(linear @ np.linalg.inv(np.asarray(self.matrix, np.float64)).T.astype(np.float32), np.float32)

    def to_json(self) -> dict[str, Any]:
        """For the recipe of a patch."""
        return {"space": self.space, "white": self.white, "bend": self.bend, "matrix": [list(r) for r in self.matrix]}

    @classmethod
    def of_json(cls, told: Mapping[str, Any]) -> ProxyEncoding:
        """Raises InvalidSetting for anything that `to_json` did not make."""
        try:
            matrix = np.asarray(told["matrix"], np.float64).reshape(3, 3)
            white, bend, space = float(told["white"]), float(told["bend"]), str(told["space"])
            usable = np.isfinite(matrix).all() and abs(np.linalg.det(matrix)) > 1e-12 and white > 0 and bend > 0
            if not usable or not np.isfinite([white, bend]).all() or space not in SPACES:
                raise ValueError
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidSetting("The encoding of a patch cannot be read.", "Make the patch again.") from error
        return cls(tuple(tuple(float(v) for v in row) for row in matrix), white, bend, space)  # type: ignore[misc]


def _space(exposed: NDArray[np.float64]) -> tuple[str, Matrix]:
    """The narrowest space that holds nearly all of the pixels, and the matrix to it from Rec.2020."""
    for name in SPACES:
        matrix = np.eye(3) if name == "rec2020" else between("rec2020", name)
        least = (exposed @ matrix.T).min(axis=1)
        if (least < -1e-3).mean() <= OUTSIDE:
            break
    return name, matrix


def _bend(white: float) -> float:
    """That brings grey to its code, by halving intervals: the code of grey grows with the bend."""
    wanted = (GREY_CODE - BLACK_CODE) / (1 - BLACK_CODE)
    low, high = -8.0, 16.0
    for _ in range(60):
        middle = (low + high) / 2
        bend = float(np.exp(middle))
        if np.log1p(bend * GREY) / np.log1p(bend * white) < wanted:
            low = middle
        else:
            high = middle
    return float(np.exp((low + high) / 2))


def dithered(codes: Floats, bits: int = 8, seed: int = 0) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """Codes 0..1 as whole numbers of 8 or 16 bits, with triangular noise before rounding, so that areas keep their
    mean."""
    full = (1 << bits) - 1
    random = np.random.default_rng(seed)
    noise = random.random(codes.shape, np.float32) - random.random(codes.shape, np.float32)
    whole = np.clip(np.rint(codes * np.float32(full) + noise), 0, full)
    return whole.astype(np.uint8) if bits == 8 else whole.astype(np.uint16)
