"""Person: one of the people in the picture, or all, or parts of them."""

from __future__ import annotations

from dataclasses import dataclass

from stillbytes.masks import fields
from stillbytes.masks.kind import Found

PARTS = ("face skin", "hair", "eyes", "lips", "teeth", "clothes", "body skin")


@dataclass(frozen=True)
class Person(
    Found, group="found", label="People", says="One of the people in the picture, or all of them.", edged=True
):
    index: float = fields.number(-1.0, -1, 99, says="Which one, from the largest on; -1 for all.", step=1)
    parts: tuple[str, ...] = fields.texts(PARTS, says="Only these parts; all when none is named.")
