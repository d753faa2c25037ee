"""From camera RGB to colour: the DNG specification's colour model (DNG 1.7.1.0, chapter 6)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from stillbytes.develop.colour import (
    REC2020_TO_XYZ,
    Array,
    adaptation,
    chromaticity,
    temperature_tint,
    white_xyz,
)
from stillbytes.photo.decoded import CameraColour, Decoded
from stillbytes.photo.spaces import D65

D50_ICC = (0.34567, 0.35850)
"""The profile connection space's white that ForwardMatrix leads to."""


@dataclass(frozen=True, slots=True)
class WhitePoint:
    """A light as photographers name it: temperature in kelvin and tint."""

    temperature: float
    tint: float

    @property
    def xy(self) -> tuple[float, float]:
        return chromaticity(self.temperature, self.tint)


class Camera:
    """The colour of one photo's samples. All RGB here is camera RGB relative to saturation."""

    def __init__(self, decoded: Decoded) -> None:
        self._colour = decoded.colour or _of_picture(decoded)
        neutral = self._colour.neutral
        self.as_shot_xy = self._white_of(np.array(neutral)) if neutral else D65
        self.neutral: Array = np.array(neutral) if neutral else self.neutral_under(self.as_shot_xy)
        self.neutral = self.neutral / self.neutral.max()

    @cached_property
    def as_shot(self) -> WhitePoint:
        temperature, tint = temperature_tint(self.as_shot_xy)
        return WhitePoint(min(max(temperature, 2000.0), 50000.0), min(max(tint, -150.0), 150.0))

    @property
    def gains(self) -> tuple[float, float, float]:
        """White balance gain of each channel under the as-shot white, the smallest 1."""
        r, g, b = 1 / self.neutral
        return float(r), float(g), float(b)

    def to_rec2020(self, xy: tuple[float, float] | None = None) -> Array:
        """(3, 3): camera RGB balanced for the as-shot white -> linear Rec.2020 with the white `xy` made neutral.

        Green keeps its brightness when the white changes.
        """
        white = xy or self.as_shot_xy
        chosen = self.neutral if xy is None else self.neutral_under(white)
        to_white = self._balanced_to_rec2020(white, chosen)
        return np.asarray(to_white @ np.diag((self.neutral / self.neutral[1]) / (chosen / chosen[1])))

    def neutral_under(self, xy: tuple[float, float]) -> Array:
        """Camera RGB of a white object in the light `xy`, largest value 1."""
        neutral = np.maximum(self._xyz_to_camera(xy) @ white_xyz(xy), 1e-4)
        return np.asarray(neutral / neutral.max())

    def white_of_balanced(self, rgb: Array) -> WhitePoint:
        """The light in which an object of this as-shot-balanced camera RGB would look white."""
        camera = np.maximum(np.asarray(rgb, np.float64) * self.neutral, 1e-6)
        temperature, tint = temperature_tint(self._white_of(camera / camera.max()))
        return WhitePoint(min(max(temperature, 2000.0), 50000.0), min(max(tint, -150.0), 150.0))

    def _white_of(self, neutral: Array) -> tuple[float, float]:
        """Chromaticity of the light under which `neutral` is white, by fixed-point iteration from D50."""
        xy = (0.3457, 0.3585)
        for _ in range(30):
            x, y, z = np.linalg.solve(self._xyz_to_camera(xy), neutral)
            total = x + y + z
            if total <= 1e-9:
                return D65
            new = (float(np.clip(x / total, 0.05, 0.75)), float(np.clip(y / total, 0.05, 0.75)))
            if abs(new[0] - xy[0]) + abs(new[1] - xy[1]) < 1e-9:
                break
            xy = new
        return new

    def _weight(self, xy: tuple[float, float]) -> float:
        """Weight of the first calibration: linear in the reciprocal temperature between the two illuminants."""
        temperatures = self._colour.illuminants
        if len(temperatures) < 2 or temperatures[0] == temperatures[1]:
            return 1.0
        mired = 1 / temperature_tint(xy)[0]
        first, second = 1 / temperatures[0], 1 / temperatures[1]
        return float(np.clip((mired - second) / (first - second), 0, 1))

    def _mixed(self, matrices: tuple[object, ...], xy: tuple[float, float]) -> Array:
        first = np.array(matrices[0], np.float64)
        if len(matrices) < 2:
            return first
        weight = self._weight(xy)
        return weight * first + (1 - weight) * np.array(matrices[1], np.float64)

    def _calibration(self, xy: tuple[float, float]) -> Array:
        """AnalogBalance times CameraCalibration."""
        calibrations = self._colour.calibrations
        measured = self._mixed(calibrations, xy) if calibrations else np.eye(3)
        return np.asarray(np.diag(self._colour.analog_balance) @ measured)

    def _xyz_to_camera(self, xy: tuple[float, float]) -> Array:
        return self._calibration(xy) @ self._mixed(self._colour.color_matrices, xy)

    def _balanced_to_rec2020(self, xy: tuple[float, float], neutral: Array) -> Array:
        """(3, 3): camera RGB balanced for the white `xy` -> linear Rec.2020; (1, 1, 1) becomes (1, 1, 1)."""
        if self._colour.forward_matrices:
            reference = np.linalg.inv(self._calibration(xy))
            balanced = np.diag(1 / (reference @ neutral)) @ reference @ np.diag(neutral)
            to_xyz = self._mixed(self._colour.forward_matrices, xy) @ balanced
            xyz = adaptation(D50_ICC, D65) @ to_xyz
        else:
            xyz = adaptation(xy, D65) @ np.linalg.inv(self._xyz_to_camera(xy)) @ np.diag(neutral)
        to_rgb = np.linalg.inv(REC2020_TO_XYZ) @ xyz
        return np.asarray(to_rgb / (to_rgb.sum(axis=1, keepdims=True)))


def _of_picture(decoded: Decoded) -> CameraColour:
    """A rendered file as if a camera had made it whose RGB is the file's linear RGB and whose light is D65."""
    to_xyz = REC2020_TO_XYZ @ np.array(decoded.matrix)
    rows = np.linalg.inv(to_xyz)
    r, g, b = (tuple(float(v) for v in row) for row in rows)
    return CameraColour(color_matrices=((r, g, b),), neutral=(1.0, 1.0, 1.0))  # type: ignore[arg-type]
