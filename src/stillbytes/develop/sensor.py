"""The sensor stage of one photo: samples to white-balanced camera RGB at any level of halving, noise reduced."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect, Size
from stillbytes.develop.camera import Camera
from stillbytes.develop.declipping import Declipping, declipping
from stillbytes.develop.kernels.load import Library, Placed, pixels
from stillbytes.develop.noise_spectrum import LEVELS, SIDE, spectrum
from stillbytes.develop.operation import Uniforms
from stillbytes.develop.operations.repair import Repaired
from stillbytes.develop.rolling import Rolling, Tail
from stillbytes.develop.samples.samples import NEAR_CLIP, Samples
from stillbytes.photo.decoded import Decoded

T = TypeVar("T")
Planes = NDArray[np.float32]
"""(3, rows, columns) float32: white-balanced camera RGB, 1 where green saturates, unbounded."""

MARGINS = {"bands": 96, "patches": 128}
"""Pixels around a region that each kind of noise reduction reads: the support of its pyramid."""
DEEPEST = 5
"""The last level that a render reads."""
STRIP_ROWS = 128
"""Rows of a level that are made at a time where the level below is not kept."""
TAIL_ROWS = 64
"""Of a region with its noise reduced that are kept for the next: what the look stage reads around its strips."""
KEPT_BYTES = 400 << 20


def margin(uniforms: Uniforms) -> int:
    """Pixels around a region that noise reduction with these uniforms reads."""
    return MARGINS["patches" if "weights" in uniforms else "bands"]


def _digest(uniforms: Uniforms) -> tuple[bytes, ...]:
    return tuple(np.ravel(value).tobytes() for value in uniforms.values())


class Sensor:
    """Level 0 is full resolution; each further level halves both sides (rounded up)."""

    mixed = False
    """Whether the photo's own light is mixed with another."""

    def __init__(
        self,
        decoded: Decoded,
        camera: Camera,
        library: Library,
        repaired: Repaired | None = None,
        samples: Samples | None = None,
    ) -> None:
        """repaired: what is put right in the samples; nothing by default. samples: what is known of them."""
        self._decoded, self._camera, self._library = decoded, camera, library
        self._repaired = repaired or Repaired()
        self.lmmse = self._repaired.lmmse
        """Whether missing colours are found by what is likely."""
        self._samples = samples or Samples(decoded, camera, library)
        self.state: tuple[object, ...] = (self._repaired,)
        """Equal for equal pixels of the same photo."""
        self._kept: OrderedDict[tuple[object, ...], Planes] = OrderedDict()
        self._lock = threading.RLock()
        self._rows = Rolling()
        self._tail = Tail(TAIL_ROWS)

    def size(self, level: int) -> Size:
        width, height = self._decoded.width, self._decoded.height
        for _ in range(level):
            width, height = (width + 1) // 2, (height + 1) // 2
        return Size(width, height)

    @property
    def noise(self) -> tuple[float, float]:
        """(slope, offset) of the samples' variance, signal 1 at saturation."""
        return self._samples.noise

    @property
    def codes(self) -> NDArray[np.uint16]:
        """(height, width) of a Bayer mosaic as it is read."""
        return self._samples.codes(self._repaired)

    def read(self, level: int, region: Rect, uniforms: Uniforms | None) -> tuple[Planes, int, int]:
        """White-balanced camera RGB of `region` (inside the level's size) with the column and row it starts at.

        uniforms: of noise reduction at this level, or None for none. The array may cover more than the region.
        """
        if level > 0:
            return self._level(level, uniforms), 0, 0
        whole = Rect.of(self.size(0))
        if uniforms is None:
            return self._demosaiced(region), region.x, region.y
        out, key = np.empty((3, region.height, region.width), np.float32), _digest(uniforms)
        with self._lock:
            known = self._tail.lay(key, region, out)
            rest = Rect(region.x, region.y + known, region.width, region.height - known)
            if not rest.empty:
                wider = rest.grown(margin(uniforms)).within(whole)
                with self.noisy(wider) as planes:
                    self.denoised(planes, wider, rest, whole.size, uniforms, 0, out[:, known:])
            self._tail.keep(key, region, out)
        return out, region.x, region.y

    @contextmanager
    def noisy(self, region: Rect) -> Iterator[Planes]:
        """Level 0 without noise reduction, to be read only and only as long as this lasts. Rows that the region before
        had as well are not worked out again."""
        with self._lock:
            yield self._rows.of(region, self._demosaic)

    def _level(self, level: int, uniforms: Uniforms | None) -> Planes:
        """A whole level, kept for the next request."""
        key = (level, None if uniforms is None else _digest(uniforms))
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            if uniforms is not None:
                whole = Rect.of(self.size(level))
                planes = self.denoised(self._level(level, None), whole, whole, whole.size, uniforms, level)
            else:
                planes = self._made(level, Rect.of(self.size(level)))
            self._kept[key] = planes
            while len(self._kept) > 2 and sum(p.nbytes for p in self._kept.values()) > KEPT_BYTES:
                self._kept.popitem(last=False)
            return planes

    # Kernels

    def _demosaiced(self, region: Rect) -> Planes:
        out = np.empty((3, region.height, region.width), np.float32)
        self._demosaic(region, out)
        return out

    def _demosaic(self, region: Rect, out: Planes) -> None:
        decoded = self._decoded
        placed = Placed(out, (region.x, region.y, 0))
        if decoded.layout == "bayer":
            self._library.call("bayer_lmmse" if self.lmmse else "bayer", *self._mosaic, placed)
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

    def _made(self, level: int, region: Rect) -> Planes:
        """A region of a level, from the level below if that is kept, else strip by strip from the samples."""
        if level == 0:
            return self._demosaiced(region)
        out = np.empty((3, region.height, region.width), np.float32)
        if level == 1 and self._decoded.layout == "bayer":
            self._library.call("bayer_half", *self._mosaic, Placed(out, (region.x, region.y, 0)))
            return out
        below, kept = self.size(level - 1), self._kept.get((level - 1, None))
        rows = STRIP_ROWS if kept is None else region.height
        for y in range(region.y, region.bottom, rows):
            height = min(rows, region.bottom - y)
            read = Rect(2 * region.x, 2 * y, 2 * region.width, 2 * height).within(Rect.of(below))
            source = Placed(self._made(level - 1, read), (read.x, read.y, 0)) if kept is None else kept
            strip = Placed(out[:, y - region.y :][:, :height], (region.x, y, 0))
            self._library.call("halve", source, below.width, below.height, strip)
        return out

    def denoised(
        self,
        planes: Planes,
        held: Rect,
        region: Rect,
        whole: Size,
        uniforms: Uniforms,
        level: int,
        into: Planes | None = None,
    ) -> Planes:
        """Noise reduced in `region` of a level of size `whole`, from planes that cover `held`. into: memory for it."""
        out = np.empty((3, region.height, region.width), np.float32) if into is None else into
        if "weights" in uniforms:
            model = np.concatenate([uniforms["slope"], uniforms["offset"]]).astype(np.float32)
            weights = np.reshape(uniforms["weights"], (LEVELS, 4, SIDE, SIDE)).astype(np.float32)
            thresholds = weights * self._spectrum(level)[:, [0, 1, 2, 0]]
            source, target = Placed(planes, (held.x, held.y, 0)), Placed(out, (region.x, region.y, 0))
            sparse = int(uniforms["sparse"])
            self._library.call("noise_patches", source, model, thresholds, whole.width, whole.height, sparse, target)
            if uniforms["declipped"] and (declipping := self._declipping(level)):
                self._library.call("declip", target, declipping.added, declipping.first, declipping.step, target)
            return out
        values = np.concatenate([np.ravel(v) for v in uniforms.values()]).astype(np.float32)
        luminance = int(np.any(np.asarray(uniforms["luminance"]) > 0))
        source, target = Placed(planes, (held.x, held.y, 0)), Placed(out, (region.x, region.y, 0))
        self._library.call("noise", source, values, whole.width, whole.height, luminance, target)
        return out

    def _spectrum(self, level: int) -> NDArray[np.float32]:
        """See `develop.noise_spectrum`."""
        return self._measured(self._samples.spectra, spectrum, level)

    def _declipping(self, level: int) -> Declipping | None:
        """See `develop.declipping`."""
        return self._measured(self._samples.declippings, declipping, level)

    def _measured(self, known: dict[tuple[int, bool], T], measure: Callable[..., T], level: int) -> T:
        # Levels beyond the first are made of halves of the mosaic, without demosaicing.
        key = level, self.lmmse and level == 0
        if key not in known:

            def sensor(grey: Decoded, at: int, region: Rect) -> Planes:
                return Sensor(grey, self._camera, self._library, Repaired(lmmse=self.lmmse))._made(at, region)

            gains = np.array(self._camera.gains)
            known[key] = measure(self._decoded, gains, self.noise, level, sensor)
        return known[key]

    # Numbers of the mosaic

    @cached_property
    def _mosaic(self) -> tuple[NDArray[Any] | int, ...]:
        """The arguments of `kernels.mosaic.Mosaic`."""
        decoded, samples, repaired = self._decoded, self._samples, self._repaired
        gains = np.array(self._camera.gains)
        black = np.array(decoded.black)
        clipped, chroma, around = samples.clipping(repaired)
        uniforms = np.zeros(22, np.float32)
        uniforms[0:4] = black
        uniforms[4:8] = gains[samples.channels] / (decoded.white - black)
        uniforms[8:11] = gains * NEAR_CLIP
        uniforms[11:14] = chroma
        uniforms[14] = gains.max()
        slope, offset = self.noise
        # Four standard deviations at black, so that the cube root keeps the noise around zero.
        uniforms[15] = (5e-4 if self.lmmse else 1e-3) + 4 * float(np.sqrt(offset)) * gains.max()
        uniforms[16:19], uniforms[19:22] = slope * gains / 9, offset * gains**2 / 9
        red = decoded.pattern.index("R")
        return samples.codes(repaired), uniforms, red % 2, red // 2, *samples.stripes(repaired), clipped, around
