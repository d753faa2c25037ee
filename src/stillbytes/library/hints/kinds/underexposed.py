"""Underexposed: nothing in the picture is light."""

from __future__ import annotations

from stillbytes.core.saying import said
from stillbytes.library.hints.hint import Hint, Measure, Sight


class Underexposed(Hint):
    kind = "underexposed"
    was = "dark"
    label = "Underexposed"
    says = "Nothing in the camera's picture is light: exposed too little, or meant to be so."
    threshold = 30.0
    above = False
    unit = "%"

    def measure(self, sight: Sight) -> Measure | None:
        return Measure(100 * sight.tones.bright)

    def reason(self, measure: Measure) -> str:
        return said(
            "All but the lightest fiftieth of the picture is below {bright:.0f} % of white; below {threshold:.0f} % it "
            "is told.",
            bright=measure.value,
            threshold=self.threshold,
        )
