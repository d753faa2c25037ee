"""Patches of an open photo: made as the page asks, and shown small."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from stillbytes.core.errors import NotFound
from stillbytes.core.geometry import Rect, Size
from stillbytes.develop.colour import between
from stillbytes.develop.patch import Patch
from stillbytes.develop.resampling.frame_grid import FrameGrid
from stillbytes.edit.patching import added, below, spot_of, spotted
from stillbytes.generate.spot import Spot
from stillbytes.photo.output.encode import preview_jpeg

if TYPE_CHECKING:
    from stillbytes.app.server.workspace import Workspace
    from stillbytes.edit.document import Document

THUMBNAIL = 96
AROUND = 0.25
"""Of a patch's size, what its thumbnail shows around it."""


def place_spot(document: Document, task: Any, recipe: dict[str, Any], id: str) -> str:
    """Heal or clone at once; in place of the patch of that id, if there is one. Returns the id."""
    spot = Spot.of(recipe)
    before = document.settings
    after = spotted(document.photo, before, task, spot, id=id)
    label = f"{task.capitalize()} moved" if id else task.capitalize()
    document.commit(after, label)
    return id or after.patches[-1].id


def found(document: Document, id: str) -> Patch:
    """Raises NotFound."""
    patch = next((one for one in document.settings.patches if one.id == id), None)
    if patch is None:
        raise NotFound("There is no such patch.", "It may have been deleted.")
    return patch


def thumbnail(workspace: Workspace, document: Document, id: str, variant: int | None) -> bytes:
    """JPEG of a patch with what is around it, as it was taken, whatever the edit. Raises NotFound."""
    patch, settings = found(document, id), document.settings
    pipeline = workspace.pipeline(document.photo.id)
    frame, spot = pipeline.frame, spot_of(patch)
    chosen = patch.chosen if variant is None else variant
    if patch.variants and not 0 <= chosen < len(patch.variants):
        raise NotFound("There is no such variant.")
    if spot is None and (not patch.variants or patch.variants[chosen] not in document.photo.patches):
        raise NotFound("The pixels of the patch are not there.", "Make the patch again.")
    alone = replace(patch, enabled=True, opacity=1.0, chosen=chosen)
    shown = added(below(settings, id), alone)
    rect = patch.rect if spot is None else spot.rect(frame)
    rect = rect.grown(round(max(rect.width, rect.height) * AROUND))
    step = max(1.0, max(rect.width, rect.height) / THUMBNAIL)
    grid = Size(max(1, round(rect.width / step)), max(1, round(rect.height / step)))
    affine = (step, 0.0, rect.x + (step - 1) / 2, 0.0, step, rect.y + (step - 1) / 2)
    light = FrameGrid(frame, affine, Rect.of(grid), pipeline.light(shown)).light()
    linear = np.moveaxis(light, 0, -1) @ between("rec2020", "srgb").T.astype(np.float32)
    tones = np.clip(linear * 1.2 / (1 + 0.4 * np.maximum(linear, 0)), 0, 1) ** np.float32(1 / 2.2)
    return preview_jpeg(np.ascontiguousarray(np.rint(tones * 255), np.uint8), quality=85, space="srgb")
