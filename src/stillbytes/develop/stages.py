"""The stages before the look: samples, patches and the resampling, with what the look reads beside them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect, Size
from stillbytes.develop import local_noise, white
from stillbytes.develop.camera import Camera, WhitePoint, under
from stillbytes.develop.clean import Clean, Mixed
from stillbytes.develop.colour import REC2020_LUMINANCE
from stillbytes.develop.coverages import Coverages
from stillbytes.develop.glow import Shining
from stillbytes.develop.guide import Guide, guide
from stillbytes.develop.hsv_tables import Profiled
from stillbytes.develop.kernels.load import Library, library
from stillbytes.develop.local import Local
from stillbytes.develop.operation import BASELINE_EV, Scene, Uniforms
from stillbytes.develop.operations import calibration, catalogue
from stillbytes.develop.operations.noise_reduction import OF_ADJUSTMENTS
from stillbytes.develop.operations.repair import Repaired
from stillbytes.develop.overview import Overview
from stillbytes.develop.patched import Insert, Patched, Patches, Photo
from stillbytes.develop.resampling import lateral
from stillbytes.develop.resampling import warp as warps
from stillbytes.develop.resampling.bent import bent
from stillbytes.develop.resampling.frame_grid import FrameGrid, Light, combined
from stillbytes.develop.resampling.geometry import Geometry
from stillbytes.develop.resampling.resample import halvings, resampled, through
from stillbytes.develop.resampling.warp import Warp
from stillbytes.develop.samples.samples import Samples
from stillbytes.develop.sensed import Sensed
from stillbytes.develop.sensor import Planes, Sensor
from stillbytes.develop.settings import Settings
from stillbytes.develop.textures import Affine
from stillbytes.photo.dcp import CameraProfile
from stillbytes.photo.decoded import Decoded
from stillbytes.photo.lut import Lut
from stillbytes.photo.optics import UNKNOWN, Bend, Optics

Bases = tuple[Guide, NDArray[np.uint32]]
"""A guide and its packed values."""
HELD_BYTES = 64 << 20
"""What the look stage reads is kept for as many grids as fit: drafts, full frames and thumbnails alternate."""
MASK_BYTES = 192 << 20
"""The same of masks."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the stages before the look make a picture of: the samples as they are put right, and patches over them."""

    repaired: Repaired
    inserts: tuple[Insert, ...] = ()


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
        self._last_calibrated: tuple[Settings, Camera, NDArray[np.float64]] | None = None
        self._last_auto: tuple[tuple[Camera, Repaired], WhitePoint] | None = None
        self._lock = threading.RLock()
        self._held: OrderedDict[tuple[object, ...], Planes] = OrderedDict()
        self._sensors: OrderedDict[Repaired, Sensor] = OrderedDict()
        self._fringes: dict[Repaired, Bend | None] = {}
        self._guides: OrderedDict[Seen, Guide] = OrderedDict()
        self._overviews: OrderedDict[Seen, Overview] = OrderedDict()
        self._lights: OrderedDict[tuple[object, ...], Light] = OrderedDict()
        self._shone: OrderedDict[Hashable, NDArray[np.uint32]] = OrderedDict()
        self._last_bases: tuple[tuple[object, ...], Guide, NDArray[np.uint32]] | None = None
        self._coverages = Coverages(MASK_BYTES)

    @cached_property
    def _library(self) -> Library:
        return library()

    @cached_property
    def camera(self) -> Camera:
        return Camera(self._decoded)

    @cached_property
    def _samples(self) -> Samples:
        return Samples(self._decoded, self.camera, self._library)

    @property
    def _sensor(self) -> Sensor:
        """As new edits read it."""
        return self._read_by(Repaired.of(Settings()))

    def _read_by(self, repaired: Repaired) -> Sensor:
        """The last two are kept, as an edit is compared with another."""
        if repaired not in self._sensors:
            self._sensors[repaired] = Sensor(self._decoded, self.camera, self._library, repaired, self._samples)
            _drop_but_two(self._sensors)
        self._sensors.move_to_end(repaired)
        return self._sensors[repaired]

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
            for kept in (self._held, self._guides, self._overviews, self._lights, self._shone):
                kept.clear()
            self._last_bases = self._last_clean = self._last_calibrated = None
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
                lateral = self._lateral(Repaired.of(settings)) if settings.value("remove_fringes") else None
                warp = Warp.of(settings, self.frame, optics, lateral)
            self._last_form = last = settings, Geometry.of(settings, self.frame, warp)
        return last[1]

    def _places(self, form: Geometry, grid: Size, rect: Rect, light: Light) -> FrameGrid:
        return FrameGrid(self.frame, form.affine(grid, 1.0), rect, light, form.warp)

    def white_balance(self, settings: Settings) -> WhitePoint:
        """The temperature and tint in effect."""
        camera = self._camera(settings)
        return white.effective(settings, camera.as_shot, lambda: self._auto_white(camera, Repaired.of(settings)))

    def _auto_white(self, camera: Camera, repaired: Repaired) -> WhitePoint:
        """The last one is kept."""
        last = self._last_auto
        if last is None or last[0][0] is not camera or last[0][1] != repaired:
            found = white.automatic(self._overview(Seen(repaired)).planes, camera)
            self._last_auto = last = (camera, repaired), found
        return last[1]

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

    def _seen(self, settings: Settings) -> Seen:
        return Seen(Repaired.of(settings), tuple(self._inserts(settings)) if "patches" in settings else ())

    @cached_property
    def _patches(self) -> Patches:
        return Patches(Photo(self._sensor, self._decoded, self.camera, self._library, self._neutral))

    def _reading(self, settings: Settings) -> Sensor | Mixed:
        """The sensor stage under these settings: the photo's own, or with what a network made of it."""
        own = self._read_by(Repaired.of(settings))
        amount = settings.number("ai_denoise")
        clean = self._cleans(settings) if amount else None
        if clean is None or clean.samples.shape[:2] != (self._decoded.height, self._decoded.width):
            return own
        last = self._last_clean
        if last is None or last[0] != clean:
            self._last_clean = last = clean, clean.sensor(self.camera, self._library)
        return Mixed(own, last[1], clean.key, amount / 100)

    def _source(self, seen: Seen, sensor: Sensor | Mixed | None = None) -> Patched:
        """sensor: what is under the patches; the photo's own without."""
        under_them = sensor or self._read_by(seen.repaired)
        if not seen.inserts:
            return Patched(under_them, ())
        below = partial(replace, seen)
        return self._patches.over(seen.inserts, lambda some: self._light(below(inserts=some), sensor), under_them)

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
        return Scene(
            camera_matrix=self._calibrated(settings),
            baseline=baseline,
            gains=self.camera.gains,
            noise=self._samples.noise,
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
            shining=self._shining(self._seen(settings), form)
            if affine is not None and "halation_amount" in settings
            else None,
        )

    def _shining(self, seen: Seen, form: Geometry) -> Shining:
        """The light of the corrected photo, for what spreads it."""

        def at(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
            if form.warp is not None:
                x, y = form.warp.to_photo(x, y)
            return np.tensordot(self._luma, self._overview(seen).smooth(x, y, self.frame), 1)

        return Shining(at, (seen, form.warp), self._shone)

    def _calibrated(self, settings: Settings) -> NDArray[np.float64]:
        """`_camera_matrix` with the calibration of the settings. The last one is kept."""
        last, camera = self._last_calibrated, self._camera(settings)
        if last is None or last[0] is not settings or last[1] is not camera:
            matrix, calibrated = self._camera_matrix(settings), calibration.matrix(settings)
            self._last_calibrated = last = settings, camera, matrix if calibrated is None else calibrated @ matrix
        return last[2]

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

    def _light(self, seen: Seen, sensor: Sensor | Mixed | None = None) -> Light:
        """sensor: as for `_source`."""

        def of(grid: FrameGrid) -> NDArray[np.float32]:
            with self._lock:
                level = halvings(grid.pixel * self.frame.long_edge)
                if grid.warp is not None:
                    source = self._source(seen, sensor)
                    planes = bent(self._library, source, grid.warp, grid.affine, level, grid.rect, None, lit=False)
                    return np.stack([combined(row, planes) for row in self._neutral])
                a, b, tx, c, d, ty = grid.affine
                s = 2.0**-level
                affine = (a * s, b * s, (tx + 0.5) * s - 0.5, c * s, d * s, (ty + 0.5) * s - 0.5)
                planes = through(self._library, self._source(seen, sensor), affine, level, grid.rect, None)
            return np.stack([combined(row, planes) for row in self._neutral])

        def at(points: NDArray[np.float64]) -> NDArray[np.float32]:
            with self._lock:
                overview = self._overview(seen)
            return np.asarray(overview.at(points, self.frame) @ self._neutral.T, np.float32)

        state = sensor.state if sensor is not None and sensor.mixed else ()
        with self._lock:
            if (seen, state) not in self._lights:
                self._lights[seen, state] = Light(of, at, (seen, state))
                _drop_but_two(self._lights)
            return self._lights[seen, state]

    def _base(
        self,
        settings: Settings,
        seen: Seen,
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
        key = (digest, asked, seen, sensor.state, form, grid, need)

        def picture(chosen: Settings) -> Planes:
            uniforms = self._noise_uniforms(chosen, form, grid.width / form.cut.width, level)
            return resampled(self._library, self._source(seen, sensor), form, grid, level, need, uniforms)

        if key not in self._held:
            if local:
                places = self._places(form, grid, need, self._light(seen))
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

    def _guide(self, seen: Seen) -> Guide:
        """The bilateral grid of the overview."""
        if seen not in self._guides:
            small = self._overview(seen)
            luminance = np.tensordot(self._luma.astype(np.float32), small.planes, 1)
            self._guides[seen] = guide(luminance, small.part, small.frame)
            _drop_but_two(self._guides)
        return self._guides[seen]

    def _bases(self, seen: Seen, form: Geometry) -> Bases:
        """The guide of that geometry and its packed values; the last one is kept."""
        if self._last_bases is None or self._last_bases[0] != (seen, form):
            bases = self._guide(seen).cut(form)
            self._last_bases = (seen, form), bases, bases.packed()
        return self._last_bases[1:]

    def _bases_beside(self, seen: Seen, form: Geometry) -> Callable[[], Bases]:
        """The same, made on one core while the kernels draw something else."""
        self._overview(seen)
        beside = ThreadPoolExecutor(1)
        bases = beside.submit(self._bases, seen, form)
        beside.shutdown(wait=False)
        return bases.result

    def _overview(self, seen: Seen) -> Overview:
        if seen not in self._overviews:
            self._overviews[seen] = Overview.of(self._source(seen))
            _drop_but_two(self._overviews)
        return self._overviews[seen]

    @cached_property
    def _luma(self) -> NDArray[np.float64]:
        """Luminance weights of as-shot-balanced camera RGB."""
        return np.asarray(REC2020_LUMINANCE @ self.camera.to_rec2020())

    def _lateral(self, repaired: Repaired) -> Bend | None:
        """The colour fringes that were measured; None where there are none to speak of. Stripes do not matter."""
        repaired = replace(repaired, banding=0.0)
        with self._lock:
            if repaired not in self._fringes:
                self._fringes[repaired] = lateral.measured(self._read_by(repaired))
            return self._fringes[repaired]


def _drop_but_two(kept: OrderedDict[Any, Any]) -> None:
    """The photo with its patches, and without them or before their last change."""
    while len(kept) > 2:
        kept.popitem(last=False)
