"""What a photo's samples tell, worked out once: their noise, what is defect among them, stripes, clipped highlights."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.geometry import Size
from stillbytes.develop.camera import Camera
from stillbytes.develop.declipping import Declipping
from stillbytes.develop.kernels.layout import CELL, OPPOSED, SURROUNDED
from stillbytes.develop.kernels.load import Library
from stillbytes.develop.noise import estimate
from stillbytes.develop.operations.repair import Repaired
from stillbytes.develop.samples import banding, defects, highlights
from stillbytes.photo.decoded import Decoded

NEAR_CLIP = 0.985
"""Part of the saturation level from which a sample counts as clipped."""
SMALL = 1024
"""Pixels of the shorter side under which noise is looked for in all of a mosaic."""

Clipping = tuple[int, NDArray[np.float64], NDArray[np.float32]]
"""How highlights are reconstructed, 0 where nothing is clipped; the chroma and the light around that kernels read."""
NO_CHROMA, NOTHING_AROUND = np.zeros(3), np.zeros((3, 2, 2), np.float32)


class Samples:
    """Of one photo, whatever is put right in them."""

    def __init__(self, decoded: Decoded, camera: Camera, library: Library) -> None:
        self._decoded, self._camera, self._library = decoded, camera, library
        self.spectra: dict[tuple[int, bool], NDArray[np.float32]] = {}
        self.declippings: dict[tuple[int, bool], Declipping | None] = {}
        """Of their noise, and of what of it was cut off, by level and demosaicing, for who works them out."""
        self._clippings: dict[tuple[bool, bool], Clipping] = {}

    @property
    def size(self) -> Size:
        return Size(self._decoded.width, self._decoded.height)

    @cached_property
    def noise(self) -> tuple[float, float]:
        """(slope, offset) of the samples' variance, signal 1 at saturation; of the photo's profile or estimated."""
        colour = self._decoded.colour
        if colour is not None and colour.noise_profile:
            slope, offset = np.mean(np.array(colour.noise_profile), axis=0)
            return max(float(slope), 1e-8), max(float(offset), 0.0)
        return estimate(self._quads(2 if min(self.size.width, self.size.height) < SMALL else 8))

    def codes(self, repaired: Repaired) -> NDArray[np.uint16]:
        """(height, width) of a Bayer mosaic, without its defect sites where they are replaced."""
        return self._spotless if repaired.spots else self._decoded.samples

    @cached_property
    def _spotless(self) -> NDArray[np.uint16]:
        return defects.replaced(self._decoded, self.noise, self._library)

    def stripes(self, repaired: Repaired) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Codes that are taken from each row and each column of a Bayer mosaic."""
        if repaired.banding <= 0:
            return np.zeros(self.size.height, np.float32), np.zeros(self.size.width, np.float32)
        rows, columns = self._stripes
        return rows * np.float32(repaired.banding), columns * np.float32(repaired.banding)

    @cached_property
    def _stripes(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return banding.offsets(self._spotless, self._decoded, self.noise)

    def clipping(self, repaired: Repaired) -> Clipping:
        """Of the highlights of a Bayer mosaic."""
        key = repaired.spots, repaired.surroundings
        if key not in self._clippings:
            made = self._surrounded if repaired.surroundings else self._opposed
            self._clippings[key] = made(repaired)
        return self._clippings[key]

    def _opposed(self, repaired: Repaired) -> Clipping:
        samples, limit = self._decoded.samples, self._decoded.white * NEAR_CLIP
        nothing = 0, NO_CHROMA, NOTHING_AROUND
        with ThreadPoolExecutor(1) as beside:  # while defects are looked for, whose place nothing brighter takes
            chroma = beside.submit(lambda: self._highlight_chroma() if samples.max() >= limit else None)
            codes = self.codes(repaired)
        found = chroma.result()
        if found is None or (codes is not samples and codes.max() < limit):
            return nothing
        return OPPOSED, found, NOTHING_AROUND

    def _surrounded(self, repaired: Repaired) -> Clipping:
        codes, decoded = self.codes(repaired), self._decoded
        black = np.array(decoded.black)
        span = (decoded.white - black) * NEAR_CLIP
        limits = np.ceil(black + span).clip(0, 65535).astype(np.uint16)
        cells = np.empty((8, -(-decoded.height // CELL), -(-decoded.width // CELL)), np.uint32)
        self._library.call("survey", codes, limits, cells)
        if not cells[1::2].any():
            return 0, NO_CHROMA, NOTHING_AROUND
        per_cell = (CELL // 2) ** 2
        fill, clipped, sites = (np.zeros((3, *cells.shape[1:])) for _ in range(3))
        for site, which in enumerate(self.channels):
            fill[which] += (cells[2 * site] / per_cell - black[site]) / span[site]
            clipped[which] += cells[2 * site + 1] / per_cell
            sites[which] += 1
        clip = np.array(self._camera.gains) * NEAR_CLIP
        return SURROUNDED, NO_CHROMA, highlights.around(fill / sites, clipped / sites, clip)

    @property
    def channels(self) -> list[int]:
        """The channel of each site of the cell, row by row."""
        return ["RGB".index(letter) for letter in self._decoded.pattern]

    def _quads(self, step: int = 8) -> NDArray[np.float64]:
        """(3, rows, columns) samples of a 2x2 cell every `step` pixels, before white balance, 0 at black and 1 at
        saturation."""
        decoded = self._decoded
        if decoded.layout != "bayer":
            size = 8 * max(1, max(decoded.width, decoded.height) // 4000)
            some = decoded.samples[::size, ::size]
            if decoded.tables is not None:
                return np.stack([decoded.tables[i][some[..., i]] for i in range(3)]).astype(np.float64)
            if decoded.layout == "rgb":
                return np.moveaxis((some - decoded.black[0]) / (decoded.white - decoded.black[0]), -1, 0)
            return np.moveaxis(np.nan_to_num(some.astype(np.float64)), -1, 0)
        rows, columns = decoded.height // 8 * 8, decoded.width // 8 * 8
        planes: list[list[NDArray[np.float64]]] = [[], [], []]
        for site, letter in enumerate(decoded.pattern):
            part = decoded.samples[site // 2 : rows : step, site % 2 : columns : step].astype(np.float64)
            part -= decoded.black[site]
            part /= decoded.white - decoded.black[site]
            planes["RGB".index(letter)].append(part)
        return np.stack([sum(p) / len(p) for p in planes])

    def _highlight_chroma(self) -> NDArray[np.float64]:
        """Each channel's mean difference to the mean of the other two, in bright pixels that are just not clipped."""
        gains = np.array(self._camera.gains)[:, None, None]
        light, top = self._quads() * gains, gains * NEAR_CLIP
        bright = np.all(light < top, axis=0) & np.any(light > 0.5 * top, axis=0)
        chosen = light[:, bright]
        if chosen.shape[1] < 100:
            return NO_CHROMA
        return np.asarray((chosen - (chosen.sum(axis=0) - chosen) / 2).mean(axis=1))
