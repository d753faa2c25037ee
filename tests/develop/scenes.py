"""Synthetic photos with a known answer, without a file: what a decoder would hand over."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop.colour import REC2020_TO_XYZ
from stillbytes.photo.decoded import CameraColour, Decoded

XYZ_TO_CAMERA = np.array([[0.9020, -0.2890, -0.0715], [-0.4535, 1.2436, 0.2348], [-0.0934, 0.1919, 0.7086]])
"""Nikon D750's, as published in dcraw."""
BLACK, WHITE = 512, 15000


def colour(noise: bool = True) -> CameraColour:
    neutral = XYZ_TO_CAMERA @ REC2020_TO_XYZ @ np.ones(3)
    neutral /= neutral.max()
    rows = tuple(tuple(float(v) for v in row) for row in XYZ_TO_CAMERA)
    profile = ((1e-5, 1e-9),) if noise else ()
    return CameraColour(color_matrices=(rows,), neutral=tuple(neutral), noise_profile=profile)


def camera_rgb(light: NDArray[np.floating]) -> NDArray[np.float64]:
    """Linear Rec.2020 (height, width, 3) to camera RGB relative to saturation; white light 1 saturates green."""
    matrix = XYZ_TO_CAMERA @ REC2020_TO_XYZ
    return np.asarray(light @ (matrix / (matrix @ np.ones(3)).max()).T)


def bayer(light: NDArray[np.floating], pattern: str = "RGGB", noise: float = 0.0, seed: int = 1) -> Decoded:
    """A Bayer photo of the scene-linear Rec.2020 picture `light` (height, width, 3); 1 is sensor saturation."""
    camera = camera_rgb(light)
    mosaic = np.empty(camera.shape[:2])
    for site, letter in enumerate(pattern):
        y, x = site // 2, site % 2
        mosaic[y::2, x::2] = camera[y::2, x::2, "RGB".index(letter)]
    mosaic = mosaic + np.random.default_rng(seed).normal(0, 1, mosaic.shape) * noise
    samples = np.clip(np.rint(mosaic * (WHITE - BLACK) + BLACK), 0, WHITE).astype(np.uint16)
    return Decoded("bayer", samples, pattern, (BLACK,) * 4, WHITE, colour())


def cut(light: float, deviation: float, black: float) -> Decoded:
    """A grey photo of even noise whose black is at that code of 15520."""
    decoded = bayer(np.full((128, 192, 3), light))
    signal = (decoded.samples.astype(np.float64) - decoded.black[0]) / (decoded.white - decoded.black[0])
    noisy = signal + np.random.default_rng(1).normal(0, deviation, signal.shape)
    codes = np.clip(np.rint(noisy * (15520 - black) + black), 0, 15520).astype(np.uint16)
    assert decoded.colour is not None
    told = CameraColour(
        decoded.colour.color_matrices, neutral=decoded.colour.neutral, noise_profile=((1e-6, deviation**2),)
    )
    return Decoded("bayer", codes, decoded.pattern, (black,) * 4, 15520, told)


def colourful(height: int = 333, width: int = 500) -> NDArray[np.float64]:
    """Smooth gradients of all hues, dark to bright, with a hard edge and fine stripes."""
    y, x = np.mgrid[0:height, 0:width] / np.array([height, width]).reshape(2, 1, 1)
    hue = np.stack([0.5 + 0.4 * np.cos(2 * np.pi * (x - shift)) for shift in (0, 1 / 3, 2 / 3)], -1)
    light = hue * (0.02 + 0.6 * y[..., None] ** 2)
    light[height // 3 : height // 2, width // 4 : width // 2] *= 0.2
    light[height // 2 : height // 2 + 40, width // 2 :: 8] *= 1.6
    return light


def chart(patch: int = 24) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """24 patches, 4 rows of 6, and their colours: (4 * patch, 6 * patch, 3) and (24, 3), linear Rec.2020.

    Eighteen colours spread over hue at several saturations and six greys.
    """
    from stillbytes.develop.colour import between  # noqa: PLC0415

    colours = []
    for i in range(18):
        angle = 2 * np.pi * i / 18
        weights = np.array([0.5 + 0.5 * np.cos(angle - s) for s in (0, 2 * np.pi / 3, 4 * np.pi / 3)])
        level, saturation = (0.12, 0.3, 0.55)[i % 3], (0.75, 0.5, 0.3)[(i // 3) % 3]
        colours.append(level * (saturation * weights + (1 - saturation)))
    colours += [np.full(3, grey) for grey in (0.9, 0.59, 0.36, 0.19, 0.09, 0.031)]
    values = np.array(colours) @ between("srgb", "rec2020").T
    return np.kron(values.reshape(4, 6, 3), np.ones((patch, patch, 1))), values
