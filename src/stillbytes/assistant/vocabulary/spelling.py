"""Obvious slips of the fingers: two letters swapped, one lost, one doubled or struck beside another.

Most words that are one letter away from a known one are words themselves, and mean something else: "removed", "planet",
"tasty". So a slip has to leave something that is no word: letters in a row that do not go together, or a long word.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

SHORTEST = 5
"""Letters; in shorter words a slip makes another word."""
LONG_TO_LOSE, LONG_TO_ADD = 7, 9
"""From so many letters on, a lost or an added one leaves no other word, save at the end, where endings are."""
_VOWELS = frozenset("aeiouy")


def corrected(word: str, known: Collection[str]) -> str | None:
    """The one known word that was meant; None when there is none, or more than one could be."""
    if len(word) < SHORTEST or not word.isalpha():
        return None
    found = {near for near in _slips(word) if near in known and near[0] == word[0] and len(near) >= SHORTEST}
    return found.pop() if len(found) == 1 else None


def _slips(word: str) -> Iterator[str]:
    """What it is with one slip undone. A letter put for another is no obvious slip: it makes other words."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    for at in range(1, len(word)):
        before, after = word[:at], word[at:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        twice = after[0] == before[-1]
        if twice or (len(word) >= LONG_TO_ADD and len(after) > 2):
            yield before + after[1:]
        yield before + before[-1] + after
        if len(word) >= LONG_TO_LOSE or _clash(word, at):
            yield from (before + letter + after for letter in letters)


def _clash(word: str, at: int) -> bool:
    """Whether three consonants meet where a letter may be lost."""
    return any(
        start >= 0 and start + 3 <= len(word) and _VOWELS.isdisjoint(word[start : start + 3])
        for start in (at - 2, at - 1)
    )
