"""Masks: which part of a photo an adjustment is for, as a tree of drawn shapes, ranges and what models found."""

from __future__ import annotations

from stillbytes.masks.kinds import kinds
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
    "kinds",
]
