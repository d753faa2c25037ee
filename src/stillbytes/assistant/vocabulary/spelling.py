"""Obvious slips of the fingers: two letters swapped, one lost, one doubled or struck beside another."""

from __future__ import annotations

from collections.abc import Collection

SHORTEST = 5
"""Letters; in shorter words a slip makes another word."""


def corrected(word: str, known: Collection[str]) -> str | None:
    """The one known word that was meant; None when there is none, or more than one could be."""
    if len(word) < SHORTEST or not word.isalpha():
        return None
    found = {near for near in _slips(word) if near in known and near[0] == word[0] and len(near) >= SHORTEST}
    if found & {word.removesuffix("s"), f"{word}s"}:  # feathers are no feather
        return None
    return found.pop() if len(found) == 1 else None


def _slips(word: str) -> set[str]:
    """What it is with one slip undone. A letter put for another is no obvious slip: it makes other words."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    pairs = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    swapped = {a + b[1] + b[0] + b[2:] for a, b in pairs if len(b) > 1}
    lost = {a + letter + b for a, b in pairs for letter in letters}
    doubled = {a + b[1:] for a, b in pairs if b}
    return swapped | lost | doubled
