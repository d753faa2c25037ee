"""The patches of a photo: made, and given to the pipeline with their pixels and masks."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import SidecarError, StillbytesError
from stillbytes.develop.patch import Patch
from stillbytes.develop.patched import Insert
from stillbytes.develop.settings import Settings
from stillbytes.generate.store import Store
from stillbytes.masks.kind import Rasters
from stillbytes.masks.local import missing
from stillbytes.masks.mask import Mask

if TYPE_CHECKING:
    from stillbytes.edit.photo import Photo


def remove(
    photo: Photo,
    settings: Settings,
    mask: Mask,
    *,
    name: str = "Remove",
    keep: bool,
    cancelled: Callable[[], bool] = lambda: False,
) -> Settings:
    """The settings with a patch more, in which what the mask covers gave way to what is around it.

    mask: everything in it found. keep: write the patch beside the photo. What is looked at is the photo with the
    patches that it has. Raises UnusablePicture when the mask covers nothing or everything, SidecarError, Cancelled.
    """
    from stillbytes.generate.remove import Removal  # noqa: PLC0415 - only when something is removed

    pipeline = photo.pipeline
    coverage = partial(mask.coverage, rasters=photo.rasters)
    removal = Removal.of(coverage, pipeline.frame, pipeline.light(settings))
    pixels = removal.made(pipeline.scene(settings, removal.around), cancelled)
    address = photo.patches.put(pixels) if keep else photo.patches.hold(pixels)
    recipe = {"engine": "classical", "mask": mask.to_json()}
    patch = Patch(uuid.uuid4().hex[:12], removal.hole, name, "remove", (address,), grain=False, recipe=recipe)
    return settings.changed(patches=[*(one.to_json() for one in settings.patches), patch.to_json()])


def inserts_of(settings: Settings, store: Store, rasters: Rasters) -> tuple[Insert, ...]:
    """Those that are seen: without what is switched off, was not made yet, or is masked by what was not found yet."""
    found = (_insert(patch, store, rasters) for patch in settings.patches)
    return tuple(insert for insert in found if insert is not None)


def lost(settings: Settings, store: Store) -> tuple[Patch, ...]:
    """The patches whose pixels are not there: they have to be made again."""
    return tuple(patch for patch in settings.patches if patch.address and patch.address not in store)


def _insert(patch: Patch, store: Store, rasters: Rasters) -> Insert | None:
    if patch.address not in store:
        return None
    coverage, key = None, ""
    if patch.mask:
        try:
            mask = Mask.from_json(patch.mask)
        except StillbytesError:  # of a newer release
            return None
        if missing(mask, rasters):
            return None
        coverage, key = partial(mask.coverage, rasters=rasters), mask.digest
    pixels = _pixels(patch, store)
    return Insert(patch.address, patch.rect, pixels, patch.grain, patch.opacity, coverage, key)


def _pixels(patch: Patch, store: Store) -> Callable[[], NDArray[np.float32]]:
    def read() -> NDArray[np.float32]:
        pixels = store[patch.address]
        if pixels.shape[:2] != (patch.rect.height, patch.rect.width):
            raise SidecarError(
                f"The patch {patch.name or patch.id} has {pixels.shape[1]} x {pixels.shape[0]} pixels where "
                f"{patch.rect.width} x {patch.rect.height} belong.",
                "Make the patch again.",
            )
        return pixels.astype(np.float32)

    return read
