"""The sensor stage of a photo with patches: their light goes through a sensor like the photo's own.

A patch is scene-linear light. It is exposed once more on the photo's mosaic, with the photo's noise, and read through
the same demosaicing and noise reduction as its surroundings. So its grain and sharpness are theirs at every scale.
Patches may lie beyond the frame. There the photo's edge pixels are repeated under them, which `known` tells apart.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import StillbytesError
from stillbytes.core.geometry import Rect, Size
from stillbytes.develop.camera import Camera
from stillbytes.develop.clean import Mixed
from stillbytes.develop.kernels.load import Library
from stillbytes.develop.operation import Uniforms
from stillbytes.develop.operations.repair import Repaired
from stillbytes.develop.resampling.frame_grid import NO_LIGHT, FrameGrid, Light, averaged
from stillbytes.develop.rolling import Rolling
from stillbytes.develop.sensor import DEEPEST, Planes, Sensor, margin
from stillbytes.photo.decoded import Decoded

CELL = 1 << DEEPEST
"""Patches are held on whole pixels of the deepest level."""
BLACK, WHITE = 4096.0, 64000.0
"""Codes of a patch's mosaic: room for noise below black, and above the brightest light."""
HEADROOM = 1.1
HELD_BYTES = 384 << 20
"""Patches that are kept ready to be read."""
STEP = 16 << DEEPEST
"""What is read begins so many pixels beyond the frame, so that the pyramids of noise reduction lie as in the photo."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Insert:
    """A patch as the pipeline takes it.

    key: equal for equal pixels. rect: pixels of the frame at full resolution.
    pixels: light of the photo with the patches below -> (height, width, 4) float32: scene-linear Rec.2020 under the
    as-shot white, middle grey 0.18, valid everywhere, and alpha 0..1; may raise a StillbytesError.
    grain: whether the photo's noise is added. opacity: 0..1.
    coverage: where it is seen, 0..1, or None for everywhere; coverage_key: equal for equal coverage.
    """

    key: str
    rect: Rect
    pixels: Callable[[Light], NDArray[np.float32]] = field(compare=False)
    grain: bool = True
    opacity: float = 1.0
    coverage: Callable[[FrameGrid], NDArray[np.float32]] | None = field(default=None, compare=False)
    coverage_key: str = ""


class Source(Protocol):
    """What is read from: a photo's sensor stage with its patches."""

    def extent(self, level: int) -> Rect:
        """What can be read: the frame's pixels and those around it that patches cover."""
        ...

    def read(self, level: int, region: Rect, uniforms: Uniforms | None) -> tuple[Planes, int, int]:
        """See `Sensor.read`."""
        ...


@dataclass(frozen=True, slots=True)
class Photo:
    """What patches take on of their photo. neutral: (3, 3), white-balanced camera RGB -> an insert's RGB."""

    sensor: Sensor | Mixed
    decoded: Decoded
    camera: Camera
    library: Library
    neutral: NDArray[np.floating]


class Exposed:
    """One patch, exposed on a mosaic like the photo's."""

    def __init__(self, insert: Insert, photo: Photo, below: Light) -> None:
        """below: of the photo with the patches below."""
        frame, rect = photo.sensor.size(0), insert.rect
        x, y = rect.x // CELL * CELL, rect.y // CELL * CELL
        self._held = Rect(x, y, -(-rect.right // CELL) * CELL - x, -(-rect.bottom // CELL) * CELL - y)
        self._rect = rect
        pixels = insert.pixels(below)
        around = ((rect.y - y, self._held.bottom - rect.bottom), (rect.x - x, self._held.right - rect.right))
        to_camera = np.linalg.inv(photo.neutral.astype(np.float64)).T.astype(np.float32)
        light = np.pad(pixels[..., :3], (*around, (0, 0)), "edge") @ to_camera
        alpha = np.rint(pixels[..., 3] * np.float32(65535)).astype(np.uint16)
        alpha = np.pad(alpha, ((around[0][0], 0), (around[1][0], 0)))
        alpha = np.pad(alpha, ((0, around[0][1]), (0, 0)), "edge" if rect.bottom == frame.height else "constant")
        self._alpha = np.pad(alpha, ((0, 0), (0, around[1][1])), "edge" if rect.right == frame.width else "constant")
        self._alphas: dict[int, NDArray[np.float32]] = {}
        noise = photo.sensor.noise if insert.grain else (0.0, 0.0)
        random = np.random.default_rng([int(part, 16) for part in (insert.key[:8], insert.key[8:16])])
        self._scale, copy = _exposed(light, noise, photo.decoded, photo.camera, random)
        self._sensor = Sensor(copy, photo.camera, photo.library, Repaired(lmmse=photo.sensor.lmmse))
        self._rows: tuple[tuple[object, ...], Rolling] = (), Rolling()

    def rows(self, shown: tuple[object, ...]) -> Rolling:
        """For the light around it. shown: equal for the same light."""
        if self._rows[0] != shown:
            self._rows = shown, Rolling()
        return self._rows[1]

    @property
    def nbytes(self) -> int:
        """About what it takes, with what is kept of its levels."""
        return self._held.width * self._held.height * 20

    def at(self, level: int) -> Rect:
        """The pixels of that level that it may change."""
        step = 1 << level
        x, y = self._rect.x // step, self._rect.y // step
        return Rect(x, y, -(-self._rect.right // step) - x, -(-self._rect.bottom // step) - y)

    def light(self, level: int, part: Rect) -> Planes:
        """(3, rows, columns) of a part of `at(level)`, an array of its own."""
        within = self._within(level, part)
        if level == 0:
            rows = Rect(0, within.y, self._held.width, within.height)
            with self._sensor.noisy(rows) as planes:
                return np.asarray(planes[:, :, within.x : within.right] * np.float32(self._scale))
        planes, x, y = self._sensor.read(level, within, None)
        part_of = planes[:, within.y - y : within.bottom - y, within.x - x : within.right - x]
        return np.asarray(part_of * np.float32(self._scale))

    def alpha(self, level: int, part: Rect) -> NDArray[np.float32]:
        """(rows, columns) 0..1 of a part of `at(level)`."""
        within = self._within(level, part)
        rows, columns = slice(within.y, within.bottom), slice(within.x, within.right)
        if level == 0:
            return np.asarray(self._alpha[rows, columns] * np.float32(1 / 65535))
        if level not in self._alphas:
            self._alphas[level] = averaged(self._alpha, 1 << level)
        return self._alphas[level][rows, columns]

    def _within(self, level: int, part: Rect) -> Rect:
        return Rect(part.x - (self._held.x >> level), part.y - (self._held.y >> level), part.width, part.height)


class Patched:
    """Reads like `Sensor`. Outside of every patch's alpha the values are the sensor's to the last bit."""

    def __init__(
        self, sensor: Sensor | Mixed, inserts: Sequence[tuple[Insert, Exposed]], light: Light = NO_LIGHT
    ) -> None:
        """inserts: the lowest first. light: what masks of patches see."""
        self._sensor, self._inserts, self._light = sensor, inserts, light
        self._extent = frame = Rect.of(sensor.size(0))
        for insert, _ in inserts:
            self._extent = self._extent.around(insert.rect.within(within_reach(frame.size)))
        x, y = self._extent.x // STEP * STEP, self._extent.y // STEP * STEP
        self._extent = Rect(x, y, self._extent.right - x, self._extent.bottom - y)

    @property
    def beyond(self) -> bool:
        """Whether patches lie beyond the frame."""
        return self._extent.size != self._sensor.size(0)

    def size(self, level: int) -> Size:
        """Of the frame."""
        return self._sensor.size(level)

    def extent(self, level: int) -> Rect:
        """See Source."""
        step, held = 1 << level, self._extent
        x, y = held.x // step, held.y // step
        return Rect(x, y, -(-held.right // step) - x, -(-held.bottom // step) - y)

    def read(self, level: int, region: Rect, uniforms: Uniforms | None) -> tuple[Planes, int, int]:
        """See `Sensor.read`; the region lies in the extent."""
        frame, whole = Rect.of(self.size(level)), self.extent(level)
        parts = [exposed.at(level).within(region) for _, exposed in self._inserts]
        inside = region.within(frame) == region
        if all(part.empty for part in parts):
            if inside:
                return self._sensor.read(level, region, uniforms)
            return self._plain(level, region, uniforms), region.x, region.y
        if uniforms is None:
            out = self._plain(level, region, None)
            known = self._of_frame(level, region)
            for insert, exposed in self._inserts:
                self._blend(out, region, level, insert, exposed, known)
            return out, region.x, region.y
        wider = region.grown(margin(uniforms)).within(whole)
        if level == 0 and inside and not self._sensor.mixed:  # as the sensor does it, without reading the mosaic twice
            held = wider.within(frame)
            with self._sensor.noisy(held) as noisy:
                out = self._sensor.denoised(noisy, held, region, frame.size, uniforms, 0)
                self._cover(out, region, level, repeated(noisy, held, wider), wider, uniforms)
        else:
            out = self._plain(level, region, uniforms)
            self._cover(out, region, level, self._plain(level, wider, None), wider, uniforms)
        return out, region.x, region.y

    def _cover(self, out: Planes, region: Rect, level: int, noisy: Planes, held: Rect, uniforms: Uniforms) -> None:
        """Put what patches change into `out`, noise reduced, from the photo's own light over `held`."""
        whole = self.extent(level)

        def laid(rest: Rect, planes: Planes) -> None:
            """The photo with its patches."""
            rows, columns = slice(rest.y - held.y, rest.bottom - held.y), slice(rest.x - held.x, rest.right - held.x)
            planes[:] = noisy[:, rows, columns]
            known = self._of_frame(level, rest)
            for insert, exposed in self._inserts:
                self._blend(planes, rest, level, insert, exposed, known)

        for _, exposed in self._inserts:
            part = exposed.at(level).within(region)
            if part.empty:
                continue
            around = part.grown(margin(uniforms)).within(held)
            shown = self._sensor.state, tuple(insert for insert, _ in self._inserts)
            rows = exposed.rows(shown) if level == 0 else Rolling()
            light = rows.of(around, laid)
            read, wanted = around.moved(-whole.x, -whole.y), part.moved(-whole.x, -whole.y)
            clean = self._sensor.denoised(light, read, wanted, whole.size, uniforms, level)
            here = self._touched(level, part)
            target = out[:, part.y - region.y :, part.x - region.x :][:, : part.height, : part.width]
            np.copyto(target, clean, where=here)

    def _touched(self, level: int, region: Rect) -> NDArray[np.bool_]:
        """(rows, columns): where patches change anything."""
        touched = np.zeros((region.height, region.width), bool)
        for insert, exposed in self._inserts:
            part = exposed.at(level).within(region)
            if not part.empty:
                here = touched[part.y - region.y :, part.x - region.x :][: part.height, : part.width]
                here |= self._alpha(level, insert, exposed, part) > 0
        return touched

    def known(self, level: int, region: Rect) -> NDArray[np.float32]:
        """(rows, columns) 0..1: how much of each pixel of any region shows the photo or a patch."""
        known = self._of_frame(level, region)
        for insert, exposed in self._inserts:
            part = exposed.at(level).within(self.extent(level)).within(region)
            if not part.empty:
                here = known[part.y - region.y :, part.x - region.x :][: part.height, : part.width]
                here += self._alpha(level, insert, exposed, part) * (1 - here)
        return known

    def _of_frame(self, level: int, region: Rect) -> NDArray[np.float32]:
        known = np.zeros((region.height, region.width), np.float32)
        part = region.within(Rect.of(self.size(level)))
        if not part.empty:
            known[part.y - region.y : part.bottom - region.y, part.x - region.x : part.right - region.x] = 1
        return known

    def _plain(self, level: int, region: Rect, uniforms: Uniforms | None) -> Planes:
        """The photo's own light, in an array that may be changed; beyond the frame its edge pixels."""
        inner = region.nearest(Rect.of(self.size(level)))
        planes, x, y = self._sensor.read(level, inner, uniforms)
        part = planes[:, inner.y - y : inner.bottom - y, inner.x - x : inner.right - x]
        if inner != region:
            return repeated(part, inner, region)
        return part if level == 0 else part.copy()  # levels are kept for others

    def _alpha(self, level: int, insert: Insert, exposed: Exposed, part: Rect) -> NDArray[np.float32]:
        """(rows, columns): how much of a part of the patch is seen."""
        alpha = exposed.alpha(level, part) * np.float32(insert.opacity)
        if insert.coverage is None:
            return alpha
        step = 1 << level
        middle = (step - 1) / 2
        affine = (float(step), 0.0, middle, 0.0, float(step), middle)
        return alpha * insert.coverage(FrameGrid(self.size(0), affine, part, self._light))

    def _blend(
        self,
        planes: Planes,
        held: Rect,
        level: int,
        insert: Insert,
        exposed: Exposed,
        known: NDArray[np.float32],
    ) -> None:
        """Lay a patch over planes of the region `held`, of which `known` is known; the rest shows it alone."""
        part = exposed.at(level).within(held)
        if part.empty:
            return
        rows = slice(part.y - held.y, part.bottom - held.y)
        columns = slice(part.x - held.x, part.right - held.x)
        alpha = self._alpha(level, insert, exposed, part)
        before = known[rows, columns]
        if not before.all():
            known[rows, columns] = after = before + alpha * (1 - before)
            alpha = np.where(before < 1, alpha / np.maximum(after, np.float32(1e-6)), alpha)
        under, light = planes[:, rows, columns], exposed.light(level, part)
        light -= under  # in place, for these are millions of pixels
        light *= alpha
        under += light


def within_reach(frame: Size) -> Rect:
    """Where patches are shown: one frame beyond every side, as far as crops reach."""
    return Rect(-frame.width, -frame.height, 3 * frame.width, 3 * frame.height)


def repeated(planes: Planes, held: Rect, wanted: Rect) -> Planes:
    """(3, rows, columns) over `wanted` of planes over `held`, whose edges are repeated."""
    if held == wanted:
        return planes
    if held.within(wanted) == held:  # quicker
        down, across = (held.y - wanted.y, wanted.bottom - held.bottom), (held.x - wanted.x, wanted.right - held.right)
        return np.pad(planes, ((0, 0), down, across), "edge")
    rows = np.clip(np.arange(wanted.y, wanted.bottom), held.y, held.bottom - 1) - held.y
    columns = np.clip(np.arange(wanted.x, wanted.right), held.x, held.right - 1) - held.x
    return np.take(np.take(planes, rows, 1), columns, 2)


class Patches:
    """Keeps the patches of a photo ready that were read last."""

    def __init__(self, photo: Photo) -> None:
        self._photo = photo
        self._held: OrderedDict[tuple[object, ...], Exposed] = OrderedDict()

    def over(
        self, inserts: Sequence[Insert], light: Callable[[tuple[Insert, ...]], Light], sensor: Sensor | Mixed
    ) -> Patched:
        """The photo with those patches, without such as cannot be read. light: of the photo with some of them.
        sensor: what is under them."""
        shown = within_reach(sensor.size(0))
        seen: list[tuple[Insert, Exposed]] = []
        for number, insert in enumerate(inserts):
            if not insert.rect.within(shown).empty:
                exposed = self._exposed(insert, partial(light, tuple(inserts[:number])), sensor)
                seen += [(insert, exposed)] if exposed is not None else []
        self._spare({_key(insert, sensor) for insert, _ in seen})
        return Patched(sensor, seen, light(()))

    def _exposed(self, insert: Insert, below: Callable[[], Light], sensor: Sensor | Mixed) -> Exposed | None:
        key = _key(insert, sensor)
        if key not in self._held:
            try:
                made = Exposed(insert, replace(self._photo, sensor=sensor), below())
            except StillbytesError as error:
                log.warning("a patch is left out: %s", error)
                return None
            self._held[key] = made
        self._held.move_to_end(key)
        return self._held[key]

    def _spare(self, shown: set[tuple[object, ...]]) -> None:
        """Let go of what was not read for longest, but of nothing that is shown now."""
        idle = [key for key in self._held if key not in shown]
        while idle and sum(held.nbytes for held in self._held.values()) > HELD_BYTES:
            del self._held[idle.pop(0)]


def _key(insert: Insert, sensor: Sensor | Mixed) -> tuple[object, ...]:
    """What is mixed with the photo changes its noise, and the light that spots take."""
    return insert.key, insert.rect, insert.grain, sensor.state


def _exposed(
    light: NDArray[np.float32],
    noise: tuple[float, float],
    decoded: Decoded,
    camera: Camera,
    random: np.random.Generator,
) -> tuple[float, Decoded]:
    """White-balanced camera RGB (height, width, 3) as a photo of the same kind, and what its light has to be
    multiplied by."""
    slope, offset = noise
    gains = np.array(camera.gains, np.float32)
    if decoded.layout != "bayer":
        signal = np.maximum(light / gains, 0)
        spread = np.sqrt(np.float32(slope) * signal + np.float32(offset)) * gains
        noisy = light + spread * random.standard_normal(light.shape, np.float32)
        return 1.0, Decoded("picture", np.ascontiguousarray(noisy, np.float32), matrix=decoded.matrix)
    mosaic = np.empty(light.shape[:2], np.float32)
    for site, letter in enumerate(decoded.pattern):
        channel, rows, columns = "RGB".index(letter), slice(site // 2, None, 2), slice(site % 2, None, 2)
        mosaic[rows, columns] = light[rows, columns, channel] / gains[channel]
    brightest = max(1.0, float(mosaic.max())) * HEADROOM
    if slope or offset:
        spread = np.sqrt(np.float32(slope) * np.maximum(mosaic, 0) + np.float32(offset))
        mosaic += spread * random.standard_normal(mosaic.shape, np.float32)
        np.maximum(mosaic, np.float32(decoded.darkest), out=mosaic)  # cut off where that of its surroundings is
    codes = np.rint(mosaic * np.float32((WHITE - BLACK) / brightest) + np.float32(BLACK))
    samples = np.clip(codes, 0, 65535).astype(np.uint16)
    held = (slope / brightest, offset / brightest**2)
    colour = None if decoded.colour is None else replace(decoded.colour, noise_profile=(held,))
    return brightest, Decoded("bayer", samples, decoded.pattern, (BLACK,) * 4, WHITE, colour)
