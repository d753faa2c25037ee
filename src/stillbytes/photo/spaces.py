"""The RGB colour spaces that a picture can be delivered in, each declared once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Chromaticity = tuple[float, float]
D65: Chromaticity = (0.3127, 0.3290)
D50: Chromaticity = (0.3457, 0.3585)


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer function in the form of ICC parametric curve type 3 (ICC.1:2022, 10.18).

    encoded -> linear: ((a * v + b) ** gamma if v >= d else c * v), v in 0..1.
    """

    gamma: float
    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 0.0

    def to_linear(self, encoded: NDArray[np.floating]) -> NDArray[np.float64]:
        """encoded: any shape, 0..1. Returns linear light, 0..1."""
        v = np.asarray(encoded, np.float64)
        return np.where(v >= self.d, np.maximum(self.a * v + self.b, 0) ** self.gamma, self.c * v)

    def to_encoded(self, linear: NDArray[np.floating]) -> NDArray[np.float64]:
        """linear: any shape, 0..1. Returns encoded values, 0..1."""
        v = np.asarray(linear, np.float64)
        bend = (self.a * self.d + self.b) ** self.gamma
        straight = v / self.c if self.c else np.zeros_like(v)
        return np.where(v >= bend, (np.maximum(v, 0) ** (1 / self.gamma) - self.b) / self.a, straight)


SRGB_TRANSFER = Transfer(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)  # IEC 61966-2-1
ADOBE_TRANSFER = Transfer(563 / 256)  # Adobe RGB (1998) Color Image Encoding, 4.3.1.2
REC709_TRANSFER = Transfer(1 / 0.45, 1 / 1.099, 0.099 / 1.099, 1 / 4.5, 0.081)  # ITU-R BT.2020-2, table 4 (10 bit)
ROMM_TRANSFER = Transfer(1.8, 1.0, 0.0, 1 / 16, 0.031248)  # ISO 22028-2


@dataclass(frozen=True, slots=True)
class ColourSpace:
    """An RGB space: chromaticities of its primaries and white (CIE 1931 xy) and its transfer function."""

    name: str
    label: str
    primaries: tuple[Chromaticity, Chromaticity, Chromaticity]
    white: Chromaticity
    transfer: Transfer

    @property
    def to_xyz(self) -> NDArray[np.float64]:
        """(3, 3) matrix from linear RGB to CIE XYZ relative to the space's own white (Y of white is 1)."""
        columns = np.array([[x / y, 1.0, (1 - x - y) / y] for x, y in self.primaries]).T
        x, y = self.white
        return columns * np.linalg.solve(columns, np.array([x / y, 1.0, (1 - x - y) / y]))


_REC2020 = ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046))

SPACES: dict[str, ColourSpace] = {
    space.name: space
    for space in (
        ColourSpace("srgb", "sRGB", ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)), D65, SRGB_TRANSFER),
        ColourSpace("display-p3", "Display P3", ((0.68, 0.32), (0.265, 0.69), (0.15, 0.06)), D65, SRGB_TRANSFER),
        ColourSpace("adobe-rgb", "Adobe RGB (1998)", ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06)), D65, ADOBE_TRANSFER),
        ColourSpace("rec2020", "Rec. 2020", _REC2020, D65, REC709_TRANSFER),
        ColourSpace(
            "prophoto", "ProPhoto RGB", ((0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001)), D50, ROMM_TRANSFER
        ),
    )
}
