#!/usr/bin/env python3
"""Makes samples/evening-glow.dng from the photograph beside it, as a camera would have recorded the scene.

The photograph is linearised, its highlights are expanded above white, it is carried into the native colours of a real
camera, mosaicked, given shot and read noise and quantised to 14 bits. Run: `.venv/bin/python samples/make.py`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))
from dng import BLACK, MATRIX_D65, WHITE, write_dng  # noqa: E402 - the writer that the tests use

ISO, FULL_WELL, READ_NOISE = 100, 60000, 3.4
EXPOSURE = 0.55
"""Sensor signal of the photograph's white."""


def main() -> None:
    photo = Image.open(HERE / "evening-glow.jpg").convert("RGB")
    photo = photo.crop((80, 0, 2480, 1600))
    rng = np.random.default_rng(7)
    encoded = np.asarray(photo, np.float64) / 255 + rng.uniform(-0.5, 0.5, (1600, 2400, 3)) / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((np.maximum(encoded, 0) + 0.055) / 1.055) ** 2.4)
    peak = linear.max(axis=2, keepdims=True)
    linear = np.maximum(linear * (1 + 1.5 * np.clip((peak - 0.7) / 0.3, 0, 1) ** 2), 0)

    srgb = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.119192, 0.9503041]]
    )
    to_camera = np.array(MATRIX_D65).reshape(3, 3) @ srgb
    neutral = to_camera.sum(axis=1) / to_camera.sum(axis=1).max()
    camera = linear @ (to_camera / to_camera.sum(axis=1).max()).T * EXPOSURE
    mosaic = np.empty(camera.shape[:2])
    for site, channel in enumerate((0, 1, 1, 2)):
        y, x = divmod(site, 2)
        mosaic[y::2, x::2] = camera[y::2, x::2, channel]
    mosaic = np.maximum(mosaic, 0)
    electrons = rng.normal(mosaic * FULL_WELL, np.sqrt(mosaic * FULL_WELL + READ_NOISE**2))
    samples = np.clip(np.rint(electrons / FULL_WELL * (WHITE - BLACK) + BLACK), 0, WHITE).astype(np.uint16)

    text = [
        (270, "Evening Glow: rowing boats at dusk"),
        (315, "Ian Hex"),
        (33432, "Ian Hex, LGPL-3.0; made into a RAW file by the authors of Stillbytes"),
    ]
    write_dng(
        HERE / "evening-glow.dng",
        samples,
        neutral=tuple(neutral),
        iso=ISO,
        model="Stillbytes Sample",
        preview=np.asarray(photo.resize((1440, 960), Image.Resampling.LANCZOS)),
        more=[(number, 2, len(value.encode()) + 1, value, True) for number, value in text],
    )


if __name__ == "__main__":
    main()
