"""Colours in a request: bands of the mixer, tints of shadows and highlights, casts over everything, shifts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from stillbytes.assistant.vocabulary.meaning import meaning
from stillbytes.assistant.vocabulary.moves.strength import (
    ONE_THING,
    Missing,
    Move,
    direction_of,
    moved,
    parameter_moves,
    sign_of,
)
from stillbytes.assistant.vocabulary.reading.slots import Named, Slots, Unclear, of_kind
from stillbytes.develop import groups, parameters
from stillbytes.develop.parameter import Value


def coloured(
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
    if bands[0].kind == "colour" and any(
        one.form == "noun" or (one.plain and meaning().effects[one.name].domain == "light" and not slots.flags)
        for one in effects
    ):  # "less red light", "deep red"
        raise Unclear(ONE_THING)
    if slots.amount is not None and not (effects or plain):  # "reds down by two"
        raise Unclear("That much of what: hue, saturation or luminance?")
    found: list[Move] = []
    for band in bands:
        dimension, sign = _dimension(effects, plain)
        if dimension == "hue" and slots.amount is None and len(bands) == 1 and slots.flags & {"remove", "fix"}:
            return moved(slots, meaning().colours[band.name].cast, -1)  # "remove the blue hue"
        if dimension == "hue" and slots.amount is None:  # "the blue hue" is also what is blue in it
            raise Unclear("The hue of a colour goes to its neighbours: say which, or by how much.")
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


def _dimension(effects: list[Named], plain: list[Named]) -> tuple[str, int]:
    """What of a band changes, and which way more of it goes. Raises Unclear."""
    if plain:
        return (plain[0].dimension or plain[0].name).lstrip("-"), 1
    if not effects:
        return "saturation", 1
    told = meaning().effects[effects[0].name].dimension
    if not told:
        raise Unclear(ONE_THING)
    return told.lstrip("-"), -1 if told.startswith("-") else 1


def _in_group(group: str, ending: str, name: str) -> str:
    """The group's parameter with that ending, or that name if it is the group's; "" when there is none."""
    names = [p.name for one in groups() if one.name == group for p in one.parameters]
    fitting = [one for one in names if one.endswith(f"_{ending}")]
    return fitting[0] if len(fitting) == 1 else name if name in names else ""


def _times(value: Value, sign: int) -> Value:
    return value * sign if isinstance(value, float) else value


def regional(slots: Slots, regions: list[Named], effects: list[Named], colours: list[Named]) -> list[Move]:
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


def tinted(slots: Slots, colours: list[Named], others: list[Named]) -> list[Move]:
    """ "less blue", "too green": a cast."""
    if others or len(colours) != 1 or slots.amount:
        raise Unclear(ONE_THING)
    plain = colours[0].plain
    if plain and not (slots.flags - {"set", "only"} or slots.size or slots.share or slots.factor):  # "make it pink"
        raise Unclear("More of that colour, or that colour itself?")
    if plain and any(atom.has("brings_out") for atom in slots.clause.atoms):  # "enhance the green"
        raise Unclear("More of that colour, or what is of that colour?")
    if plain and slots.flags & {"stronger", "weaker"}:  # "red stronger"
        raise Unclear("More of that colour, or what is of that colour?")
    counted = direction_of(slots) if slots.flags & {"too_much", "lacking"} - _adverbs(slots) else None
    sign = sign_of(slots, colours[0]) if counted is None else counted
    return moved(slots, meaning().colours[colours[0].name].cast, sign)


def _adverbs(slots: Slots) -> set[str]:
    """Of words that mean "too" and "too much", the latter."""
    return {"too_much"} if "too" in slots.flags else set()


def cast(slots: Slots) -> list[Move]:
    """ "remove the yellow cast", "less green tint"."""
    colours = of_kind(slots.named, "colour")
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


def towards(slots: Slots) -> bool:
    """ "make the greens more yellow": a band, and the colour that it is to go to."""
    return bool(of_kind(slots.named, "band")) and len(of_kind(slots.named, "colour")) == 1 and len(slots.named) == 2


def shifted(slots: Slots) -> list[Move]:
    """The hue of a band towards its neighbour, or white balance towards a colour."""
    bands, colours = of_kind(slots.named, "band"), of_kind(slots.named, "colour")
    plain = of_kind(slots.named, "parameter")
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
        raise Unclear("Those colours do not lie side by side.")
    sign = (1 if distance == 1 else -1) * (-1 if inverse else 1)
    return moved(slots, {f"hue_{bands[0].name}": 1}, sign)
