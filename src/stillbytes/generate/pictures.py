"""Pictures that are made whole: created from words, or a photo drawn in another style."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import ModelError
from stillbytes.core.geometry import Size
from stillbytes.core.saying import said
from stillbytes.generate.painters.answer import picture, png
from stillbytes.generate.painters.choose import painter
from stillbytes.generate.painters.diffusion import Diffusion
from stillbytes.generate.painters.painter import Cancel, Depths, Painting, Tell, nth, silent

if TYPE_CHECKING:
    from stillbytes.generate.task import Task
    from stillbytes.generate.tasks.create import Create
    from stillbytes.generate.tasks.restyle import Restyle
    from stillbytes.gpu.access import Access

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Made:
    """pixels: (height, width, 3) uint8 sRGB. recipe: everything needed to make it again."""

    pixels: Bytes
    recipe: Mapping[str, Any]


def diffusion(task: Task, access: Access) -> Diffusion:
    """Who does a task that only ComfyUI can. Raises ModelError when nothing here can."""
    found = painter(task, access)
    if not isinstance(found, Diffusion):
        raise ModelError(
            said("{task} needs a model in ComfyUI.", task=said(task.label)), "`stillbytes models list` shows models."
        )
    return found


def created(
    task: Create, access: Access, tell: Tell = silent, cancelled: Cancel | None = None, with_: Diffusion | None = None
) -> list[Made]:
    """New pictures from words, and from the picture that the task begins with; one for each variant.

    Raises Cancelled, and what painters raise.
    """
    who = with_ or diffusion(task, access)
    size, given = size_of(task, who), {}
    if task.start is not None:
        given["picture"] = png(np.asarray(cv2.resize(task.start, size.pair, interpolation=cv2.INTER_AREA), np.uint8))
    seeds, made = task.seeds, []
    for number, seed in enumerate(seeds):
        drawing = replace(who.drawing(size, seed, task.denoise), picture="picture" if given else "")
        content = who.made(drawing, given, nth(tell, number, len(seeds)), cancelled)
        made.append(Made(picture(content, size, who.candidate.title), recipe(task, who, seed)))
    return made


def size_of(task: Create, who: Diffusion) -> Size:
    """Of the new picture: about what was asked for, in the proportions of the picture that it begins with."""
    height, width = (task.height, task.width) if task.start is None else task.start.shape[:2]
    return Size(*who.candidate.graph.size(width, height))


def restyled(
    task: Restyle,
    shown: Bytes,
    access: Access,
    tell: Tell = silent,
    cancelled: Cancel | None = None,
    with_: Diffusion | None = None,
    depths: Depths | None = None,
) -> list[Made]:
    """The developed picture as the model would have it, in its own proportions and about the size that the model draws;
    one for each variant. depths: tells near from far, where that is to be kept. Raises as `created`."""
    who = with_ or diffusion(task, access)
    size = who.candidate.graph.size(shown.shape[1], shown.shape[0])
    small = np.asarray(cv2.resize(shown, size, interpolation=cv2.INTER_AREA), np.uint8)
    everywhere = np.ones(small.shape[:2], np.float32)
    near = depths(small) if depths is not None and who.keeps_depth else None
    seeds, made = task.seeds, []
    for number, seed in enumerate(seeds):
        told = nth(tell, number, len(seeds))
        codes = who.paint(Painting(small, everywhere, seed, task.denoise, near), told, cancelled)
        # Models draw in steps of some pixels, so that what they saw was a little wider or higher than the photo is.
        drawn = cv2.resize(codes, shown.shape[1::-1], interpolation=cv2.INTER_AREA)
        made.append(Made(np.rint(np.clip(drawn, 0, 1) * 255).astype(np.uint8), recipe(task, who, seed)))
    return made


def recipe(task: Task, who: Diffusion, seed: int) -> dict[str, Any]:
    """Everything needed to make a picture again, beside the pictures that went in."""
    told = task.model_dump(mode="json", exclude_defaults=True)
    return {**who.recipe(), "task": {"name": task.name, **told}, "seed": seed}
