"""What a DNG file asks for, done to the samples that LibRaw has unpacked; LibRaw itself leaves it undone.

List 1 is about the samples as they are stored, list 2 about the linear ones of the active area, list 3 about the
picture after demosaicing (Digital Negative Specification 1.7.1.0, chapter 7). Of list 3 a warp and a vignette become
a bend for the one resampling; a gain map that is one for all colours is done before demosaicing, which is the same.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.photo.optics import Bend
from stillbytes.photo.worker.opcodes.lens import Placing, bend
from stillbytes.photo.worker.opcodes.lists import Opcode, parsed, read
from stillbytes.photo.worker.opcodes.pixels import DOES, applied, trimmed

GAIN_MAP, TRIM = 9, 6
Trim = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Followed:
    """trim: (top, left, bottom, right) of the active area that is left. later: what is to be done after demosaicing."""

    trim: Trim | None = None
    later: tuple[Opcode, ...] = ()
    remarks: tuple[str, ...] = ()

    def lens(self, placing: Placing) -> tuple[Bend | None, tuple[str, ...]]:
        """The lens's correction, and all remarks."""
        found, left = bend(list(self.later), placing)
        return found, (*self.remarks, *(remark(opcode) for opcode in left))


def follow(path: Path, raw: Any, white: float, black: NDArray[np.float32]) -> Followed:
    """Change the unpacked samples of `raw` in place.

    white, black: levels; black of the sites of a 2x2 cell, or of each plane.
    """
    lists = read(path)
    if not lists:
        return Followed()
    found: dict[int, list[Opcode]] = {}
    remarks: list[str] = []
    for number, data in lists.items():
        found[number], whole = parsed(data)
        if not whole:
            remarks.append(f"The file's list {number} of corrections is damaged; what could be read of it was done.")
    left: list[Opcode] = []
    if first := found.get(1):
        left += _changed(raw.raw_image, first, np.zeros(1, np.float32), 65535.0)
    trim = next((t for n in (2, 3) if (t := trimmed(found.get(n, []))) is not None), None)
    visible = raw.raw_image_visible
    mosaic = visible.ndim == 2
    later = found.get(3, [])
    now = [one for one in later if one.id in DOES and (not mosaic or _of_all(one))]
    rest = [one for one in later if one not in now and one.id != TRIM]
    linear = [one for one in found.get(2, []) if one.id != TRIM] + now
    if linear:
        left += _changed(visible, linear, black, white)
    return Followed(trim, tuple(rest), (*remarks, *(remark(opcode) for opcode in left if opcode.id != TRIM)))


def remark(opcode: Opcode) -> str:
    """Of one that was not followed."""
    if opcode.optional:
        return f"The file offers a correction that was not followed: {opcode.name}."
    return f"The file asks for a correction that is not known here: {opcode.name}. The picture may look wrong."


def _changed(codes: NDArray[Any], opcodes: list[Opcode], black: NDArray[np.float32], white: float) -> list[Opcode]:
    """Do what is done to samples; returns the rest."""
    if not any(opcode.id in DOES for opcode in opcodes):
        return opcodes
    levels = _levels(codes, black)
    samples = (codes.astype(np.float32) - levels) / (np.float32(white) - levels)
    planes = samples[..., None] if samples.ndim == 2 else samples
    rest = applied(planes, opcodes)
    np.nan_to_num(samples, copy=False)
    np.clip(np.rint(samples * (np.float32(white) - levels) + levels), 0, 65535, out=samples)
    codes[...] = samples.astype(codes.dtype)
    return rest


def _levels(codes: NDArray[Any], black: NDArray[np.float32]) -> NDArray[np.float32]:
    """Black of each sample, broadcastable."""
    if codes.ndim == 3:
        return np.resize(black, codes.shape[2]).astype(np.float32)
    if black.size != 4:
        return np.full((1, 1), black.flat[0], np.float32)
    rows, columns = codes.shape
    return np.tile(black.reshape(2, 2), (-(-rows // 2), -(-columns // 2)))[:rows, :columns].astype(np.float32)


def _of_all(opcode: Opcode) -> bool:
    """Whether it does the same to each colour of every pixel."""
    if opcode.id != GAIN_MAP or len(opcode.body) < 76:
        return False
    pitches, (planes,) = struct.unpack_from(">2I", opcode.body, 24), struct.unpack_from(">I", opcode.body, 72)
    return pitches == (1, 1) and planes == 1
