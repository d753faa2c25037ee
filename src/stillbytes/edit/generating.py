"""Generative tasks on a photo: what a model made becomes a patch of its settings, or settings."""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import InvalidSetting, NotFound
from stillbytes.core.geometry import Rect
from stillbytes.develop.geometry import Geometry
from stillbytes.develop.patch import MOST_VARIANTS, Patch
from stillbytes.develop.settings import Settings
from stillbytes.generate.drawn import Scene, drawn
from stillbytes.generate.hole import DRAWN, Hole
from stillbytes.generate.painters.choose import painter
from stillbytes.generate.painters.painter import Painter, Tell, nth, silent
from stillbytes.generate.task import Task
from stillbytes.generate.tasks import task_of
from stillbytes.generate.tasks.expand import Expand
from stillbytes.masks.mask import Mask

if TYPE_CHECKING:
    from stillbytes.edit.photo import Photo
    from stillbytes.gpu.access import Access

Cancel = Callable[[], bool]
OVERLAP = 0.02
"""Of the canvas' long edge: over that an expansion passes into the photo."""
LEAST_OVERLAP = 16


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


def prepared(photo: Photo, settings: Settings, task: Task, mask: Mask | None, access: Access) -> Work:
    """What a task would do to a photo; nothing is started or written. mask: everything in it found.

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
    return Work(task, settings, hole, scene, painter(task, access), mask)


def generated(
    photo: Photo,
    work: Work,
    *,
    keep: bool,
    replacing: str = "",
    tell: Tell = silent,
    cancelled: Cancel = lambda: False,
) -> Settings:
    """The settings with what was made as a patch more, one of its variants shown.

    keep: write the pixels beside the photo; nothing is written before all variants are there. replacing: the id of a
    patch that gets these variants in place of its own. Raises Cancelled, SidecarError, and what painters raise.
    """
    task, painter = work.task, work.painter
    if painter is None:
        from stillbytes.edit.patching import remove  # noqa: PLC0415 - the classical way

        if work.mask is None:
            raise InvalidSetting(f"{task.label} needs a mask.", "Paint over what is to go.")
        return remove(photo, work.settings, work.mask, keep=keep, cancelled=cancelled)
    seeds = task.seeds if painter.varied else task.seeds[:1]
    made, encoding = [], None
    for number, seed in enumerate(seeds):
        one = drawn(
            work.hole,
            work.scene,
            painter,
            seed=seed,
            denoise=task.denoise,
            tell=nth(tell, number, len(seeds)),
            cancelled=cancelled,
        )
        made.append(one.pixels)
        encoding = one.encoding
    put = photo.patches.put if keep else photo.patches.hold
    if keep and work.mask is not None:
        _keep(photo, work.mask)
    variants = tuple(put(pixels) for pixels in made)
    recipe = {
        **painter.recipe(),
        "task": task.model_dump(mode="json", exclude_defaults=True),
        "seeds": list(seeds),
        "encoding": encoding.to_json() if encoding else {},
        **({"mask": work.mask.to_json()} if work.mask else {}),
    }
    rect = work.hole.rect
    patches = [patch.to_json() for patch in work.settings.patches]
    at = next((place for place, patch in enumerate(patches) if patch["id"] == replacing), len(patches))
    id = replacing or uuid.uuid4().hex[:12]
    new = Patch(id, rect, task.title[:200], task.name, variants[:MOST_VARIANTS], recipe=recipe).to_json()
    if at < len(patches):
        new |= {key: patches[at][key] for key in ("name", "opacity", "enabled", "mask")}
    return work.settings.changed(patches=[*patches[:at], new, *patches[at + 1 :]])


def _keep(photo: Photo, mask: Mask) -> None:
    """Write what was only held of a mask: with the recipe it makes the patch again."""
    for component in mask.components:
        address = getattr(component.kind, "raster", "")
        if address:
            photo.rasters.put(photo.rasters[address])


def again(photo: Photo, settings: Settings, id: str, access: Access, changes: Mapping[str, Any]) -> Work:
    """What made a patch, to be done once more with other seeds, or with changed parameters.

    Give its result to `generated` with `replacing=id`. Raises NotFound for a patch that is not there, InvalidSetting
    for one whose recipe is not understood.
    """
    patch = next((one for one in settings.patches if one.id == id), None)
    if patch is None:
        raise NotFound("There is no such patch.", "It may have been deleted.")
    told = patch.recipe.get("task", {})
    task = task_of(patch.task, {**(told if isinstance(told, Mapping) else {}), "seed": None, **changes})
    mask = Mask.from_json(patch.recipe["mask"]) if patch.recipe.get("mask") else None
    places = [one.id for one in settings.patches]
    below = settings.changed(patches=[one.to_json() for one in settings.patches[: places.index(id)]])
    work = prepared(photo, below, task, mask, access)
    return Work(work.task, settings, work.hole, work.scene, work.painter, work.mask)


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
