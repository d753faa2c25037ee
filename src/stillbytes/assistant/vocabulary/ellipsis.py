"""What the parts of a request leave to their neighbours to say: directions, sizes, numbers and targets."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from stillbytes.assistant.vocabulary.slots import WORDED, Slots
from stillbytes.develop import parameters


def is_switch(name: str) -> bool:
    """Whether it is a parameter without more or less."""
    return name in parameters() and parameters()[name].kind != "number"


def sizes_after(pending: list[Slots]) -> None:
    """ "warmer, but not too much": a part that is only a size is that of the one before."""
    for before, one in pairwise(pending):
        bare = not (one.named or one.targets or one.amount or one.keeps or one.flags or one.else_)
        if one.size and bare and before.named and not before.size:
            before.size, one.size = one.size, ""
    pending[:] = [one for one in pending if _says(one)]


def _says(one: Slots) -> bool:
    return bool(
        one.named or one.targets or one.amount or one.keeps or one.flags or one.size or one.else_ or one.clause.left
    )


def lend(pending: list[Slots]) -> None:
    """ "more contrast and clarity", "contrast and clarity +10": direction, size and number of a neighbour."""
    for place, one in enumerate(pending):
        if one.keeps or not one.named or not _needs(one):
            continue
        before = pending[place - 1] if place else None
        after = next((other for other in pending[place + 1 :] if not (other.named and _needs(other))), None)
        if before is not None and _lends(before):
            one.flags |= before.flags & WORDED
            shared = before.amount is None and not before.size and all(named.form == "noun" for named in before.named)
            if one.amount is not None and shared:
                before.amount = one.amount
            one.size, one.borrowed = one.size or before.size, True
            if one.amount is None and not (before.flags & WORDED):
                one.amount = before.amount
        elif after is not None and _lends(after) and _follows(after):
            one.flags |= after.flags & WORDED
            one.size, one.amount = one.size or after.size, one.amount or after.amount
        elif after is not None and after.named and after.flags & {"up", "down"} and after.clause.and_before:
            one.flags |= after.flags & WORDED
    _lend_to_targets(pending)


def _lend_to_targets(pending: list[Slots]) -> None:
    """ "darken the sky and the water", "make the sky and the water darker"."""
    for place, one in enumerate(pending):
        if one.only_target:
            before = pending[place - 1] if place else None
            after = pending[place + 1] if place + 1 < len(pending) else None
            if before is not None and before.keeps and not before.named:
                one.kept, one.targets, one.keeps = one.targets, [], True
            elif before is not None and before.named and not before.targets and one.clause.but_before:
                one.kept, one.targets, one.keeps = one.targets, [], True  # "everything warmer, but the sky"
            elif before is not None and before.named and before.targets:
                _copy(before, one)
            elif before is not None and before.named and "only" in one.flags and not before.targets:
                before.targets, one.targets = one.targets, []
            elif before is None and after is not None and after.named and after.targets:
                _copy(after, one)


def _size_first(one: Slots) -> bool:
    """Whether it begins with its size."""
    return bool(one.size and one.clause.atoms[0].has("size") and one.named[0].form == "adjective" and not one.amount)


def _needs(one: Slots) -> bool:
    """Whether it names a thing without saying which way."""
    if any(named.form != "noun" or is_switch(named.name) for named in one.named):
        return False
    return not (one.flags & (WORDED | {"shift", "cast"})) and (
        one.amount is None or (one.amount.relation == "by" and not one.amount.sign)
    )


def _lends(one: Slots) -> bool:
    return bool(one.named) and not one.keeps and (bool(one.flags & WORDED) or one.amount is not None)


def _follows(one: Slots) -> bool:
    """Whether its direction or number stands after what it names."""
    atoms = one.clause.atoms
    last = max(named.place for named in one.named)
    marks = [p for p, atom in enumerate(atoms) if atom.number is not None or atom.has("up", "down", "size")]
    return bool(marks) and min(marks) > last


def _copy(source: Slots, one: Slots) -> None:
    one.named = [replace(named) for named in source.named]
    one.flags, one.size, one.amount = one.flags | source.flags, one.size or source.size, source.amount


def share_targets(pending: list[Slots]) -> None:
    """ "make the sky darker and more dramatic", "more contrast and clarity in the sky"."""
    for place, one in enumerate(pending):
        before = pending[place - 1] if place else None
        if before is None or before.keeps or one.keeps or not one.named:
            continue
        if before.scoped and not one.targets:
            one.targets, one.scoped = list(before.targets), True
        adjective = all(named.form == "adjective" for named in one.named) and not one.flags & {"set", "copula"}
        if not one.targets and before.targets and before.target_first and adjective and one.clause.bare:
            one.targets = list(before.targets)
        if adjective and one.clause.bare and one.clause.and_before and not one.size and _size_first(before):
            one.size = before.size  # "slightly warmer and darker"
        verbs = all(named.form == "verb" for named in [*before.named, *one.named]) and before.named
        alone = before.clause.bare and len(before.clause.atoms) == 1 and one.clause.and_before
        if one.targets and not before.targets and before.named and (one.borrowed or (verbs and alone)):
            before.targets = list(one.targets)
