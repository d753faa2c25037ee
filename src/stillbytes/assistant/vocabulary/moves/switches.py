"""Switches, choices and files in a request: on, off, which one."""

from __future__ import annotations

from dataclasses import replace

from stillbytes.assistant.proposal import choice_text
from stillbytes.assistant.vocabulary.meaning import meaning
from stillbytes.assistant.vocabulary.moves.strength import ONE_THING, Move, without
from stillbytes.assistant.vocabulary.reading.slots import Named, Slots, Unclear, of_kind
from stillbytes.core.saying import joined, said
from stillbytes.develop import parameters


def off_together(slots: Slots) -> list[Move]:
    """ "noise reduction off": all that its name stands for."""
    (one,) = slots.named if len(slots.named) == 1 else (None,)
    effect = meaning().effects[one.name] if one is not None and one.kind == "effect" else None
    wanted = slots.flags - {"set"} == {"remove"} and not (slots.size or slots.amount)
    return [without(parameters()[name]) for name in effect.off] if effect and wanted else []


def switched(slots: Slots) -> list[Move] | None:
    """Switches and choices; None when the slots name none."""
    known = parameters()
    clause = slots.clause
    found: list[Move] = []
    turned_off = clause.flag("off")
    off = turned_off or bool(slots.flags & {"not", "remove"})
    for one in [one for one in slots.named if one.kind == "off_switch"]:
        found.append(Move(one.name, "to", False))
        slots.named.remove(one)
    for one in of_kind(slots.named, "fault"):
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
        return off_together(slots) or None
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
    if not values and (effects := of_kind(slots.named, "effect")) and _akin(one.name, effects):
        slots.named.remove(one)  # "cooler white balance"
        return []
    if slots.flags & {"not", "none", "remove"}:  # "not the portrait profile"
        raise Unclear("Which one, then?")
    if len(values) != 1:
        parameter = parameters()[one.name]
        raise Unclear(
            said(
                "{label} can be {choices}.",
                label=said(parameter.label),
                choices=joined((choice_text(parameter, one) for one in parameter.choices), ", "),
            )
        )
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
        raise Unclear(said("{label} is not changed in words.", label=said(parameters()[one.name].label)))
    slots.named[slots.named.index(one)] = replace(one, name=number)  # "the LUT at 60 %"
    return []


def _toggled(slots: Slots, one: Named, off: bool) -> Move:
    if one.name == "black_and_white" and (slots.targets or slots.apart) and not off:  # of a part it is a slider
        if not (slots.target_first or slots.apart) and not any(
            atom.has("wish", "on", "set") for atom in slots.clause.atoms
        ):
            raise Unclear("This names a thing, and not what to do.")  # "black and white bowls"
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
    if not flags and not any(atom.has("on") for atom in slots.clause.atoms):  # "fringes"
        raise Unclear("What is to be done about it?")
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
