"""The stages before the look: samples, patches and the resampling, with what the look reads beside them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect, Size
from stillbytes.develop import local_noise, white
from stillbytes.develop.camera import Camera, WhitePoint, under
from stillbytes.develop.clean import Clean, Mixed
from stillbytes.develop.colour import REC2020_LUMINANCE
from stillbytes.develop.coverages import Coverages
from stillbytes.develop.guide import Guide, guide
from stillbytes.develop.hsv_tables import Profiled
from stillbytes.develop.kernels.load import Library, library
from stillbytes.develop.local import Local
from stillbytes.develop.operation import BASELINE_EV, Scene, Uniforms
from stillbytes.develop.operations import calibration, catalogue
from stillbytes.develop.operations.noise_reduction import OF_ADJUSTMENTS
from stillbytes.develop.overview import Overview
from stillbytes.develop.patched import Insert, Patched, Patches, Photo
from stillbytes.develop.resampling import lateral
from stillbytes.develop.resampling import warp as warps
from stillbytes.develop.resampling.bent import bent
from stillbytes.develop.resampling.frame_grid import FrameGrid, Light, combined
from stillbytes.develop.resampling.geometry import Geometry
from stillbytes.develop.resampling.resample import halvings, resampled, through
from stillbytes.develop.resampling.warp import Warp
from stillbytes.develop.sensed import Sensed
from stillbytes.develop.sensor import Planes, Sensor
from stillbytes.develop.settings import Settings
from stillbytes.develop.textures import Affine
from stillbytes.photo.dcp import CameraProfile
from stillbytes.photo.decoded import Decoded
from stillbytes.photo.lut import Lut
from stillbytes.photo.optics import UNKNOWN, Bend, Optics

HELD_BYTES = 64 << 20
"""What the look stage reads is kept for as many grids as fit: drafts, full frames and thumbnails alternate."""
MASK_BYTES = 192 << 20
"""The same of masks."""


class Stages:
    """What the stages before the look make of one decoded photo, kept while it stays the same."""

    def __init__(
        self,
        decoded: Decoded,
        inserts: Callable[[Settings], Sequence[Insert]] | None,
        optics: Callable[[Settings], Optics] | None,
        tables: Callable[[str], Lut | None] | None,
        profiles: Callable[[str], CameraProfile | None] | None,
        cleans: Callable[[Settings], Clean | None] | None,
    ) -> None:
        """See Pipeline."""
        self._decoded = decoded
        self._inserts = inserts or (lambda settings: ())
        self._optics = optics or (lambda settings: UNKNOWN)
        self._last_form: tuple[Settings, Geometry] | None = None
        self._tables = tables or (lambda named: None)
        self._profiles = profiles or (lambda named: None)
        self._cleans = cleans or (lambda settings: None)
        self._last_clean: tuple[Clean, Sensor] | None = None
        self._last_profiled: tuple[CameraProfile, Camera] | None = None
        self._last_auto: tuple[Camera, WhitePoint] | None = None
        self._lock = threading.RLock()
        self._held: OrderedDict[tuple[object, ...], Planes] = OrderedDict()
        self._guides: OrderedDict[tuple[Insert, ...], Guide] = OrderedDict()
        self._overviews: OrderedDict[tuple[Insert, ...], Overview] = OrderedDict()
        self._lights: OrderedDict[tuple[object, ...], Light] = OrderedDict()
        self._last_bases: tuple[tuple[object, ...], Guide, NDArray[np.uint32]] | None = None
        self._coverages = Coverages(MASK_BYTES)

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

    def clear(self) -> None:
        """Forget what is kept between renders, some of which refers back to this."""
        with self._lock:
            for kept in (self._held, self._guides, self._overviews, self._lights):
                kept.clear()
            self._last_bases = self._last_clean = None
            for name in ("sensed", "_patches"):
                self.__dict__.pop(name, None)

    @cached_property
    def sensed(self) -> Sensed:
        """The photo's own light, for who makes something of it."""
        return Sensed(self._decoded, self.camera, lambda: self._sensor, self._lock)

    def form(self, settings: Settings) -> Geometry:
        """Where the pixels of the developed picture come from. The last one is kept."""
        last = self._last_form
        if last is None or last[0] is not settings:
            warp = None
            if any(name in settings for name in warps.NAMES) or self._decoded.embedded is not None:
                optics = self._optics(settings)
                optics = replace(optics, embedded=self._decoded.embedded)
                lateral = self._lateral if settings.value("remove_fringes") else None
                warp = Warp.of(settings, self.frame, optics, lateral)
            self._last_form = last = settings, Geometry.of(settings, self.frame, warp)
        return last[1]

    def _places(self, form: Geometry, grid: Size, rect: Rect, light: Light) -> FrameGrid:
        return FrameGrid(self.frame, form.affine(grid, 1.0), rect, light, form.warp)

    def white_balance(self, settings: Settings) -> WhitePoint:
        """The temperature and tint in effect."""
        camera = self._camera(settings)
        return white.effective(settings, camera.as_shot, lambda: self._auto_white(camera))

    def _auto_white(self, camera: Camera) -> WhitePoint:
        """The last one is kept."""
        if self._last_auto is None or self._last_auto[0] is not camera:
            self._last_auto = camera, white.automatic(self._overview(()).planes, camera)
        return self._last_auto[1]

    def as_shot_under(self, settings: Settings) -> WhitePoint:
        """The white balance as shot, in the numbers of the camera profile of these settings."""
        return self._camera(settings).as_shot

    def camera_profile(self, settings: Settings) -> CameraProfile | None:
        """The camera profile of these settings, if it is there and the photo has a camera's colours."""
        if "camera_profile" not in settings or not self.raw:
            return None
        return self._profiles(str(settings["camera_profile"]))

    def _camera(self, settings: Settings) -> Camera:
        """The photo's colour under these settings; the last one of a profile is kept."""
        profile = self.camera_profile(settings)
        if profile is None:
            return self.camera
        last = self._last_profiled
        if last is None or last[0] is not profile:
            self._last_profiled = last = profile, under(profile, self._decoded, self.camera)
        return last[1]

    def _seen(self, settings: Settings) -> tuple[Insert, ...]:
        return tuple(self._inserts(settings)) if "patches" in settings else ()

    @cached_property
    def _patches(self) -> Patches:
        return Patches(Photo(self._sensor, self._decoded, self.camera, self._library, self._neutral))

    def _reading(self, settings: Settings) -> Sensor | Mixed:
        """The sensor stage under these settings: the photo's own, or with what a network made of it."""
        amount = settings.number("ai_denoise")
        clean = self._cleans(settings) if amount else None
        if clean is None or clean.samples.shape[:2] != (self._decoded.height, self._decoded.width):
            return self._sensor
        last = self._last_clean
        if last is None or last[0] != clean:
            self._last_clean = last = clean, clean.sensor(self.camera, self._library)
        return Mixed(self._sensor, last[1], clean.key, amount / 100)

    def _source(self, inserts: Sequence[Insert], sensor: Sensor | Mixed | None = None) -> Patched:
        """sensor: what is under the patches; the photo's own without."""
        under_them = sensor or self._sensor
        if not inserts:
            return Patched(under_them, ())
        return self._patches.over(inserts, lambda some: self._light(some, sensor), under_them)

    def _scene(
        self, settings: Settings, form: Geometry, scale: float, level: int, affine: Affine | None = None
    ) -> Scene:
        """affine: where the look stage draws; without it no table of colours is looked up."""
        colour = self._decoded.colour
        profile = self.camera_profile(settings)
        baseline = BASELINE_EV if self.raw else 0.0
        if colour is not None and self.raw:
            offset = colour.baseline_offset if profile is None else profile.exposure
            baseline += colour.baseline_exposure + offset
        if settings.value("profile") == "linear":
            baseline = 0.0
        calibrated = calibration.matrix(settings)
        camera = self._camera_matrix(settings)
        return Scene(
            camera_matrix=camera if calibrated is None else calibrated @ camera,
            baseline=baseline,
            gains=self.camera.gains,
            noise=self._sensor.noise,
            scale=scale,
            level=level,
            developed=form.cut,
            raw=self.raw,
            profiled=None
            if profile is None
            else Profiled(profile, self._camera(settings).weights(self._white(settings))),
            table=self._tables(str(settings["lut"])) if affine is not None and "lut" in settings else None,
            frame=self.frame,
            affine=affine,
        )

    def _camera_matrix(self, settings: Settings) -> NDArray[np.float64]:
        return self._camera(settings).to_rec2020(self._white(settings) if self._rebalanced(settings) else None)

    def _white(self, settings: Settings) -> tuple[float, float]:
        """The chromaticity of the light."""
        return self.white_balance(settings).xy if self._rebalanced(settings) else self._camera(settings).as_shot_xy

    def _rebalanced(self, settings: Settings) -> bool:
        return any(name in settings for name in ("white_balance", "temperature", "tint"))

    def _noise_uniforms(self, settings: Settings, form: Geometry, scale: float, level: int) -> Uniforms | None:
        """Of the noise stage; None when nothing is to be done. A rendered file has no sensor noise left to model."""
        for operation in catalogue():
            if operation.stage == "noise" and operation.active(settings):
                chosen = any(p.name in settings for p in operation.parameters)
                if self.raw or chosen:
                    return operation.uniforms(settings, self._scene(settings, form, scale, level))
        return None

    @cached_property
    def _neutral(self) -> NDArray[np.float32]:
        """(3, 3): white-balanced camera RGB -> scene-linear Rec.2020, middle grey 0.18."""
        scene = self._scene(Settings(), self.form(Settings()), 1.0, 0)
        return np.asarray(scene.camera_matrix * 2.0**scene.baseline, np.float32)

    def _light(self, inserts: tuple[Insert, ...], sensor: Sensor | Mixed | None = None) -> Light:
        """sensor: as for `_source`."""

        def of(grid: FrameGrid) -> NDArray[np.float32]:
            with self._lock:
                level = halvings(grid.pixel * self.frame.long_edge)
                if grid.warp is not None:
                    source = self._source(inserts, sensor)
                    planes = bent(self._library, source, grid.warp, grid.affine, level, grid.rect, None, lit=False)
                    return np.stack([combined(row, planes) for row in self._neutral])
                a, b, tx, c, d, ty = grid.affine
                s = 2.0**-level
                affine = (a * s, b * s, (tx + 0.5) * s - 0.5, c * s, d * s, (ty + 0.5) * s - 0.5)
                planes = through(self._library, self._source(inserts, sensor), affine, level, grid.rect, None)
            return np.stack([combined(row, planes) for row in self._neutral])

        def at(points: NDArray[np.float64]) -> NDArray[np.float32]:
            with self._lock:
                overview = self._overview(inserts)
            return np.asarray(overview.at(points, self.frame) @ self._neutral.T, np.float32)

        state = sensor.state if sensor is not None else ()
        with self._lock:
            if (inserts, state) not in self._lights:
                self._lights[inserts, state] = Light(of, at, (inserts, state) if state else inserts)
                _drop_but_two(self._lights)
            return self._lights[inserts, state]

    def _base(
        self,
        settings: Settings,
        inserts: tuple[Insert, ...],
        form: Geometry,
        grid: Size,
        need: Rect,
        local: Sequence[Local],
        *,
        keep: bool,
    ) -> tuple[Planes, Hashable]:
        """White-balanced camera RGB over `need` of the cut grid, and what is equal for equal pixels.

        local: the adjustments that change noise reduction. keep: whether it is likely to be asked for again.
        """
        level = halvings(form.cut.width / grid.width)
        uniforms = self._noise_uniforms(settings, form, grid.width / form.cut.width, level)
        digest = None if uniforms is None else tuple(np.ravel(v).tobytes() for v in uniforms.values())
        asked = tuple((one.key, *(one.delta.get(name) for name in OF_ADJUSTMENTS)) for one in local)
        sensor = self._reading(settings)
        key = (digest, asked, inserts, sensor.state, form, grid, need)

        def picture(chosen: Settings) -> Planes:
            uniforms = self._noise_uniforms(chosen, form, grid.width / form.cut.width, level)
            return resampled(self._library, self._source(inserts, sensor), form, grid, level, need, uniforms)

        if key not in self._held:
            if local:
                places = self._places(form, grid, need, self._light(inserts))
                made = local_noise.mixed(settings, local, lambda one: self._coverages.weight(one, places), picture)
            else:
                made = picture(settings)
            if not keep:
                return made, key
            self._held[key] = made
            while len(self._held) > 1 and sum(p.nbytes for p in self._held.values()) > HELD_BYTES:
                self._held.popitem(last=False)
        self._held.move_to_end(key)
        return self._held[key], key

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
    def _lateral(self) -> Bend | None:
        """The colour fringes that were measured; None where there are none to speak of."""
        with self._lock:
            return lateral.measured(self._sensor)


def _drop_but_two(kept: OrderedDict[Any, Any]) -> None:
    """The photo with its patches, and without them or before their last change."""
    while len(kept) > 2:
        kept.popitem(last=False)
