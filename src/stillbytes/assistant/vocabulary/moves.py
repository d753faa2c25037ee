"""Slots become moves of parameters: the same words in any order and language mean the same."""

from __future__ import annotations

from dataclasses import replace

from stillbytes.assistant.vocabulary.meaning import meaning
from stillbytes.assistant.vocabulary.slots import Named, Slots, Unclear
from stillbytes.assistant.vocabulary.strength import (
    ONE_THING,
    Missing,
    Move,
    direction_of,
    moved,
    parameter_moves,
    sign_of,
)
from stillbytes.develop import parameters
from stillbytes.develop.parameter import Value


def moves(slots: Slots, *, grey: bool) -> list[Move]:
    """What the slots of one part ask for, without target. grey: whether the picture is in black and white.

    Raises Unclear. An empty list: direction or thing are missing, and may be those of a neighbour.
    """
    if not slots.named:
        return _by_unit(slots) if slots.amount else []
    switched = _switched(slots)
    if switched is not None:
        return switched
    if slots.flags & {"again", "opposite", "half"}:
        raise Unclear(ONE_THING)
    named = slots.named
    if "shift" in slots.flags or _towards(slots):
        return _shifted(slots)
    if "cast" in slots.flags:
        return _cast(slots)
    slots.flags -= {"set"}
    bands, colours = _of(named, "band"), _of(named, "colour")
    regions = [
        one for one in named if one.kind == "region" or (one.kind == "parameter" and one.name in meaning().regions)
    ]
    effects = _of(named, "effect")
    plain = [one for one in named if one.kind in ("parameter", "dimension") and one not in regions]
    if bands or (colours and (plain or _dimensioned(effects))):
        return _coloured(slots, bands or colours, effects, plain, regions, colours if bands else [], grey)
    if regions and (effects or colours):
        return _regional(slots, regions, effects, colours)
    if colours:
        return _tinted(slots, colours, effects or plain)
    if plain and effects:
        return _narrowed(slots, plain, effects)
    if effects:
        return _effects(slots, effects)
    if any(one.kind in ("dimension", "region") for one in named):
        raise Unclear(ONE_THING)
    if slots.amount and len(named) > 1:
        raise Unclear(ONE_THING)
    return [move for one in named for move in parameter_moves(slots, one.name, one.name in meaning().regions)]


def prohibition(slots: Slots, *, grey: bool) -> list[Move]:
    """What "not" forbids: moves in that direction, or any of a parameter that has none."""
    slots.flags.discard("not")
    found = moves(slots, grey=grey)
    return found or [Move(one.name, "default", None) for one in slots.named if one.kind == "parameter"]


def _of(named: list[Named], kind: str) -> list[Named]:
    return [one for one in named if one.kind == kind]


def _dimensioned(effects: list[Named]) -> bool:
    return bool(effects) and all(meaning().effects[one.name].dimension for one in effects)


def _by_unit(slots: Slots) -> list[Move]:
    """A number with a unit that only one parameter has: "5600 K", "half a stop up"."""
    amount = slots.amount
    assert amount is not None
    fitting = [p for p in parameters().values() if p.unit and p.unit == amount.unit]
    if len(fitting) != 1:
        return []
    if fitting[0].default is not None and not (amount.sign or amount.relation or slots.worded):
        raise Unclear("More of it or less?")
    return parameter_moves(slots, fitting[0].name, False)


def _switched(slots: Slots) -> list[Move] | None:
    """Switches and choices; None when the slots name none."""
    known = parameters()
    clause = slots.clause
    found: list[Move] = []
    off = clause.flag("off") or bool(slots.flags & {"not", "remove"})
    for one in [one for one in slots.named if one.kind == "off_switch"]:
        found.append(Move(one.name, "to", False))
        slots.named.remove(one)
    for one in [one for one in slots.named if one.kind == "parameter" and one.name in known]:
        parameter = known[one.name]
        if parameter.kind == "toggle":
            flips = not off and one.name in _FLIPS
            found.append(Move(one.name, "flip" if flips else "to", True if flips else not off))
            clause.flag("on")
        elif parameter.kind == "choice":
            values = _choices(slots, one.name)
            if not values and (effects := _of(slots.named, "effect")) and _akin(one.name, effects):
                slots.named.remove(one)  # "cooler white balance"
                continue
            if len(values) != 1:
                raise Unclear(f"{parameter.label} can be {', '.join(parameter.choices)}.")
            found.append(Move(one.name, "to", values[0]))
            clause.flag("on")
            clause.flag("to")
            slots.named = [other for other in slots.named if other.kind != "effect"]
        elif parameter.kind != "number":
            raise Unclear(f"{parameter.label} is not changed in words.")
    if not found:
        return None
    rest = [one for one in slots.named if not any(one.name == move.parameter for move in found)]
    if rest or slots.size or slots.amount or slots.targets:
        raise Unclear(ONE_THING)
    if slots.flags - {"not", "remove", "set", "up", "only"} or ("up" in slots.flags and off):
        raise Unclear(ONE_THING)
    return found


_FLIPS = ("flip_horizontal", "flip_vertical")


def _akin(name: str, effects: list[Named]) -> bool:
    """Whether the effects move nothing but parameters of the same operation."""
    known = parameters()
    moved_by = {move for effect in effects for move in meaning().effects[effect.name].moves}
    return {known[move].operation for move in moved_by} == {known[name].operation}


def _choices(slots: Slots, name: str) -> list[str]:
    """The values of a choice that the clause speaks of, whatever else their words can mean."""
    found = []
    for place, atom in enumerate(slots.clause.atoms):
        for parameter, value in atom.roles.get("choice", ()):
            if parameter == name:
                slots.clause.used.add(place)
                found.append(value)
    return found


def _effects(slots: Slots, effects: list[Named]) -> list[Move]:
    known = meaning().effects
    adjectives = [one for one in effects if one.form != "noun"]
    domains = {known[one.name].domain for one in adjectives} - {""}
    counted = [one for one in effects if one.form != "noun" or not adjectives or known[one.name].domain not in domains]
    if len(counted) > 1 and any(one.form == "noun" for one in counted) and adjectives:
        raise Unclear(ONE_THING)
    found: list[Move] = []
    for one in counted:
        effect = known[one.name]
        if effect.part and not set(slots.targets) & set(effect.part):
            raise Unclear("It can be done to " + ", ".join(part.partition(":")[2] for part in effect.part) + ".")
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
    if name in effect.moves:
        try:
            return moved(slots, {name: effect.moves[name]}, sign_of(slots, effects[0], effect))
        except Missing:
            return []
    raise Unclear(ONE_THING)


def _coloured(
    slots: Slots,
    bands: list[Named],
    effects: list[Named],
    plain: list[Named],
    regions: list[Named],
    towards: list[Named],
    grey: bool,
) -> list[Move]:
    """ "darker blues", "saturation of the yellows": one of the colour mixer's parameters."""
    if regions or towards or len(effects) > 1 or len(plain) > 1 or (effects and plain):
        raise Unclear(ONE_THING)
    found: list[Move] = []
    for band in bands:
        if plain:
            dimension, sign = plain[0].name, 1
        elif effects:
            dimension = meaning().effects[effects[0].name].dimension
            sign = -1 if dimension.startswith("-") else 1
            if not dimension:
                raise Unclear(ONE_THING)
        else:
            dimension, sign = "saturation", 1
        dimension = dimension.lstrip("-")
        name = f"grey_{band.name}" if grey and dimension == "luminance" else f"{dimension}_{band.name}"
        if name not in parameters():
            raise Unclear(ONE_THING)
        if effects and effects[0].form != "noun":
            effect = meaning().effects[effects[0].name]
            found += moved(slots, {name: sign}, sign_of(slots, effects[0], effect))
        else:
            if slots.flags & {"remove", "fix"}:
                raise Unclear(ONE_THING)
            found += [replace(m, value=_times(m.value, sign)) for m in parameter_moves(slots, name, False)]
    return found


def _times(value: Value, sign: int) -> Value:
    return value * sign if isinstance(value, float) else value


def _regional(slots: Slots, regions: list[Named], effects: list[Named], colours: list[Named]) -> list[Move]:
    """ "darker shadows", "warm highlights", "teal shadows"."""
    if len(effects) + len(colours) != 1:
        raise Unclear(ONE_THING)
    one = (effects + colours)[0]
    effect = meaning().effects[one.name] if effects else None
    found: list[Move] = []
    for named in regions:
        region = meaning().regions[named.name]
        hue = effect.hue if effect else meaning().colours[one.name].hue
        try:
            sign = sign_of(slots, one, effect)
        except Missing:
            return []
        if effect and region.luminance in effect.moves:
            found += moved(slots, {region.luminance: effect.moves[region.luminance]}, sign)
        elif effect and effect.dimension.lstrip("-") == "luminance":
            found += moved(slots, {region.luminance: -1 if effect.dimension.startswith("-") else 1}, sign)
        elif hue is not None and region.tint and sign > 0 and slots.amount is None:
            factor = meaning().sizes.get(slots.size, 1.0)
            found += [
                Move(f"{region.tint}_hue", "to", float(hue)),
                Move(f"{region.tint}_saturation", "to", min(100.0, meaning().grading * factor)),
            ]
        else:
            raise Unclear(ONE_THING)
    return found


def _tinted(slots: Slots, colours: list[Named], others: list[Named]) -> list[Move]:
    """ "less blue", "too green": a cast."""
    if others or len(colours) != 1 or slots.amount or len(slots.clause.atoms) == 1:
        raise Unclear(ONE_THING)
    return moved(slots, meaning().colours[colours[0].name].cast, sign_of(slots, colours[0]))


def _cast(slots: Slots) -> list[Move]:
    """ "remove the yellow cast", "less green tint"."""
    colours = _of(slots.named, "colour")
    if len(slots.named) != 1 or len(colours) != 1 or slots.amount:
        raise Unclear(ONE_THING)
    if "copula" in slots.flags and not slots.flags & {"too_much", "lacking"}:
        sign = -1
    else:
        found = direction_of(slots)
        if found is None:
            return []
        sign = found
    return moved(slots, meaning().colours[colours[0].name].cast, sign)


def _towards(slots: Slots) -> bool:
    """ "make the greens more yellow": a band, and the colour that it is to go to."""
    return bool(_of(slots.named, "band")) and len(_of(slots.named, "colour")) == 1 and len(slots.named) == 2


def _shifted(slots: Slots) -> list[Move]:
    """The hue of a band towards its neighbour, or white balance towards a colour."""
    bands, colours = _of(slots.named, "band"), _of(slots.named, "colour")
    plain = _of(slots.named, "parameter")
    if slots.amount or slots.flags - {"shift", "more", "set", "too", "less", "copula"}:
        raise Unclear(ONE_THING)
    inverse = bool(slots.flags & {"too", "less"})
    if "copula" in slots.flags and not inverse:
        raise Unclear("This tells how it is, not what to do.")
    order = list(meaning().colours)
    if len(bands) == 1 and not plain:
        ends = colours
    elif not bands and not plain and len(colours) == 2:
        bands, ends = colours[:1], colours[1:]
    elif len(bands) == 2 and not colours and not plain:
        bands, ends = bands[:1], bands[1:]
    elif len(plain) == 1 and len(colours) + len(bands) == 1 and len(slots.named) == 2:
        cast = meaning().colours[(colours + bands)[0].name].cast
        if plain[0].name not in cast:
            raise Unclear(ONE_THING)
        return moved(slots, {plain[0].name: cast[plain[0].name]}, 1)
    else:
        raise Unclear(ONE_THING)
    if len(ends) != 1:
        raise Unclear(ONE_THING)
    distance = (order.index(ends[0].name) - order.index(bands[0].name)) % len(order)
    if distance not in (1, len(order) - 1):
        raise Unclear(f"{bands[0].name.capitalize()} does not lie beside {ends[0].name}.")
    sign = (1 if distance == 1 else -1) * (-1 if inverse else 1)
    return moved(slots, {f"hue_{bands[0].name}": 1}, sign)
