"""From camera RGB to colour: the DNG specification's colour model (DNG 1.7.1.0, chapter 6)."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
from stillbytes.photo.dcp import CameraProfile
from stillbytes.photo.decoded import CameraColour, Decoded, Matrix
from stillbytes.photo.illuminants import kelvin_of
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

    def weights(self, xy: tuple[float, float]) -> tuple[float, ...]:
        """Of the calibrations in the light `xy`; they sum to 1."""
        lights, colour = self._colour.illuminants, self._colour
        count = len(colour.color_matrices)
        if count > 2:
            return _of_three(xy, colour.whites)
        if count < 2 or lights[0] == lights[1]:
            return (1.0, 0.0)[:count]
        mired = 1 / temperature_tint(xy)[0]
        first, second = 1 / lights[0], 1 / lights[1]
        weight = float(np.clip((mired - second) / (first - second), 0, 1))
        return weight, 1 - weight

    def _mixed(self, matrices: tuple[Matrix, ...], xy: tuple[float, float]) -> Array:
        if len(matrices) < 2:
            return np.array(matrices[0], np.float64)
        pairs = zip(self.weights(xy), matrices, strict=True)
        return np.asarray(sum(weight * np.array(matrix, np.float64) for weight, matrix in pairs))

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


def under(profile: CameraProfile, decoded: Decoded, camera: Camera) -> Camera:
    """The same photo's colour as a profile describes its camera. camera: as the file does.

    The file's own calibration of this one camera counts if it refers to the cameras that the profile was made with.
    """
    own = decoded.colour or _of_picture(decoded)
    lights = profile.calibrations
    same = own.signature == profile.signature and len(own.calibrations) == len(lights)
    forwards = tuple(one.forward for one in lights if one.forward is not None)
    r, g, b = (float(v) for v in camera.neutral)
    colour = replace(
        own,
        color_matrices=tuple(one.color for one in lights),
        illuminants=tuple(kelvin_of(one.light, one.white) for one in lights),
        whites=tuple(one.white for one in lights),
        forward_matrices=forwards if len(forwards) == len(lights) else (),
        calibrations=own.calibrations if same else (),
        neutral=(r, g, b),
    )
    return Camera(replace(decoded, colour=colour))


NEAREST, LEAST = 1e-8, 0.02
"""Of three calibrations: what is added to a squared distance, and the weight below which one does not count."""


def _of_three(xy: tuple[float, float], whites: tuple[tuple[float, float], ...]) -> tuple[float, ...]:
    """Weights of three calibrations by the distance of the light from theirs in reciprocal temperature and tint: the
    specification leaves it open, so as Adobe's DNG SDK has it since version 1.6."""

    def place(white: tuple[float, float]) -> Array:
        temperature, tint = temperature_tint(white)
        return np.array([min(1500 / temperature, 1.0), tint / 200])

    here = place(xy)
    near = np.array([1 / (float(np.sum((here - place(white)) ** 2)) + NEAREST) for white in whites])
    part = near / near.sum()
    smooth = np.clip((part * part * (3 - 2 * part) - LEAST) / (1 - LEAST), 0, 1)
    return tuple(float(v) for v in smooth / smooth.sum())


def _of_picture(decoded: Decoded) -> CameraColour:
    """A rendered file as if a camera had made it whose RGB is the file's linear RGB and whose light is D65."""
    to_xyz = REC2020_TO_XYZ @ np.array(decoded.matrix)
    rows = np.linalg.inv(to_xyz)
    r, g, b = (tuple(float(v) for v in row) for row in rows)
    return CameraColour(color_matrices=((r, g, b),), neutral=(1.0, 1.0, 1.0))  # type: ignore[arg-type]
