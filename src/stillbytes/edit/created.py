"""New pictures: what making them takes, made, and written as files that tell what made them.

Two kinds: those that a model creates, and developed photos that a network draws larger or clearer. The latter are
exports with a network on the way, so that they keep their metadata, colour space and depth.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from stillbytes.core.errors import ExportError, InvalidSetting
from stillbytes.core.files import write_atomically
from stillbytes.core.geometry import Size
from stillbytes.core.saying import said
from stillbytes.develop.frame import Dtype
from stillbytes.edit.exporting.formats import format_of
from stillbytes.edit.generating import Cost, of_pictures
from stillbytes.edit.provenance import credited, invented
from stillbytes.edit.xmp import Packet
from stillbytes.generate.larger import LAP, Larger, Pixels, larger, size_of, tiles
from stillbytes.generate.painters.diffusion import Diffusion
from stillbytes.generate.painters.painter import Cancel, Tell, silent
from stillbytes.generate.pictures import Made, created, diffusion, recipe
from stillbytes.generate.pictures import size_of as created_size
from stillbytes.generate.task import Task
from stillbytes.generate.tasks.create import Create
from stillbytes.photo.metadata import Carried
from stillbytes.photo.output.encode import FORMATS, encode

if TYPE_CHECKING:
    from stillbytes.edit.photo import Edit
    from stillbytes.gpu.access import Access

QUALITY = 95
RECIPE = "sb:Recipe"


@dataclass(frozen=True, slots=True)
class Order:
    """A task that makes new files. edit: the developed photo that goes in; None for a picture from words alone.

    For `create`, what the task begins with or is to be like is in the task.
    """

    task: Task
    who: Diffusion
    edit: Edit | None = None

    @property
    def size(self) -> Size:
        """Of what is made. Raises UnusablePicture for more than can be made."""
        if isinstance(self.task, Create):
            return created_size(self.task, self.who)
        return size_of(self._larger, self._photo.size)

    @property
    def cost(self) -> Cost:
        if isinstance(self.task, Create):
            return of_pictures(self.who, self.size, len(self.task.seeds), self.task.denoise)
        size = self._photo.size
        side = self._larger.side(self.who)
        tile = Size(min(side, size.width + 2 * LAP), min(side, size.height + 2 * LAP))
        drawn, scale = self._larger.priced(self.who, tile)
        return of_pictures(self.who, drawn, len(tiles(size, side)), self.task.denoise, scale)

    @property
    def _larger(self) -> Larger:
        if not isinstance(self.task, Larger):
            raise InvalidSetting(
                said("{task} makes no new picture.", task=said(self.task.label)), "Create, upscale and enhance do."
            )
        return self.task

    @property
    def _photo(self) -> Edit:
        if self.edit is None:
            raise InvalidSetting(said("{task} needs a photo.", task=said(self.task.label)), "Open one.")
        return self.edit

    def made(
        self, place: Callable[[int, int], Path], access: Access, tell: Tell = silent, cancelled: Cancel | None = None
    ) -> list[tuple[Path, Mapping[str, Any]]]:
        """The files that were written, each with its recipe. place: where each of so many goes, asked when it is made.

        Raises ExportError, Cancelled, and what painters raise; then nothing was written.
        """
        if isinstance(self.task, Create):
            pictures = created(self.task, access, tell, cancelled, with_=self.who)
            written = []
            for number, one in enumerate(pictures):
                path = place(number, len(pictures))
                save(path, one)
                written.append((path, one.recipe))
            return written
        path = place(0, 1)
        told = recipe(self._larger, self.who, self.task.seeds[0])
        self._photo.export(path, quality=QUALITY, cancelled=cancelled, through=self._larger, access=access, tell=tell)
        return [(path, told)]


def save(path: Path, made: Made) -> None:
    """Write a created picture, whole or not at all; with credentials as exports have them. Raises ExportError."""
    format = format_of(path)
    origin = invented(str(made.recipe.get("model") or "a model"))
    packet = Packet()
    packet.put(RECIPE, json.dumps(dict(made.recipe), sort_keys=True))
    packet.put("xmp:CreatorTool", "Stillbytes")
    packet.put("Iptc4xmpExt:DigitalSourceType", origin.source_type)
    content = encode(made.pixels, format=format, space="srgb", quality=QUALITY, carried=Carried(xmp=packet.content()))
    content = credited(content, origin, FORMATS[format].media_type, path.name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)
    except OSError as error:
        raise ExportError(
            said("{file} could not be written: {why}.", file=path, why=str(error.strerror or error)),
            "Check the folder and the free space.",
        ) from error


def drawn_larger(
    edit: Edit,
    task: Larger,
    size: int | None,
    space: str,
    dtype: Dtype,
    access: Access | None = None,
    tell: Tell | None = None,
    cancelled: Cancel | None = None,
) -> tuple[Pixels, dict[str, Any]]:
    """The developed picture as a network draws it, and what made it. size: long edge in pixels, None for all there are.

    access: the engines, by default those of this process. Raises Cancelled, UnusablePicture, and what painters raise.
    """
    if access is None:
        from stillbytes.gpu.access import shared_access  # noqa: PLC0415 - only where a network is wanted

        access = shared_access()
    who = diffusion(task, access)
    size_of(task, edit.size)  # before the work
    shown: Pixels = np.asarray(edit.render(None, None, space, dtype, cancelled))
    made = larger(task, shown, who, tell or silent, cancelled)
    height, width = made.shape[:2]
    if size is not None and size < max(height, width):
        less = Size(width, height).scaled(size / max(height, width))
        made = cv2.resize(made, less.pair, interpolation=cv2.INTER_AREA)
    return made, recipe(task, who, task.seeds[0])


def with_recipe(carried: Carried, made: Mapping[str, Any]) -> Carried:
    """Metadata of an export with what made it. Where there is no place for it, as it was."""
    packet = Packet(carried.xmp or None)
    packet.put(RECIPE, json.dumps(dict(made), sort_keys=True))
    return replace(carried, xmp=packet.content())
