"""The patches of a photo: made, and given to the pipeline with their pixels and masks."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from stillbytes.core import preferences
from stillbytes.core.errors import NotFound, SidecarError, StillbytesError
from stillbytes.core.geometry import Rect, Size
from stillbytes.core.saying import said
from stillbytes.develop.patch import Patch
from stillbytes.develop.patched import Insert
from stillbytes.develop.resampling.frame_grid import Light
from stillbytes.develop.settings import Settings
from stillbytes.generate.store import Store
from stillbytes.masks.kind import Rasters
from stillbytes.masks.local import missing
from stillbytes.masks.mask import Mask

if TYPE_CHECKING:
    from stillbytes.edit.photo import Photo
    from stillbytes.generate.spot import Spot, Task


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
    return added(settings, removed(photo, settings, mask, name=name, keep=keep, cancelled=cancelled))


def removed(
    photo: Photo,
    settings: Settings,
    mask: Mask,
    *,
    name: str = "Remove",
    keep: bool,
    cancelled: Callable[[], bool] = lambda: False,
) -> Patch:
    """The patch alone, as `remove` puts it over those of the settings."""
    from stillbytes.generate.remove import Removal  # noqa: PLC0415 - only when something is removed

    pipeline = photo.pipeline
    coverage = partial(mask.coverage, rasters=photo.rasters)
    removal = Removal.of(coverage, pipeline.frame, pipeline.light(settings))
    pixels = removal.made(pipeline.scene(settings, removal.around), cancelled)
    address = photo.patches.put(pixels) if keep else photo.patches.hold(pixels)
    recipe = {"engine": "classical", "mask": mask.to_json()}
    return Patch(uuid.uuid4().hex[:12], removal.hole.rect, name, "remove", (address,), grain=False, recipe=recipe)


def added(settings: Settings, patch: Patch) -> Settings:
    """With a patch over the others, or in place of the one with its id."""
    patches = {one.id: one for one in settings.patches} | {patch.id: patch}
    return settings.changed(patches=[one.to_json() for one in patches.values()])


def below(settings: Settings, id: str) -> Settings:
    """With only the patches below one. Raises NotFound."""
    at = next((number for number, patch in enumerate(settings.patches) if patch.id == id), None)
    if at is None:
        raise NotFound("There is no such patch.", "It may have been deleted.")
    return settings.changed(patches=[patch.to_json() for patch in settings.patches[:at]])


def spotted(photo: Photo, settings: Settings, task: Task, spot: Spot, *, id: str = "", name: str = "") -> Settings:
    """The settings with a spot more, or with the one of that id as this says. Without a source the best one nearby is
    found, in the photo with the patches below. Raises UnusablePicture, NotFound.
    """
    from stillbytes.generate.spot import Spot  # noqa: PLC0415 - only when something is healed

    frame = photo.pipeline.frame
    under = below(settings, id) if id else settings
    spot = Spot.of(spot.to_recipe()).located(
        photo.pipeline.light(under), frame, partial(photo.pipeline.known_on, under)
    )
    known = next((patch for patch in settings.patches if id and patch.id == id), None)
    made = known or Patch(uuid.uuid4().hex[:12], spot.rect(frame), name or task.capitalize(), grain=False)
    made = replace(made, rect=spot.rect(frame), task=task, variants=(), chosen=0, recipe=spot.to_recipe())
    return added(settings, made)


def spot_of(patch: Patch) -> Spot | None:
    """What a patch that is evaluated from its recipe says; None for others, and for what is not understood."""
    from stillbytes.generate.spot import TASKS, Spot  # noqa: PLC0415 - only for photos with patches

    try:
        return Spot.of(patch.recipe) if patch.task in TASKS and not patch.variants else None
    except StillbytesError:
        return None


def elsewhere(settings: Settings) -> tuple[Patch, ...]:
    """What of the patches goes along to another photo: the spots. A source that was looked for is looked for there."""
    spots = ((patch, spot_of(patch)) for patch in settings.patches)
    return tuple(replace(patch, recipe=spot.forgotten().to_recipe()) for patch, spot in spots if spot is not None)


def pasted(settings: Settings, own: Settings) -> Settings:
    """Settings from another photo with the patches of this one, whose settings are `own`: its pixels stay, and its
    spots give way to those of the other."""
    theirs = elsewhere(settings)
    ids = {patch.id for patch in theirs}
    kept = [patch for patch in own.patches if spot_of(patch) is None and patch.id not in ids]
    return settings.changed(patches=[patch.to_json() for patch in (*kept, *theirs)])


def inserts_of(settings: Settings, store: Store, rasters: Rasters, frame: Size) -> tuple[Insert, ...]:
    """Those that are seen: without what is switched off, was not made yet, or is masked by what was not found yet; and
    without what a model made, where a person wants no generated pixels."""
    return tuple(insert for _, insert in seen(settings, store, rasters, frame))


def seen(settings: Settings, store: Store, rasters: Rasters, frame: Size) -> list[tuple[Patch, Insert]]:
    """Those of `inserts_of`, with their patches."""
    found: list[tuple[Patch, Insert]] = []
    for patch in settings.patches:
        found += [(patch, insert) for insert in _inserts(patch, store, rasters, frame, [one for _, one in found])]
    return found


def lost(settings: Settings, store: Store) -> tuple[Patch, ...]:
    """The patches whose pixels are not there: they have to be made again."""
    return tuple(patch for patch in settings.patches if patch.address and patch.address not in store)


def _inserts(patch: Patch, store: Store, rasters: Rasters, frame: Size, below: list[Insert]) -> list[Insert]:
    """None for what is not seen; one, or one for each part of what lies around a photo."""
    if not patch.enabled or not patch.opacity or (patch.generated and not preferences.generated()):
        return []
    spot = spot_of(patch)
    if spot is None and patch.address not in store:
        return []
    coverage, mask = None, ""
    if patch.mask:
        try:
            tree = Mask.from_json(patch.mask)
        except StillbytesError:  # of a newer release
            return []
        if missing(tree, rasters):
            return []
        coverage, mask = partial(tree.coverage, rasters=rasters), tree.digest
    if spot is None:
        return [
            Insert(key, rect, read, patch.grain, patch.opacity, coverage, mask)
            for key, rect, read in _read(patch, store)
        ]
    made = partial(spot.made, frame=frame, clone=patch.task == "clone")
    key = _key(patch, spot, frame, below)
    return [Insert(key, spot.rect(frame), made, False, patch.opacity, coverage, mask)]


def _key(patch: Patch, spot: Spot, frame: Size, below: list[Insert]) -> str:
    """Other pixels have another key: it holds what the spot says, and the patches below that it reads."""
    reads = spot.reads(frame)
    under = [
        (one.key, one.opacity, one.coverage_key)
        for one in below
        if any(not one.rect.within(place).empty for place in reads)
    ]
    told = json.dumps([patch.task, spot.to_recipe(), frame.width, frame.height, under])
    return hashlib.blake2b(told.encode(), digest_size=12).hexdigest()


Read = Callable[[Light], NDArray[np.float32]]


def _read(patch: Patch, store: Store) -> list[tuple[str, Rect, Read]]:
    """Key, rectangle of the frame and pixels of each part of a patch. What cannot be read says so when it is shown."""
    address, whole = patch.address, Rect.of(patch.rect.size)
    rects = store.rects(address)
    if len(rects) < 2 or any(rect.within(whole) != rect for rect in rects):
        return [(address, patch.rect, partial(_part, patch, store, 0))]
    # The key's digits seed the noise.
    keys = [hashlib.blake2b(f"{address} {i}".encode(), digest_size=12).hexdigest() for i in range(len(rects))]
    placed = [rect.moved(patch.rect.x, patch.rect.y) for rect in rects]
    return [(keys[i], rect, partial(_part, patch, store, i)) for i, rect in enumerate(placed)]


def _part(patch: Patch, store: Store, number: int, light: Light) -> NDArray[np.float32]:
    """Raises SidecarError, NotFound."""
    del light
    parts = store.parts(patch.address)
    rect, pixels = parts[number]
    size = (rect.height, rect.width) if len(parts) > 1 else (patch.rect.height, patch.rect.width)
    if pixels.shape[:2] != size or rect.within(Rect.of(patch.rect.size)) != rect:
        raise SidecarError(
            said(
                "The patch {patch} has {shape} x {shape2} pixels where {width} x {height} belong.",
                patch=patch.name or patch.id,
                shape=pixels.shape[1],
                shape2=pixels.shape[0],
                width=patch.rect.width,
                height=patch.rect.height,
            ),
            "Make the patch again.",
        )
    return pixels.astype(np.float32)
