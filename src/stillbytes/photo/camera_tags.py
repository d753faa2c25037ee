"""The colour tags of RAW files: DNG's own (through Exiv2) or what LibRaw knows of the camera.

Runs in the worker process only.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import UnreadablePhoto
from stillbytes.photo.decoded import CameraColour, Matrix
from stillbytes.photo.exif import number, open_image
from stillbytes.photo.spaces import SPACES

if TYPE_CHECKING:
    import rawpy

Triple = tuple[float, float, float]

ILLUMINANTS = {
    1: 5500.0, 2: 4150.0, 3: 2850.0, 4: 5500.0, 9: 5500.0, 10: 6500.0, 11: 7500.0, 12: 6400.0, 13: 5050.0,
    14: 4150.0, 15: 3525.0, 16: 2925.0, 17: 2850.0, 18: 5500.0, 19: 6500.0, 20: 5500.0, 21: 6504.0, 22: 7500.0,
    23: 5000.0, 24: 3200.0,
}  # fmt: skip
"""EXIF LightSource -> kelvin; ranges of fluorescent lamps (EXIF 2.32, table 9) by their middle."""


def _plain(rows: NDArray[np.floating]) -> Matrix:
    a, b, c = ((float(row[0]), float(row[1]), float(row[2])) for row in rows)
    return a, b, c


NEUTRAL_LIGHT = CameraColour(color_matrices=(_plain(np.linalg.inv(SPACES["srgb"].to_xyz)),), neutral=(1.0, 1.0, 1.0))
"""Samples without colour, or of a camera nobody knows: read as linear sRGB."""
XYZ_SAMPLES = CameraColour(color_matrices=(_plain(np.eye(3)),), neutral=(0.9505 / 1.0891, 1 / 1.0891, 1.0))
"""Samples that LibRaw has turned into CIE XYZ, white balanced for D65."""


def camera_colour(path: Path, raw: rawpy.RawPy) -> CameraColour:
    """The colour tags of an opened RAW file; NEUTRAL_LIGHT's matrix where nothing is known."""
    return _of_dng(_Tags(path)) or _of_camera(raw)


class _Tags:
    """DNG tags by name, wherever in the file they stand (IFD0 or a SubIFD)."""

    def __init__(self, path: Path) -> None:
        self._found: dict[str, list[float]] = {}
        try:
            exif = open_image(path).exifData()
        except UnreadablePhoto:  # LibRaw may know the file nevertheless
            return
        for datum in exif:
            group, name = datum.groupName(), datum.tagName()
            if group != "Image" and not group.startswith("SubImage"):
                continue
            if name in _WANTED and name not in self._found and datum.count() <= 64:
                self._found[name] = [number(datum, index) for index in range(datum.count())]

    def numbers(self, name: str, *counts: int) -> NDArray[np.float64] | None:
        """The tag's finite numbers if it has one of these many of them."""
        values = np.array(self._found.get(name, ()), np.float64)
        return values if len(values) in counts and bool(np.all(np.isfinite(values))) else None

    def number(self, name: str, default: float = 0.0) -> float:
        values = self.numbers(name, 1)
        return default if values is None else float(values[0])


_WANTED = {
    "DNGVersion", "AnalogBalance", "AsShotNeutral", "AsShotWhiteXY", "BaselineExposure", "BaselineExposureOffset",
    "NoiseProfile", "ColorMatrix1", "ColorMatrix2", "ForwardMatrix1", "ForwardMatrix2", "CameraCalibration1",
    "CameraCalibration2", "CalibrationIlluminant1", "CalibrationIlluminant2",
}  # fmt: skip


def _of_dng(tags: _Tags) -> CameraColour | None:
    """DNG 1.7.1.0, chapter 6; None if the file has no usable ColorMatrix1."""
    if tags.numbers("DNGVersion", 4) is None:
        return None
    first, second = tags.numbers("ColorMatrix1", 9), tags.numbers("ColorMatrix2", 9)
    if first is None or abs(np.linalg.det(first.reshape(3, 3))) < 1e-9:
        return None
    lights = [ILLUMINANTS.get(int(tags.number(f"CalibrationIlluminant{n}"))) for n in (1, 2)]
    # Two matrices are of use only if their lights are known and differ.
    two = second is not None and abs(np.linalg.det(second.reshape(3, 3))) > 1e-9
    two = two and None not in lights and lights[0] != lights[1]
    numbers = (1, 2) if two else (1,)

    def each(name: str) -> tuple[Matrix, ...]:
        matrices = [tags.numbers(f"{name}{n}", 9) for n in numbers]
        return tuple(_plain(m.reshape(3, 3)) for m in matrices if m is not None and np.any(m))

    forward, calibrations = each("ForwardMatrix"), each("CameraCalibration")
    balance = tags.numbers("AnalogBalance", 3)
    colour = CameraColour(
        color_matrices=each("ColorMatrix"),
        illuminants=tuple(light or 6504.0 for light in lights[: len(numbers)]),
        forward_matrices=forward if len(forward) == len(numbers) else (),
        calibrations=calibrations if len(calibrations) == len(numbers) else (),
        analog_balance=(1.0, 1.0, 1.0) if balance is None or balance.min() <= 0 else _triple(balance),
        baseline_exposure=float(
            np.clip(tags.number("BaselineExposure") + tags.number("BaselineExposureOffset"), -5, 5)
        ),
        noise_profile=_noise(tags.numbers("NoiseProfile", 2, 6)),
    )
    return _with_neutral(colour, _dng_neutral(tags, colour))


def _with_neutral(colour: CameraColour, neutral: NDArray[np.float64] | None) -> CameraColour:
    if neutral is None or neutral.min() <= 0 or not np.all(np.isfinite(neutral)):
        return colour
    return replace(colour, neutral=_triple(neutral / neutral.max()))


def _dng_neutral(tags: _Tags, colour: CameraColour) -> NDArray[np.float64] | None:
    neutral = tags.numbers("AsShotNeutral", 3)
    if neutral is not None:
        return neutral
    white = tags.numbers("AsShotWhiteXY", 2)
    if white is None or white.min() <= 0 or white.sum() > 1:
        return None
    x, y = white
    weight = _first_weight(colour.illuminants, x, y)
    mixed = weight * np.array(colour.color_matrices[0]) + (1 - weight) * np.array(colour.color_matrices[-1])
    if colour.calibrations:
        mixed = (weight * np.array(colour.calibrations[0]) + (1 - weight) * np.array(colour.calibrations[-1])) @ mixed
    return np.asarray(np.diag(colour.analog_balance) @ mixed @ np.array([x / y, 1, (1 - x - y) / y]))


def _first_weight(lights: tuple[float, ...], x: float, y: float) -> float:
    """Weight of the first calibration for a light of chromaticity (x, y), whose temperature is McCamy's (1992)."""
    if len(lights) < 2:
        return 1.0
    n = (x - 0.3320) / (y - 0.1858)
    kelvin = max(1000.0, -449 * n**3 + 3525 * n**2 - 6823.3 * n + 5520.33)
    return float(np.clip((1 / kelvin - 1 / lights[1]) / (1 / lights[0] - 1 / lights[1]), 0, 1))


def _noise(values: NDArray[np.float64] | None) -> tuple[tuple[float, float], ...]:
    if values is None or values.min() < 0 or values.max() > 1:
        return ()
    return tuple((float(slope), float(offset)) for slope, offset in values.reshape(-1, 2))


def _of_camera(raw: rawpy.RawPy) -> CameraColour:
    """LibRaw's matrix of the camera (made for D65) and the white balance that the camera chose."""
    matrix = np.asarray(raw.rgb_xyz_matrix, np.float64)[:3]
    if not np.all(np.isfinite(matrix)) or abs(np.linalg.det(matrix)) < 1e-9:
        matrix = np.array(NEUTRAL_LIGHT.color_matrices[0])
    gains = np.array(raw.camera_whitebalance[:3], np.float64)
    if not np.all(gains > 0):
        gains = np.array(raw.daylight_whitebalance[:3], np.float64)
    neutral = 1 / gains if np.all(gains > 0) and np.all(np.isfinite(gains)) else None
    return _with_neutral(CameraColour(color_matrices=(_plain(matrix),)), neutral)


def _triple(values: NDArray[np.float64]) -> Triple:
    return float(values[0]), float(values[1]), float(values[2])
