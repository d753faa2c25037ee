"""What one part of a request says becomes moves, or what is to stay; nothing of it may be left over."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from stillbytes.assistant.vocabulary.lexicon import Atom
from stillbytes.assistant.vocabulary.meaning import meaning
from stillbytes.assistant.vocabulary.moves import absence, moves, prohibition
from stillbytes.assistant.vocabulary.moves.strength import Move
from stillbytes.assistant.vocabulary.reading.clauses import Clause
from stillbytes.assistant.vocabulary.reading.ellipsis import is_switch
from stillbytes.assistant.vocabulary.reading.reading import Reading
from stillbytes.assistant.vocabulary.reading.remarks import is_done
from stillbytes.assistant.vocabulary.reading.slots import Slots, Unclear
from stillbytes.core.saying import said


def take(one: Slots, found: Reading, there: Collection[str]) -> list[Move]:
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
    if not made and _only_points(one):
        raise Unclear("It is not clear what is meant.")
    check_used(one.clause)
    found.moves += [move for move in made if move not in found.moves]
    return made


def _only_points(one: Slots) -> bool:
    """ "that one, darker"."""
    says = one.named or one.amount or one.targets or one.flags or one.keeps or one.else_ or one.size
    return not says and any(atom.has("reference") for atom in one.clause.atoms)


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
        how = said("Brighter or darker, more or less, how much?")
        raise Unclear(how if one.named else said("It is not clear what to change."))
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


def _is_whole(atoms: Sequence[Atom]) -> bool:
    """Whether it is the whole picture, and nothing else is said."""
    whole = any(atom.has("whole") for atom in atoms)
    return whole and all(atom.has("fill", "whole") for atom in atoms)


def check_used(part: Clause) -> None:
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
        elif atom.has("to") and _is_whole(to_what):  # "add contrast to the photo"
            part.used.add(place)
    for place in loose:
        if part.atoms[place].has("fill", "whole", "reference"):
            part.used.add(place)
    if part.left:
        raise Unclear(said("What “{word}” is to mean here is not clear.", word=part.left[0]))
