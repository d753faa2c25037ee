"""Finding what the masks of a photo ask for: subjects, skies, people, in the photo as it was taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from stillbytes.core.errors import Cancelled, StillbytesError
from stillbytes.develop.settings import Settings
from stillbytes.edit.photo import Photo
from stillbytes.masks.detect.detector import Picture
from stillbytes.masks.detect.find import Result, completed, find
from stillbytes.masks.kind import Found, Kind
from stillbytes.masks.local import mask_of, missing
from stillbytes.masks.mask import Mask

if TYPE_CHECKING:
    from stillbytes.gpu.access import Access

EDGE = 6000
"""Long edge of the picture in which edges are found; masks of larger photos are enlarged."""


@dataclass(frozen=True, slots=True)
class Told:
    """What was found for one component: its adjustment's name, and the result."""

    adjustment: str
    result: Result


def picture_of(photo: Photo, cancelled: Callable[[], bool] | None = None) -> Picture:
    """The frame as networks see it. Raises UnreadablePhoto, Cancelled."""
    pipeline = photo.pipeline
    frame = pipeline.render(Settings(), min(1.0, EDGE / pipeline.frame.long_edge), cancelled=cancelled, local=())
    return Picture(frame.pixels, key=photo.content)  # type: ignore[arg-type]


def look_for(
    photo: Photo,
    kind: Found,
    networks: Access,
    *,
    keep: bool,
    progress: Callable[[str], None] = lambda step: None,
    cancelled: Callable[[], bool] | None = None,
    picture: Picture | None = None,
) -> tuple[Found, Result]:
    """The kind with what was found. keep: write it beside the photo.

    Raises NotFound when it is not in the photo, Cancelled, and what engines raise.
    """
    result = find(kind, picture or picture_of(photo, cancelled), networks, progress=progress, cancelled=cancelled)
    address = photo.rasters.put(result.pixels) if keep else photo.rasters.hold(result.pixels)
    return completed(kind, address, result), result


def complete(
    photo: Photo,
    settings: Settings,
    networks: Callable[[], Access],
    *,
    keep: bool,
    progress: Callable[[str], None] = lambda step: None,
    cancelled: Callable[[], bool] | None = None,
    failed: Callable[[str, StillbytesError], None] | None = None,
) -> tuple[Settings, list[Told]]:
    """The settings with everything found that their masks ask for; the same when nothing was missing.

    networks: asked for only when something is missing. failed: told by name of a mask that could not be found, which
    stays as it is while the others are looked for; without, raises as `look_for` does. Raises Cancelled.
    """
    adjustments, told = [], []
    picture = _Picture(photo, cancelled)
    for adjustment in settings.adjustments:
        mask = mask_of(adjustment)
        if mask is None or not adjustment.enabled or not missing(mask, photo.rasters):
            adjustments.append(adjustment.to_json())
            continue
        try:
            found, results = _completed(photo, mask, networks, picture, keep, progress, cancelled)
        except Cancelled:
            raise
        except StillbytesError as error:
            if failed is None:
                raise
            failed(adjustment.name or "Mask", error)
            adjustments.append(adjustment.to_json())
            continue
        told += [Told(adjustment.name, result) for result in results]
        adjustments.append(replace(adjustment, mask=found.to_json()).to_json())
    return (settings.changed(adjustments=adjustments), told) if told else (settings, [])


def complete_mask(
    photo: Photo,
    mask: Mask,
    networks: Callable[[], Access],
    *,
    keep: bool,
    progress: Callable[[str], None] = lambda step: None,
    cancelled: Callable[[], bool] | None = None,
) -> Mask:
    """The mask with everything found that it asks for. Raises as `look_for` does."""
    return _completed(photo, mask, networks, _Picture(photo, cancelled), keep, progress, cancelled)[0]


class _Picture:
    """The photo as networks see it, rendered when the first asks."""

    def __init__(self, photo: Photo, cancelled: Callable[[], bool] | None) -> None:
        self._photo, self._cancelled = photo, cancelled

    @cached_property
    def rendered(self) -> Picture:
        return picture_of(self._photo, self._cancelled)


def _completed(
    photo: Photo,
    mask: Mask,
    networks: Callable[[], Access],
    picture: _Picture,
    keep: bool,
    progress: Callable[[str], None],
    cancelled: Callable[[], bool] | None,
) -> tuple[Mask, list[Result]]:
    components, results = [], []
    for component in mask.components:
        kind = component.kind
        if component.enabled and isinstance(kind, Found) and kind.raster not in photo.rasters:
            if cancelled is not None and cancelled():
                raise Cancelled()
            kind, result = look_for(
                photo, kind, networks(), keep=keep, progress=progress, cancelled=cancelled, picture=picture.rendered
            )
            results.append(result)
        components.append(replace(component, kind=kind))
    return replace(mask, components=tuple(components)), results


def filled(settings: Settings, asked: Found, found: Found, photo: Photo) -> Settings:
    """The settings with that finding wherever the same is asked for and not there yet; all else as it was written, so
    that who puts the finding there by himself changes nothing."""
    if "adjustments" not in settings:
        return settings
    wanted, adjustments = asked.forgotten(), []
    for adjustment in settings.adjustments:
        mask, written = mask_of(adjustment), adjustment.to_json()
        if mask is not None:
            parts = zip(mask.components, adjustment.mask["components"], strict=True)
            components = [
                {**part, "kind": found.to_json()} if _asks(one.kind, wanted, photo) else part for one, part in parts
            ]
            written = {**written, "mask": {**adjustment.mask, "components": components}}
        adjustments.append(written)
    return settings.changed(adjustments=adjustments)


def _asks(kind: Kind, wanted: Found, photo: Photo) -> bool:
    return isinstance(kind, Found) and kind.raster not in photo.rasters and kind.forgotten() == wanted


def carried_over(settings: Settings, before: Settings, after: Settings, photo: Photo) -> Settings:
    """The settings with what was found between these two; what was changed meanwhile stays changed."""
    for one, other in zip(before.adjustments, after.adjustments, strict=True):
        first, then = mask_of(one), mask_of(other)
        for asked, found in zip(first.components if first else (), then.components if then else (), strict=True):
            if isinstance(asked.kind, Found) and isinstance(found.kind, Found) and asked.kind != found.kind:
                settings = filled(settings, asked.kind, found.kind, photo)
    return settings


def unsought(settings: Settings, photo: Photo) -> Settings:
    """The settings for that photo, in which it has still to be looked for what masks found in another."""
    if "adjustments" not in settings:
        return settings
    adjustments = []
    for adjustment in settings.adjustments:
        mask = mask_of(adjustment)
        if mask is not None:
            components = tuple(
                replace(one, kind=one.kind.forgotten())
                if isinstance(one.kind, Found) and one.kind.raster not in photo.rasters
                else one
                for one in mask.components
            )
            mask = replace(mask, components=components)
        known = adjustment if mask is None else replace(adjustment, mask=mask.to_json())
        adjustments.append(known.to_json())
    return settings.changed(adjustments=adjustments)


def forgotten(settings: Settings) -> Settings:
    """The settings for another photo: what masks found in this one has to be looked for there, as have the sources of
    spots, and other patches, whose pixels are this photo's, stay behind."""
    if "patches" in settings:
        from stillbytes.edit.patching import elsewhere  # noqa: PLC0415 - only for photos with patches

        settings = settings.changed(patches=[patch.to_json() for patch in elsewhere(settings)])
    if "adjustments" not in settings:
        return settings
    adjustments = []
    for adjustment in settings.adjustments:
        mask = mask_of(adjustment)
        known = adjustment if mask is None else replace(adjustment, mask=mask.forgotten().to_json())
        adjustments.append(known.to_json())
    return settings.changed(adjustments=adjustments)
