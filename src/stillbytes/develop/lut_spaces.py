"""The encodings in which look-up tables take their colours and give them back.

Of a display's encoding the table is applied to the finished picture, and gives the same encoding back. Of a camera's
logarithmic one it is applied to the light of the scene, in the place of the view transform, and what it gives is taken
as a picture for a screen, encoded as sRGB: such tables are made to show a camera's recordings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop.colour import REC2020_TO_XYZ, adaptation
from stillbytes.photo.spaces import D65, SPACES, SRGB_TRANSFER, Chromaticity, ColourSpace, Transfer

Floats = NDArray[np.float64]
_REC2020 = SPACES["rec2020"].primaries
_REC709 = SPACES["srgb"].primaries
SCENE_SCALE = 1 / 16
"""Of scene light before it is looked up in a table of `develop.tables`, which ends at 4: as far as 8.5 EV over middle
grey, where logarithmic encodings end."""


@dataclass(frozen=True)
class LutSpace:
    """An encoding: its gamut, and codes for light. scene: whether the light is that of the scene, middle grey 0.18.

    transfer: of what the table gives back. source: where the formula is from.
    """

    label: str
    primaries: tuple[Chromaticity, Chromaticity, Chromaticity]
    encode: Callable[[Floats], Floats]
    transfer: Transfer
    scene: bool = False
    white: Chromaticity = D65
    source: str = ""

    @cached_property
    def space(self) -> ColourSpace:
        """That of what the table gives back."""
        return SPACES["srgb"] if self.scene else ColourSpace("", "", self.primaries, self.white, self.transfer)

    @cached_property
    def from_rec2020(self) -> Floats:
        """(3, 3): linear Rec.2020 -> linear light in the gamut of what the table takes."""
        own = ColourSpace("", "", self.primaries, self.white, self.transfer)
        return np.asarray(np.linalg.inv(own.to_xyz) @ adaptation(D65, self.white) @ REC2020_TO_XYZ)

    @cached_property
    def to_rec2020(self) -> Floats:
        """(3, 3): linear light of what the table gives -> linear Rec.2020."""
        return np.asarray(np.linalg.inv(REC2020_TO_XYZ) @ adaptation(self.space.white, D65) @ self.space.to_xyz)


def _display(name: str) -> LutSpace:
    space = SPACES[name]
    return LutSpace(space.label, space.primaries, space.transfer.to_encoded, space.transfer, white=space.white)


def _logarithm(scale: float, inside: float, add: float, offset: float, cut: float, slope: float, below: float,
               logarithm: Callable[[Floats], Floats] = np.log10) -> Callable[[Floats], Floats]:  # fmt: skip
    """scale log(inside x + add) + offset from `cut` on, slope x + below under it."""

    def encode(light: Floats) -> Floats:
        bent = scale * logarithm(np.maximum(inside * light + add, 1e-12)) + offset
        return np.where(light >= cut, bent, slope * light + below)

    return encode


def _nikon(light: Floats) -> Floats:
    root = 650 * np.cbrt(np.maximum(light + 0.0075, 0))
    return np.where(light < 0.328, root, 150 * np.log(np.maximum(light, 1e-9)) + 619) / 1023


def _apple(light: Floats) -> Floats:
    bent = 0.08550479 * np.log2(np.maximum(light + 0.00964052, 1e-9)) + 0.69336945
    return np.where(light >= 0.01, bent, 47.28711236 * np.maximum(light + 0.05641088, 0) ** 2)


def _scene(label: str, primaries: tuple[Chromaticity, Chromaticity, Chromaticity],
           encode: Callable[[Floats], Floats], source: str, white: Chromaticity = D65) -> LutSpace:  # fmt: skip
    return LutSpace(label, primaries, encode, SRGB_TRANSFER, scene=True, white=white, source=source)


_SLOG3 = _logarithm(261.5 / 1023, 1 / 0.19, 0.01 / 0.19, 420 / 1023, 0.01125,
                    (171.2102946929 - 95) / 0.01125 / 1023, 95 / 1023)  # fmt: skip
_SONY = 'Sony, "Technical Summary for S-Gamut3.Cine/S-Log3 and S-Gamut3/S-Log3", 2014'
_GAMMA24 = Transfer(2.4)

LUT_SPACES: dict[str, LutSpace] = {
    "srgb": _display("srgb"),
    "rec709": LutSpace("Rec.709, gamma 2.4", _REC709, _GAMMA24.to_encoded, _GAMMA24, source="ITU-R BT.1886, 2011"),
    "display-p3": _display("display-p3"),
    "adobe-rgb": _display("adobe-rgb"),
    "prophoto": _display("prophoto"),
    "linear": LutSpace("Linear sRGB", _REC709, lambda light: light, Transfer(1.0)),
    "acescct": _scene(
        "ACEScct", ((0.713, 0.293), (0.165, 0.830), (0.128, 0.044)),
        _logarithm(1 / 17.52, 1, 0, 9.72 / 17.52, 0.0078125, 10.5402377416545, 0.0729055341958355, np.log2),
        "Academy, S-2016-001", (0.32168, 0.33767),
    ),
    "logc3": _scene(
        "ARRI LogC3, EI 800", ((0.6840, 0.3130), (0.2210, 0.8480), (0.0861, -0.1020)),
        _logarithm(0.247190, 5.555556, 0.052272, 0.385537, 0.010591, 5.367655, 0.092809),
        'ARRI, "ALEXA Log C Curve: Usage in VFX", 2017',
    ),
    "slog3-cine": _scene(
        "S-Log3, S-Gamut3.Cine", ((0.766, 0.275), (0.225, 0.800), (0.089, -0.087)), _SLOG3, _SONY
    ),
    "slog3": _scene("S-Log3, S-Gamut3", ((0.730, 0.280), (0.140, 0.855), (0.100, -0.050)), _SLOG3, _SONY),
    "vlog": _scene(
        "V-Log, V-Gamut", ((0.730, 0.280), (0.165, 0.840), (0.100, -0.030)),
        _logarithm(0.241514, 1, 0.00873, 0.598206, 0.01, 5.6, 0.125),
        'Panasonic, "V-Log/V-Gamut Reference Manual", 2014',
    ),
    "flog": _scene(
        "F-Log, F-Gamut", _REC2020,
        _logarithm(0.344676, 0.555556, 0.009468, 0.790453, 0.00089, 8.735631, 0.092864),
        'Fujifilm, "F-Log Data Sheet", version 1.1',
    ),
    "flog2": _scene(
        "F-Log2, F-Gamut", _REC2020,
        _logarithm(0.245281, 5.555556, 0.064829, 0.384316, 0.000889, 8.799461, 0.092864),
        'Fujifilm, "F-Log2 Data Sheet", version 1.0',
    ),
    "nlog": _scene("N-Log", _REC2020, _nikon, 'Nikon, "N-Log Specification Document", version 1.0.0'),
    "apple-log": _scene("Apple Log", _REC2020, _apple, 'Apple, "Apple Log Profile", 2023'),
    "log3g10": _scene(
        "RED Log3G10", ((0.780308, 0.304253), (0.121595, 1.493994), (0.095612, -0.084589)),
        _logarithm(0.224282, 155.975327, 2.55975327, 0.0, -0.01, 15.1927, 0.151927),
        'RED, "White Paper on REDWideGamutRGB and Log3G10", 2017',
    ),
    "davinci": _scene(
        "DaVinci Intermediate", ((0.8000, 0.3130), (0.1682, 0.9877), (0.0790, -0.1155)),
        _logarithm(0.07329248, 1, 0.0075, 0.07329248 * 7, 0.00262409, 10.44426855, 0.0, np.log2),
        'Blackmagic Design, "DaVinci Resolve 17 Wide Gamut Intermediate", 2021',
    ),
}  # fmt: skip
