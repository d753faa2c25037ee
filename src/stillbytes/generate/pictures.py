"""Pictures that are made whole: created from words, enlarged, or a photo drawn in another style."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import Cancelled, ModelError
from stillbytes.core.geometry import Rect, Size
from stillbytes.generate.painters.answer import picture, png
from stillbytes.generate.painters.choose import painter
from stillbytes.generate.painters.diffusion import Diffusion
from stillbytes.generate.painters.painter import Cancel, Painting, Tell, nth, silent

if TYPE_CHECKING:
    from stillbytes.generate.task import Task
    from stillbytes.generate.tasks.create import Create
    from stillbytes.generate.tasks.restyle import Restyle
    from stillbytes.generate.tasks.upscale import Upscale
    from stillbytes.gpu.access import Access

Bytes = NDArray[np.uint8]

TILE, LAP = 768, 48
"""Pixels of what goes into an upscaler at once, and those that neighbours share."""


@dataclass(frozen=True, slots=True)
class Made:
    """pixels: (height, width, 3) uint8 sRGB. recipe: everything needed to make it again."""

    pixels: Bytes
    recipe: Mapping[str, Any]


def diffusion(task: Task, access: Access) -> Diffusion:
    """Who does a task that only ComfyUI can. Raises ModelError when nothing here can."""
    found = painter(task, access)
    if not isinstance(found, Diffusion):
        raise ModelError(f"{task.label} needs a model in ComfyUI.", "`stillbytes models list` shows models.")
    return found


def created(
    task: Create, access: Access, tell: Tell = silent, cancelled: Cancel | None = None, with_: Diffusion | None = None
) -> list[Made]:
    """New pictures from words, one for each variant. Raises Cancelled, and what painters raise."""
    who = with_ or diffusion(task, access)
    size = Size(*who.candidate.graph.size(task.width, task.height))
    seeds, made = task.seeds, []
    for number, seed in enumerate(seeds):
        content = who.made(who.drawing(size, seed), {}, nth(tell, number, len(seeds)), cancelled)
        pixels = picture(content, size, who.candidate.title)
        made.append(Made(pixels, _recipe(task, who, seed)))
    return made


def restyled(
    task: Restyle,
    shown: Bytes,
    access: Access,
    tell: Tell = silent,
    cancelled: Cancel | None = None,
    with_: Diffusion | None = None,
) -> Made:
    """The developed picture as the model would have it, at the size that the model draws. Raises as `created`."""
    who = with_ or diffusion(task, access)
    size = who.candidate.graph.size(shown.shape[1], shown.shape[0])
    small = np.asarray(cv2.resize(shown, size, interpolation=cv2.INTER_AREA), np.uint8)
    seed = task.seeds[0]
    everywhere = np.ones(small.shape[:2], np.float32)
    codes = who.paint(Painting(small, everywhere, seed, task.denoise), tell, cancelled)
    return Made(np.rint(codes * 255).astype(np.uint8), _recipe(task, who, seed))


def upscaled(
    task: Upscale,
    shown: Bytes,
    access: Access,
    tell: Tell = silent,
    cancelled: Cancel | None = None,
    with_: Diffusion | None = None,
) -> Made:
    """The developed picture with more pixels, in tiles that overlap. Raises as `created`."""
    who = with_ or diffusion(task, access)
    height, width = shown.shape[:2]
    out = np.zeros((height * task.scale, width * task.scale, 3), np.uint8)
    tiles = list(_tiles(Size(width, height)))
    for number, (taken, kept) in enumerate(tiles):
        if cancelled is not None and cancelled():
            raise Cancelled()
        part = np.ascontiguousarray(shown[taken.y : taken.bottom, taken.x : taken.right])
        drawing = replace(who.drawing(taken.size, 0), scale=float(task.scale))
        content = who.made(drawing, {"picture": png(part)}, nth(tell, number, len(tiles)), cancelled)
        large = picture(content, Size(taken.width * task.scale, taken.height * task.scale), who.candidate.title)
        x, y = (kept.x - taken.x) * task.scale, (kept.y - taken.y) * task.scale
        rows, columns = kept.height * task.scale, kept.width * task.scale
        target = out[kept.y * task.scale :, kept.x * task.scale :][:rows, :columns]
        target[:] = large[y : y + rows, x : x + columns]
    return Made(out, _recipe(task, who, 0))


def _tiles(size: Size) -> list[tuple[Rect, Rect]]:
    """What goes in, and what of it is kept: tiles without gaps, each with surroundings."""
    whole, found = Rect.of(size), []
    step = TILE - 2 * LAP
    for y in range(0, size.height, step):
        for x in range(0, size.width, step):
            kept = Rect(x, y, step, step).within(whole)
            found.append((kept.grown(LAP).within(whole), kept))
    return found


def _recipe(task: Task, who: Diffusion, seed: int) -> dict[str, Any]:
    told = task.model_dump(mode="json", exclude_defaults=True)
    return {**who.recipe(), "task": {"name": task.name, **told}, "seed": seed}
