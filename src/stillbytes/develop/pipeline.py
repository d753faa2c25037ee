"""render(photo, settings, region, scale, output): the one way from samples to pixels."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import Cancelled, InvalidSetting
from stillbytes.core.geometry import Rect, Size
from stillbytes.core.saying import said
from stillbytes.develop import headroom, local_noise, luts
from stillbytes.develop.camera import WhitePoint
from stillbytes.develop.clean import Clean
from stillbytes.develop.coverages import Coverages, Weights, adjusted
from stillbytes.develop.frame import PREVIEW, Frame, Output, Pixels
from stillbytes.develop.kernels import layout
from stillbytes.develop.kernels.load import Placed, pixels
from stillbytes.develop.local import Local
from stillbytes.develop.look import frame_uniforms
from stillbytes.develop.mapped import Mapped
from stillbytes.develop.operation import Scene
from stillbytes.develop.patched import Insert
from stillbytes.develop.prepared import Prepared
from stillbytes.develop.resampling import canvas
from stillbytes.develop.resampling.frame_grid import FrameGrid, Light, Raster
from stillbytes.develop.resampling.geometry import Geometry
from stillbytes.develop.settings import Settings
from stillbytes.develop.stages import HELD_BYTES, Stages
from stillbytes.develop.terms import Remembered
from stillbytes.photo.dcp import CameraProfile
from stillbytes.photo.decoded import Decoded
from stillbytes.photo.lut import Lut
from stillbytes.photo.optics import Optics
from stillbytes.photo.spaces import SPACES

WHOLE_PIXELS = 5_000_000
"""A picture up to this size is computed at once, and what it is made from is kept for the next change of a slider."""
STRIP_PIXELS = 2_400_000
"""A larger one is computed in strips of about as many pixels, which bounds the memory and stays in the CPU's cache."""
STRIP_ROWS = 64
"""The rows of a strip are a multiple of this: threads take 32 each, and two of them are busy to its end."""
LOOK_MARGIN = 32
"""Pixels around a region that the look stage may read: the farthest reach of a detail, rounded up to whole vectors. To
the right it may read whole tiles."""
EMPTY_EDGE = 512
"""Pixels of the picture in which the empty canvas is measured."""


@dataclass(frozen=True, slots=True)
class _View:
    """cut: what is to be drawn of the cut grid, whose size is `grid`; `form` says how it becomes the picture."""

    form: Geometry
    grid: Size
    cut: Rect


Drawn = NDArray[np.uint8] | NDArray[np.float32]
_KIND = {"uint8": np.uint8, "uint16": np.float32, "float32": np.float32}
"""What the look stage draws for each dtype of an output."""


def _finished(drawn: Any, output: Output) -> Pixels:
    return np.rint(drawn * 65535).astype(np.uint16) if output.dtype == "uint16" else drawn  # type: ignore[no-any-return]


class Pipeline(Stages):
    """A decoded photo that can be developed. Thread-safe; a request waits for the one before it."""

    def __init__(
        self,
        decoded: Decoded,
        local: Callable[[Settings], Sequence[Local]] | None = None,
        rasters: Mapping[str, Raster] | None = None,
        inserts: Callable[[Settings], Sequence[Insert]] | None = None,
        optics: Callable[[Settings], Optics] | None = None,
        tables: Callable[[str], Lut | None] | None = None,
        profiles: Callable[[str], CameraProfile | None] | None = None,
        cleans: Callable[[Settings], Clean | None] | None = None,
        draws: Callable[..., bool] = lambda *call: False,
    ) -> None:
        """local: the adjustments of settings, from who knows what their masks mean; without it there are none.

        rasters: what was found in the photo, for those who do. inserts: the patches of settings, the lowest first,
        from who has their pixels. optics: what is known of the lens, from who reads it. tables: the look-up table that
        a value of the settings names, None where it is not. profiles: the camera profile, likewise. cleans: what a
        network made of the photo's light, where it is there. draws: gets what `Library.call` would get for the look
        stage, and says whether it has done that itself, within 1/255.
        """
        super().__init__(decoded, inserts, optics, tables, profiles, cleans)
        self._draws = draws
        self._local = local or (lambda settings: ())
        self.rasters: Mapping[str, Raster] = {} if rasters is None else rasters
        self._last_empty: tuple[object, float] = None, 0.0
        self._views = canvas.Views()
        self._prepared = Prepared(HELD_BYTES)
        self._terms = Remembered()
        self._mapped = Mapped(HELD_BYTES)

    def focal(self, settings: Settings) -> float | None:
        """The focal length in long edges of the photo, where it is known."""
        return self._optics(settings).focal

    @property
    def embedded(self) -> bool:
        """Whether the file has corrections of its lens."""
        return self._decoded.embedded is not None

    @property
    def remarks(self) -> tuple[str, ...]:
        """What in the file could not be followed."""
        return self._decoded.remarks

    def developed_size(self, settings: Settings) -> Size:
        """Size of the developed picture at full scale."""
        return self.form(settings).developed

    def grid(self, settings: Settings, scale: float = 1.0) -> FrameGrid:
        """The pixels of the developed picture at that scale, before flips and turns."""
        form = self.form(settings)
        size = form.developed.scaled(scale)
        cut = Size(size.height, size.width) if form.turns % 2 else size
        return self._places(form, cut, Rect.of(cut), self.light(settings))

    def pick_white(self, settings: Settings, x: float, y: float) -> WhitePoint:
        """The white point under which the picture is neutral at (x, y), 0..1 across and down the developed picture.

        Raises InvalidSetting when the place is too dark or clipped to tell.
        """
        with self._lock:
            form = self.form(settings)
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
            return self._camera(settings).white_of_balanced(mean)

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
        view = self._view(settings, scale, region, output)
        out = np.empty((view.cut.height, view.cut.width, 3), _KIND[output.dtype])
        shown: canvas.Known | None = None

        def place(strip: Rect) -> Drawn:
            return out[strip.y - view.cut.y :][: strip.height]

        for strip, _, part in self._strips(settings, view, output, cancelled, local, place):
            if part is not None and strip == view.cut:
                shown = part
            elif part is not None:
                shown = np.full(out.shape[:2], canvas.FULL, np.uint16) if shown is None else shown
                shown[strip.y - view.cut.y :][: strip.height] = part
        known = None if shown is None else view.form.from_cut(shown)
        return Frame(_finished(view.form.from_cut(out), output), output.space, known)  # type: ignore[arg-type]

    def strips(
        self,
        settings: Settings,
        scale: float = 1.0,
        output: Output = PREVIEW,
        cancelled: Callable[[], bool] | None = None,
    ) -> Generator[Pixels, None, None]:
        """The pixels of the whole `render` from top to bottom, in pieces that are worked out while they are read.

        A picture that is flipped or turned comes in one piece. The pipeline is busy until all are read or it is closed.
        """
        view = self._view(settings, scale, None, output)
        if not view.form.upright:
            yield self.render(settings, scale, None, output, cancelled).pixels
            return

        def place(strip: Rect) -> Drawn:
            return np.empty((strip.height, strip.width, 3), _KIND[output.dtype])

        with closing(self._strips(settings, view, output, cancelled, None, place)) as drawing:
            for _, drawn, _ in drawing:
                yield _finished(drawn, output)

    def _view(self, settings: Settings, scale: float, region: Rect | None, output: Output) -> _View:
        if not (math.isfinite(scale) and 1e-4 <= scale <= 4):
            raise InvalidSetting(said("The scale {scale!r} is not possible.", scale=scale), "Use 0.0001 to 4.")
        if output.space not in SPACES:
            raise InvalidSetting(
                said("There is no colour space {space!r}.", space=output.space),
                said("Use {these}.", these=", ".join(SPACES)),
            )
        form = self.form(settings)
        size = form.developed.scaled(scale)
        whole = Rect.of(size)
        region = whole if region is None else region.within(whole)
        if region.empty:
            extent = said(
                "The picture has {width} x {height} pixels at this scale.", width=size.width, height=size.height
            )
            raise InvalidSetting("The region lies outside the picture.", extent)
        grid = Size(size.height, size.width) if form.turns % 2 else size
        return _View(form, grid, form.to_cut(region, size))

    def _strips(
        self,
        settings: Settings,
        view: _View,
        output: Output,
        cancelled: Callable[[], bool] | None,
        local: Sequence[Local] | None,
        place: Callable[[Rect], Drawn],
    ) -> Generator[tuple[Rect, Drawn, canvas.Known | None], None, None]:
        """Draws the cut strip by strip: where it lies, its pixels in the memory that `place` gives for it, and what of
        it shows the photo or a patch (None: all)."""
        form, grid, cut = view.form, view.grid, view.cut
        local = self._local(settings) if local is None else local
        photo = self._seen(settings)
        if output.headroom is not None:
            settings, local = headroom.bare(settings, local)
        with self._lock:
            byte = output.dtype == "uint8"
            changed = {name for adjustment in local for name in adjustment.delta}
            active = {
                o: o.active(settings) or any(p.name in changed for p in o.parameters) for o in layout.look_operations()
            }
            whole_look = not byte or any(o.seldom and at_work for o, at_work in active.items())
            details = [(o, active[o]) for o in layout.prepared_operations() if whole_look or not o.seldom]
            kernel = layout.look_name("byte" if byte else "float", whole=whole_look, local=bool(local))
            keep = cut.width * cut.height <= WHOLE_PIXELS
            pixels_at_once = WHOLE_PIXELS // (1 + len(local) // 16) if keep else STRIP_PIXELS // (1 + len(local) // 4)
            rows = max(1, pixels_at_once // cut.width // STRIP_ROWS) * STRIP_ROWS
            rows = min(rows, cut.height)
            deltas = [adjustment.delta for adjustment in local]
            added = self._terms.of(settings, deltas, whole=whole_look) if local else None
            coverages = self._coverages if keep else Coverages(0)
            scene = self._scene(settings, form, grid.width / form.cut.width, 0, form.affine(grid, 1.0))
            luma = self._luma.astype(np.float32)
            uniforms = self._look_uniforms(settings, scene, grid, output)
            plain = output.headroom is not None
            grids = headroom.grids(settings, scene) if plain else layout.pack_grids(settings, scene, whole=whole_look)
            whole = grid.width, grid.height, layout.pack_switches(settings)
            lists: Sequence[Any] = layout.pack_lists(settings, whole=whole_look)
            bases = self._bases_beside(photo, form) if not keep else lambda: self._bases(photo, form)
            for y in range(cut.y, cut.bottom, rows):
                if cancelled is not None and cancelled():
                    raise Cancelled()
                strip = Rect(cut.x, y, cut.width, min(rows, cut.bottom - y))
                wide = Rect(strip.x, strip.y, strip.width + layout.TILE - LOOK_MARGIN, strip.height)
                held = wide.grown(LOOK_MARGIN).within(Rect.of(grid))
                base, seen = self._base(settings, photo, form, grid, held, local_noise.asking(local), keep=keep)
                if scene.profiled is not None and scene.profiled.map is not None:
                    mapped = self._mapped if keep else Mapped(0)
                    camera = self._camera_matrix(settings)
                    base, seen = mapped.of(self._library, base, seen, held, scene.profiled.map, camera)
                source = Placed(base, (held.x, held.y, 0))
                # After the first base, as the guide is made from the level that this has read if it is a small one.
                guided = bases()
                kept = self._prepared if keep else Prepared(0)
                prepared = kept.of(self._library, seen, source, grid, strip, luma, guided, details, settings, scene)
                more = lists
                places = self._places(form, grid, strip, self._light(photo))
                if added is not None:
                    more = adjusted(added, coverages.cover(local, places), coverages.mixed(local, places), places)
                drawn = place(strip)
                target = pixels(drawn, strip.x, strip.y)
                call = (kernel, source, *prepared, uniforms, *whole, *more, *grids, target)
                if not self._draws(*call):
                    self._library.call(*call)
                edge = self._views.edge(self._source(photo), places, photo.inserts)
                if edge is not None:
                    edge.lay(drawn, output.space)
                del base, source, kept, prepared, more, call  # the next strip gets their memory
                yield strip, drawn, None if edge is None else edge.known

    def empty(self, settings: Settings) -> float:
        """The part of the developed picture, 0..1, that neither the photo nor a patch covers."""
        form, photo = self.form(settings), self._seen(settings)
        with self._lock:
            if self._last_empty[0] != (form, photo.inserts):
                grid = form.cut.scaled(min(1.0, EMPTY_EDGE / form.cut.long_edge))
                shown = canvas.known(self._source(photo), form.affine(grid, 1.0), Rect.of(grid), form.warp)
                empty = 0.0 if shown is None else 1 - float(shown.mean()) / canvas.FULL
                self._last_empty = (form, photo.inserts), empty
            return self._last_empty[1]

    def light(self, settings: Settings) -> Light:
        """The photo itself with its patches, for masks that depend on what is in it."""
        return self._light(self._seen(settings))

    def scene(self, settings: Settings, rect: Rect) -> NDArray[np.float32]:
        """(height, width, 3) float32: scene-linear Rec.2020 under the as-shot white, middle grey 0.18, with the
        patches of the settings, of a rectangle of the frame at full resolution. It may reach beyond the frame; what is
        not known there (see `known`) repeats edge pixels."""
        sensor = self._reading(settings)
        light = self._light(self._seen(settings), sensor if sensor.mixed else None)
        grid = FrameGrid(self.frame, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), rect, light)
        return np.ascontiguousarray(np.moveaxis(grid.light(), 0, -1))

    def sensor_light(self, settings: Settings, rect: Rect) -> NDArray[np.float32]:
        """(3, rows, columns) of a part of the frame: white-balanced camera RGB, 1 where green saturates, with AI
        denoise and patches, before noise reduction and everything else."""
        with self._lock:
            planes, x, y = self._source(self._seen(settings), self._reading(settings)).read(0, rect, None)
        return planes[:, rect.y - y : rect.bottom - y, rect.x - x : rect.right - x]

    def known(self, settings: Settings, rect: Rect) -> NDArray[np.float32]:
        """(height, width) float32 0..1: what of `scene` is the photo or a patch, and how much of it."""
        with self._lock:
            return self._source(self._seen(settings)).known(0, rect)

    def known_on(self, settings: Settings, grid: FrameGrid) -> NDArray[np.float32]:
        """The same of a grid's pixels."""
        with self._lock:
            shown = canvas.known(self._source(self._seen(settings)), grid.affine, grid.rect, grid.warp)
        size = (grid.height, grid.width)
        return np.ones(size, np.float32) if shown is None else shown * np.float32(1 / canvas.FULL)

    def coloured(self, settings: Settings) -> bool:
        """Whether something after the view transform may give light another colour."""
        return headroom.coloured(settings, self._local(settings))

    def balance(self, settings: Settings) -> NDArray[np.float64]:
        """(3, 3): the light of `scene` as it is under the white balance of the settings."""
        return np.asarray(self._camera_matrix(settings) @ np.linalg.inv(self._camera_matrix(Settings())), np.float64)

    @property
    def noise(self) -> tuple[float, float]:
        """(slope, offset) of the variance of the samples before white balance, signal 1 at saturation."""
        with self._lock:
            return self._samples.noise

    def coverage(self, local: Local, settings: Settings, scale: float = 1.0, region: Rect | None = None) -> Weights:
        """(height, width) uint16, 65535 where it is 1: a mask as it lies on the developed picture or a region of it,
        see `render`."""
        form = self.form(settings)
        size = form.developed.scaled(scale)
        whole = Rect.of(size)
        cut = form.to_cut(whole if region is None else region.within(whole), size)
        grid = Size(size.height, size.width) if form.turns % 2 else size
        places = self._places(form, grid, cut, self.light(settings))
        with self._lock:
            return np.asarray(form.from_cut(self._coverages.weight(local, places)))

    def to_frame(self, settings: Settings) -> tuple[float, float, float, float, float, float]:
        """(a, b, tx, c, d, ty): a place of the developed picture, 0..1 across and down -> (a x + b y + tx, c x + d y +
        ty) in frame units."""
        return self.form(settings).to_frame

    def _look_uniforms(self, settings: Settings, scene: Scene, grid: Size, output: Output) -> NDArray[np.float32]:
        frame = frame_uniforms(
            grid, self._luma, output.space, byte=output.dtype == "uint8", held=luts.holds(settings, scene, output.space)
        )
        if output.headroom is not None:
            return layout.pack(frame, headroom.uniforms(settings, scene, output.headroom))
        return layout.pack(frame, [operation.uniforms(settings, scene) for operation in layout.look_operations()])
