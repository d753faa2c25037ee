"""Stillbytes: an AI-native RAW photo editor that runs on its user's own machine.

>>> import stillbytes as sb
>>> photo = sb.open("a.dng")                      # doctest: +SKIP
>>> edit = photo.edit(exposure=0.7, shadows=30)   # doctest: +SKIP
>>> edit.render(size=1600).space                  # doctest: +SKIP
'srgb'
>>> edit.export("a.jpg")                          # doctest: +SKIP
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from stillbytes.core.errors import (
    Cancelled,
    ExportError,
    InvalidSetting,
    NotFound,
    SidecarError,
    StillbytesError,
    UnreadablePhoto,
)
from stillbytes.core.verbs import offer

if TYPE_CHECKING:
    from stillbytes.core.geometry import Rect, Size
    from stillbytes.develop.settings import Settings
    from stillbytes.edit.photo import Edit, Photo
    from stillbytes.edit.picture import Picture
    from stillbytes.generate.spot import Spot
    from stillbytes.gpu.drawing import draw_on

__version__ = "0.1.0"
__all__ = [
    "Cancelled",
    "Edit",
    "ExportError",
    "InvalidSetting",
    "NotFound",
    "Photo",
    "Picture",
    "Rect",
    "Settings",
    "SidecarError",
    "Size",
    "Spot",
    "StillbytesError",
    "UnreadablePhoto",
    "draw_on",
    "open",
]

_HOMES = {
    "Edit": "stillbytes.edit.photo",
    "Photo": "stillbytes.edit.photo",
    "Picture": "stillbytes.edit.picture",
    "Rect": "stillbytes.core.geometry",
    "Settings": "stillbytes.develop.settings",
    "Size": "stillbytes.core.geometry",
    "Spot": "stillbytes.generate.spot",
    "draw_on": "stillbytes.gpu.drawing",
}
"""Where each public name lives; loaded when first used, which keeps the import quick."""

offer("ask", "stillbytes.assistant.asking", "ask")
offer("ask-label", "stillbytes.assistant.asking", "label")
offer("ask-check", "stillbytes.assistant.many", "check")
offer("ask-engines", "stillbytes.assistant.many", "engines")
offer("ask-settings", "stillbytes.assistant.many", "settings")

_PARTS = ("library", "masks")
"""Packages that are part of the API."""


def __getattr__(name: str) -> Any:
    if name in _HOMES or name in _PARTS:
        import importlib  # noqa: PLC0415

        if name in _PARTS:
            return importlib.import_module(f"stillbytes.{name}")
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'stillbytes' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, *_PARTS]


def open(path: str | Path) -> Photo:
    """The photo at `path`. Nothing is decoded yet.

    Raises UnreadablePhoto when there is no such file or it is no photo.
    """
    from stillbytes.edit.photo import Photo  # noqa: PLC0415
    from stillbytes.photo.formats import is_photo  # noqa: PLC0415

    file = Path(path)
    if not file.is_file():
        raise UnreadablePhoto(f"{file} does not exist or is no file.", "Check the path.")
    if not is_photo(file):
        raise UnreadablePhoto(f"{file.name} has no extension of a photo.", "`stillbytes doctor` lists the formats.")
    return Photo(file)
