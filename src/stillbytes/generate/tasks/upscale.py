"""Upscale: the developed picture with more pixels, as a new file."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from stillbytes.generate.task import Need, Result, Task


class Upscale(Task):
    name = "upscale"
    label = "Upscale"
    says = "The developed picture with two or four times as many pixels along each edge, as a new file."
    result: ClassVar[Result] = "picture"
    needs: ClassVar[frozenset[Need]] = frozenset({"photo"})
    draws = "upscale"
    order = 80

    scale: Literal[2, 4] = Field(2, title="Scale", description="So many times as many pixels along each edge.")
