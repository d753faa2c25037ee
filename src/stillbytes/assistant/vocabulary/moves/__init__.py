"""Slots become moves of parameters: the same words in any order and language mean the same."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from stillbytes.assistant.vocabulary.meaning import meaning
from stillbytes.assistant.vocabulary.moves.colours import cast, coloured, regional, shifted, tinted, towards
from stillbytes.assistant.vocabulary.moves.strength import (
    ONE_THING,
    Missing,
    Move,
    direction_of,
    moved,
    parameter_moves,
    sign_of,
    without,
)
from stillbytes.assistant.vocabulary.moves.switches import switched
from stillbytes.assistant.vocabulary.reading.slots import Named, Slots, Unclear, of_kind
from stillbytes.core.saying import joined, said
from stillbytes.develop import parameters


def moves(slots: Slots, *, there: Collection[str]) -> list[Move]:
    """What the slots of one part ask for, without target. there: parameters that are not at their defaults.

    Raises Unclear. An empty list: direction or thing are missing, and may be those of a neighbour.
    """
    if not slots.named:
        return _unnamed(slots)
    switch = switched(slots)
    if switch is not None:
        return switch
    if slots.flags & {"again", "opposite", "half"}:
        raise Unclear(ONE_THING)
    slots.named = named = [_added(slots, one, there) for one in slots.named]
    if "shift" in slots.flags or towards(slots):
        return shifted(slots)
    if "cast" in slots.flags:
        return cast(slots)
    slots.flags -= {"set"}
    bands, colours = of_kind(named, "band"), of_kind(named, "colour")
    regions = [
        one for one in named if one.kind == "region" or (one.kind == "parameter" and one.name in meaning().regions)
    ]
    effects = of_kind(named, "effect")
    plain = [one for one in named if one.kind in ("parameter", "dimension") and one not in regions]
    if bands or (colours and (plain or _dimensioned(effects))):
        return coloured(slots, bands or colours, effects, plain, regions, colours if bands else [], there)
    if regions and (effects or colours):
        return regional(slots, regions, effects, colours)
    if colours:
        return tinted(slots, colours, effects or plain)
    if plain and effects:
        return _narrowed(slots, plain, effects)
    if effects:
        return _effects(slots, effects)
    if any(one.kind in ("dimension", "region") for one in named):
        return _of_tones(slots)
    if len(named) > 1:  # "feathers need more texture"
        raise Unclear(ONE_THING)
    return [move for one in named for move in parameter_moves(slots, one.name, one.name in meaning().regions)]


def _of_tones(slots: Slots) -> list[Move]:
    """ "lift the midtones": tones that have no slider of their name. Raises Unclear for anything else without one."""
    region = meaning().regions.get(slots.named[0].name) if slots.named[0].kind == "region" else None
    quantity = slots.flags & {"more", "less", "too_much", "lacking"}
    if len(slots.named) > 1 or not (region and region.tint) or quantity or not slots.flags & {"up", "down", "reduce"}:
        raise Unclear(ONE_THING)
    return parameter_moves(slots, region.luminance, True)


def absence(slots: Slots, there: Collection[str]) -> list[Move]:
    """ "no vignette": what can be left out altogether, left out. Empty for anything else."""
    added = [meaning().effects[one.name].added if one.kind == "effect" else "" for one in slots.named]
    names = [put_in or one.name for one, put_in in zip(slots.named, added, strict=True)]
    known = len(names) == 1 and (slots.named[0].kind == "parameter" or added[0] in there)
    plain = known and not slots.size and not slots.amount
    if (
        len(names) == 1
        and slots.named[0].kind == "effect"
        and (not added[0] or meaning().effects[slots.named[0].name].off)
    ):
        return _cleared(slots)
    if not plain or not slots.flags <= {"not", "none", "set"} or slots.targets or names[0] not in parameters():
        return []
    p = parameters()[names[0]]
    left_out = p.kind == "number" and (p.minimum == 0 or p.name in meaning().polarity)
    return [Move(p.name, "to", 0.0)] if left_out else []


def _cleared(slots: Slots) -> list[Move]:
    """ "no haze": as much of it taken away as "remove the haze" takes."""
    effect = meaning().effects[slots.named[0].name]
    alone = slots.flags <= {"not", "none", "set"} and not (slots.size or slots.amount or slots.targets)
    if alone and effect.off:
        return [without(parameters()[name]) for name in effect.off]
    noun = slots.named[0].form == "noun" and effect.removable
    return [Move(name, "usual", -weight) for name, weight in effect.moves.items()] if alone and noun else []


def prohibition(slots: Slots, *, there: Collection[str]) -> list[Move]:
    """What "not" forbids: moves in that direction, or any of a parameter that has none."""
    slots.flags -= {"none"}
    slots.flags.discard("not")
    found = moves(slots, there=there)
    return found or [Move(one.name, "default", None) for one in slots.named if one.kind == "parameter"]


def _added(slots: Slots, one: Named, there: Collection[str]) -> Named:
    """ "add grain", "a bit of grain", "grain to 60": what is put in by a parameter of its own. What was put in is taken
    out by it too; else taking it out is an effect."""
    effect = meaning().effects[one.name] if one.kind == "effect" else None
    if not effect or not effect.added or any(other is not one for other in slots.named):
        return one
    if effect.added in there and "not_too" not in slots.flags:
        if "not_so" in slots.flags:  # "not so grainy"
            slots.flags = (slots.flags - {"not_so"}) | {"less"}
        if one.form == "adjective" and "too" in slots.flags:  # "too grainy"
            slots.flags = (slots.flags - {"too"}) | {"too_much"}
        return replace(one, kind="parameter", name=effect.added)
    if one.form == "adjective" or "copula" in slots.flags:
        return one
    direction = direction_of(slots)
    if direction is None and slots.clause.with_before and not slots.amount:  # "black and white with grain"
        slots.flags, direction = slots.flags | {"up"}, 1
    more = direction == 1 or (direction is None and bool(slots.amount or slots.size))
    return replace(one, kind="parameter", name=effect.added) if more else one


def _dimensioned(effects: list[Named]) -> bool:
    return bool(effects) and all(meaning().effects[one.name].dimension for one in effects)


def _unnamed(slots: Slots) -> list[Move]:
    if slots.flags == {"recover"} and set(slots.targets) & meaning().blown and not slots.amount:  # "recover the sky"
        return [Move("highlights", "usual", meaning().recover["highlights"] * meaning().sizes.get(slots.size, 1.0))]
    return _by_unit(slots) if slots.amount else []


def _by_unit(slots: Slots) -> list[Move]:
    """A number with a unit that only one parameter has: "5600 K", "half a stop up"."""
    amount = slots.amount
    assert amount is not None
    fitting = [p for p in parameters().values() if p.unit and p.unit == amount.unit]
    if len(fitting) != 1:
        return []
    if slots.clause.flag("off") or "remove" in slots.flags:  # "take a third of a stop off"
        slots.flags = (slots.flags - {"remove"}) | {"down"}
    if fitting[0].default is not None and not (amount.sign or amount.relation == "to" or slots.worded):
        raise Unclear("More of it or less?")
    return parameter_moves(slots, fitting[0].name, False)


def _effects(slots: Slots, effects: list[Named]) -> list[Move]:
    known = meaning().effects
    adjectives = [one for one in effects if one.form != "noun"]
    domains = {known[one.name].domain for one in adjectives} - {""}
    counted = [one for one in effects if one.form != "noun" or not adjectives or known[one.name].domain not in domains]
    if len({one.name for one in counted}) > 1 and any(one.form == "noun" for one in counted):
        raise Unclear(ONE_THING)
    if len({one.plain for one in adjectives}) > 1:  # "cooler milky"
        raise Unclear(ONE_THING)
    found: list[Move] = []
    for one in counted:
        effect = known[one.name]
        if effect.of and not any(other.name == effect.of for other in effects):
            raise Unclear("Of what?")
        if effect.of and slots.amount:  # "finer grain 40": so much grain, or so much finer?
            raise Unclear(ONE_THING)
        if effect.part and not set(slots.targets) & set(effect.part):
            parts = joined((said(part.partition(":")[2].capitalize()) for part in effect.part), ", ")
            raise Unclear(said("It can be done to {parts}.", parts=parts))
        try:
            found += moved(slots, effect.moves, sign_of(slots, one, effect))
        except Missing:
            return []
    return found


def _narrowed(slots: Slots, plain: list[Named], effects: list[Named]) -> list[Move]:
    """ "brighter exposure", "cooler temperature": the effect, on that parameter."""
    if len(plain) != 1 or len(effects) != 1:
        raise Unclear(ONE_THING)
    effect = meaning().effects[effects[0].name]
    name = plain[0].name
    light = effect.dimension.lstrip("-") == "luminance" and name in {r.luminance for r in meaning().regions.values()}
    if name not in effect.moves and not light and effect.dimension.lstrip("-") != name:  # "a dark vignette"
        raise Unclear(ONE_THING)
    weight = effect.moves.get(name, -1.0 if effect.dimension.startswith("-") else 1.0)
    if effects[0].form == "noun" and weight > 0:  # "colour saturation" is saturation
        return parameter_moves(slots, name, name in meaning().regions)
    try:
        return moved(slots, {name: weight}, sign_of(slots, effects[0], effect))
    except Missing:
        return []
