"""Which pairs of a language and an image model can live on one card, how, and how good that is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from stillbytes.gpu.estimate.figure import Figure, total
from stillbytes.gpu.plan.machine import Machine
from stillbytes.gpu.plan.options import ImageOption, LanguageOption, at_hand, fits

Arrangement = Literal["together", "taking turns", "one at a time"]
_BONUS: dict[Arrangement, float] = {"together": 2.0, "taking turns": 0.0, "one at a time": -2.0}
_SLOW_TOKENS, _SLOW_FILL = 20.0, 15.0
"""Below so many tokens per second an answer is waited for; above so many seconds a fill is."""
NOTHING = Figure(0.0, "MiB")
_SMALLER = 1.5
"""Levels that half the pixels cost: a fill then has to be enlarged."""


@dataclass(frozen=True, slots=True)
class Combination:
    """Two models (or one) and how they share. memory: the most that is on the card at any time, with what is always
    there beside them.

    to_image, to_language: seconds until the other is at work after a change. kept: what leaves stays in host memory.
    """

    language: LanguageOption | None
    image: ImageOption | None
    arrangement: Arrangement
    memory: Figure
    kept: bool
    to_image: Figure | None
    to_language: Figure | None
    score: float

    @property
    def title(self) -> str:
        return " + ".join(option.name for option in (self.language, self.image) if option is not None)


def combinations(
    languages: Sequence[Sequence[LanguageOption]],
    images: Sequence[Sequence[ImageOption]],
    machine: Machine,
    beside: Figure = NOTHING,
) -> list[Combination]:
    """The best way for every pair of candidates, best first. Each candidate comes as its ladder of options.

    beside: memory that neither of them may count on.
    """
    pairing = _Pairing(machine, beside)
    found: list[Combination] = []
    for language in languages or [()]:
        for image in images or [()]:
            made = pairing.together(language, image) if language and image else None
            made = made or pairing.apart(language, image)
            if made is not None:
                found.append(made)
    return sorted(found, key=lambda c: -c.score)


@dataclass(frozen=True, slots=True)
class _Pairing:
    """Puts two ladders together on one machine."""

    machine: Machine
    beside: Figure

    @property
    def room(self) -> float:
        return self.machine.room_mib - self.beside.most

    def together(self, language: Sequence[LanguageOption], image: Sequence[ImageOption]) -> Combination | None:
        """Both on the card at once, with the least given up."""
        pairs = sorted(
            ((i + j, left, right) for i, left in enumerate(language) for j, right in enumerate(image)),
            key=lambda p: p[0],
        )
        for _, left, right in pairs:
            both = total((left.peak, right.peak))
            if both.most <= self.room and fits(left, self.room) and fits(right, self.room):
                return self._combination(left, right, "together", both)
        return None

    def apart(self, language: Sequence[LanguageOption], image: Sequence[ImageOption]) -> Combination | None:
        left = next((option for option in language if fits(option, self.room)), None)
        right = next((option for option in image if fits(option, self.room)), None)
        if (language and left is None) or (image and right is None):
            return None
        present = [option for option in (left, right) if option is not None]
        if not present:
            return None
        memory = max((option.peak for option in present), key=lambda figure: figure.value)
        if len(present) == 1:
            return self._combination(left, right, "together", memory)
        kept = self._kept(left, right)
        return self._combination(left, right, "taking turns" if kept else "one at a time", memory)

    def _kept(self, left: LanguageOption | None, right: ImageOption | None) -> bool:
        """Whether host memory holds the weights of both, so that nothing is read from the disk again."""
        return sum(option.size for option in (left, right) if option) / 2**20 <= self.machine.kept_mib

    def _combination(
        self, left: LanguageOption | None, right: ImageOption | None, how: Arrangement, memory: Figure
    ) -> Combination:
        kept = self._kept(left, right)
        swaps = how != "together" and left is not None and right is not None
        card = self.machine.card
        return Combination(
            language=left,
            image=right,
            arrangement=how,
            memory=total((memory, self.beside)) if self.beside.value else memory,
            kept=kept,
            to_image=at_hand(right, card, self.machine, cached=kept) if swaps and right else None,
            to_language=at_hand(left, card, self.machine, cached=kept) if swaps and left else None,
            score=_score(left, right, how),
        )


def _score(left: LanguageOption | None, right: ImageOption | None, how: Arrangement) -> float:
    """Qualities of both, less what waiting and giving up cost. Doubling a wait that is felt costs half a level."""
    score = _BONUS[how]
    if left is not None:
        score += left.quality - 0.3 * len(left.steps)
        score += 0.5 if left.model is not None and "see" in left.model.tasks else 0.0
        speed = left.generation.value if left.generation else 5.0
        score -= 0.5 * max(0.0, math.log2(_SLOW_TOKENS / speed))
    if right is not None:
        score += right.quality - _SMALLER * math.log2(right.wanted / right.pixels)
        score -= 0.3 if right.settings.tile else 0.0
        score += 0.5 if right.model is not None and "fill" in right.model.tasks else 0.0
        seconds = right.seconds.value if right.seconds else 600.0
        score -= 0.5 * max(0.0, math.log2(seconds / _SLOW_FILL))
    return score
