"""What the parts of a request leave to their neighbours to say: directions, sizes, numbers and targets."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from stillbytes.assistant.vocabulary.meaning import meaning
from stillbytes.assistant.vocabulary.reading.slots import WORDED, Named, Slots, Unclear
from stillbytes.core.saying import said
from stillbytes.develop import parameters


def is_switch(name: str) -> bool:
    """Whether it is a parameter without more or less."""
    return name in parameters() and parameters()[name].kind != "number"


def sizes_after(pending: list[Slots]) -> None:
    """ "warmer, but not too much": a part that is only a size is that of the one before."""
    for before, one in pairwise(pending):
        bare = not (one.named or one.targets or one.amount or one.keeps or one.flags - {"only"} or one.else_)
        if one.size and bare and before.named and not before.size:
            before.size, one.size = one.size, ""
            one.flags.clear()
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
        if before is not None and _sized(one) and _lends(before) and before.worded:
            told = before.flags & {"remove", "fix", "recover"} or any(n.form != "noun" for n in before.named)
            if told or _follows(before):
                continue  # "highlights down, a bit of clarity"
            if before.flags & WORDED - {"up", "more"}:
                raise Unclear("Up or down?")  # "less contrast and a bit of clarity"
        if before is not None and _lends(before):
            _borrow(one, before)
        elif _sized(one):
            continue
        elif after is not None and _lends(after) and _follows(after):
            one.flags |= after.flags & WORDED
            one.size, one.amount = one.size or after.size, one.amount or after.amount
        elif after is not None and after.named and after.flags & {"up", "down"} and after.clause.and_before:
            one.flags |= after.flags & WORDED
    _lend_to_targets(pending)
    _no_doubt(pending)


def _borrow(one: Slots, before: Slots) -> None:
    """Direction, size and number of the part before, to which those at the end of this one belong, too."""
    if "only" in one.flags:  # "exposure up, highlights only"
        raise Unclear("Only that, or that as well?")
    one.flags |= before.flags & WORDED
    shared = before.amount is None and not before.size and all(named.form == "noun" for named in before.named)
    if one.amount is not None and shared:
        before.amount = one.amount
    elif shared and one.size and one.clause.and_before and _size_last(one):
        before.size = one.size  # "increase the brightness and contrast by a little"
    one.size, one.borrowed = one.size or before.size, True
    if one.amount is None and not (before.flags & WORDED):
        one.amount = before.amount


def _no_doubt(pending: list[Slots]) -> None:
    """Raises Unclear for "lower highlights 20, whites 10"."""
    for before, one in pairwise(pending):
        shared = _moved_alike(before, one) and one.clause.and_before  # "raise the shadows and the blacks 10"
        if _bare_number(one) and (_lowered(before) or shared):
            raise Unclear("By that, or to that?")


def _lowered(one: Slots) -> bool:
    """Whether it is told to go down by a number, before it is named."""
    amount = one.amount
    by = amount is not None and not amount.sign and amount.relation != "to"
    return by and bool(one.flags & {"down", "reduce"}) and bool(one.named) and not _follows(one)


def _moved_alike(before: Slots, one: Slots) -> bool:
    """Whether a direction stands before what is named, with no number, which may be that of the next part."""
    nouns = bool(before.named) and all(named.form == "noun" for named in before.named)
    told = before.worded and before.amount is None and not before.size
    return nouns and told and not _follows(before) and before.targets == one.targets


def _bare_number(one: Slots) -> bool:
    amount = one.amount
    bare = amount is not None and amount.number != 0 and not (amount.sign or amount.relation or one.worded)
    return bare and bool(one.named) and all(named.form == "noun" for named in one.named)


def _sized(one: Slots) -> bool:
    """Whether it says by itself how much there is to be: "a bit of clarity"."""
    return bool(one.size) and one.amount is None and one.named[0].place > first_size(one)


def _size_last(one: Slots) -> bool:
    """Whether its size stands after what it names: "contrast by a little"."""
    return bool(one.size and one.named) and first_size(one) > max(named.place for named in one.named)


def first_size(one: Slots) -> int:
    """Where the first word of a size stands; -1 where none does."""
    return next((place for place, atom in enumerate(one.clause.atoms) if atom.has("size")), -1)


def _lend_to_targets(pending: list[Slots]) -> None:
    """ "darken the sky and the water", "make the sky and the water darker"."""
    for first, one in pairwise(pending):  # "darken the sky by half a stop and the water by 0.3 EV"
        amount = one.amount is not None and not (one.amount.sign or one.amount.relation == "to")
        if amount and one.targets and not (one.named or one.worded) and first.named and first.targets:
            one.named, one.flags = [replace(named) for named in first.named], one.flags | first.flags
            if first.amount is None and not first.size and one.clause.and_before:  # "darken the sky and the sea by 0.3"
                first.amount = one.amount
    _no_others(pending)
    for place, one in enumerate(pending):
        if one.only_target:
            before = pending[place - 1] if place else None
            after = pending[place + 1] if place + 1 < len(pending) else None
            if before is not None and before.keeps and not before.named:
                one.kept, one.targets, one.keeps = one.targets, [], True
            elif before is not None and before.named and not before.targets and _but(one):
                one.kept, one.targets, one.keeps = one.targets, [], True  # "everything warmer, but the sky"
                one.left_out = True
            elif before is not None and before.named and before.targets:
                _copy(before, one)
            elif before is not None and before.named and "only" in one.flags and not before.targets:
                before.targets, one.targets = one.targets, []
            elif before is None and after is not None and after.named and after.targets:
                _copy(after, one)
            elif before is None and after is not None and after.named and after.clause.with_before:
                after.targets, one.targets = one.targets, []  # "mountains with more contrast"
    pending[:] = [one for one in pending if _says(one)]


def _no_others(pending: list[Slots]) -> None:
    """Raises Unclear for "brighten everybody but the dog", "everyone but the groom is too dark": who is to stay?"""
    for before, one in pairwise(pending):
        left = one.only_target and bool(before.named and before.targets) and not before.keeps
        if _but(one) and one.targets and (left or (before.only_target and one.named)):
            raise Unclear("It is not clear what is to stay.")


def _but(one: Slots) -> bool:
    """ "but the sky", and not "but only the sky"."""
    return one.clause.but_before and "only" not in one.flags


_OF_COLOUR = frozenset(("hue", "saturation", "luminance"))
_OWN = _OF_COLOUR | {"contrast", "highlights"}
"""Aspects that are also words for what the whole picture has."""


def of_the_same(pending: list[Slots]) -> None:
    """ "grain 30, size 40", "blue primary hue -12 and saturation +15": another aspect of what was named before."""
    for before, one in pairwise(pending):
        if _of_a_band(before) and _of_no_band(one):  # "oranges luminance +15, saturation -10"
            raise Unclear("Of that colour, or of the whole picture?")
        aspects = [(place, atom.of("aspect")) for place, atom in enumerate(one.clause.atoms) if atom.has("aspect")]
        names = [meaning().effects[n.name].added if n.kind == "effect" else n.name for n in before.named]
        if len(aspects) != 1 or len(names) != 1 or one.amount is None or one.targets or before.targets:
            continue
        place, aspect = aspects[0]
        if any(named.place != place for named in one.named):
            continue
        stem, _, last = names[0].rpartition("_")
        name = next((n for n in (f"{names[0]}_{aspect}", f"{stem}_{aspect}") if n in parameters()), "")
        if not name or name == names[0]:
            continue
        if aspect in _OWN and not (last in _OF_COLOUR and f"{stem}_hue" in parameters()):
            if one.clause.run_on:  # "vignette -10 highlights 40"
                raise Unclear(said("{label}, or that of the whole picture?", label=said(parameters()[name].label)))
            continue
        one.named = [Named("parameter", name, place=place)]
        one.clause.used.add(place)


def _of_a_band(one: Slots) -> bool:
    """Whether it is by a number of what is named of a colour."""
    kinds = {named.kind for named in one.named}
    return one.amount is not None and "band" in kinds | {"band" if "colour" in kinds else ""} and len(one.named) > 1


def _of_no_band(one: Slots) -> bool:
    """Whether it is by a number of what colours and the whole picture have."""
    own = len(one.named) == 1 and (one.named[0].dimension or one.named[0].name) in _OF_COLOUR
    return own and one.amount is not None and not one.targets


def _size_first(one: Slots) -> bool:
    """Whether its size stands before the adjectives: "slightly warmer", "the greens a little darker"."""
    if not (one.size and one.named) or one.amount:
        return False
    adjectives = [named.place for named in one.named if named.form == "adjective"]
    return bool(adjectives) and 0 <= first_size(one) < min(adjectives)


def _needs(one: Slots) -> bool:
    """Whether it names a thing without saying which way."""
    if any(named.form != "noun" or is_switch(named.name) for named in one.named):
        return False
    if "none" in one.flags or one.clause.has("off"):
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
    one.twin = source
    if one.size and not source.size and source.amount is None:  # "lighten the lips and the eyes a touch"
        source.size = one.size
    one.named = [replace(named) for named in source.named]
    one.flags, one.size, one.amount = one.flags | source.flags, one.size or source.size, source.amount


def _tones(one: Slots) -> list[Named]:
    """The colours or tones that are darker, in "the blues darker and more saturated"."""
    effects = [named for named in one.named if named.kind == "effect" and named.form == "adjective"]
    tones = [n for n in one.named if n.kind in ("band", "region") or n.name in meaning().regions]
    return tones if len(effects) == 1 and len(tones) == len(one.named) - 1 else []


def _plain(one: Slots) -> bool:
    """Whether its adjectives compare nothing."""
    return all(named.plain for named in one.named)


def leave_out(pending: list[Slots]) -> list[Slots]:
    """ "brighter and warmer, except the sky": of what the parts before leave out. Returns the parts that said so."""
    said = [one for one in pending if one.left_out and one.kept and not (one.named or one.amount or one.targets)]
    for one in [one for one in said if not (one.kept_names or one.else_)]:
        earlier = [before for before in _sentence_before(pending, one) if before.named]
        for before in (before for before in earlier if before.apart or not before.keeps):
            before.keeps = before.apart = True
            before.kept = [*before.kept, *one.kept]
        if earlier:
            pending.remove(one)
    return [one for one in said if one not in pending]


def _sentence_before(pending: list[Slots], one: Slots) -> list[Slots]:
    """The parts before it in its sentence, as far as they have the same targets."""
    end = start = pending.index(one)
    while start and not pending[start].clause.starts and pending[start - 1].targets == pending[end - 1].targets:
        start -= 1
    return pending[start:end]


def share_targets(pending: list[Slots]) -> None:
    """ "make the sky darker and more dramatic", "more contrast and clarity in the sky"."""
    twins = [one for one in pending if one.twin is not None]
    for place, one in enumerate(list(pending)):
        before = pending[place - 1] if place else None
        if before is None or (before.keeps and not before.apart) or one.keeps or not one.named:
            continue
        if before.scoped and not one.targets:
            one.targets, one.scoped = list(before.targets), True
        adjective = all(named.form == "adjective" for named in one.named) and not one.flags & {"set", "copula", "cast"}
        adjective = adjective and ("too_much" not in one.flags or "too" in one.flags)  # "too much green" is a noun
        acts = bool(before.named) and all(named.form == "verb" for named in [*before.named, *one.named])
        adjective = adjective and not one.clause.starts
        goes_on = adjective or (acts and one.clause.and_before and not one.amount)  # "sky: darken and desaturate"
        along = one.clause.with_before and not one.amount  # "the sky darker and with more contrast"
        if not one.targets and before.targets and before.target_first and (goes_on or along) and one.clause.bare:
            one.targets, one.target_first = list(before.targets), True
            for twin in (twin for twin in twins if twin.twin is before):  # "the sky and the water darker and bluer"
                pending.append(replace(one, named=list(one.named), flags=set(one.flags), targets=list(twin.targets)))
        if before.apart and before.named and goes_on and one.clause.bare and not one.targets:
            one.keeps = one.apart = True
            one.kept = list(before.kept)
        if (
            adjective
            and one.clause.bare
            and one.clause.and_before
            and all(n.kind in ("effect", "colour") for n in one.named)
        ):
            one.named = [*_tones(before), *one.named]
        if adjective and one.clause.bare and one.clause.and_before and not one.size and _size_first(before):
            one.size = before.size  # "slightly warmer and darker"
        if adjective and one.clause.and_before and _plain(one) and not one.flags & WORDED:
            one.flags |= before.flags & {"too", "not_so", "lacking"}  # "too dark and cold"
        verbs = all(named.form == "verb" for named in [*before.named, *one.named]) and before.named
        alone = before.clause.bare and len(before.clause.atoms) == 1 and one.clause.and_before
        if verbs and alone and _size_last(one):
            before.size = one.size  # "brighten and sharpen it a bit"
        if one.targets and not before.targets and before.named and (one.borrowed or (verbs and alone)):
            before.targets = list(one.targets)
