"""Slots become moves of parameters: the same words in any order and language mean the same."""

from __future__ import annotations

from collections.abc import Collection
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
    without,
)
from stillbytes.develop import groups, parameters
from stillbytes.develop.parameter import Value


def moves(slots: Slots, *, there: Collection[str]) -> list[Move]:
    """What the slots of one part ask for, without target. there: parameters that are not at their defaults.

    Raises Unclear. An empty list: direction or thing are missing, and may be those of a neighbour.
    """
    if not slots.named:
        return _unnamed(slots)
    switched = _switched(slots)
    if switched is not None:
        return switched
    if slots.flags & {"again", "opposite", "half"}:
        raise Unclear(ONE_THING)
    slots.named = named = [_added(slots, one, there) for one in slots.named]
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
        return _coloured(slots, bands or colours, effects, plain, regions, colours if bands else [], there)
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


def _off_together(slots: Slots) -> list[Move]:
    """ "noise reduction off": all that its name stands for."""
    (one,) = slots.named if len(slots.named) == 1 else (None,)
    effect = meaning().effects[one.name] if one is not None and one.kind == "effect" else None
    wanted = slots.flags - {"set"} == {"remove"} and not (slots.size or slots.amount)
    return [without(parameters()[name]) for name in effect.off] if effect and wanted else []


def _of(named: list[Named], kind: str) -> list[Named]:
    return [one for one in named if one.kind == kind]


def _dimensioned(effects: list[Named]) -> bool:
    return bool(effects) and all(meaning().effects[one.name].dimension for one in effects)


def _unnamed(slots: Slots) -> list[Move]:
    if slots.targets and slots.flags == {"recover"} and not slots.amount:  # "recover the sky"
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
    if fitting[0].default is not None and not (amount.sign or amount.relation or slots.worded):
        raise Unclear("More of it or less?")
    return parameter_moves(slots, fitting[0].name, False)


def _switched(slots: Slots) -> list[Move] | None:
    """Switches and choices; None when the slots name none."""
    known = parameters()
    clause = slots.clause
    found: list[Move] = []
    turned_off = clause.flag("off")
    off = turned_off or bool(slots.flags & {"not", "remove"})
    for one in [one for one in slots.named if one.kind == "off_switch"]:
        found.append(Move(one.name, "to", False))
        slots.named.remove(one)
    for one in _of(slots.named, "fault"):
        found.append(_mended(slots, one, turned_off))
        clause.flag("on")
    for one in [one for one in slots.named if one.kind == "parameter" and one.name in known]:
        kind = known[one.name].kind
        if kind == "toggle":
            found.append(_toggled(slots, one, off))
            clause.flag("on")
        elif kind == "choice":
            found += _chosen(slots, one)
        elif kind != "number":
            found += _emptied(slots, one, off)
    if not found:
        if turned_off and "not" in slots.flags:
            raise Unclear("On or off?")
        if off and not slots.flags & {"not", "remove"}:
            slots.flags.add("remove")  # "turn off the vignette"
        return _off_together(slots) or None
    in_part = [move for move in found if move.parameter == "saturation"]
    rest = [one for one in slots.named if not any(one.name == move.parameter for move in found)]
    if (
        rest
        or slots.size
        or slots.amount
        or slots.factor
        or slots.share
        or (slots.targets and len(in_part) != len(found))
    ):
        raise Unclear(ONE_THING)
    if slots.flags - {"not", "none", "remove", "set", "up", "only"} or ("up" in slots.flags and off):
        raise Unclear(ONE_THING)
    return found


def _chosen(slots: Slots, one: Named) -> list[Move]:
    """A choice that was named; nothing where a number beside it, or what an effect does to it, is meant."""
    values = _choices(slots, one)
    if not values and slots.amount and (number := _number_of(one.name)):
        slots.named[slots.named.index(one)] = replace(one, name=number)  # "white balance 5600"
        return []
    if not values and (effects := _of(slots.named, "effect")) and _akin(one.name, effects):
        slots.named.remove(one)  # "cooler white balance"
        return []
    if slots.flags & {"not", "none", "remove"}:  # "not the portrait profile"
        raise Unclear("Which one, then?")
    if len(values) != 1:
        parameter = parameters()[one.name]
        raise Unclear(f"{parameter.label} can be {', '.join(parameter.choices)}.")
    slots.clause.flag("on")
    slots.clause.flag("to")
    slots.named = [other for other in slots.named if other.kind != "effect"]
    return [Move(one.name, "to", values[0])]


def _emptied(slots: Slots, one: Named, off: bool) -> list[Move]:
    """A file or a curve, which words can only take away; nothing where they say how much of it there is to be."""
    if off:
        return [Move(one.name, "default", None)]
    number = _number_of(one.name)
    if not number or not (slots.amount or slots.worded or slots.factor):
        raise Unclear(f"{parameters()[one.name].label} is not changed in words.")
    slots.named[slots.named.index(one)] = replace(one, name=number)  # "the LUT at 60 %"
    return []


def _toggled(slots: Slots, one: Named, off: bool) -> Move:
    if one.name == "black_and_white" and (slots.targets or slots.apart) and not off:  # of a part it is a slider
        slots.named = [other for other in slots.named if other != one]
        return Move("saturation", "to", parameters()["saturation"].minimum)
    flips = not off and one.name in _FLIPS
    return Move(one.name, "flip" if flips else "to", True if flips else not off)


_FLIPS = ("flip_horizontal", "flip_vertical")


_ACTS = frozenset(("remove", "fix"))
_MENDING = _ACTS | {"reduce", "less", "none", "too", "too_much", "copula", "down"}


def _mended(slots: Slots, one: Named, off: bool) -> Move:
    """ "remove the chromatic aberration", "no distortion": what mends a fault, switched on. "Don't remove it": off.

    off: whether it was to be switched off, which may be said of the fault and of its correction.
    """
    flags = slots.flags - {"set"}
    if off:
        raise Unclear("Is the fault to go, or its correction?")
    if "not" in flags and "none" not in flags:
        if not flags & _ACTS or flags - _ACTS - {"not"}:
            raise Unclear(ONE_THING)
        slots.flags -= _ACTS | {"not"}
        return Move(one.name, "to", False)
    if "none" in flags and flags & {*_ACTS, "reduce", "less", "copula", "down"}:
        raise Unclear(ONE_THING)
    if flags - _MENDING - {"not"}:
        raise Unclear(ONE_THING)
    slots.flags -= _MENDING | {"not"}
    return Move(one.name, "to", True)


def _number_of(name: str) -> str:
    """The parameter that a number said of a choice or a file is for; "" where there is none."""
    known = {"white_balance": "temperature"}.get(name, f"{name}_amount")
    return known if known in parameters() else ""


def _akin(name: str, effects: list[Named]) -> bool:
    """Whether the effects move nothing but parameters of the same operation."""
    known = parameters()
    moved_by = {move for effect in effects for move in meaning().effects[effect.name].moves}
    return {known[move].operation for move in moved_by} == {known[name].operation}


def _choices(slots: Slots, one: Named) -> list[str]:
    """The values of a choice that the clause speaks of, whatever else their words can mean."""
    found = []
    for place, atom in enumerate(slots.clause.atoms):
        for parameter, value in atom.roles.get("choice", ()):
            if parameter == one.name:
                slots.clause.used.add(place)
                slots.named = [other for other in slots.named if other is one or other.place != place]
                found.append(value)
    amount = slots.amount
    if not found and amount and not (amount.sign or amount.unit):
        found = [value for value in parameters()[one.name].choices if value == f"{amount.number:g}"]
        slots.amount = None if found else amount
    return found


def _effects(slots: Slots, effects: list[Named]) -> list[Move]:
    known = meaning().effects
    adjectives = [one for one in effects if one.form != "noun"]
    domains = {known[one.name].domain for one in adjectives} - {""}
    counted = [one for one in effects if one.form != "noun" or not adjectives or known[one.name].domain not in domains]
    if len({one.name for one in counted}) > 1 and any(one.form == "noun" for one in counted):
        raise Unclear(ONE_THING)
    found: list[Move] = []
    for one in counted:
        effect = known[one.name]
        if effect.of and not any(other.name == effect.of for other in effects):
            raise Unclear("Of what?")
        if effect.of and slots.amount:  # "finer grain 40": so much grain, or so much finer?
            raise Unclear(ONE_THING)
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
    light = effect.dimension.lstrip("-") == "luminance" and name in {r.luminance for r in meaning().regions.values()}
    if name not in effect.moves and not light:  # "a dark vignette"
        raise Unclear(ONE_THING)
    weight = effect.moves.get(name, -1.0 if effect.dimension.startswith("-") else 1.0)
    try:
        return moved(slots, {name: weight}, sign_of(slots, effects[0], effect))
    except Missing:
        return []


def _coloured(
    slots: Slots,
    bands: list[Named],
    effects: list[Named],
    plain: list[Named],
    regions: list[Named],
    towards: list[Named],
    there: Collection[str],
) -> list[Move]:
    """ "darker blues", "saturation of the yellows": one of the colour mixer's parameters, or of the group's."""
    if regions or towards or len(effects) > 1 or len(plain) > 1 or (effects and plain):
        raise Unclear(ONE_THING)
    found: list[Move] = []
    for band in bands:
        if plain:
            atom = slots.clause.atoms[plain[0].place]
            dimension, sign = atom.of("dimension") if atom.has("dimension") else plain[0].name, 1
        elif effects:
            dimension = meaning().effects[effects[0].name].dimension
            sign = -1 if dimension.startswith("-") else 1
            if not dimension:
                raise Unclear(ONE_THING)
        else:
            dimension, sign = "saturation", 1
        dimension = dimension.lstrip("-")
        grey = "black_and_white" in there and dimension == "luminance"
        name = f"grey_{band.name}" if grey else f"{dimension}_{band.name}"
        if slots.group:
            name = _in_group(slots.group, f"{band.name}_{dimension}", name)
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


def _in_group(group: str, ending: str, name: str) -> str:
    """The group's parameter with that ending, or that name if it is the group's; "" when there is none."""
    names = [p.name for one in groups() if one.name == group for p in one.parameters]
    fitting = [one for one in names if one.endswith(f"_{ending}")]
    return fitting[0] if len(fitting) == 1 else name if name in names else ""


def _times(value: Value, sign: int) -> Value:
    return value * sign if isinstance(value, float) else value


def _regional(slots: Slots, regions: list[Named], effects: list[Named], colours: list[Named]) -> list[Move]:
    """ "darker shadows", "warm highlights", "teal shadows"."""
    if len(effects) + len(colours) != 1 or len(regions) > 1:  # "the shadows in the corners"
        raise Unclear(ONE_THING)
    one = (effects + colours)[0]
    effect = meaning().effects[one.name] if effects else None
    region = meaning().regions[regions[0].name]
    hue = effect.hue if effect else meaning().colours[one.name].hue
    try:
        sign = sign_of(slots, one, effect)
    except Missing:
        return []
    if effect and region.luminance in effect.moves:
        return moved(slots, {region.luminance: effect.moves[region.luminance]}, sign)
    if effect and effect.dimension.lstrip("-") == "luminance":
        return moved(slots, {region.luminance: -1 if effect.dimension.startswith("-") else 1}, sign)
    if hue is None or not region.tint or sign < 0 or slots.amount is not None:
        raise Unclear(ONE_THING)
    factor = meaning().sizes.get(slots.size, 1.0)
    return [
        Move(f"{region.tint}_hue", "to", float(hue)),
        Move(f"{region.tint}_saturation", "to", min(100.0, meaning().grading * factor)),
    ]


def _tinted(slots: Slots, colours: list[Named], others: list[Named]) -> list[Move]:
    """ "less blue", "too green": a cast."""
    if others or len(colours) != 1 or slots.amount or (len(slots.clause.atoms) == 1 and not slots.targets):
        raise Unclear(ONE_THING)
    counted = direction_of(slots) if slots.flags & {"too_much", "lacking"} - _adverbs(slots) else None
    sign = sign_of(slots, colours[0]) if counted is None else counted
    return moved(slots, meaning().colours[colours[0].name].cast, sign)


def _adverbs(slots: Slots) -> set[str]:
    """Of words that mean "too" and "too much", the latter."""
    return {"too_much"} if "too" in slots.flags else set()


def _cast(slots: Slots) -> list[Move]:
    """ "remove the yellow cast", "less green tint"."""
    colours = _of(slots.named, "colour")
    if len(slots.named) != 1 or len(colours) != 1 or slots.amount:
        raise Unclear(ONE_THING)
    told = "copula" in slots.flags and not slots.flags & {"too_much", "lacking"}
    if told or ("too" in slots.flags and "too_much" not in slots.flags):
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
