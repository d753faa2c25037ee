"""Object: what is under a click, in a box, under a scribble or meant by words."""

from __future__ import annotations

from dataclasses import dataclass

from stillbytes.masks import fields
from stillbytes.masks.kind import Found


@dataclass(frozen=True)
class Object(
    Found, group="found", label="Object", says="What is under a click, in a box or meant by words.", edged=True
):
    points: tuple[fields.Point, ...] = fields.points(says="Places on the object.")
    outside: tuple[fields.Point, ...] = fields.points(says="Places that are not on it.")
    box: tuple[float, float, float, float] | None = fields.box(says="A box around it.")
    words: str = fields.text(says="What it is, such as “the red car”.")
