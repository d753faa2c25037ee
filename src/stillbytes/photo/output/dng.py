"""DNG files as we write them (DNG specification 1.7.1): a photo's light after demosaicing, with its camera's colours.

The first directory has the preview, which any viewer shows, and what is told of the camera; the samples are in a
directory below it, in tiles of lossless JPEG, which every reader of DNG knows.
"""

from __future__ import annotations

import math
import os
import struct
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import ExportError
from stillbytes.photo.decoded import CameraColour
from stillbytes.photo.illuminants import KELVIN
from stillbytes.photo.metadata import Carried
from stillbytes.photo.output.lossless_jpeg import encode
from stillbytes.photo.output.tiff import Blocks, Entry, directory, entries, head_of

BLACK, WHITE = 1024, 65535
"""Codes: noise reaches below black."""
TILE = 256
MOST_BYTES = 3 << 30
BYTE, ASCII, SHORT, LONG, RATIONAL, SRATIONAL, DOUBLE = 1, 2, 3, 4, 5, 10, 12
FORMS = {BYTE: "B", SHORT: "H", LONG: "I", RATIONAL: "I", SRATIONAL: "i", DOUBLE: "d"}
PARTS = 1_000_000
"""What fractions are counted in."""


@dataclass(frozen=True, slots=True)
class Preview:
    jpeg: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Taken:
    """width, height: of the upright photo. light: rows from, to -> (3, rows, columns) camera RGB without white balance,
    1 where it saturates. brightest: the light of the last code. camera: what programs look up profiles by."""

    width: int
    height: int
    light: Callable[[int, int], NDArray[np.float32]]
    brightest: float
    colour: CameraColour
    neutral: tuple[float, float, float]
    camera: str


def encode_dng(taken: Taken, preview: Preview, carried: Carried) -> bytes:
    """The file. Raises ExportError for more than a file of this kind holds."""
    if taken.width * taken.height * 6 > MOST_BYTES:
        raise ExportError("The photo is too large for a DNG file.", "Choose another format.")
    head = head_of(carried.exif)
    first = entries(head)
    out = Blocks(head)
    tiles = _tiles(taken)
    offsets = [out.add(tile) for tile in tiles]

    def entry(kind: int, values: Sequence[float]) -> Entry:
        count = len(values) // 2 if kind in (RATIONAL, SRATIONAL) else len(values)
        return kind, count, out.pointer(struct.pack(f"<{len(values)}{FORMS[kind]}", *values))

    samples = {
        254: entry(LONG, [0]),
        256: entry(LONG, [taken.width]),
        257: entry(LONG, [taken.height]),
        258: entry(SHORT, [16] * 3),
        259: entry(SHORT, [7]),
        262: entry(SHORT, [34892]),  # LinearRaw
        277: entry(SHORT, [3]),
        284: entry(SHORT, [1]),
        322: entry(LONG, [TILE]),
        323: entry(LONG, [TILE]),
        324: entry(LONG, offsets),
        325: entry(LONG, [len(tile) for tile in tiles]),
        50713: entry(SHORT, [1, 1]),
        50714: entry(SHORT, [BLACK] * 3),
        50717: entry(LONG, [WHITE] * 3),
        50718: entry(RATIONAL, [1, 1, 1, 1]),
        50719: entry(LONG, [0, 0]),
        50720: entry(LONG, [taken.width, taken.height]),
        50829: entry(LONG, [0, 0, taken.height, taken.width]),
    }
    colour, brightest = taken.colour, taken.brightest
    if colour.noise_profile:
        scaled = [(s / brightest, o / brightest**2) for s, o in colour.noise_profile]
        samples[51041] = entry(DOUBLE, [number for pair in scaled for number in pair])
    below = out.add(directory(samples))
    first |= {
        254: entry(LONG, [1]),
        256: entry(LONG, [preview.width]),
        257: entry(LONG, [preview.height]),
        258: entry(SHORT, [8] * 3),
        259: entry(SHORT, [7]),
        262: entry(SHORT, [6]),
        273: entry(LONG, [out.add(preview.jpeg)]),
        274: entry(SHORT, [1]),
        277: entry(SHORT, [3]),
        278: entry(LONG, [preview.height]),
        279: entry(LONG, [len(preview.jpeg)]),
        284: entry(SHORT, [1]),
        330: entry(LONG, [below]),
        530: entry(SHORT, [1, 1]),
        531: entry(SHORT, [1]),
        50706: entry(BYTE, [1, 4, 0, 0]),
        50707: entry(BYTE, [1, 1, 0, 0]),
        50728: entry(RATIONAL, _fractions(taken.neutral)),
        50730: entry(SRATIONAL, _fractions([colour.baseline_exposure + math.log2(brightest)])),
    }
    name = taken.camera.encode("ascii", "replace") + b"\0"
    first[50708] = (ASCII, len(name), out.pointer(name))
    lists = (
        ((50721, 50722), colour.color_matrices),
        ((50723, 50724), colour.calibrations),
        ((50964, 50965), colour.forward_matrices),
    )
    for numbers, matrices in lists:
        for number, matrix in zip(numbers, matrices, strict=False):
            first[number] = entry(SRATIONAL, _fractions(np.ravel(matrix)))
    for number, kelvin in zip((50778, 50779), colour.illuminants[: len(colour.color_matrices)], strict=False):
        first[number] = entry(SHORT, [_light(kelvin)])
    if colour.analog_balance != (1.0, 1.0, 1.0):
        first[50727] = entry(RATIONAL, _fractions(colour.analog_balance))
    if carried.xmp:
        first[700] = (BYTE, len(carried.xmp), out.pointer(carried.xmp))
    if carried.iptc:
        first[33723] = (7, len(carried.iptc), out.pointer(carried.iptc))
    struct.pack_into("<I", head, 4, out.add(directory(first)))
    return b"".join(out.blocks)


def _tiles(taken: Taken) -> list[bytes]:
    """From left to right and top to bottom; those at the edges repeat the last pixels."""
    scale = np.float32((WHITE - BLACK) / taken.brightest)
    found = []
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        for top in range(0, taken.height, TILE):
            light = taken.light(top, min(top + TILE, taken.height))
            codes = np.clip(np.rint(light * scale + np.float32(BLACK)), 0, WHITE).astype(np.uint16)
            beyond = (0, TILE - codes.shape[1]), (0, -taken.width % TILE)
            codes = np.moveaxis(np.pad(codes, ((0, 0), *beyond), "edge"), 0, -1)
            row = [codes[:, left : left + TILE] for left in range(0, codes.shape[1], TILE)]
            found += list(threads.map(encode, row))
    return found


def _fractions(values: Sequence[float] | NDArray[np.float64]) -> list[int]:
    return [part for value in values for part in (round(float(value) * PARTS), PARTS)]


def _light(kelvin: float) -> int:
    """EXIF's LightSource for a calibration: one of the standard lights where it is near, else the nearest."""
    standard = {17: 2850.0, 21: 6504.0, 23: 5000.0}
    return min({**KELVIN, **standard}, key=lambda code: (abs(KELVIN[code] - kelvin), code not in standard))
