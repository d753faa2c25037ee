"""The sensor stage of one photo: samples to white-balanced camera RGB at any level of halving, noise reduced."""

from __future__ import annotations

import threading
from collections import OrderedDict
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect, Size
from stillbytes.develop.camera import Camera
from stillbytes.develop.kernels.load import Library, Placed, pixels
from stillbytes.develop.noise import estimate
from stillbytes.develop.operation import Uniforms
from stillbytes.photo.decoded import Decoded

Planes = NDArray[np.float32]
"""(3, rows, columns) float32: white-balanced camera RGB, 1 where green saturates, unbounded."""

NEAR_CLIP = 0.985
"""Part of the saturation level from which a sample counts as clipped."""
NOISE_MARGIN = 96
"""Pixels around a region that noise reduction reads: the support of its pyramid."""
DEEPEST = 5
"""The last level that a render reads."""
KEPT_BYTES = 400 << 20


class Sensor:
    """Level 0 is full resolution; each further level halves both sides (rounded up)."""

    def __init__(self, decoded: Decoded, camera: Camera, library: Library) -> None:
        self._decoded, self._camera, self._library = decoded, camera, library
        self._kept: OrderedDict[tuple[object, ...], Planes] = OrderedDict()
        self._lock = threading.RLock()
        self._scratch = np.empty(0, np.float32)

    def size(self, level: int) -> Size:
        width, height = self._decoded.width, self._decoded.height
        for _ in range(level):
            width, height = (width + 1) // 2, (height + 1) // 2
        return Size(width, height)

    @cached_property
    def noise(self) -> tuple[float, float]:
        """(slope, offset) of the samples' variance, signal 1 at saturation; of the photo's profile or estimated."""
        colour = self._decoded.colour
        if colour is not None and colour.noise_profile:
            slope, offset = np.mean(np.array(colour.noise_profile), axis=0)
            return max(float(slope), 1e-8), max(float(offset), 0.0)
        return estimate(self._quads())

    def read(self, level: int, region: Rect, uniforms: Uniforms | None) -> tuple[Planes, int, int]:
        """White-balanced camera RGB of `region` (inside the level's size) with the column and row it starts at.

        uniforms: of noise reduction at this level, or None for none. The array may cover more than the region.
        """
        if level > 0:
            return self._level(level, uniforms), 0, 0
        whole = Rect.of(self.size(0))
        if uniforms is None:
            return self._demosaiced(region), region.x, region.y
        wider = region.grown(NOISE_MARGIN).within(whole)
        with self._lock:
            planes = self._demosaiced(wider, scratch=True)
            return self._denoised(planes, wider, region, whole.size, uniforms), region.x, region.y

    def _level(self, level: int, uniforms: Uniforms | None) -> Planes:
        """A whole level, kept for the next request."""
        key = (level, None if uniforms is None else tuple(np.ravel(v).tobytes() for v in uniforms.values()))
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            if uniforms is not None:
                whole = Rect.of(self.size(level))
                planes = self._denoised(self._level(level, None), whole, whole, whole.size, uniforms)
            elif level == 1 and self._decoded.layout == "bayer":
                planes = self._halved_mosaic()
            else:
                planes = self._halved(level)
            self._kept[key] = planes
            while len(self._kept) > 2 and sum(p.nbytes for p in self._kept.values()) > KEPT_BYTES:
                self._kept.popitem(last=False)
            return planes

    # Kernels

    def _planes(self, size: Size) -> Planes:
        """Memory that the next call uses again: fresh pages cost more than the arithmetic done on them."""
        count = 3 * size.width * size.height
        if self._scratch.size < count:
            self._scratch = np.empty(count, np.float32)
        return self._scratch[:count].reshape(3, size.height, size.width)

    def _demosaiced(self, region: Rect, *, scratch: bool = False) -> Planes:
        decoded = self._decoded
        out = self._planes(region.size) if scratch else np.empty((3, region.height, region.width), np.float32)
        placed = Placed(out, (region.x, region.y, 0))
        if decoded.layout == "bayer":
            self._library.call("bayer", *self._mosaic, placed)
        elif decoded.layout == "rgb":
            part = decoded.samples[region.y : region.bottom, region.x : region.right]
            scale = np.array(self._camera.gains) / (decoded.white - decoded.black[0])
            uniforms = np.concatenate([np.full(3, decoded.black[0]), scale]).astype(np.float32)
            self._library.call("rgb_camera", pixels(part, region.x, region.y), uniforms, placed)
        else:
            part = decoded.samples[region.y : region.bottom, region.x : region.right]
            source = pixels(part, region.x, region.y)
            if decoded.tables is None:
                self._library.call("rgb_float", source, placed)
            else:
                self._library.call(f"rgb_table_{part.dtype.itemsize * 8}", source, decoded.tables, placed)
        return out

    def _halved_mosaic(self) -> Planes:
        size = self.size(1)
        out = np.empty((3, size.height, size.width), np.float32)
        self._library.call("bayer_half", *self._mosaic, out)
        return out

    def _halved(self, level: int) -> Planes:
        source = self._level(level - 1, None) if level > 1 else None
        size, below = self.size(level), self.size(level - 1)
        out = np.empty((3, size.height, size.width), np.float32)
        if source is not None:
            self._library.call("halve", source, below.width, below.height, out)
            return out
        rows = 256  # level 0 is never held whole
        for y in range(0, size.height, rows):
            height = min(rows, size.height - y)
            part = Rect(0, 2 * y, below.width, 2 * height).within(Rect.of(below))
            strip = np.empty((3, height, size.width), np.float32)
            above = Placed(self._demosaiced(part), (0, part.y, 0))
            self._library.call("halve", above, below.width, below.height, Placed(strip, (0, y, 0)))
            out[:, y : y + height] = strip
        return out

    def _denoised(self, planes: Planes, held: Rect, region: Rect, whole: Size, uniforms: Uniforms) -> Planes:
        out = np.empty((3, region.height, region.width), np.float32)
        values = np.concatenate([np.ravel(v) for v in uniforms.values()]).astype(np.float32)
        luminance = int(np.any(np.asarray(uniforms["luminance"]) > 0))
        source, target = Placed(planes, (held.x, held.y, 0)), Placed(out, (region.x, region.y, 0))
        self._library.call("noise", source, values, whole.width, whole.height, luminance, target)
        return out

    # Numbers of the mosaic

    @cached_property
    def _mosaic(self) -> tuple[NDArray[np.uint16], NDArray[np.float32], int, int, int]:
        decoded = self._decoded
        channel = ["RGB".index(letter) for letter in decoded.pattern]
        gains = np.array(self._camera.gains)
        black = np.array(decoded.black)
        uniforms = np.zeros(16, np.float32)
        uniforms[0:4] = black
        uniforms[4:8] = gains[channel] / (decoded.white - black)
        uniforms[8:11] = gains * NEAR_CLIP
        clipped = int(decoded.samples.max() >= decoded.white * NEAR_CLIP)
        if clipped:
            uniforms[11:14] = self._highlight_chroma()
        uniforms[14] = gains.max()
        # Four standard deviations at black, so that the cube root keeps the noise around zero.
        uniforms[15] = 1e-3 + 4 * float(np.sqrt(self.noise[1])) * gains.max()
        red = decoded.pattern.index("R")
        return decoded.samples, uniforms, red % 2, red // 2, clipped

    def _quads(self) -> NDArray[np.float64]:
        """(rows, columns, 3) samples of every fourth 2x2 cell before white balance, 0 at black, 1 at saturation."""
        decoded = self._decoded
        if decoded.layout != "bayer":
            size = 8 * max(1, max(decoded.width, decoded.height) // 4000)
            some = decoded.samples[::size, ::size]
            if decoded.tables is not None:
                return np.stack([decoded.tables[i][some[..., i]] for i in range(3)], -1).astype(np.float64)
            if decoded.layout == "rgb":
                return (some - decoded.black[0]) / (decoded.white - decoded.black[0])
            return np.nan_to_num(some.astype(np.float64))
        rows, columns = decoded.height // 8 * 8, decoded.width // 8 * 8
        planes: list[list[NDArray[np.float64]]] = [[], [], []]
        for site, letter in enumerate(decoded.pattern):
            part = decoded.samples[site // 2 : rows : 8, site % 2 : columns : 8].astype(np.float64)
            planes["RGB".index(letter)].append((part - decoded.black[site]) / (decoded.white - decoded.black[site]))
        return np.stack([np.mean(p, axis=0) for p in planes], -1)

    def _highlight_chroma(self) -> NDArray[np.float64]:
        """Each channel's mean difference to the mean of the other two, in bright pixels that are just not clipped."""
        light = self._quads() * np.array(self._camera.gains)
        top = np.array(self._camera.gains) * NEAR_CLIP
        bright = np.all(light < top, axis=-1) & np.any(light > 0.5 * top, axis=-1)
        if np.count_nonzero(bright) < 100:
            return np.zeros(3)
        chosen = light[bright]
        return np.asarray((chosen - (chosen.sum(axis=1, keepdims=True) - chosen) / 2).mean(axis=0))
