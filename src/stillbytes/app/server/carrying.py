"""Masks that are pictures, carried from one photo of a folder to another."""

from __future__ import annotations

from collections.abc import Callable

from stillbytes.core.errors import InvalidSetting, StillbytesError
from stillbytes.core.geometry import Size
from stillbytes.core.saying import said
from stillbytes.develop.settings import Settings
from stillbytes.edit.photo import Photo
from stillbytes.masks.kinds.picture import Picture, fits
from stillbytes.masks.local import mask_of
from stillbytes.masks.rasters import Rasters


def carry(photo: Photo, settings: Settings, frame: Callable[[], Size], strict: bool) -> None:
    """Put beside the photo what its masks hold and only lies beside others in its folder.

    frame: of the photo. Raises InvalidSetting, if strict, where proportions differ.
    """
    for adjustment in settings.adjustments:
        mask = mask_of(adjustment)
        for component in mask.components if mask else ():
            kind = component.kind
            if isinstance(kind, Picture) and not kind.empty and kind.raster not in photo.rasters:
                _bring(photo, kind.raster, frame(), strict)


def _bring(photo: Photo, address: str, frame: Size, strict: bool) -> None:
    for folder in sorted(photo.path.parent.glob("*.stillbytes")):
        others = Rasters(folder)
        if address not in others:
            continue
        try:
            pixels = others[address]
        except StillbytesError:  # a damaged copy; another may be whole
            continue
        size = Size(pixels.shape[1], pixels.shape[0])
        if fits(size, frame):
            photo.rasters.put(pixels)
            return
        if strict:
            raise InvalidSetting(
                said(
                    "The mask is a picture of {width} x {height} pixels, this photo has {width2} x "
                    "{height2}: other proportions.",
                    width=size.width,
                    height=size.height,
                    width2=frame.width,
                    height2=frame.height,
                ),
                "Paste it to a photo of the same proportions.",
            )
