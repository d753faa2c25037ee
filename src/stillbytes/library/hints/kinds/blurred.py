"""Blurred: not even the sharpest part of the picture is sharp."""

from __future__ import annotations

from stillbytes.core.saying import said
from stillbytes.library.hints.hint import Hint, Measure, Sight


class Blurred(Hint):
    kind = "blurred"
    label = "Blurred"
    says = "Nothing in the photo is sharp: out of focus, or shaken in all directions."
    threshold = 1.3
    unit = "px"

    def measure(self, sight: Sight) -> Measure | None:
        if sight.edges.softness is None:
            return None
        return Measure(sight.edges.softness, {"width": max(sight.edges.width, sight.edges.height)})

    def reason(self, measure: Measure) -> str:
        return said(
            "The sharpest edges are {softness:.1f} pixels soft in a picture of {size}; sharp ones are "
            "below {threshold}.",
            softness=measure.value,
            size=int(measure.facts["width"]),
            threshold=self.threshold,
        )
