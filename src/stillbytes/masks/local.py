"""The adjustments of settings as the pipeline takes them: masks that can be evaluated, in frame coordinates."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from stillbytes.core.errors import StillbytesError
from stillbytes.core.geometry import Rect
from stillbytes.develop.adjustment import Adjustment
from stillbytes.develop.local import Local
from stillbytes.develop.resampling.frame_grid import FrameGrid, Raster
from stillbytes.develop.settings import Settings
from stillbytes.masks.kind import Found, Kind, Rasters
from stillbytes.masks.kinds.picture import Picture
from stillbytes.masks.mask import Mask

REMEMBERED = 64
"""Masks, as many as a version may have."""
_read: OrderedDict[bytes, Mask | None] = OrderedDict()
_reading = threading.Lock()
STRIP = 512
"""Rows that are evaluated at a time."""


def locals_of(settings: Settings, rasters: Rasters) -> tuple[Local, ...]:
    """Those that change anything: without what is switched off, empty, without effect, or not to be evaluated because
    something in it was not found yet (see `pending`) or is of a newer release.
    """
    found = []
    for adjustment in settings.adjustments:
        delta = adjustment.effective
        mask = mask_of(adjustment)
        if delta and mask is not None and not mask.empty and not missing(mask, rasters):
            mixture = partial(mask.mixture, rasters=rasters) if mask.edged else None
            found.append(Local(mask.digest, delta, partial(mask.coverage, rasters=rasters), mixture))
    return tuple(found)


def local_of(settings: Settings, id: str, component: int | None, rasters: Rasters) -> Local | None:
    """The mask of one adjustment, or of one component of it, to be shown; None when it cannot be evaluated."""
    adjustment = next((one for one in settings.adjustments if one.id == id), None)
    mask = None if adjustment is None else mask_of(adjustment)
    if mask is not None and component is not None:
        chosen = mask.components[component : component + 1]
        mask = Mask(tuple(replace(one, combine="add", enabled=True) for one in chosen)) if chosen else None
    if mask is None or missing(mask, rasters):
        return None
    return Local(mask.digest, {}, partial(mask.coverage, rasters=rasters))


def mask_of(adjustment: Adjustment) -> Mask | None:
    """None for one that this release does not understand. Those read last are remembered: every frame asks for them."""
    key = adjustment.mask_digest
    with _reading:
        if key not in _read:
            try:
                _read[key] = Mask.from_json(adjustment.mask)
            except StillbytesError:
                _read[key] = None
            while len(_read) > REMEMBERED:
                _read.popitem(last=False)
        _read.move_to_end(key)
        return _read[key]


def missing(mask: Mask, rasters: Rasters) -> bool:
    """Whether something in it has to be looked for before it can be evaluated, or is a picture that is not here."""
    return unsought(mask, rasters) or pictureless(mask, rasters)


def pictureless(mask: Mask, rasters: Rasters) -> bool:
    """Whether a picture in it is not here: it came from another photo and does not fit this one, or was deleted."""
    return any(isinstance(kind, Picture) and not kind.empty and kind.raster not in rasters for kind in _active(mask))


def unsought(mask: Mask, rasters: Rasters) -> bool:
    """Whether something in it has to be looked for before it can be evaluated."""
    return any(isinstance(kind, Found) and kind.raster not in rasters for kind in _active(mask))


def _active(mask: Mask) -> list[Kind]:
    return [component.kind for component in mask.components if component.enabled]


def pending(settings: Settings, rasters: Rasters) -> Sequence[Adjustment]:
    """The adjustments whose masks have to be looked for in this photo."""
    masks = ((adjustment, mask_of(adjustment)) for adjustment in settings.adjustments if adjustment.enabled)
    return [adjustment for adjustment, mask in masks if mask is not None and unsought(mask, rasters)]


def ready(settings: Settings, rasters: Rasters) -> Settings:
    """The settings without the adjustments whose masks have to be looked for."""
    waiting = {adjustment.id for adjustment in pending(settings, rasters)}
    if not waiting:
        return settings
    return settings.changed(adjustments=[one.to_json() for one in settings.adjustments if one.id not in waiting])


def rendered(local: Local, grid: FrameGrid, bits: int) -> Raster:
    """(height, width) uint8, or uint16 with more than 8 bits, at most where the mask is 1; in strips, so that little
    memory is needed. Raises NotFound when a raster is not there."""
    full = (1 << 16) - 1 if bits > 8 else 255
    pixels = np.empty((grid.height, grid.width), np.uint16 if bits > 8 else np.uint8)
    whole = grid.rect
    for top in range(0, whole.height, STRIP):
        strip = Rect(whole.x, whole.y + top, whole.width, min(STRIP, whole.height - top))
        covered = np.clip(local.coverage(grid.part(strip)), 0, 1)
        pixels[top : top + STRIP] = np.rint(covered * np.float32(full))
    return pixels
