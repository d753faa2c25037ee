"""Presets in a request: their names count where a word such as "preset" or "apply" stands beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stillbytes.assistant.vocabulary.lexicon import LANGUAGES, lexicon
from stillbytes.assistant.vocabulary.orders import Order
from stillbytes.assistant.vocabulary.reading.clauses import Clause
from stillbytes.assistant.vocabulary.reading.slots import Unclear
from stillbytes.assistant.vocabulary.text import Token, Unreadable, tokens
from stillbytes.core.saying import said
from stillbytes.edit.presets import Preset, Presets
from stillbytes.edit.presets.preset import MOST

Names = Mapping[tuple[str, ...], str]
"""The words of a preset's name -> its id."""
MOST_WORDS = 8
SIZES = {"tiny": 0.25, "small": 0.5, "medium": 1.0, "large": 1.5, "huge": 2.0}
"""How much of a preset words of size mean."""
AROUND = ("fill", "whole", "on", "set", "preset", "preset_word", "unit", "size", "to", "by", "number", "reference")


def names(presets: Sequence[Preset]) -> Names:
    """Group and name together, and the name alone where it is that of one preset."""
    found: dict[tuple[str, ...], str] = {}
    twice: set[tuple[str, ...]] = set()
    for preset in presets:
        for called in (preset.name, f"{preset.group} {preset.name}"):
            words = tuple(token.text for token in _tokens(called))
            if 0 < len(words) <= MOST_WORDS:
                twice |= {words} if found.get(words, preset.id) != preset.id else set()
                found[words] = preset.id
    return {words: id for words, id in found.items() if words not in twice}


def known() -> Names:
    """Of the presets that there are."""
    return names(Presets().all())


def speaks_of_one(request: str) -> bool:
    """Whether a request that is not understood was about a preset."""
    known = [lexicon(language) for language in LANGUAGES]
    return any(one.holds(token.text, "names_presets") for token in _tokens(request) for one in known)


def order_of(part: Clause) -> Order | None:
    """The preset that a part asks for, and how much of it. Raises Unclear."""
    asked = {atom.of("preset") for atom in part.atoms if atom.has("preset")}
    if not asked:
        return None
    if len(asked) > 1:
        raise Unclear("One preset after the other, please.")
    if not all(atom.number is not None or atom.has(*AROUND) for atom in part.atoms):
        raise Unclear("It is not clear what is to be done with the preset.")
    part.used.update(range(len(part.atoms)))
    return Order("preset", scope=(asked.pop(),), amount=_amount(part))


def _amount(part: Clause) -> float:
    """1 for all of it. Raises Unclear."""
    found: list[float] = []
    for place, atom in enumerate(part.atoms):
        after = part.atoms[place + 1] if place + 1 < len(part.atoms) else None
        if atom.number is not None or (atom.has("number") and not atom.has("fill")):
            number = atom.number if atom.number is not None else float(atom.of("number"))
            if atom.sign or (after is not None and after.has("unit") and after.of("unit") not in ("%", "point")):
                raise Unclear("How much of the preset, in per cent?")
            whole = atom.number is not None or number > MOST
            found.append(number / 100 if whole else number)
        elif atom.has("size"):
            found.append(SIZES[atom.of("size")])
    if len(found) > 1 or any(not 0 < one <= MOST for one in found):
        raise Unclear(said("How much of the preset, up to {most:.0%}?", most=MOST))
    return found[0] if found else 1.0


def _tokens(said: str) -> tuple[Token, ...]:
    try:
        return tokens(said)
    except Unreadable:
        return ()
