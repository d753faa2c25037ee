"""The colour tags of RAW files: DNG's own (through Exiv2) or what LibRaw knows of the camera.

Runs in the worker process only.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import UnreadablePhoto
from stillbytes.photo.decoded import CameraColour, Matrix
from stillbytes.photo.illuminants import correlated, kelvin_of, white_of
from stillbytes.photo.spaces import D65, SPACES

if TYPE_CHECKING:
    import rawpy

Triple = tuple[float, float, float]


def _plain(rows: NDArray[np.floating]) -> Matrix:
    a, b, c = ((float(row[0]), float(row[1]), float(row[2])) for row in rows)
    return a, b, c


NEUTRAL_LIGHT = CameraColour(color_matrices=(_plain(np.linalg.inv(SPACES["srgb"].to_xyz)),), neutral=(1.0, 1.0, 1.0))
"""Samples without colour, or of a camera nobody knows: read as linear sRGB."""
XYZ_SAMPLES = CameraColour(color_matrices=(_plain(np.eye(3)),), neutral=(0.9505 / 1.0891, 1 / 1.0891, 1.0))
"""Samples that LibRaw has turned into CIE XYZ, white balanced for D65."""


def camera_colour(tags: Tags, raw: rawpy.RawPy) -> CameraColour:
    """The colour tags of an opened RAW file; NEUTRAL_LIGHT's matrix where nothing is known."""
    return _of_dng(tags) or _of_camera(raw)


class Tags:
    """A file's DNG tags by name, wherever in it they stand (IFD0 or a SubIFD). Reading them needs no LibRaw."""

    def __init__(self, path: Path) -> None:
        from stillbytes.photo.worker.exif import number, open_image  # noqa: PLC0415 - heavy; LibRaw works meanwhile

        self._found: dict[str, list[float]] = {}
        self._texts: dict[str, str] = {}
        self._bytes: dict[str, bytes] = {}
        self.order = "<"
        try:
            image = open_image(path)
        except UnreadablePhoto:  # LibRaw may know the file nevertheless
            return
        exif = image.exifData()
        self.order = ">" if int(image.byteOrder()) == 2 else "<"
        for datum in exif:
            group, name = datum.groupName(), datum.tagName()
            if group != "Image" and not group.startswith("SubImage"):
                continue
            if name in _WANTED and name not in self._found and datum.count() <= 64:
                self._found[name] = [number(datum, index) for index in range(datum.count())]
            elif name in _TEXTS:
                self._texts.setdefault(name, _text(datum))
            elif name in _BYTES and datum.size() <= MOST_BYTES:
                self._bytes.setdefault(name, bytes(int(number(datum, i)) & 255 for i in range(datum.count())))

    def numbers(self, name: str, *counts: int) -> NDArray[np.float64] | None:
        """The tag's finite numbers if it has one of these many of them."""
        values = np.array(self._found.get(name, ()), np.float64)
        return values if len(values) in counts and bool(np.all(np.isfinite(values))) else None

    def number(self, name: str, default: float = 0.0) -> float:
        values = self.numbers(name, 1)
        return default if values is None else float(values[0])

    def text(self, name: str) -> str:
        return self._texts.get(name, "")

    def content(self, name: str) -> bytes:
        """Of a tag that is made of bytes."""
        return self._bytes.get(name, b"")


def quad_cell(tags: Tags) -> str:
    """The four squares of a quad Bayer sensor's cell, row by row ("RGGB"), each of which is 2x2 sites of one colour;
    empty for any other sensor. LibRaw takes such a mosaic for another."""
    size, colours = tags.numbers("CFARepeatPatternDim", 2), tags.numbers("CFAPattern", 16)
    if size is None or colours is None or tuple(size) != (4, 4) or not set(colours) <= {0, 1, 2}:
        return ""
    cell = colours.astype(int).reshape(4, 4)
    letters = "".join("RGB"[index] for index in cell[::2, ::2].flat)
    each = np.array_equal(cell, np.repeat(np.repeat(cell[::2, ::2], 2, 0), 2, 1))
    return letters if each and letters in ("RGGB", "BGGR", "GRBG", "GBRG") else ""


_EACH = ("ColorMatrix", "ForwardMatrix", "CameraCalibration", "CalibrationIlluminant")
_WANTED = {
    "DNGVersion", "AnalogBalance", "AsShotNeutral", "AsShotWhiteXY", "BaselineExposure", "BaselineExposureOffset",
    "NoiseProfile", "CFARepeatPatternDim", "CFAPattern", *(f"{name}{n}" for name in _EACH for n in (1, 2, 3)),
}  # fmt: skip
_TEXTS = {"CameraCalibrationSignature"}
_BYTES = {f"IlluminantData{n}" for n in (1, 2, 3)}
MOST_BYTES = 1 << 16
"""Of such a tag."""


def _text(datum: Any) -> str:
    return str(datum.toString()).partition("\0")[0].strip()


def _of_dng(tags: Tags) -> CameraColour | None:
    """DNG 1.7.1.0, chapter 6; None if the file has no usable ColorMatrix1."""
    if tags.numbers("DNGVersion", 4) is None:
        return None
    first = tags.numbers("ColorMatrix1", 9)
    if first is None or abs(np.linalg.det(first.reshape(3, 3))) < 1e-9:
        return None
    codes = [int(tags.number(f"CalibrationIlluminant{n}")) for n in (1, 2, 3)]
    whites = [white_of(code, tags.content(f"IlluminantData{n}"), tags.order) for n, code in enumerate(codes, 1)]
    # Two or three matrices are of use only if their lights are known and differ.
    count = 1
    while count < 3 and None not in whites[: count + 1] and whites[count] not in whites[:count]:
        more = tags.numbers(f"ColorMatrix{count + 1}", 9)
        if more is None or abs(np.linalg.det(more.reshape(3, 3))) < 1e-9:
            break
        count += 1
    numbers = range(1, count + 1)

    def each(name: str) -> tuple[Matrix, ...]:
        matrices = [tags.numbers(f"{name}{n}", 9) for n in numbers]
        return tuple(_plain(m.reshape(3, 3)) for m in matrices if m is not None and np.any(m))

    forward, calibrations = each("ForwardMatrix"), each("CameraCalibration")
    balance = tags.numbers("AnalogBalance", 3)
    colour = CameraColour(
        color_matrices=each("ColorMatrix"),
        illuminants=tuple(kelvin_of(code, white or D65) for code, white in zip(codes[:count], whites, strict=False)),
        whites=tuple(white or D65 for white in whites[:count]),
        forward_matrices=forward if len(forward) == len(numbers) else (),
        calibrations=calibrations if len(calibrations) == len(numbers) else (),
        analog_balance=(1.0, 1.0, 1.0) if balance is None or balance.min() <= 0 else _triple(balance),
        signature=tags.text("CameraCalibrationSignature"),
        baseline_exposure=float(np.clip(tags.number("BaselineExposure"), -5, 5)),
        baseline_offset=float(np.clip(tags.number("BaselineExposureOffset"), -5, 5)),
        noise_profile=_noise(tags.numbers("NoiseProfile", 2, 6)),
    )
    return _with_neutral(colour, _dng_neutral(tags, colour))


def _with_neutral(colour: CameraColour, neutral: NDArray[np.float64] | None) -> CameraColour:
    if neutral is None or neutral.min() <= 0 or not np.all(np.isfinite(neutral)):
        return colour
    return replace(colour, neutral=_triple(neutral / neutral.max()))


def _dng_neutral(tags: Tags, colour: CameraColour) -> NDArray[np.float64] | None:
    neutral = tags.numbers("AsShotNeutral", 3)
    if neutral is not None:
        return neutral
    white = tags.numbers("AsShotWhiteXY", 2)
    if white is None or white.min() <= 0 or white.sum() > 1:
        return None
    x, y = white
    weights = _weights(colour.illuminants, float(x), float(y))
    mixed = _mixed(colour.color_matrices, weights)
    if colour.calibrations:
        mixed = _mixed(colour.calibrations, weights) @ mixed
    return np.asarray(np.diag(colour.analog_balance) @ mixed @ np.array([x / y, 1, (1 - x - y) / y]))


def _mixed(matrices: tuple[Matrix, ...], weights: tuple[float, ...]) -> NDArray[np.float64]:
    return np.asarray(np.einsum("i,ijk", weights, np.array(matrices[: len(weights)], np.float64)))


def _weights(lights: tuple[float, ...], x: float, y: float) -> tuple[float, ...]:
    """Weights of the first two calibrations for a light of chromaticity (x, y)."""
    if len(lights) < 2 or lights[0] == lights[1]:
        return (1.0,)
    first = float(np.clip((1 / correlated((x, y)) - 1 / lights[1]) / (1 / lights[0] - 1 / lights[1]), 0, 1))
    return first, 1 - first


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
