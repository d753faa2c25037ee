"""Face not sharp: the focus is elsewhere."""

from __future__ import annotations

from stillbytes.core.saying import said
from stillbytes.library.hints.hint import Hint, Measure, Sight

SHARPER = 1.5
"""Times as soft as the sharpest of the photo, else the whole photo is blurred."""


class FaceSoft(Hint):
    kind = "face-soft"
    label = "Face not sharp"
    says = "The face, first of all its eyes, is less sharp than other parts of the photo."
    threshold = 1.3
    unit = "px"

    def measure(self, sight: Sight) -> Measure | None:
        """Of the sharpest face: in a group some are behind."""
        best = sight.edges.softness
        found = []
        for face in sight.faces or ():
            eyes = [soft for eye in face.eyes if (soft := sight.edges.within(*eye)) is not None]
            soft = min(eyes) if eyes else sight.edges.within(*face.box, least=8)
            if soft is not None:
                found.append(soft)
        if not found or best is None:
            return None
        soft = min(found)
        return Measure(soft if soft > SHARPER * best else min(soft, self.threshold), {"soft": soft, "best": best})

    def reason(self, measure: Measure) -> str:
        return said(
            "The sharpest face's edges are {soft:.1f} pixels soft, others in the photo {best:.1f}; a sharp face is "
            "below {threshold}.",
            soft=float(measure.facts["soft"]),
            best=float(measure.facts["best"]),
            threshold=self.threshold,
        )
