"""Generative tasks on a photo: what a model made becomes a patch of its settings, or settings."""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.core import preferences
from stillbytes.core.errors import InvalidSetting, NotFound
from stillbytes.core.geometry import Rect, Size
from stillbytes.develop.geometry import Geometry
from stillbytes.develop.patch import Patch
from stillbytes.develop.settings import Settings
from stillbytes.edit import patching
from stillbytes.edit.patching import removed
from stillbytes.generate.drawn import Scene, drawn
from stillbytes.generate.hole import DRAWN, Hole
from stillbytes.generate.painters import choose
from stillbytes.generate.painters.diffusion import Diffusion
from stillbytes.generate.painters.forecast import forecast
from stillbytes.generate.painters.painter import Painter, Tell, nth, silent
from stillbytes.generate.region.region import Region
from stillbytes.generate.task import Task
from stillbytes.generate.tasks import task_of
from stillbytes.generate.tasks.expand import Expand
from stillbytes.gpu import measured
from stillbytes.gpu.plan.here import here
from stillbytes.masks.mask import Mask

if TYPE_CHECKING:
    from stillbytes.edit.photo import Photo
    from stillbytes.gpu.access import Access

Cancel = Callable[[], bool]
OVERLAP = 0.02
"""Of the canvas' long edge: over that an expansion passes into the photo."""
LEAST_OVERLAP = 16
CROP = ("crop_left", "crop_top", "crop_right", "crop_bottom")


@dataclass(frozen=True, slots=True)
class Cost:
    """seconds, memory_mib: estimated or measured here, None where nothing is known or it is not worth telling.
    pictures: so many are drawn."""

    seconds: float | None
    memory_mib: int | None
    pictures: int


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done. settings: the photo's, with the crop that the task asks for. hole: what is filled.

    painter: None for the classical way.
    """

    task: Task
    settings: Settings
    hole: Hole
    scene: Scene
    painter: Painter | None
    mask: Mask | None

    @property
    def engine(self) -> str:
        return self.painter.engine if self.painter else "classical"

    @property
    def model(self) -> str:
        return self.painter.model if self.painter else ""


def prepared(
    photo: Photo,
    settings: Settings,
    task: Task,
    mask: Mask | None,
    access: Access | None,
    *,
    painter: Painter | None = None,
) -> Work:
    """What a task would do to a photo; nothing is started or written. mask: everything in it found.
    painter: who does it, the best that is here without.

    Raises InvalidSetting when the task needs a mask and has none, UnusablePicture when that covers nothing, ModelError
    when nothing here can do it.
    """
    pipeline = photo.pipeline
    if isinstance(task, Expand):
        settings = expanded(settings, photo, task)
        hole = _beyond(settings, photo)
    elif mask is not None:
        coverage = partial(mask.coverage, rasters=photo.rasters)
        hole = Hole.of(coverage, pipeline.frame, pipeline.light(settings), DRAWN)
    elif "mask" in task.needs:
        raise InvalidSetting(f"{task.label} needs a mask.", "Say where: paint over it, or choose what is meant.")
    else:
        whole = Rect.of(pipeline.frame)
        hole = Hole(whole, np.ones((whole.height, whole.width), bool), 1)
    bounds = Rect.of(pipeline.frame)
    for patch in settings.patches:
        bounds = bounds.around(patch.rect)
    scene = Scene(
        pipeline.frame,
        pipeline.light(settings),
        bounds,
        partial(pipeline.known, settings),
        pipeline.balance(settings),
    )
    return Work(task, settings, hole, scene, painter or choose.painter(task, access), mask)


def made(
    photo: Photo,
    work: Work,
    *,
    keep: bool,
    id: str = "",
    tell: Tell = silent,
    cancelled: Cancel = lambda: False,
) -> Patch:
    """The patch that a piece of work becomes, its first variant shown; `added` puts it into settings.

    keep: write the pixels beside the photo; nothing is written before all variants are there. id: of the patch that it
    takes the place of. Raises Cancelled, SidecarError, and what painters raise.
    """
    task, painter = work.task, work.painter
    if painter is None:
        if work.mask is None:
            raise InvalidSetting(f"{task.label} needs a mask.", "Paint over what is to go.")
        if keep:
            _keep(photo, work.mask)
        patch = removed(photo, work.settings, work.mask, keep=keep, cancelled=cancelled)
        return replace(patch, id=id or patch.id)
    seeds = task.seeds if painter.varied else task.seeds[:1]
    drawings = []
    for number, seed in enumerate(seeds):
        told = nth(tell, number, len(seeds))
        drawings.append(
            drawn(work.hole, work.scene, painter, seed=seed, denoise=task.denoise, tell=told, cancelled=cancelled)
        )
    put = photo.patches.put if keep else photo.patches.hold
    if keep and work.mask is not None:
        _keep(photo, work.mask)
    variants = tuple(put(drawing.pixels) for drawing in drawings)
    recipe = {
        **painter.recipe(),
        "task": task.model_dump(mode="json", exclude_defaults=True),
        "seeds": list(seeds),
        "encoding": drawings[-1].encoding.to_json(),
        **({"mask": work.mask.to_json()} if work.mask else {}),
    }
    return Patch(id or uuid.uuid4().hex[:12], work.hole.rect, task.title[:200], task.name, variants, recipe=recipe)


def added(settings: Settings, work: Work, patch: Patch) -> Settings:
    """Settings, as they are by now, with the patch; in place of the one with its id, whose name, opacity and mask stay.
    An expansion brings its crop along."""
    if isinstance(work.task, Expand):
        crop = {name: work.settings.value(name) for name in CROP}
        settings = settings.changed(**crop)
    known = next((one for one in settings.patches if one.id == patch.id), None)
    if known is not None:
        patch = replace(patch, name=known.name, opacity=known.opacity, enabled=known.enabled, mask=known.mask)
    return patching.added(settings, patch)


def cost(work: Work) -> Cost:
    """Of the whole work on this machine, before it is begun."""
    if not isinstance(work.painter, Diffusion):
        return Cost(None, None, 1)
    region = Region.of(work.hole.rect, work.scene.bounds, work.painter.native)
    passes = 1 + (sum(1 for _ in region.tiles(work.painter.native)) if region.soft and work.painter.refines else 0)
    return of_pictures(work.painter, region.size, passes * work.task.variants, work.task.denoise)


def of_pictures(who: Diffusion, size: Size, count: int = 1, denoise: float = 1.0) -> Cost:
    """Of so many pictures of about that size."""
    native = Size(*who.candidate.graph.size(size.width, size.height))
    machine = here(preferences.load(), measured.load())
    told = forecast(who.candidate, who.drawing(native, 0, denoise), machine)
    seconds = round(told.seconds.value * count, 1) if told.seconds else None
    return Cost(seconds, round(told.peak.value), count)


def _keep(photo: Photo, mask: Mask) -> None:
    """Write what was only held of a mask: with the recipe it makes the patch again."""
    for component in mask.components:
        address = getattr(component.kind, "raster", "")
        if address:
            photo.rasters.put(photo.rasters[address])


def again(photo: Photo, settings: Settings, id: str, access: Access | None, changes: Mapping[str, Any]) -> Work:
    """What made a patch, to be done once more with other seeds, or with changed parameters.

    Raises NotFound for a patch that is not there, InvalidSetting for one whose recipe is not understood.
    """
    patch = next((one for one in settings.patches if one.id == id), None)
    if patch is None:
        raise NotFound("There is no such patch.", "It may have been deleted.")
    told = patch.recipe.get("task", {})
    fields = {**(told if isinstance(told, Mapping) else {}), "seed": None, **changes}
    if patch.recipe.get("engine") == "classical":
        fields.setdefault("engine", "classical")
    kept = patch.recipe.get("mask")
    mask = Mask.from_json(kept) if isinstance(kept, Mapping) else None
    task = task_of(patch.task, {name: value for name, value in fields.items() if value is not None})
    return prepared(photo, patching.below(settings, id), task, mask, access)


def expanded(settings: Settings, photo: Photo, task: Expand) -> Settings:
    """The settings with the crop that the task's sides ask for; as they are when it names none."""
    left, top, right, bottom = task.sides
    if not any(task.sides):
        return settings
    if settings.number("crop_angle"):
        raise InvalidSetting(
            "A straightened crop is expanded by its handles.", "Pull it beyond the photo, then expand."
        )
    return settings.changed(
        crop_left=settings.number("crop_left") - left,
        crop_top=settings.number("crop_top") - top,
        crop_right=settings.number("crop_right") + right,
        crop_bottom=settings.number("crop_bottom") + bottom,
    )


def _beyond(settings: Settings, photo: Photo) -> Hole:
    """What the crop has that neither the photo nor a patch covers."""
    pipeline = photo.pipeline
    form = Geometry.of(settings, pipeline.frame)
    a, b, left, c, d, top = form.affine(form.cut, 1.0)
    corners = [
        (a * x + b * y + left, c * x + d * y + top)
        for x in (-0.5, form.cut.width - 0.5)
        for y in (-0.5, form.cut.height - 0.5)
    ]
    x, y = (min(corner[axis] for corner in corners) for axis in (0, 1))
    right, bottom = (max(corner[axis] for corner in corners) for axis in (0, 1))
    x, y = math.floor(x + 0.5 + 1e-6), math.floor(y + 0.5 + 1e-6)
    canvas = Rect(x, y, math.ceil(right + 0.5 - 1e-6) - x, math.ceil(bottom + 0.5 - 1e-6) - y)
    known: NDArray[np.float32] = pipeline.known(settings, canvas)
    return Hole.beyond(canvas, known, max(LEAST_OVERLAP, round(OVERLAP * max(canvas.width, canvas.height))))
