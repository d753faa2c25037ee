"""render(photo, settings, region, scale, output): the one way from samples to pixels."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import Cancelled, InvalidSetting
from stillbytes.core.geometry import Rect, Size
from stillbytes.develop import canvas, local_noise, white
from stillbytes.develop.camera import Camera, WhitePoint
from stillbytes.develop.colour import REC2020_LUMINANCE
from stillbytes.develop.frame_grid import FrameGrid, Light, Raster, combined
from stillbytes.develop.geometry import Geometry
from stillbytes.develop.guide import Guide, guide
from stillbytes.develop.kernels import layout
from stillbytes.develop.kernels.load import Library, Placed, library, pixels
from stillbytes.develop.local import Coverages, Local, Weights
from stillbytes.develop.look import frame_uniforms
from stillbytes.develop.operation import Scene, Uniforms
from stillbytes.develop.operations import catalogue
from stillbytes.develop.operations.noise_reduction import OF_ADJUSTMENTS
from stillbytes.develop.overview import Overview
from stillbytes.develop.patched import Insert, Patched, Patches, Photo
from stillbytes.develop.prepared import Prepared
from stillbytes.develop.resample import halvings, resampled, through
from stillbytes.develop.sensor import Planes, Sensor
from stillbytes.develop.settings import Settings
from stillbytes.photo.decoded import Decoded
from stillbytes.photo.spaces import SPACES

BASELINE_EV = 0.5
"""Between the sensor's saturation-based scale and middle grey at 0.18: exposure meters place grey at 12.7 % of
saturation (ISO 12232:2019, saturation-based speed)."""
STRIP_PIXELS = 5_000_000
"""A picture larger than this is computed in strips of about as many pixels, which bounds the memory."""
LOOK_MARGIN = 32
"""Pixels around a region that the look stage may read: the farthest reach of a detail, rounded up to whole vectors."""
EMPTY_EDGE = 512
"""Pixels of the picture in which the empty canvas is measured."""
HELD_BYTES = 64 << 20
"""What the look stage reads is kept for as many grids as fit: drafts, full frames and thumbnails alternate."""
MASK_BYTES = 96 << 20
"""The same of masks."""
Dtype = Literal["uint8", "uint16", "float32"]


@dataclass(frozen=True, slots=True)
class Output:
    """space: name in `photo.spaces.SPACES`. dtype: uint8 is dithered; float32 holds encoded values 0..1."""

    space: str = "srgb"
    dtype: Dtype = "uint8"


PREVIEW = Output()


@dataclass(frozen=True, slots=True)
class Frame:
    """pixels: (height, width, 3), contiguous, encoded in the RGB space `space`; uint8 or uint16 full range, or
    float32 0..1. known: which of them show the photo or a patch, see `canvas`; None for all."""

    pixels: NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.float32]
    space: str
    known: canvas.Known | None = None

    def sample(self, count: int) -> NDArray[Any]:
        """(n, 3) of about `count` pixels in a regular grid, without those of the empty canvas."""
        step = max(1, math.isqrt(self.pixels.shape[0] * self.pixels.shape[1] // count))
        some = self.pixels[::step, ::step]
        if self.known is None:
            return np.ascontiguousarray(some).reshape(-1, 3)
        return np.asarray(some[self.known[::step, ::step] == canvas.FULL])

    def histogram(self) -> NDArray[np.uint32]:
        """(4, 256) uint32: counts of red, green, blue and luma in about 200,000 pixels, see `sample`."""
        some = self.sample(200_000)
        full = {"u1": 1.0, "u2": 1 / 257, "f4": 255.0}[some.dtype.str[1:]]
        codes = some if full == 1 else np.rint(some * full)
        red, green, blue = (np.ascontiguousarray(codes[..., i], np.uint16) for i in range(3))
        luma = (red * 54 + green * 183 + blue * 19) >> 8  # at most 255 * 256, which 16 bits hold
        return np.stack([np.bincount(p.ravel(), minlength=256) for p in (red, green, blue, luma)]).astype(np.uint32)


class Pipeline:
    """A decoded photo that can be developed. Thread-safe; a request waits for the one before it."""

    def __init__(
        self,
        decoded: Decoded,
        local: Callable[[Settings], Sequence[Local]] | None = None,
        rasters: Mapping[str, Raster] | None = None,
        inserts: Callable[[Settings], Sequence[Insert]] | None = None,
    ) -> None:
        """local: the adjustments of settings, from who knows what their masks mean; without it there are none.

        rasters: what was found in the photo, for those who do. inserts: the patches of settings, the lowest first,
        from who has their pixels.
        """
        self._decoded = decoded
        self._local = local or (lambda settings: ())
        self.rasters: Mapping[str, Raster] = {} if rasters is None else rasters
        self._inserts = inserts or (lambda settings: ())
        self._lock = threading.RLock()
        self._held: OrderedDict[tuple[object, ...], Planes] = OrderedDict()
        self._guides: OrderedDict[tuple[Insert, ...], Guide] = OrderedDict()
        self._overviews: OrderedDict[tuple[Insert, ...], Overview] = OrderedDict()
        self._lights: OrderedDict[tuple[Insert, ...], Light] = OrderedDict()
        self._last_bases: tuple[tuple[object, ...], Guide, NDArray[np.uint32]] | None = None
        self._last_empty: tuple[object, float] = None, 0.0
        self._views = canvas.Views()
        self._coverages = Coverages(MASK_BYTES)
        self._prepared = Prepared(HELD_BYTES)

    @cached_property
    def _library(self) -> Library:
        return library()

    @cached_property
    def camera(self) -> Camera:
        return Camera(self._decoded)

    @cached_property
    def _sensor(self) -> Sensor:
        return Sensor(self._decoded, self.camera, self._library)

    @property
    def raw(self) -> bool:
        """Whether the photo is scene-referred; JPEG and other rendered files are not."""
        return self._decoded.layout != "picture"

    @property
    def frame(self) -> Size:
        """The upright, uncropped photo at full resolution."""
        return Size(self._decoded.width, self._decoded.height)

    @property
    def as_shot(self) -> WhitePoint:
        return self.camera.as_shot

    def developed_size(self, settings: Settings) -> Size:
        """Size of the developed picture at full scale."""
        return Geometry.of(settings, self.frame).developed

    def white_balance(self, settings: Settings) -> WhitePoint:
        """The temperature and tint in effect."""
        return white.effective(settings, self.as_shot, lambda: self._auto_white)

    def pick_white(self, settings: Settings, x: float, y: float) -> WhitePoint:
        """The white point under which the picture is neutral at (x, y), 0..1 across and down the developed picture.

        Raises InvalidSetting when the place is too dark or clipped to tell.
        """
        with self._lock:
            form = Geometry.of(settings, self.frame)
            column, row = form.place(x, y)
            spot = Rect(math.floor(column), math.floor(row), 1, 1)
            source = self._source(self._seen(settings))
            around = spot.grown(4).within(source.extent(0))
            known = source.known(0, around) == 1
            if not (0 <= x < 1 and 0 <= y < 1 and known.any() and source.known(0, spot) == 1):
                raise InvalidSetting("The white balance picker is outside the picture.", "Click inside it.")
            planes, x0, y0 = source.read(0, around, None)
            part = planes[:, around.y - y0 : around.bottom - y0, around.x - x0 : around.right - x0]
            mean = part[:, known].mean(axis=1).astype(np.float64)
            if mean.min() < 1e-4 or np.any(mean >= np.array(self.camera.gains) * 0.98):
                raise InvalidSetting("This place is too dark or too bright to take the white from.", "Click a grey.")
            return self.camera.white_of_balanced(mean)

    def render(
        self,
        settings: Settings,
        scale: float = 1.0,
        region: Rect | None = None,
        output: Output = PREVIEW,
        cancelled: Callable[[], bool] | None = None,
        local: Sequence[Local] | None = None,
    ) -> Frame:
        """The developed picture at `scale` output pixels per full-resolution pixel, or a region of that grid.

        local: adjustments in place of those of the settings. A region shows the same bytes as that part of the whole.
        Raises Cancelled between strips when `cancelled` says so, InvalidSetting for a region or scale that makes no
        sense.
        """
        if not (math.isfinite(scale) and 1e-4 <= scale <= 4):
            raise InvalidSetting(f"The scale {scale!r} is not possible.", "Use 0.0001 to 4.")
        if output.space not in SPACES:
            raise InvalidSetting(f"There is no colour space {output.space!r}.", f"Use {', '.join(SPACES)}.")
        form = Geometry.of(settings, self.frame)
        size = form.developed.scaled(scale)
        whole = Rect.of(size)
        region = whole if region is None else region.within(whole)
        if region.empty:
            extent = f"The picture has {size.width} x {size.height} pixels at this scale."
            raise InvalidSetting("The region lies outside the picture.", extent)
        cut = form.to_cut(region, size)
        grid = Size(size.height, size.width) if form.turns % 2 else size
        local = self._local(settings) if local is None else local
        inserts = self._seen(settings)
        with self._lock:
            out = np.empty((cut.height, cut.width, 3), np.uint8 if output.dtype == "uint8" else np.float32)
            byte = output.dtype == "uint8"
            changed = {name for adjustment in local for name in adjustment.delta}
            active = {
                o: o.active(settings) or any(p.name in changed for p in o.parameters) for o in layout.look_operations()
            }
            whole_look = not byte or any(o.seldom and at_work for o, at_work in active.items())
            details = [(o, active[o]) for o in layout.prepared_operations() if whole_look or not o.seldom]
            kernel = layout.look_name("byte" if byte else "float", whole=whole_look, local=bool(local))
            pixels_at_once = STRIP_PIXELS // (1 + len(local) // 4)
            rows = max(128, min(cut.height, pixels_at_once // max(cut.width, 1)))
            deltas = [adjustment.delta for adjustment in local]
            which, amounts, starts = layout.pack_local(deltas)
            lists = layout.pack_lists(settings, deltas, whole=whole_look, local=bool(local))
            uniforms = None
            shown: canvas.Known | None = None
            for y in range(cut.y, cut.bottom, rows):
                if cancelled is not None and cancelled():
                    raise Cancelled()
                strip = Rect(cut.x, y, cut.width, min(rows, cut.bottom - y))
                base, held, view = self._base(settings, inserts, form, grid, strip, local_noise.asking(local))
                source = Placed(base, (held.x, held.y, 0))
                # After the first base, as the guide is made from the level that this has read if it is a small one.
                bases = self._bases(inserts, form)
                scene = self._scene(settings, grid.width / form.cut.width, 0)
                luma = self._luma.astype(np.float32)
                prepared = self._prepared.of(
                    self._library, view, source, grid, strip, luma, bases, details, settings, scene
                )
                uniforms = self._look_uniforms(settings, scene, grid, output) if uniforms is None else uniforms
                masks: tuple[Placed | NDArray[Any] | int, ...] = ()
                if local:
                    places = FrameGrid(self.frame, form.affine(grid, 1.0), strip, self._light(inserts))
                    weights = self._coverages.weights(local, places)
                    mixed = self._coverages.mixed(local, places)
                    at = (strip.x, strip.y, 0)
                    masks = Placed(weights, at), Placed(mixed, at), which, amounts, len(local), *starts
                target = pixels(out[y - cut.y : y - cut.y + strip.height], strip.x, strip.y)
                self._library.call(
                    kernel,
                    source,
                    *prepared,
                    uniforms,
                    grid.width,
                    grid.height,
                    *masks,
                    *lists,
                    target,
                )
                part = self._views.known(self._source(inserts), form.affine(grid, 1.0), strip, inserts)
                if part is not None:
                    shown = np.full(out.shape[:2], canvas.FULL, np.uint16) if shown is None else shown
                    shown[y - cut.y :][: strip.height] = part
                    canvas.lay(out[y - cut.y :][: strip.height], part, output.space)
        result = form.from_cut(out)
        shown = None if shown is None else form.from_cut(shown)  # type: ignore[assignment]
        if output.dtype == "uint16":
            return Frame(np.rint(result * 65535).astype(np.uint16), output.space, shown)
        return Frame(result, output.space, shown)  # type: ignore[arg-type]

    def empty(self, settings: Settings) -> float:
        """The part of the developed picture, 0..1, that neither the photo nor a patch covers."""
        form, inserts = Geometry.of(settings, self.frame), self._seen(settings)
        with self._lock:
            if self._last_empty[0] != (form, inserts):
                grid = form.cut.scaled(min(1.0, EMPTY_EDGE / form.cut.long_edge))
                shown = canvas.known(self._source(inserts), form.affine(grid, 1.0), Rect.of(grid))
                empty = 0.0 if shown is None else 1 - float(shown.mean()) / canvas.FULL
                self._last_empty = (form, inserts), empty
            return self._last_empty[1]

    def light(self, settings: Settings) -> Light:
        """The photo itself with its patches, for masks that depend on what is in it."""
        return self._light(self._seen(settings))

    def scene(self, settings: Settings, rect: Rect) -> NDArray[np.float32]:
        """(height, width, 3) float32: scene-linear Rec.2020 under the as-shot white, middle grey 0.18, with the
        patches of the settings, of a rectangle of the frame at full resolution. It may reach beyond the frame; what is
        not known there (see `known`) repeats edge pixels."""
        grid = FrameGrid(self.frame, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), rect, self.light(settings))
        return np.ascontiguousarray(np.moveaxis(grid.light(), 0, -1))

    def known(self, settings: Settings, rect: Rect) -> NDArray[np.float32]:
        """(height, width) float32 0..1: what of `scene` is the photo or a patch, and how much of it."""
        with self._lock:
            return self._source(self._seen(settings)).known(0, rect)

    def balance(self, settings: Settings) -> NDArray[np.float64]:
        """(3, 3): the light of `scene` as it is under the white balance of the settings."""
        return np.asarray(self._camera_matrix(settings) @ np.linalg.inv(self._camera_matrix(Settings())), np.float64)

    @property
    def noise(self) -> tuple[float, float]:
        """(slope, offset) of the variance of the samples before white balance, signal 1 at saturation."""
        with self._lock:
            return self._sensor.noise

    def coverage(self, local: Local, settings: Settings, scale: float = 1.0, region: Rect | None = None) -> Weights:
        """(height, width) uint16, 65535 where it is 1: a mask as it lies on the developed picture or a region of it,
        see `render`."""
        form = Geometry.of(settings, self.frame)
        size = form.developed.scaled(scale)
        whole = Rect.of(size)
        cut = form.to_cut(whole if region is None else region.within(whole), size)
        grid = Size(size.height, size.width) if form.turns % 2 else size
        places = FrameGrid(self.frame, form.affine(grid, 1.0), cut, self.light(settings))
        with self._lock:
            return np.asarray(form.from_cut(self._coverages.weight(local, places)))

    def to_frame(self, settings: Settings) -> tuple[float, float, float, float, float, float]:
        """(a, b, tx, c, d, ty): a place of the developed picture, 0..1 across and down -> (a x + b y + tx, c x + d y +
        ty) in frame units."""
        return Geometry.of(settings, self.frame).to_frame

    # Stages

    def _seen(self, settings: Settings) -> tuple[Insert, ...]:
        return tuple(self._inserts(settings)) if "patches" in settings else ()

    @cached_property
    def _patches(self) -> Patches:
        return Patches(Photo(self._sensor, self._decoded, self.camera, self._library, self._neutral))

    def _source(self, inserts: Sequence[Insert]) -> Patched:
        return self._patches.over(inserts, self._light) if inserts else Patched(self._sensor, ())

    def _scene(self, settings: Settings, scale: float, level: int) -> Scene:
        colour = self._decoded.colour
        baseline = (BASELINE_EV + (colour.baseline_exposure if colour else 0.0)) if self.raw else 0.0
        if settings.value("profile") == "linear":
            baseline = 0.0
        return Scene(
            camera_matrix=self._camera_matrix(settings),
            baseline=baseline,
            gains=self.camera.gains,
            noise=self._sensor.noise,
            scale=scale,
            level=level,
            developed=Geometry.of(settings, self.frame).cut,
            raw=self.raw,
        )

    def _camera_matrix(self, settings: Settings) -> NDArray[np.float64]:
        if "white_balance" not in settings and "temperature" not in settings and "tint" not in settings:
            return self.camera.to_rec2020()
        return self.camera.to_rec2020(self.white_balance(settings).xy)

    def _noise_uniforms(self, settings: Settings, scale: float, level: int) -> Uniforms | None:
        """Of the noise stage; None when nothing is to be done. A rendered file has no sensor noise left to model."""
        for operation in catalogue():
            if operation.stage == "noise" and operation.active(settings):
                chosen = any(p.name in settings for p in operation.parameters)
                if self.raw or chosen:
                    return operation.uniforms(settings, self._scene(settings, scale, level))
        return None

    @cached_property
    def _neutral(self) -> NDArray[np.float32]:
        """(3, 3): white-balanced camera RGB -> scene-linear Rec.2020, middle grey 0.18."""
        scene = self._scene(Settings(), 1.0, 0)
        return np.asarray(scene.camera_matrix * 2.0**scene.baseline, np.float32)

    def _light(self, inserts: tuple[Insert, ...]) -> Light:
        def of(grid: FrameGrid) -> NDArray[np.float32]:
            with self._lock:
                level = halvings(grid.pixel * self.frame.long_edge)
                a, b, tx, c, d, ty = grid.affine
                s = 2.0**-level
                affine = (a * s, b * s, (tx + 0.5) * s - 0.5, c * s, d * s, (ty + 0.5) * s - 0.5)
                planes = through(self._library, self._source(inserts), affine, level, grid.rect, None)
            return np.stack([combined(row, planes) for row in self._neutral])

        def at(points: NDArray[np.float64]) -> NDArray[np.float32]:
            with self._lock:
                overview = self._overview(inserts)
            return np.asarray(overview.at(points, self.frame) @ self._neutral.T, np.float32)

        with self._lock:
            if inserts not in self._lights:
                self._lights[inserts] = Light(of, at, inserts)
                _drop_but_two(self._lights)
            return self._lights[inserts]

    def _base(
        self,
        settings: Settings,
        inserts: tuple[Insert, ...],
        form: Geometry,
        grid: Size,
        strip: Rect,
        local: Sequence[Local],
    ) -> tuple[Planes, Rect, Hashable]:
        """The cut grid's white-balanced camera RGB over `strip` and what the look stage reads around it, the part of
        the grid that this is, and what is equal for equal pixels. local: the adjustments that change noise reduction.
        """
        need = strip.grown(LOOK_MARGIN).within(Rect.of(grid))
        level = halvings(form.cut.width / grid.width)
        uniforms = self._noise_uniforms(settings, grid.width / form.cut.width, level)
        digest = None if uniforms is None else tuple(np.ravel(v).tobytes() for v in uniforms.values())
        asked = tuple((one.key, *(one.delta.get(name) for name in OF_ADJUSTMENTS)) for one in local)
        key = (digest, asked, inserts, form, grid, need)

        def picture(chosen: Settings) -> Planes:
            uniforms = self._noise_uniforms(chosen, grid.width / form.cut.width, level)
            return resampled(self._library, self._source(inserts), form, grid, level, need, uniforms)

        if key not in self._held:
            if local:
                places = FrameGrid(self.frame, form.affine(grid, 1.0), need, self._light(inserts))
                made = local_noise.mixed(settings, local, lambda one: self._coverages.weight(one, places), picture)
            else:
                made = picture(settings)
            self._held[key] = made
            while len(self._held) > 1 and sum(p.nbytes for p in self._held.values()) > HELD_BYTES:
                self._held.popitem(last=False)
        self._held.move_to_end(key)
        return self._held[key], need, key

    def _guide(self, inserts: tuple[Insert, ...]) -> Guide:
        """The bilateral grid of the overview."""
        if inserts not in self._guides:
            seen = self._overview(inserts)
            luminance = np.tensordot(self._luma.astype(np.float32), seen.planes, 1)
            self._guides[inserts] = guide(luminance, seen.part, seen.frame)
            _drop_but_two(self._guides)
        return self._guides[inserts]

    def _bases(self, inserts: tuple[Insert, ...], form: Geometry) -> tuple[Guide, NDArray[np.uint32]]:
        """The guide of that geometry and its packed values; the last one is kept."""
        if self._last_bases is None or self._last_bases[0] != (inserts, form):
            bases = self._guide(inserts).cut(form)
            self._last_bases = (inserts, form), bases, bases.packed()
        return self._last_bases[1:]

    def _overview(self, inserts: tuple[Insert, ...]) -> Overview:
        if inserts not in self._overviews:
            self._overviews[inserts] = Overview.of(self._source(inserts))
            _drop_but_two(self._overviews)
        return self._overviews[inserts]

    @property
    def _luma(self) -> NDArray[np.float64]:
        """Luminance weights of as-shot-balanced camera RGB."""
        return np.asarray(REC2020_LUMINANCE @ self.camera.to_rec2020())

    @cached_property
    def _auto_white(self) -> WhitePoint:
        return white.automatic(self._overview(()).planes, self.camera)

    def _look_uniforms(self, settings: Settings, scene: Scene, grid: Size, output: Output) -> NDArray[np.float32]:
        frame = frame_uniforms(grid, self._luma, output.space, byte=output.dtype == "uint8")
        return layout.pack(frame, [operation.uniforms(settings, scene) for operation in layout.look_operations()])


def _drop_but_two(kept: OrderedDict[tuple[Insert, ...], Any]) -> None:
    """The photo with its patches, and without them or before their last change."""
    while len(kept) > 2:
        kept.popitem(last=False)
