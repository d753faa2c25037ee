"""Eyes shut: of anybody whose face is large enough to tell."""

from __future__ import annotations

from stillbytes.core.saying import said
from stillbytes.library.hints.hint import Hint, Measure, Sight


class EyesShut(Hint):
    kind = "eyes-shut"
    label = "Eyes shut"
    says = "Somebody's eyes are shut, as far as 468 places of the face tell."
    threshold = 0.2
    above = False

    def measure(self, sight: Sight) -> Measure | None:
        opened = [face.opened for face in sight.faces or () if face.opened is not None]
        if not opened:
            return None
        return Measure(min(opened), {"faces": len(opened), "shut": sum(one < self.threshold for one in opened)})

    def reason(self, measure: Measure) -> str:
        return said(
            "The eyes of the face are open by {opened:.0f} % of their width; below {threshold:.0f} % they count as "
            "shut. Eyes that look down may be told, too. | "
            "The eyes of {shut} of {count} faces are open by {opened:.0f} % of their width; below {threshold:.0f} % "
            "they count as shut. Eyes that look down may be told, too.",
            count=int(measure.facts["faces"]),
            shut=max(int(measure.facts["shut"]), 1),
            opened=100 * measure.value,
            threshold=100 * self.threshold,
        )
