"""Eyes shut: of anybody whose face is large enough to tell."""

from __future__ import annotations

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
        many, shut = int(measure.facts["faces"]), int(measure.facts["shut"])
        who = "The eyes of the face are" if many == 1 else f"The eyes of {max(shut, 1)} of {many} faces are"
        return (
            f"{who} open by {100 * measure.value:.0f} % of their width; below {100 * self.threshold:.0f} % they count "
            "as shut. Eyes that look down may be told, too."
        )
