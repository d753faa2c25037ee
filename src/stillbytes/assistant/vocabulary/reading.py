"""A whole request: its parts, what each leaves to its neighbours to say, and what must stay as it is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from stillbytes.assistant.vocabulary import presets
from stillbytes.assistant.vocabulary.about import COMPLAINTS, about_it, fixed
from stillbytes.assistant.vocabulary.clauses import Clause, clauses
from stillbytes.assistant.vocabulary.contradictions import check, same_way
from stillbytes.assistant.vocabulary.ellipsis import (
    is_switch,
    leave_out,
    lend,
    of_the_same,
    share_targets,
    sizes_after,
)
from stillbytes.assistant.vocabulary.filling import slots
from stillbytes.assistant.vocabulary.lexicon import Atom, lexicon
from stillbytes.assistant.vocabulary.meaning import meaning
from stillbytes.assistant.vocabulary.moves import absence, moves, prohibition
from stillbytes.assistant.vocabulary.moves.strength import Move
from stillbytes.assistant.vocabulary.orders import Order, order_of, scope_of
from stillbytes.assistant.vocabulary.presets import Names
from stillbytes.assistant.vocabulary.remarks import (
    asks,
    exclaims,
    is_done,
    is_fine,
    of_something_else,
    only_names,
    only_offers,
    only_tells,
    tells_of_somebody,
)
from stillbytes.assistant.vocabulary.slots import Slots, Unclear
from stillbytes.assistant.vocabulary.text import tokens

MOST_PARTS = 12
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


@dataclass
class Reading:
    """moves: with their targets. kept: targets that stay as they are. names: parameters and groups that do.

    forbidden: moves that must not be. again: how much of the last change; None when the request is not about it.
    last_to: the value that the slider of the last change is to have. last_way: 1 for up to it, -1 for down to it.
    same_for: targets that get the last change too.
    complains: whether it tells what is wrong or goes on, without where, as "too dark" and "even darker" do of the part
    that was changed last. repeats: whether it is a word such as "darker" alone, which may be of that part too.
    may_be_of: parameters of which such a word may speak, as "softer" may of a vignette.
    """

    orders: list[Order] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    forbidden: list[Move] = field(default_factory=list)
    again: float | None = None
    last_to: float | None = None
    last_way: int = 0
    complains: bool = False
    repeats: bool = False
    may_be_of: tuple[str, ...] = ()
    same_for: tuple[str, ...] = ()


def read(
    request: str, language: str, *, there: Collection[str] = (), names: Callable[[], Names] | None = None
) -> Reading:
    """Raises Unclear, Unknown, ValueError. there: parameters that are not at their defaults. names: of presets."""
    atoms = lexicon(language).atoms(tokens(request), presets=names)
    parts = _parts(request, atoms)
    found = Reading()
    if any("black_and_white" in atom.roles.get("parameter", ()) for atom in atoms):
        there = {*there, "black_and_white"}
    said = [part for part in parts if any(not a.has("fill", "whole") or a.has("to") for a in part.atoms)]
    if any(_interjection(part) and any(atom.has("denies") for atom in part.atoms) for part in parts[1:]):
        raise Unclear("Is it to be changed or not?")  # "brighter? no."
    for part in parts:
        bare = all(atom.has("fill", "whole", "size") for atom in part.atoms)
        if bare and any(atom.has("measure") for atom in part.atoms):  # "exposure and intensity"
            raise Unclear(f"What “{part.atoms[-1].text}” is to mean here is not clear.")
    said = _shaped([part for part in said if not (_interjection(part) or is_fine(part))])
    pending = _told_apart(said, found.orders)
    sizes_after(pending)
    of_the_same(pending)
    if found.orders:
        fixed(pending)
    about_it(pending)
    if not found.orders and _about_last(pending, found):
        return found
    lend(pending)
    for one in leave_out(pending):
        _check_used(one.clause)
    share_targets(pending)
    if pending and not found.orders and all(only_tells(one) for one in pending):
        raise Unclear("This tells how it is, not what to do.")
    absent = _absent(pending, there)
    found.repeats, found.complains = _about_part(pending)
    if found.repeats or found.complains:
        effects = [meaning().effects[n.name] for one in pending for n in one.named if n.kind == "effect"]
        found.may_be_of = tuple(name for effect in effects for name in effect.too)
    barred = [bool("not" in one.flags and one.targets) for one in pending]
    complained: set[tuple[str, str, tuple[str, ...]]] = set()
    for place, one in enumerate(pending):
        if place and not one.targets and barred[place - 1]:
            raise Unclear("It is not clear which part of the picture is meant.")
        earlier = list(found.moves)
        made = _take(one, found, there)
        again = complained & {move.slider for move in made}
        same_way([move for move in earlier if move.slider in again], made)
        found.moves = [move for move in found.moves if move in made or move.slider not in again]
        complaint = one.flags & (COMPLAINTS - {"not_so"})
        if complaint and made and {move.slider for move in made} <= {move.slider for move in earlier}:
            same_way(made, earlier)  # "a little brighter, it is too dark"
            found.moves = made = earlier
        complained = {move.slider for move in made} if complaint else complained
    if not (found.moves or found.orders):
        found.moves, found.forbidden = absent, []
    if not (found.moves or found.orders):
        raise Unclear("There is nothing to change in it.")
    check(found)
    return found


def _about_part(pending: list[Slots]) -> tuple[bool, bool]:
    """Whether all of it may be of a part that was changed, as "darker", and whether it is, as "even darker"."""
    (one,) = pending if len(pending) == 1 else (None,)
    if one is None or one.targets or one.keeps or any(atom.has("whole") for atom in one.clause.atoms):
        return False, False
    alone = bool(one.named) and not one.amount and all(named.kind in ("effect", "colour") for named in one.named)
    even = alone and any(atom.has("even") for atom in one.clause.atoms)
    return alone and not even, even or bool(one.flags & COMPLAINTS)


def _told_apart(said: Sequence[Clause], orders: list[Order]) -> list[Slots]:
    """What is no command; commands are added to `orders`. Raises Unclear."""
    pending: list[Slots] = []
    for place, part in enumerate(said):
        if orders and not pending and orders[-1].takes(part):
            orders[-1] = replace(orders[-1], scope=(*orders[-1].scope, *scope_of(part)))
            continue
        order = presets.order_of(part) or order_of(part)
        if order is not None and order.command in ("undo", "redo") and place:
            raise Unclear("What is to be undone has to come first.")
        if order is not None:
            orders.append(order)
            _check_used(part)
        else:
            pending.append(slots(part))
            if word := of_something_else(pending[-1]):
                raise Unclear(f"What “{word}” is to mean here is not clear.")
    return pending


def _parts(request: str, atoms: list[Atom]) -> list[Clause]:
    """Raises Unclear for what is no request."""
    ends = request.rstrip().endswith("?")
    last = atoms[max((p + 1 for p, a in enumerate(atoms[:-1]) if a.breaks or a.has("join")), default=0) :]
    if ends and any(a.has("copula") for a in last) and not any(a.has("wish", "fix") for a in last):  # "it is too dark?"
        raise Unclear("That is a question.")
    if ("?" in request and atoms and (atoms[0].has("copula", "states") or only_names(atoms))) or asks(atoms):
        raise Unclear("That is a question.")
    if any(atom.has("ordinal") and after.has("target", "whole") for atom, after in pairwise(atoms)):  # "the first dog"
        raise Unclear("One of several cannot be told apart.")
    if "?" in request and only_offers(atoms):
        raise Unclear("That is a question.")
    if exclaims(atoms) or tells_of_somebody(atoms) or any(atom.has("past") for atom in atoms):
        raise Unclear("This tells how it is, not what to do.")
    if atoms and all(atom.has("praise", "fill", "whole", "no") or atom.breaks for atom in atoms):
        raise Unclear("That asks for nothing.")
    parts = clauses(atoms)
    if len(parts) > MOST_PARTS:
        raise Unclear("That is a lot at once.")
    return parts


def _shaped(said: list[Clause]) -> list[Clause]:
    """ "crop it, 4:5": a shape by itself is that of the crop before."""
    found: list[Clause] = []
    for part in said:
        shape = all(atom.ratio or atom.has("shape", "orientation", "fill") for atom in part.atoms)
        crops = found and any("crop" in atom.roles.get("command", ()) for atom in found[-1].atoms)
        if shape and crops and not any(atom.ratio or atom.has("shape") for atom in found[-1].atoms):
            found[-1].atoms.extend(part.atoms)
        else:
            found.append(part)
    return found


def _absent(pending: list[Slots], there: Collection[str]) -> list[Move]:
    """What a request wants to be without, when it wants nothing else."""
    (one,) = pending if len(pending) == 1 else (None,)
    return absence(one, there) if one is not None and "none" in one.flags else []


def _interjection(part: Clause) -> bool:
    return all(atom.has("no", "fill") for atom in part.atoms)


def _about_last(pending: list[Slots], found: Reading) -> bool:
    """Whether the request is about the last change, which is then told in `found`."""
    found.again = meaning().again["off"] if _switches_off(pending) else _again(pending)
    if found.again is not None:
        return True
    one = pending[0] if len(pending) == 1 else None
    if one is None or one.named or one.keeps or one.size:
        return False
    if one.flags == {"same"} and one.targets and not one.amount:  # "the same for the mountains"
        _check_used(one.clause)
        found.same_for = tuple(one.targets)
        return True
    amount = one.amount
    turned = {"up", "down", "reduce"} if amount is not None and amount.relation == "to" else set()
    if amount is None or amount.unit or amount.sign or amount.relation == "by":
        return False
    if one.targets or one.flags - {"set", "only", *turned}:
        return False
    found.last_way = 1 if "up" in one.flags else -1 if one.flags & {"down", "reduce"} else 0
    one.clause.take("reference"), one.clause.take("to")
    _check_used(one.clause)
    found.last_to = amount.number  # "make it 30"
    return True


def _switches_off(pending: list[Slots]) -> bool:
    """ "turn it off again"."""
    one = pending[0] if len(pending) == 1 else None
    if one is None or one.named or one.targets or one.amount or one.keeps or one.size or one.flags - {"again", "set"}:
        return False
    if not one.clause.flag("off"):
        return False
    one.clause.take("reference")
    _check_used(one.clause)
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
    _check_used(one.clause)
    if flags == {"less"} and any(atom.has("even") for atom in one.clause.atoms):  # less of it, or even less contrast?
        raise Unclear("Less of what?")
    if one.size in ("small", "tiny") and flags & {"not_so"} and not flags & {"less", "more"}:  # "not that little"
        raise Unclear("More of it or less?")
    chosen = {_ABOUT.get(flag, "") for flag in flags}
    if not flags and one.size:
        if any(atom.has("not_much") for atom in one.clause.atoms):
            raise Unclear("More of it or less?")
        chosen = {"more"}
    if "copula" in one.flags and not chosen & {"too", "lacking"}:
        raise Unclear("This tells how it is, not what to do.")
    if len(chosen) != 1 or "" in chosen:
        raise Unclear("It is not clear what is to change.")
    factor = factors[chosen.pop()]
    return factor * meaning().again_sizes[one.size] if one.size else factor


def _take(one: Slots, found: Reading, there: Collection[str]) -> list[Move]:
    """Add what one part says to the reading; returns its moves. Raises Unclear."""
    if one.else_:
        if one.named or one.targets or one.amount:
            raise Unclear("It is not clear what is to stay.")
        one.flags -= {"not", "set"}
    one.apart = one.apart and bool(one.named or one.amount) and not one.kept_names
    if one.apart and not one.kept:  # "anything but black and white"
        raise Unclear("It is not clear what is to stay.")
    if one.keeps and not one.apart:
        _keep(one, found)
    if "not_too" in one.flags:
        _limited(one, found)
        made: list[Move] = []
    elif none := _none_of(one, there):
        made = none
    elif "not" in one.flags and one.named and not _switch_only(one):
        found.forbidden += prohibition(one, there=there)
        made = []
    elif one.named or one.amount or one.targets or (one.flags and not (one.else_ or one.keeps)):
        made = _made(one, found, there)
    else:
        made = []
    _check_used(one.clause)
    found.moves += [move for move in made if move not in found.moves]
    return made


def _none_of(one: Slots, there: Collection[str]) -> list[Move]:
    """ "no vignette" among other things. Raises Unclear for what is there and has two ends."""
    if "none" not in one.flags or not one.named:
        return []
    found = absence(one, there)
    if not found and len(one.named) == 1 and one.named[0].name in there and not is_switch(one.named[0].name):
        raise Unclear("Is there to be none of it, or no more?")
    return found


def _keep(one: Slots, found: Reading) -> None:
    if not (one.kept or one.kept_names or one.else_):
        raise Unclear("It is not clear what is to stay.")
    found.kept += one.kept
    found.names += one.kept_names
    if not (one.named or one.amount or one.targets) and (one.flags - {"set", "only", "not"} or one.size):
        raise Unclear("It is not clear what is to stay.")


def _made(one: Slots, found: Reading, there: Collection[str]) -> list[Move]:
    """The moves of a part, each of its target."""
    made = moves(one, there=there)
    if not made:
        raise Unclear("Brighter or darker, more or less, how much?" if one.named else "It is not clear what to change.")
    switched_off = "not" in one.flags and not _switch_only(one)
    if switched_off or ("rest" in one.flags and not (one.keeps or found.kept)):
        raise Unclear("It is not clear what is to stay.")
    if len(one.targets) > 1:
        raise Unclear("One part of the picture at a time, joined by “and”.")
    target = one.targets[0] if one.targets else ""
    away = tuple(dict.fromkeys(one.kept)) if one.apart else ()
    return [replace(move, target=target, away=away) for move in made]


def _switch_only(one: Slots) -> bool:
    return bool(one.named) and all(is_switch(named.name) for named in one.named)


def _limited(one: Slots, found: Reading) -> None:
    """ "bright, but not too bright": less of the move before that does it."""
    one.flags.discard("not_too")
    wanted = {move.parameter for move in moves(one, there=())} if one.named else set()
    hit = [place for place, move in enumerate(found.moves) if move.parameter in wanted and move.how == "usual"]
    if not wanted:
        raise Unclear("It is not clear of what not too much.")
    if hit:
        for place in hit:
            move = found.moves[place]
            if isinstance(move.value, float):
                found.moves[place] = replace(move, value=move.value * meaning().sizes["small"])
    else:
        one.flags -= {"not"}
        found.forbidden += moves(one, there=())


def _adds(atoms: Sequence[Atom]) -> bool:
    return any(atom.has("up") for atom in atoms) and any(atom.number is not None for atom in atoms)


def _check_used(part: Clause) -> None:
    """Raises Unclear when something was said that nothing was made of."""
    loose = [
        place for place, atom in enumerate(part.atoms)
        if place not in part.used and atom.has("to", "by", "reference", "on", "whole") and not atom.number
    ]  # fmt: skip
    for place, atom in enumerate(part.atoms[:-1]):  # "to the sky"
        to_what = part.atoms[place + 1 :]
        if atom.has("to") and (to_what[0].has("making") or is_done(to_what[0])):  # "to make the grass more vibrant"
            continue
        if atom.has("to") and any(later.has("target") for later in to_what):
            part.used.add(place)
        elif atom.has("to") and any(later.has("parameter") for later in to_what) and _adds(part.atoms[:place]):
            part.used.add(place)  # "add 10 to the clarity"
        elif atom.has("to") and all(later.has("fill", "whole") for later in to_what):
            if any(later.has("whole") for later in to_what):  # "add contrast to the photo"
                part.used.add(place)
    for place in loose:
        if part.atoms[place].has("fill", "whole", "reference"):
            part.used.add(place)
    if part.left:
        raise Unclear(f"What “{part.left[0]}” is to mean here is not clear.")
