"""What one part of a request says of what another is about: complaints, and "it"."""

from __future__ import annotations

from itertools import pairwise

from stillbytes.assistant.vocabulary.meaning import meaning
from stillbytes.assistant.vocabulary.reading.slots import Slots, Unclear, left_out


def about_it(pending: list[Slots]) -> None:
    """ "bring it down a touch, it's too bright", "the background is distracting, darken it": one part says of what."""
    for before, one in pairwise(list(pending)):
        if "remark" in before.flags and not (before.named or before.amount) and before.targets and not one.targets:
            one.targets = list(before.targets)
            pending.remove(before)
            continue
        if _of_the_part(pending, before, one):
            continue
        for told, bare in ((before, one), (one, before)):
            if _only_directed(bare) and _complains(told, bare) and bare in pending:
                if _against(told, bare):  # "it is a bit dark, tone it down"
                    raise Unclear("It would have to go up and down.")
                if bare.flags <= _MENDING and told.named[0].form == "adjective" and not told.flags & _WRONG:
                    told.flags = (told.flags - {"copula"}) | {"too"}  # "it looks a bit orange, tone it down"
                told.size = told.size or bare.size
                pending.remove(bare)
                break


_MENDING = frozenset(("fix", "remove", "weaker", "reduce"))
_WRONG = frozenset(("too", "too_much", "lacking"))


def _of_the_part(pending: list[Slots], before: Slots, one: Slots) -> bool:
    """ "the sky is too bright, darken it", "brighten the face and soften it": of what a part without target is.

    Whether there was something of that. Raises Unclear.
    """
    atoms = one.clause.atoms
    if _measured(one) and before.targets and not (one.targets or one.keeps or before.keeps):
        return _measured_there(pending, before, one)
    pronoun = any(atom.has("pronoun") for atom in atoms) and not any(atom.has("whole") for atom in atoms)
    if one.targets or one.keeps or not one.named or before.keeps:
        return False
    if before.only_target and pronoun:  # "darken the sky and the water, and make them bluer"
        raise Unclear("Of which part?")
    if not before.named:
        return False
    if pronoun and before.amount and not before.targets and any(left_out(named) for named in before.named):
        raise Unclear("That, or the picture?")  # "vignette -10, and soften it"
    if _of_tones(before) and one.flags & COMPLAINTS and pronoun:  # "bring up the shadows, they're too dark"
        if not _mends(before, one):
            raise Unclear("That, or the picture?")
        pending.remove(one)
        return True
    if before.flags & COMPLAINTS and not before.targets and _of_light(before, one):
        pending.remove(before)  # "it is too dark, lift the shadows"
        return True
    shared = _ways(before).keys() & _ways(one).keys()
    unsure = not shared and any(atom.has("unsure") for atom in atoms)
    if not before.targets or not (pronoun or unsure or (shared and before.flags & COMPLAINTS)):
        return False
    switched = any(named.name in _SWITCHED for named in one.named)  # "darken the sky and make it black and white"
    complains = (before.flags | one.flags) & COMPLAINTS  # "the sky is too bright, make it warmer"
    if unsure or switched or (complains and not shared):
        raise Unclear("That part, or the whole picture?")
    if one.flags & COMPLAINTS and shared:  # "brighten the face, it is too dark"
        if any(_ways(before)[name] != _ways(one)[name] for name in shared):
            raise Unclear("It would have to go up and down.")
        pending.remove(one)
        return True
    one.targets = list(before.targets)
    return True


def _measured(one: Slots) -> bool:
    """Whether it says how far "it" is to go, and not what: "bring it down by a third of a stop"."""
    it = any(atom.has("pronoun", "clitic") for atom in one.clause.atoms)
    return it and not one.named and one.amount is not None and bool(one.amount.unit) and one.worded


def _measured_there(pending: list[Slots], before: Slots, one: Slots) -> bool:
    """ "the sky is too bright, bring it down by half a stop": of that part. Raises Unclear."""
    if not before.flags & COMPLAINTS or not before.named or _against(before, one):
        raise Unclear("That part, or the whole picture?")
    one.targets = list(before.targets)
    pending.remove(before)
    return True


_SWITCHED = ("black_and_white", "flip_horizontal", "flip_vertical", "lens_profile", "remove_fringes")
COMPLAINTS = frozenset(("copula", "too", "too_much", "lacking", "not_so"))


def _of_light(told: Slots, one: Slots) -> bool:
    """Whether one part complains of the light and the other tells which tones are to mend it."""
    effects = [meaning().effects[named.name] for named in told.named if named.kind == "effect"]
    tones = all(named.kind in ("parameter", "region") and named.name in meaning().recover for named in one.named)
    light = bool(effects) and len(effects) == len(told.named) and all(effect.domain == "light" for effect in effects)
    return light and tones and bool(one.flags & {"up", "down", "reduce", "recover"} or one.amount)


def _of_tones(one: Slots) -> bool:
    """Whether it is of a part of the tonal range, as "shadows" is."""
    tones = meaning().recover.keys() | meaning().regions.keys()
    return bool(one.named) and not one.targets and all(named.name in tones for named in one.named)


def _mends(one: Slots, told: Slots) -> bool:
    """Whether it raises what is too dark, or lowers what is too bright."""
    effects = [meaning().effects[named.name] for named in told.named if named.kind == "effect"]
    light = len(effects) == len(told.named) and all(effect.domain == "light" for effect in effects)
    ways = {-1 if effect.moves["exposure"] > 0 else 1 for effect in effects} if light else set()
    if told.flags & {"lacking", "not_so"}:
        ways = {-way for way in ways}
    up, down = bool(one.flags & {"up", "recover"}), bool(one.flags & {"down", "reduce"})
    return (ways == {1} and up and not down) or (ways == {-1} and down and not up)


def _ways(one: Slots) -> dict[str, int]:
    """Which sliders its effects move, and which way."""
    found = {}
    for named in one.named:
        effect = meaning().effects[named.name] if named.kind == "effect" else None
        inverse = bool(one.flags & {"too", "not_so", "less", "too_much"}) or bool(effect and effect.always)
        for name, weight in (effect.moves if effect else {}).items():
            found[name] = (1 if weight > 0 else -1) * (-1 if inverse else 1)
    return found


def _complains(one: Slots, bare: Slots) -> bool:
    """Whether it tells how something is that the other part is to change."""
    if not one.named or any(named.form != "adjective" for named in one.named[1:]):
        return False
    adjective = one.named[0].form == "adjective"
    told = one.flags & {"copula", "too"} or (bare.flags == {"fix"} and adjective and not one.worded)
    return bool(told)


def _against(told: Slots, bare: Slots) -> bool:
    """Whether what is there too little of is to be lowered, or what is there too much of to be raised."""
    one = told.named[0]
    if one.kind != "effect" or one.form != "adjective":
        return False
    effect = meaning().effects[one.name]
    if effect.removable or effect.less_only or effect.hue is not None:  # less haze is no less light
        return False
    low, high = (all(sign * weight > 0 for weight in effect.moves.values()) for sign in (-1, 1))
    if told.flags & {"lacking", "not_so"}:
        low, high = high, low
    return (low and bool(bare.flags & {"reduce", "weaker", "down"})) or (high and "up" in bare.flags)


def fixed(pending: list[Slots]) -> None:
    """ "verticals are converging, fix it": what an order does already."""
    pending[:] = [one for one in pending if not (one.flags == {"fix"} and _only_directed(one))]


def _only_directed(one: Slots) -> bool:
    """Whether it says nothing but a direction, of "it"."""
    if one.named or one.targets or one.amount or one.keeps:
        return False
    it = not one.clause.bare or any(atom.has("clitic") for atom in one.clause.atoms)
    named_it = it and one.flags in ({"up"}, {"down"}, {"recover"}, {"remove"}, {"reduce"})
    return named_it or one.flags in ({"fix"}, {"weaker"})
