"""How a request that is being typed can go on: only as what is then understood, or as what was asked before."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from functools import cache

from stillbytes.assistant.situation import Situation
from stillbytes.assistant.vocabulary import understand
from stillbytes.assistant.vocabulary.lexicon import LANGUAGES, lexicon
from stillbytes.assistant.vocabulary.meaning import named_targets, object_words
from stillbytes.assistant.vocabulary.text import GAP, MOST_CHARACTERS, folded
from stillbytes.develop import parameters
from stillbytes.edit.presets import Presets

MOST = 6
MOST_TRIED = 40
"""Ways of going on that are read; each takes some tenths of a millisecond."""
WORDS = 3
"""So many last words may be the beginning of one phrase."""
LEAST_PHRASE = 4
"""Shorter ones are written out sooner than chosen."""
LEAST_LETTERS = 2
"""Of the first word."""
ROLES = (
    "effect", "target", "parameter", "fault", "colour", "region", "band", "command", "shape", "choice", "again",
    "opposite",
)  # fmt: skip


def completions(text: str, about: Situation, past: Iterable[str] = ()) -> list[str]:
    """Whole requests that begin with the text, at most six. past: what was asked before, the newest first."""
    typed = folded(text).lstrip()
    if not typed.strip() or len(text) > MOST_CHARACTERS:
        return []
    again = [one for one in past if folded(one).startswith(typed) and folded(one) != typed.rstrip()]
    found = dict.fromkeys(again[:2])
    meant: set[str] = set()
    for candidate in _candidates(text)[:MOST_TRIED]:
        if len(found) >= MOST:
            break
        proposal = understand(candidate, about)
        if proposal.understood and proposal.message not in meant:  # one way to say it is enough
            meant.add(proposal.message)
            found[candidate] = None
    return list(found)


def _candidates(text: str) -> list[str]:
    """The text with its last words made a phrase that begins like them, the last word alone first."""
    starts = [
        place for place in range(len(text)) if not text[place].isspace() and (not place or text[place - 1].isspace())
    ]
    found: list[str] = []
    for start in reversed(starts[-WORDS:]):
        begun = folded(text[start:])
        if len(begun) >= (LEAST_LETTERS if start == starts[0] else 1):
            found += [text[:start] + phrase for phrase in _beginning(begun)]
            found += [text[:start] + named for named in _presets() if named.startswith(begun)]
    return found


def _presets() -> list[str]:
    """ "sepia preset", of those that there are."""
    return [f"{folded(preset.name)} preset" for preset in Presets().all()]


def _beginning(begun: str) -> Sequence[str]:
    """Phrases that begin so and are longer: names of sliders and parts first, then the shortest."""
    known = _phrases()
    place = bisect.bisect_left(known, begun)
    found = []
    while place < len(known) and known[place].startswith(begun):
        if known[place] != begun.rstrip():
            found.append(known[place])
        place += 1
    return sorted(found, key=lambda phrase: (phrase not in _named(), len(phrase)))


@cache
def _phrases() -> Sequence[str]:
    """Of every language, as they are folded, sorted."""
    found = {phrase for language in LANGUAGES for phrase in lexicon(language).phrases(ROLES)}
    return sorted(one for one in found if GAP not in one and (len(one) >= LEAST_PHRASE or one in _named()))


@cache
def _named() -> frozenset[str]:
    """What sliders, in one word, and parts of a picture are called."""
    labels = (p.label for p in parameters().values() if " " not in p.label)
    objects = (name.partition(":")[2] for name in object_words())
    return frozenset(folded(name) for name in (*labels, *named_targets(), *objects))
