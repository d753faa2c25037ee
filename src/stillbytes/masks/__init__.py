"""Masks: which part of a photo an adjustment is for, as a tree of drawn shapes, ranges and what models found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stillbytes.masks.kinds.background import Background
    from stillbytes.masks.kinds.brush import Brush, Stroke
    from stillbytes.masks.kinds.colour import Colour
    from stillbytes.masks.kinds.depth import Depth
    from stillbytes.masks.kinds.landscape import Landscape
    from stillbytes.masks.kinds.lasso import Lasso
    from stillbytes.masks.kinds.linear import Linear
    from stillbytes.masks.kinds.luminance import Luminance
    from stillbytes.masks.kinds.object import Object
    from stillbytes.masks.kinds.person import Person
    from stillbytes.masks.kinds.picture import Picture
    from stillbytes.masks.kinds.radial import Radial
    from stillbytes.masks.kinds.sky import Sky
    from stillbytes.masks.kinds.subject import Subject
    from stillbytes.masks.mask import Component, Mask

__all__ = [
    "Background",
    "Brush",
    "Colour",
    "Component",
    "Depth",
    "Landscape",
    "Lasso",
    "Linear",
    "Luminance",
    "Mask",
    "Object",
    "Person",
    "Picture",
    "Radial",
    "Sky",
    "Stroke",
    "Subject",
]

_HOMES = {
    "Background": "stillbytes.masks.kinds.background",
    "Brush": "stillbytes.masks.kinds.brush",
    "Colour": "stillbytes.masks.kinds.colour",
    "Component": "stillbytes.masks.mask",
    "Depth": "stillbytes.masks.kinds.depth",
    "Landscape": "stillbytes.masks.kinds.landscape",
    "Lasso": "stillbytes.masks.kinds.lasso",
    "Linear": "stillbytes.masks.kinds.linear",
    "Luminance": "stillbytes.masks.kinds.luminance",
    "Mask": "stillbytes.masks.mask",
    "Object": "stillbytes.masks.kinds.object",
    "Person": "stillbytes.masks.kinds.person",
    "Picture": "stillbytes.masks.kinds.picture",
    "Radial": "stillbytes.masks.kinds.radial",
    "Sky": "stillbytes.masks.kinds.sky",
    "Stroke": "stillbytes.masks.kinds.brush",
    "Subject": "stillbytes.masks.kinds.subject",
}
"""Where each public name lives. Loaded when first used: were it loaded here, two threads, of which one imports this
package and the other a module in it, would each see the other's modules half made."""


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        import importlib  # noqa: PLC0415

        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
