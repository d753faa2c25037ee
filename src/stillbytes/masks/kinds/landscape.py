"""Landscape: one of the things that landscapes consist of."""

from __future__ import annotations

from dataclasses import dataclass

from stillbytes.masks import fields
from stillbytes.masks.kind import Found

WHAT = ("vegetation", "water", "mountains", "buildings", "ground")


@dataclass(frozen=True)
class Landscape(Found, group="found", label="Landscape", says="Plants, water, mountains, buildings or ground."):
    what: str = fields.choice("vegetation", WHAT, says="Which of them.")
