"""A request in its parts: what stands between commas, "and" and "then", with what each word of it is used for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from stillbytes.assistant.vocabulary.lexicon import Atom

HEADS = ("parameter", "effect", "region", "band", "colour", "dimension", "off_switch", "fault", "aspect")
DIRECTIONS = ("up", "down", "reduce", "more", "less", "remove", "recover", "set", "kill")
_NAMES = (*(role for role in HEADS if role not in ("effect", "colour")), "target", "whole", "measure", "group", "cast")


def names_a_thing(atom: Atom) -> bool:
    """Whether it is of a thing, and not of how that is."""
    noun = any(form == "noun" or " " in atom.text for _, form in atom.roles.get("effect", ()))  # "colours ... dull"
    return noun or atom.has(*_NAMES)


_SENTENCES = frozenset(".!?")
"""Marks that end a sentence."""
_STARTS = ("up", "down", "reduce", "more", "less", "recover", "kill")
"""What a further part begins with where nothing separates it from the one before."""


@dataclass
class Clause:
    """The words of one part. and_before: whether "and" or the like joins it to the one before, not a comma alone.

    but_before: whether it was "but". with_before: whether it was "with".
    starts: whether a sentence begins with it. run_on: whether nothing at all separates it from the one before.
    bare: whether it had no word at all that says nothing, such as "the" or "it".
    """

    atoms: list[Atom]
    and_before: bool = False
    bare: bool = True
    but_before: bool = False
    with_before: bool = False
    starts: bool = False
    run_on: bool = False
    used: set[int] = field(default_factory=set)

    def has(self, *roles: str) -> bool:
        """Whether there is something not used yet in one of the roles."""
        return any(atom.has(*roles) for place, atom in enumerate(self.atoms) if place not in self.used)

    def take(self, role: str, *, after: int = -1, before: int | None = None) -> list[Any]:
        """The payloads in that role, which are used then. after, before: only those there."""
        return [payload for _, payload in self.placed(role, after=after, before=before)]

    def placed(self, role: str, *, after: int = -1, before: int | None = None) -> list[tuple[int, Any]]:
        """As `take`, with the places."""
        end = len(self.atoms) if before is None else before
        found = []
        for place, atom in enumerate(self.atoms):
            if after < place < end and place not in self.used and atom.has(role):
                self.used.add(place)
                found.append((place, atom.of(role)))
        return found

    def flag(self, role: str) -> bool:
        """Whether the role is there; all that are in it are used then."""
        return bool(self.take(role))

    @property
    def left(self) -> list[str]:
        """The words that nothing was made of and that say something."""
        return [
            atom.text
            for place, atom in enumerate(self.atoms)
            if place not in self.used and not atom.has("fill", "whole")
        ]


def clauses(atoms: Sequence[Atom]) -> list[Clause]:
    """The parts of a request, those without words left out."""
    found: list[Clause] = []
    current: list[Atom] = []
    joins: set[str] = set()

    def close(*by: str) -> None:
        nonlocal current, joins
        if current:
            parts = _apart(current, "join" in joins)
            parts[0].but_before, parts[0].with_before = "but" in joins, "together" in joins
            parts[0].starts = bool(found) and "sentence" in joins
            found.extend(parts)
            joins = set()
        joins |= set(by)
        current = []

    for atom in atoms:
        if atom.breaks or atom.has("join"):
            close(*(role for role in ("join", "but", "together") if atom.has(role)))
            joins |= {"sentence"} if atom.text in _SENTENCES else set()
        else:
            current.append(atom)
    close()
    return [clause for clause in found if clause.atoms]


def _apart(atoms: list[Atom], joined: bool) -> list[Clause]:
    """One or more parts: "shadows +20 whites 10" and "more contrast less noise" are two each."""
    starts = [0]
    head = moved = False
    for place, atom in enumerate(atoms):
        later_head = any(a.has(*HEADS) for a in atoms[place:])
        begins = atom.has(*_STARTS) or (place and _ends_value(atoms, place) and not atom.has("unit", "fill"))
        if head and moved and later_head and begins and place > starts[-1] and not _of_band(atoms, starts[-1], place):
            starts.append(place)
            head = moved = False
        head = head or (atom.has(*HEADS) and not (place and atom.has("unit") and atoms[place - 1].number is not None))
        moved = (
            moved
            or atom.number is not None
            or bool(atom.sign)
            or atom.has("up", "down", "reduce", "more", "less", "recover", "kill", "unit")
        )
    ends = [*starts[1:], len(atoms)]
    parts = [Clause(atoms[start:end], joined, run_on=start > 0) for start, end in zip(starts, ends, strict=True)]
    for clause in parts:
        clause.bare = not any(atom.has("fill", "whole") and not atom.has("making") for atom in clause.atoms)
    return parts


def _of_band(atoms: Sequence[Atom], start: int, place: int) -> bool:
    """Whether what follows says what a number is of: "greens -20 saturation", "reds 10 less saturated"."""
    said = [atom for atom in atoms[start:place] if atom.has(*HEADS)]
    bands = bool(said) and all(atom.has("band", "colour") for atom in said)
    after = next((atom for atom in atoms[place:] if atom.has(*HEADS)), None)
    told = after is not None and (after.has("dimension") or any(f != "noun" for _, f in after.roles.get("effect", ())))
    return bands and told and not any(atom.number is not None for atom in atoms[place:])


def _ends_value(atoms: Sequence[Atom], place: int) -> bool:
    """Whether a number, with its unit if it has one, stands directly before `place`."""
    before = atoms[place - 1]
    if before.has("unit") and place > 1:
        before = atoms[place - 2]
    return before.number is not None or bool(before.sign)
