"""Clipped: lights without detail."""

from __future__ import annotations

from stillbytes.core.saying import said
from stillbytes.library.hints.hint import Hint, Measure, Sight


class Clipped(Hint):
    kind = "clipped"
    was = "burnt"
    label = "Clipped highlights"
    says = "A large part is white without detail in the camera's picture; a RAW may hold more."
    threshold = 6.0
    unit = "%"

    def measure(self, sight: Sight) -> Measure | None:
        return Measure(100 * sight.tones.clipped)

    def reason(self, measure: Measure) -> str:
        return said(
            "{share:.0f} % of the camera's picture is white without detail; more than {threshold:.0f} % is told. A RAW "
            "may hold more.",
            share=measure.value,
            threshold=self.threshold,
        )
