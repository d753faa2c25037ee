"""Whether a request is about the last change: more of it, less, another value, the same elsewhere."""

from __future__ import annotations

from stillbytes.assistant.vocabulary.meaning import meaning
from stillbytes.assistant.vocabulary.reading.reading import Reading
from stillbytes.assistant.vocabulary.reading.slots import Slots, Unclear
from stillbytes.assistant.vocabulary.reading.taking import check_used

_ABOUT = {
    "more": "more",
    "stronger": "more",
    "less": "less",
    "weaker": "less",
    "not_so": "less",
    "too_much": "too",
    "lacking": "lacking",
    "again": "again",
    "opposite": "opposite",
    "half": "half",
}
"""Which words about the last change ask for which part of it, see `again` in meaning.toml."""


def about_last(pending: list[Slots], found: Reading) -> bool:
    """Whether the request is about the last change, which is then told in `found`."""
    found.off = _switches_off(pending)
    found.again = meaning().again["off"] if found.off else _again(pending)
    if found.again is not None:
        return True
    one = pending[0] if len(pending) == 1 else None
    if one is None or one.named or one.keeps or one.size:
        return False
    if one.flags == {"same"} and one.targets and not one.amount:  # "the same for the mountains"
        check_used(one.clause)
        found.same_for = tuple(one.targets)
        return True
    amount = one.amount
    turned = {"up", "down", "reduce"} if amount is not None and amount.relation == "to" else set()
    made = any(atom.has("making") for atom in one.clause.atoms)
    if amount is None or amount.unit or (amount.sign and not made) or amount.relation == "by":
        return False
    if one.targets or one.flags - {"set", "only", *turned}:
        return False
    found.last_way = 1 if "up" in one.flags else -1 if one.flags & {"down", "reduce"} else 0
    one.clause.take("reference"), one.clause.take("to")
    check_used(one.clause)
    found.last_to = -amount.number if amount.sign == "-" else amount.number  # "make it 30", "make that -40"
    return True


def _switches_off(pending: list[Slots]) -> bool:
    """ "turn it off again"."""
    one = pending[0] if len(pending) == 1 else None
    if one is None or one.named or one.targets or one.amount or one.keeps or one.size or one.flags - {"again", "set"}:
        return False
    if not one.clause.flag("off"):
        return False
    one.clause.take("reference")
    check_used(one.clause)
    return True


def _again(pending: list[Slots]) -> float | None:
    """How much of the last change the request asks for, if it is about that."""
    about = [one for one in pending if not (one.named or one.targets or one.amount or one.keeps)]
    if len(pending) != 1 or not about:
        return None
    one = about[0]
    factors = meaning().again
    flags = one.flags - {"copula", "set"}
    if flags & {"stronger", "weaker"}:
        flags -= {"up", "down"}
    if "too_much" in flags:  # a word that means both
        flags -= {"too"}
    one.clause.take("reference"), one.clause.take("to")
    check_used(one.clause)
    if flags == {"less"} and any(atom.has("even") for atom in one.clause.atoms):  # less of it, or even less contrast?
        raise Unclear("Less of what?")
    if one.size in ("small", "tiny") and flags & {"not_so"} and not flags & {"less", "more"}:  # "not that little"
        raise Unclear("More of it or less?")
    chosen = {_ABOUT.get(flag, "") for flag in flags}
    if not flags and one.size:
        if any(atom.has("not_much") for atom in one.clause.atoms):
            raise Unclear("More of it or less?")
        if not any(atom.has("returns", "even") for atom in one.clause.atoms):  # "a lot", "some"
            raise Unclear("More of it or less?")
        chosen = {"less"} if any(atom.has("returns") for atom in one.clause.atoms) else {"more"}  # "a touch back"
    if "copula" in one.flags and not chosen & {"too", "lacking"}:
        raise Unclear("This tells how it is, not what to do.")
    if len(chosen) != 1 or "" in chosen:
        raise Unclear("It is not clear what is to change.")
    factor = factors[chosen.pop()]
    return factor * meaning().again_sizes[one.size] if one.size else factor
