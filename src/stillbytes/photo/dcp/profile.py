"""What a camera profile says, wherever it was read from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import StillbytesError
from stillbytes.photo.decoded import Matrix
from stillbytes.photo.illuminants import Chromaticity

MOST_NODES = 4_000_000
"""Numbers of a table; the largest in use have a twentieth."""
MOST_POINTS = 65_536
"""Of a curve."""
MOST_LETTERS = 120
"""Of a name."""


class UnreadableProfile(StillbytesError):
    """A camera profile that is none, or not as the DNG specification describes them."""


class Policy(IntEnum):
    """ProfileEmbedPolicy: what its maker allows to be done with a profile."""

    COPY = 0
    EMBED_IF_USED = 1
    NEVER = 2
    UNRESTRICTED = 3

    @property
    def copies(self) -> bool:
        """Whether it may be stored as a file of its own elsewhere."""
        return self in (Policy.COPY, Policy.UNRESTRICTED)


@dataclass(frozen=True, slots=True, eq=False)
class HsvTable:
    """Changes of colours in HSV of linear ProPhoto RGB (DNG 1.7.1.0, ProfileHueSatMapData1).

    nodes: (value, hue, saturation, 3) float32: degrees added to the hue, factors of saturation and value. Hues are
    evenly spaced around the circle, the others over 0..1. encoded: whether a value stands for its sRGB encoding.
    """

    nodes: NDArray[np.float32]
    encoded: bool = False

    @property
    def size(self) -> tuple[int, int, int]:
        """Divisions of hue, saturation and value, in the order of the tags."""
        value, hue, saturation, _ = self.nodes.shape
        return hue, saturation, value


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """What is known of the camera under one light.

    light: EXIF's LightSource; white: its chromaticity. color: XYZ -> camera RGB. forward: white-balanced camera RGB
    -> XYZ D50. table: of colours in ProPhoto RGB.
    """

    light: int
    white: Chromaticity
    color: Matrix
    forward: Matrix | None = None
    table: HsvTable | None = None


@dataclass(frozen=True, slots=True, eq=False)
class CameraProfile:
    """name: ProfileName. camera: UniqueCameraModel that it is for; empty where it is for the file that it is in.

    signature: of the cameras that it was made with; a DNG's own calibration counts only where that has the same.
    calibrations: one to three. look: the table behind exposure. curve: (points, 2), 0..1, from exposed light to display
    light. exposure: EV that it adds. black: whether blacks are left as they are (DefaultBlackRender 1).
    """

    name: str
    camera: str
    calibrations: tuple[Calibration, ...]
    signature: str = ""
    copyright: str = ""
    policy: Policy = Policy.COPY
    look: HsvTable | None = None
    curve: NDArray[np.float32] | None = None
    exposure: float = 0.0
    black: bool = False

    @property
    def tables(self) -> tuple[HsvTable, ...]:
        """The tables before exposure: one for each calibration, one for all, or none."""
        return tuple(one.table for one in self.calibrations if one.table is not None)
