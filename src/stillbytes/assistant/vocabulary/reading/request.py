"""A whole request: its parts, what each leaves to its neighbours to say, and what must stay as it is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from itertools import pairwise

from stillbytes.assistant.vocabulary import presets
from stillbytes.assistant.vocabulary.lexicon import Atom, lexicon
from stillbytes.assistant.vocabulary.meaning import meaning
from stillbytes.assistant.vocabulary.moves import absence
from stillbytes.assistant.vocabulary.moves.strength import Move
from stillbytes.assistant.vocabulary.orders import Order, order_of, scope_of
from stillbytes.assistant.vocabulary.presets import Names
from stillbytes.assistant.vocabulary.reading.about import COMPLAINTS, about_it, fixed
from stillbytes.assistant.vocabulary.reading.again import about_last
from stillbytes.assistant.vocabulary.reading.clauses import Clause, clauses
from stillbytes.assistant.vocabulary.reading.contradictions import check, same_way
from stillbytes.assistant.vocabulary.reading.ellipsis import (
    leave_out,
    lend,
    of_the_same,
    share_targets,
    sizes_after,
)
from stillbytes.assistant.vocabulary.reading.filling import slots
from stillbytes.assistant.vocabulary.reading.forms import (
    check_absence,
    check_colours,
    check_joined,
    check_looks,
    check_twice,
)
from stillbytes.assistant.vocabulary.reading.reading import Reading
from stillbytes.assistant.vocabulary.reading.remarks import (
    admires,
    asks,
    exclaims,
    is_fine,
    of_something_else,
    only_names,
    only_offers,
    only_tells,
    praises,
    tells_of_somebody,
)
from stillbytes.assistant.vocabulary.reading.slots import Slots, Unclear
from stillbytes.assistant.vocabulary.reading.taking import check_used, take
from stillbytes.assistant.vocabulary.text import tokens
from stillbytes.core.saying import said

MOST_PARTS = 12


def read(
    request: str, language: str, *, there: Collection[str] = (), names: Callable[[], Names] | None = None
) -> Reading:
    """Raises Unclear, Unknown, ValueError. there: parameters that are not at their defaults. names: of presets."""
    atoms = lexicon(language).atoms(tokens(request), presets=names)
    if lexicon(language).tells(request):
        raise Unclear("This tells how it is, not what to do.")
    parts = _parts(request, atoms)
    found = Reading()
    if any("black_and_white" in atom.roles.get("parameter", ()) for atom in atoms):
        there = {*there, "black_and_white"}
    said = _shaped(_said(parts))
    pending = _told_apart(said, found.orders)
    check_looks(pending)
    sizes_after(pending)
    of_the_same(pending)
    if found.orders:
        fixed(pending)
    about_it(pending)
    if not found.orders and about_last(pending, found):
        return found
    lend(pending)
    for one in leave_out(pending):
        check_used(one.clause)
    share_targets(pending)
    check_joined(pending)
    check_colours(pending)
    check_twice(pending)
    if (
        pending
        and not found.orders
        and all(only_tells(one) or one.keeps for one in pending)
        and any(only_tells(one) for one in pending)
    ):
        raise Unclear("This tells how it is, not what to do.")
    absent = _absent(pending, there)
    _about_part(pending, found)
    _take_all(pending, found, there)
    if not (found.moves or found.orders):
        found.moves, found.forbidden = absent, []
    if not (found.moves or found.orders):
        raise Unclear("There is nothing to change in it.")
    check(found)
    return found


def _said(parts: Sequence[Clause]) -> list[Clause]:
    """The parts that say something. Raises Unclear."""
    if any(_interjection(part) and any(atom.has("denies") for atom in part.atoms) for part in parts[1:]):
        raise Unclear("Is it to be changed or not?")  # "brighter? no."
    if any(part.but_before and praises(part) for part in parts[1:]):  # "too dark, but nice"
        raise Unclear("This tells how it is, not what to do.")
    if admires(parts):
        raise Unclear("This tells how it is, not what to do.")
    for part in parts:
        bare = all(atom.has("fill", "whole", "size") for atom in part.atoms)
        if bare and any(atom.has("measure") for atom in part.atoms):  # "exposure and intensity"
            raise Unclear(said("What “{word}” is to mean here is not clear.", word=part.atoms[-1].text))
    if any(all(atom.has("fill") for atom in part.atoms) and _sided(part) for part in parts[1:]):  # "left, then right"
        raise Unclear("Which way?")
    if any(part.and_before and _loose(part) for part in parts[1:]):  # "brighter and then some"
        raise Unclear("It is not clear what is meant.")
    saying = [part for part in parts if any(not a.has("fill", "whole") or a.has("to") for a in part.atoms)]
    return [part for part in saying if not (_interjection(part) or is_fine(part))]


def _take_all(pending: Sequence[Slots], found: Reading, there: Collection[str]) -> None:
    """The moves of all parts, of which complaints give way to what is asked for. Raises Unclear."""
    barred = [bool("not" in one.flags and one.targets) for one in pending]
    if any(_mended(before, one) for before, one in pairwise(pending)):
        raise Unclear("Is one to mend the other, or are both to be changed?")
    complained: set[tuple[str, str, tuple[str, ...]]] = set()
    told: set[tuple[str, str, tuple[str, ...]]] = set()
    asked: set[tuple[str, str, tuple[str, ...]]] = set()
    for place, one in enumerate(pending):
        if place and not one.targets and barred[place - 1]:
            raise Unclear("It is not clear which part of the picture is meant.")
        earlier = list(found.moves)
        made = take(one, found, there)
        again = complained & {move.slider for move in made}
        same_way([move for move in earlier if move.slider in again], made)
        found.moves = [move for move in found.moves if move in made or move.slider not in again]
        complaint = one.flags & (COMPLAINTS - {"not_so"})
        if complaint != {"copula"}:
            asked |= {move.slider for move in made if not (complaint or _described(one))}
        elif not one.targets:
            told |= {move.slider for move in made}
        if complaint and made and {move.slider for move in made} <= {move.slider for move in earlier}:
            same_way(made, earlier)  # "a little brighter, it is too dark"
            found.moves = made = earlier
        complained = {move.slider for move in made} if complaint else complained
    if told and asked and not told & asked:  # "it's a bit dull, stronger colours please"
        raise Unclear("Is one to mend the other, or are both to be changed?")


def _about_part(pending: list[Slots], found: Reading) -> None:
    """Whether all of it may be of a part that was changed, as "darker", and whether it is, as "even darker"."""
    (one,) = pending if len(pending) == 1 else (None,)
    if one is None or one.targets or one.keeps or any(atom.has("whole") for atom in one.clause.atoms):
        return
    alone = bool(one.named) and not one.amount and all(named.kind in ("effect", "colour") for named in one.named)
    even = alone and any(atom.has("even") for atom in one.clause.atoms)
    found.repeats, found.complains = alone and not even, even or bool(one.flags & COMPLAINTS)
    if found.repeats or found.complains:
        effects = [meaning().effects[named.name] for named in one.named if named.kind == "effect"]
        found.may_be_of = tuple(name for effect in effects for name in effect.too)


def _told_apart(parts: Sequence[Clause], orders: list[Order]) -> list[Slots]:
    """What is no command; commands are added to `orders`. Raises Unclear."""
    pending: list[Slots] = []
    for place, part in enumerate(parts):
        if orders and not pending and orders[-1].takes(part):
            orders[-1] = replace(orders[-1], scope=(*orders[-1].scope, *scope_of(part)))
            continue
        order = presets.order_of(part) or order_of(part)
        if order is not None and order.command in ("undo", "redo") and place:
            raise Unclear("What is to be undone has to come first.")
        if order is not None:
            orders.append(order)
            check_used(part)
        else:
            pending.append(slots(part))
            if word := of_something_else(pending[-1]):
                raise Unclear(said("What “{word}” is to mean here is not clear.", word=word))
    return pending


def _parts(request: str, atoms: list[Atom]) -> list[Clause]:
    """Raises Unclear for what is no request."""
    ends = request.rstrip().endswith("?")
    last = atoms[max((p + 1 for p, a in enumerate(atoms[:-1]) if a.breaks or a.has("join")), default=0) :]
    asked = any(atom.has("wish", "fix") for atom in last)
    if ends and any(atom.has("copula") for atom in last) and not asked:  # "it is too dark?"
        raise Unclear("That is a question.")
    if "?" in request and atoms and (atoms[0].has("states") or only_names(atoms)):
        raise Unclear("That is a question.")
    if ("?" in request and atoms and atoms[0].has("copula") and not (ends and asked)) or asks(atoms):
        raise Unclear("That is a question.")
    if any(atom.has("ordinal") and after.has("target", "whole") for atom, after in pairwise(atoms)):  # "the first dog"
        raise Unclear("One of several cannot be told apart.")
    if any(atom.has("article") and atom.has("number") and after.has("whole") for atom, after in pairwise(atoms)):
        raise Unclear("This names a thing, and not what to do.")  # "a picture with more contrast would be better"
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
    if one is None or "none" not in one.flags:
        return []
    found = absence(one, there)
    if found:
        check_absence(one, there)
    return found


def _mended(before: Slots, one: Slots) -> bool:
    """ "too sharp, soften it", "it's grainy, can you smooth that"."""
    complained = [named.name for named in before.named if named.kind == "effect" and before.flags & COMPLAINTS]
    mends = {other for name in complained for other in meaning().effects[name].mended}
    return not one.flags & COMPLAINTS and any(named.name in mends for named in one.named)


def _described(one: Slots) -> bool:
    """ "and grey": what goes on telling how it is."""
    return all(named.plain and named.form == "adjective" for named in one.named)


def _loose(part: Clause) -> bool:
    """Whether it says nothing that people say beside a request, as "please" and "that's it" are."""
    said = ("tells", "opener", "wish", "whole")
    return all((a.has("fill") and not a.has(*said)) or "medium" in a.roles.get("size", ()) for a in part.atoms)


def _sided(part: Clause) -> bool:
    return any(atom.has("side") for atom in part.atoms)


def _interjection(part: Clause) -> bool:
    return all(atom.has("no", "fill") for atom in part.atoms)
