"""Generative tasks on a photo: what a model made becomes a patch of its settings, or settings."""

from __future__ import annotations

import math
import time
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
from stillbytes.core.saying import said
from stillbytes.develop.patch import Patch
from stillbytes.develop.settings import Settings
from stillbytes.edit import patching, reference
from stillbytes.edit.depths import depths
from stillbytes.edit.doubt import doubts
from stillbytes.edit.patching import removed
from stillbytes.generate.drawn import Drawn, Scene, drawn, tiles_of
from stillbytes.generate.hole import BEHIND, DRAWN, Hole
from stillbytes.generate.painters import choose
from stillbytes.generate.painters.diffusion import Diffusion
from stillbytes.generate.painters.forecast import forecast, size_of
from stillbytes.generate.painters.painter import Depths, Painter, Tell, nth, silent
from stillbytes.generate.region.region import Region
from stillbytes.generate.store import Given
from stillbytes.generate.task import Prompted, Task
from stillbytes.generate.tasks import task_of
from stillbytes.generate.tasks.expand import Expand
from stillbytes.gpu import measured, pace
from stillbytes.gpu.plan.here import here
from stillbytes.masks.mask import Mask

if TYPE_CHECKING:
    from stillbytes.edit.photo import Photo
    from stillbytes.gpu.access import Access

Cancel = Callable[[], bool]
OVERLAP = 0.02
"""Of the canvas' long edge: over that an expansion passes into the photo."""
LEAST_OVERLAP = 16
SPECK = 2.0
"""The smallest hole takes as long as so many megapixels of a large one: without a model 6 s and 3 s for each."""
CROP = ("crop_left", "crop_top", "crop_right", "crop_bottom")


@dataclass(frozen=True, slots=True)
class Cost:
    """seconds, memory_mib: estimated or measured here, None where nothing is known: of a processor that is what was not
    done on it before.
    pictures: so many are drawn. covered: part of the photo that changes, None where it is no part of it. doubt: what is
    to be said of the place before, see `edit.doubt`."""

    seconds: float | None
    memory_mib: int | None
    pictures: int
    covered: float | None = None
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done. settings: the photo's, with the crop that the task asks for. hole: what is filled.

    painter: None for the classical way. depths: tells near from far, for painters that keep it.
    """

    task: Task
    settings: Settings
    hole: Hole
    scene: Scene
    painter: Painter | None
    mask: Mask | None
    depths: Depths | None = None

    @property
    def engine(self) -> str:
        return self.painter.engine if self.painter else "classical"

    @property
    def model(self) -> str:
        return self.painter.model if self.painter else ""

    @property
    def seeds(self) -> tuple[int, ...]:
        """Of the pictures that are drawn: one where another seed gives no other."""
        return self.task.seeds if self.painter and self.painter.varied else self.task.seeds[:1]

    @property
    def size(self) -> float:
        """For `pace`, of what is not sampled."""
        return (SPECK + float(self.hole.covered.sum()) / 1e6) * len(self.seeds)

    @property
    def label(self) -> str:
        """What history calls it: it says where a model made the pixels."""
        return f"{self.task.title} (generated)" if self.painter else self.task.title


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
        hole = Hole.of(coverage, pipeline.frame, pipeline.light(settings), BEHIND if task.covers else DRAWN)
    elif "mask" in task.needs:
        raise InvalidSetting(
            said("{task} needs a mask.", task=said(task.label)), "Say where: paint over it, or choose what is meant."
        )
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
    near = depths(access) if access is not None else None
    return Work(task, settings, hole, scene, painter or choose.painter(task, access), mask, near)


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
    task, painter, begun = work.task, work.painter, time.monotonic()
    if painter is None:
        if work.mask is None:
            raise InvalidSetting(said("{task} needs a mask.", task=said(task.label)), "Paint over what is to go.")
        patch = removed(photo, work.settings, work.mask, keep=keep, cancelled=cancelled)
        pace.remember(work.engine, work.size, time.monotonic() - begun)
        if keep:
            _keep(photo, work)
        return replace(patch, id=id or patch.id)
    seeds = work.seeds
    drawings = []
    for number, seed in enumerate(seeds):
        told = nth(tell, number, len(seeds))
        drawings.append(
            drawn(
                work.hole,
                work.scene,
                painter,
                seed=seed,
                denoise=task.denoise,
                tell=told,
                cancelled=cancelled,
                depths=work.depths,
            )
        )
    if not isinstance(painter, Diffusion):  # which keeps the time of each picture itself
        pace.remember(work.model, work.size, time.monotonic() - begun)
    pictures = [_placed(drawing, work.hole.rect) for drawing in drawings]
    if keep:
        variants = tuple(photo.patches.put_all(pictures, then=partial(_keep, photo, work)))
    else:
        variants = tuple(photo.patches.hold(pixels) for pixels in pictures)
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
    if work.mask is None:
        return _drawing(work)
    area = work.scene.frame.width * work.scene.frame.height
    covered = min(1.0, float(work.hole.covered.sum()) / area)
    return replace(_drawing(work), covered=round(covered, 4), doubt=doubts(work.mask, covered))


def _drawing(work: Work) -> Cost:
    if not isinstance(work.painter, Diffusion):
        told = pace.foreseen(measured.usable(), work.model or work.engine, work.size)
        return Cost(_told(told.value) if told else None, None, len(work.seeds))
    region = Region.of(work.hole.rect, work.scene.bounds, work.painter.native)
    passes = 1
    if region.soft and work.painter.refines:
        parts = [work.hole.part(rect) for rect in work.hole.parts()]
        passes += sum(len(tiles_of(replace(region, hole=part.rect), part, work.painter)) for part in parts)
    return of_pictures(work.painter, region.size, passes * len(work.task.seeds), work.task.denoise)


def _placed(drawing: Drawn, rect: Rect) -> Given:
    """Its pixels as they are stored for a patch over that rectangle."""
    if len(drawing.parts) == 1:
        return drawing.pixels
    return [(part.moved(-rect.x, -rect.y), pixels) for part, pixels in drawing.parts]


def of_pictures(who: Diffusion, size: Size, count: int = 1, denoise: float = 1.0, scale: float = 0.0) -> Cost:
    """Of so many pictures of about that size. scale: of what comes out, for networks that take any size; else 0."""
    native = size if scale else Size(*who.candidate.graph.size(size.width, size.height))
    known, drawing = measured.usable(), replace(who.drawing(native, 0, denoise), scale=scale or 1.0)
    told = forecast(who.candidate, drawing, here(preferences.load(), known))
    each = pace.foreseen(known, who.model, size_of(who.candidate, drawing)) or told.seconds
    seconds = _told(each.value * count) if each else None
    return Cost(seconds, round(told.peak.value), count)


def _told(seconds: float) -> float:
    """To a tenth, of which there is always one."""
    return max(0.1, round(seconds, 1))


def _keep(photo: Photo, work: Work) -> None:
    """Write what was only held of the mask, and the picture to be like: with the recipe they make the patch again."""
    for component in work.mask.components if work.mask else ():
        address = getattr(component.kind, "raster", "")
        if address:
            photo.rasters.put(photo.rasters[address])
    if work.task.words.reference:
        reference.keep(photo, work.task.words.reference)


def again(
    photo: Photo, settings: Settings, id: str, access: Access | None, changes: Mapping[str, Any], like: bytes = b""
) -> Work:
    """What made a patch, to be done once more with other seeds, or with changed parameters. like: another picture to be
    like, encoded; the one that is kept beside the photo otherwise.

    Raises NotFound for a patch that is not there, or a picture, InvalidSetting for one whose recipe is not understood.
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
    words = patch.recipe.get("words", {})
    named = str(words.get("reference_digest", "")) if isinstance(words, Mapping) else ""
    if isinstance(task, Prompted) and (like or named):
        task = task.like(like or reference.kept(photo, named))
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
    edges = pipeline.form(settings).edges()
    x, y = (float(places.min()) for places in edges)
    right, bottom = (float(places.max()) for places in edges)
    x, y = math.floor(x + 0.5 + 1e-6), math.floor(y + 0.5 + 1e-6)
    canvas = Rect(x, y, math.ceil(right + 0.5 - 1e-6) - x, math.ceil(bottom + 0.5 - 1e-6) - y)
    known: NDArray[np.float32] = pipeline.known(settings, canvas)
    return Hole.beyond(canvas, known, max(LEAST_OVERLAP, round(OVERLAP * max(canvas.width, canvas.height))))
