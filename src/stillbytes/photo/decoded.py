"""What a decoder hands to the develop pipeline: samples as the file holds them, and how to read them as light."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:  # a decoding process is started before NumPy is there
    import numpy as np
    from numpy.typing import NDArray

from stillbytes.photo.optics import Bend

Matrix = tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]
Layout = Literal["bayer", "rgb", "picture"]


@dataclass(frozen=True, slots=True)
class CameraColour:
    """The colour tags of a RAW file, in the terms of the DNG specification 1.7, chapter 6.

    neutral: camera RGB of an object that should look white (AsShotNeutral), largest value 1; None when unknown.
    illuminants: correlated colour temperature in kelvin of each calibration illuminant, one to three; whites: the
    chromaticities of three.
    color_matrices: XYZ -> camera RGB (ColorMatrix1/2/3), one per illuminant.
    forward_matrices: white-balanced camera RGB -> XYZ D50 (ForwardMatrix1/2/3), one per illuminant, or empty.
    calibrations: CameraCalibration1/2/3, one per illuminant, or empty; signature: of the cameras that they refer to.
    analog_balance: gains already applied to the samples.
    baseline_exposure: EV to add so that the camera's rendering is matched; baseline_offset: and besides under the
    file's own profile.
    noise_profile: (S, O) per colour plane or one pair: variance = S * x + O for x in 0..1; empty when unknown.
    """

    color_matrices: tuple[Matrix, ...]
    illuminants: tuple[float, ...] = (6504.0,)
    neutral: tuple[float, float, float] | None = None
    forward_matrices: tuple[Matrix, ...] = ()
    whites: tuple[tuple[float, float], ...] = ()
    calibrations: tuple[Matrix, ...] = ()
    signature: str = ""
    analog_balance: tuple[float, float, float] = (1.0, 1.0, 1.0)
    baseline_exposure: float = 0.0
    baseline_offset: float = 0.0
    noise_profile: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Decoded:
    """An upright photo (EXIF orientation applied), ready for the sensor stage.

    layout "bayer": samples (height, width) uint16, one colour per site; `pattern` names the sites of the 2x2 cell
        row by row ("RGGB"), `black` has one level per site in the same order, `white` the level of saturation.
    layout "rgb": samples (height, width, 3) uint16 linear camera RGB (X-Trans after demosaicing, linear DNG, sRAW,
        monochrome repeated); `black` has four equal levels, `white` the level of saturation.
    layout "picture": samples (height, width, 3) uint8, uint16 or float32 of a rendered file. `tables` (3, 256 or
        65536) float32 turn a code into linear light, white 1; None for float32 samples, which are linear already.
        `matrix` turns that linear RGB into linear Rec.2020 (D65).
    embedded: the correction of the lens that the file itself asks for. remarks: what in it could not be followed.
    """

    layout: Layout
    samples: NDArray[Any]
    pattern: str = ""
    black: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    white: float = 65535.0
    colour: CameraColour | None = None
    tables: NDArray[np.float32] | None = None
    embedded: Bend | None = None
    remarks: tuple[str, ...] = ()
    matrix: Matrix = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))

    @property
    def darkest(self) -> float:
        """Signal of code 0, 1 at saturation; none is darker."""
        black = sum(self.black) / len(self.black)
        return -black / (self.white - black)

    @property
    def width(self) -> int:
        return int(self.samples.shape[1])

    @property
    def height(self) -> int:
        return int(self.samples.shape[0])
