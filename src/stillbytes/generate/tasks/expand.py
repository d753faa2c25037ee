"""Expand: the picture goes on beyond its frame."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from stillbytes.generate.task import Need, Prompted


class Expand(Prompted):
    name = "expand"
    label = "Expand"
    says = "The picture goes on beyond its frame, where the crop reaches out of it."
    needs: ClassVar[frozenset[Need]] = frozenset({"photo"})
    draws = "expand"
    order = 30

    left: float = Field(0.0, ge=0, le=1, title="Left", description="New canvas, in parts of the photo's width.")
    right: float = Field(0.0, ge=0, le=1, title="Right", description="New canvas, in parts of the photo's width.")
    top: float = Field(0.0, ge=0, le=1, title="Top", description="New canvas, in parts of the photo's height.")
    bottom: float = Field(0.0, ge=0, le=1, title="Bottom", description="New canvas, in parts of the photo's height.")

    @property
    def sides(self) -> tuple[float, float, float, float]:
        """left, top, right, bottom; all 0 for where the crop reaches already."""
        return self.left, self.top, self.right, self.bottom
