"""Which way a parameter goes and how far: directions, sizes and numbers with units become moves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from stillbytes.assistant.vocabulary.meaning import Effect, Moves, meaning
from stillbytes.assistant.vocabulary.reading.slots import Amount, Named, Slots, Unclear
from stillbytes.core.saying import said
from stillbytes.develop import local_parameters, parameters
from stillbytes.develop.parameter import Parameter, Value

How = Literal["usual", "by", "times", "share", "to", "default", "flip"]
WHOLE_STOPS = 2
"""So many stops are told as such."""
ONE_THING = said("More than one thing could be meant.")


@dataclass(frozen=True, slots=True)
class Move:
    """What happens to one parameter. how: "usual": `value` usual moves more; "by": `value` more; "times": so many times
    what it is; "share": so much of what there is above the slider's lower end; "to": `value`.

    target: of which mask; "" for the whole picture. away: of what it is left out. way: 1 or -1 where "to" a value was
    said to be up or down from where it is.
    """

    parameter: str
    how: How
    value: Value
    target: str = ""
    away: tuple[str, ...] = ()
    way: int = 0

    def check_way(self, before: float, parameter: Parameter) -> None:
        """Raises Unclear for "reduce the saturation to 80", of 0."""
        if isinstance(self.value, float) and (self.value - before) * self.way < 0:
            raise Unclear(said("{label} is at {value:g}.", label=said(parameter.label), value=before))

    @property
    def slider(self) -> tuple[str, str, tuple[str, ...]]:
        """Which slider it moves, and where."""
        return self.parameter, self.target, self.away

    @property
    def sign(self) -> int:
        """Direction of a relative move and of a share; 0 of others."""
        if self.how == "share" and isinstance(self.value, float):
            return int(self.value > 1) - int(self.value < 1)
        number = self.value if self.how in ("usual", "by") and isinstance(self.value, int | float) else 0
        return int(number > 0) - int(number < 0)


def beyond(p: Parameter) -> str:
    """What is said of a value that its slider does not have."""
    return said(
        "{label} goes from {low:g} to {high:g}{unit}.",
        label=said(p.label),
        low=p.minimum,
        high=p.maximum,
        unit=f" {p.unit}" if p.unit else "",
    )


class Missing(Exception):
    """A noun without any direction, which a neighbour may have."""


def direction_of(slots: Slots) -> int | None:
    """Of a noun: +1 for more of it, -1 for less, None when nothing says so."""
    ups = slots.flags & {"up", "more", "stronger", "lacking"}
    downs = slots.flags & {"down", "reduce", "less", "weaker", "too_much", "remove", "fix"}
    wrong = slots.flags & {"too", "not_so", "not_too", "not", "recover"}
    if wrong and not (wrong == {"too"} and "too_much" in slots.flags):  # a word that means both
        raise Unclear(ONE_THING)
    if ups and downs and not (ups == {"more"} and downs <= {"down", "reduce"}):
        raise Unclear("It would have to go up and down.")
    if "copula" in slots.flags and not slots.flags & {"too_much", "lacking"}:
        raise Unclear("This tells how it is, not what to do.")
    return -1 if downs else 1 if ups else None


def sign_of(slots: Slots, one: Named, effect: Effect | None = None) -> int:
    """Of an effect or a colour: +1 for more of it, -1 for less. Raises Unclear; Missing when a noun has none."""
    if one.form == "noun":
        return _sign_of_noun(slots, effect)
    if one.form == "verb":
        if slots.flags & (NEGATIVE | UNDOING):
            raise Unclear(ONE_THING)
        return 1
    return _sign_of_adjective(slots, effect)


NEGATIVE = frozenset(("not", "recover", "remove", "weaker"))
UNDOING = frozenset(("less", "too", "too_much", "not_so", "not_too", "lacking", "copula", "fix", "reduce", "down"))
"""What does not go with a word that is told to be done, as "darken" is."""


def _sign_of_noun(slots: Slots, effect: Effect | None) -> int:
    flags = slots.flags
    if effect and effect.fault and "copula" in flags and not flags & {"too_much", "lacking"}:
        return -1  # "it has noise"
    if effect and effect.less_only and flags & {"remove", "reduce"}:
        slots.flags = flags = flags - {"up", "stronger"}  # "remove the noise more strongly"
    if effect and "recover" in flags and meaning().recover.keys() >= effect.moves.keys():
        slots.flags = flags = (flags - {"recover"}) | {"up"}  # "bring back detail in the highlights"
    found = direction_of(slots)
    if found is None and slots.amount is None and not slots.size:
        raise Missing()
    if flags & {"remove", "fix"} and not (effect and effect.removable):
        raise Unclear("It cannot be removed, only weakened.")
    if effect and effect.less_only and (found or 1) > 0:
        raise Unclear("There is only less of it.")
    return found or 1


def _sign_of_adjective(slots: Slots, effect: Effect | None) -> int:
    flags = slots.flags
    if flags & (NEGATIVE | {"not_too", "down", "reduce"}) or ("too_much" in flags and "too" not in flags):
        raise Unclear(ONE_THING)
    inverse = flags & {"too", "not_so", "less"}
    if len(inverse) > 1 or (inverse and flags & {"more", "up", "lacking"}):
        raise Unclear(ONE_THING)
    if "too" in flags and any(atom.has("making") for atom in slots.clause.atoms):
        raise Unclear("Too much of it?")  # "make it too bright"
    if effect and effect.always:
        wished = any(atom.has("wish") for atom in slots.clause.atoms)  # "I want it blurry"
        told = flags & {"copula", "too", "fix", "less", "not_so"}
        if flags & {"more", "up"} or (wished and not told):
            raise Unclear(ONE_THING)
        return -1
    if effect and effect.less_only and not inverse and not flags & {"copula", "fix"}:
        raise Unclear("There is only less of it.")
    if inverse and not (inverse == {"less"} and "copula" in flags):
        return -1
    if "lacking" in flags:
        return 1
    if flags & {"copula", "fix"}:
        if effect and effect.much and slots.size in ("large", "huge") and "fix" not in flags:
            slots.size = ""  # "it is very dark"
            return -1
        if not (effect and effect.fault):
            raise Unclear("This tells how it is, not what to do.")
        return -1
    return 1


def moved(slots: Slots, weights: Moves, sign: int) -> list[Move]:
    amount, factor = slots.amount, meaning().sizes.get(slots.size, 1.0)
    if slots.share is not None:
        return _share(slots, weights, sign)
    if slots.factor is not None:
        return _light_times(slots, weights, sign)
    if amount is None:
        return [Move(name, "usual", sign * weight * factor) for name, weight in weights.items()]
    uncounted = any(one.kind == "effect" and meaning().effects[one.name].uncounted for one in slots.named)
    if len(weights) != 1 or slots.size or uncounted:
        raise Unclear("That many of what?")
    noun = slots.named[0].form == "noun" and not slots.worded
    if amount.unit == "%" and noun and not (amount.sign or amount.relation == "by"):  # "brightness 80 %"
        raise Unclear("By that, or to that?")
    name, weight = next(iter(weights.items()))
    towards = sign * (1 if weight > 0 else -1)
    p = parameters()[name]
    if p.minimum == 0 and towards > 0 and slots.named[0].form == "verb" and amount.relation != "by" and not amount.sign:
        if amount.unit == "%" and amount.relation != "to":  # "sharpen 10 %"
            raise Unclear("By that, or to that?")
        return [Move(name, "to", _absolute(p, amount, amount.number))]  # "sharpen 60", "sharpen to 60"
    if amount.relation == "to" or (amount.sign == "-" and towards > 0):
        raise Unclear("It is not clear how far.")
    if p.unit == "EV" and not amount.unit and amount.number >= WHOLE_STOPS:  # "brighten it by 3 levels"
        raise Unclear("By how many stops?")
    return [Move(name, "by", towards * _relative(parameters()[name], amount))]


def _share(slots: Slots, weights: Moves, sign: int) -> list[Move]:
    """ "desaturate by half": of all that there is on a slider where -100 is none."""
    names = list(weights)
    p = parameters()[names[0]] if len(names) == 1 and names[0] in parameters() else None
    down = p is not None and sign * weights[p.name] < 0
    if p is None or p.name != "saturation" or not down or slots.size or slots.amount or slots.share is None:
        raise Unclear("By half of what?")
    return [Move(p.name, "share", 1 - slots.share)]


def parameter_moves(slots: Slots, name: str, region: bool) -> list[Move]:
    """What happens to a parameter that was named; nothing when no direction was. region: whether it names a part of
    the tones. Raises Unclear."""
    parameter = parameters().get(name) or local_parameters()[name]
    if parameter.kind != "number":
        raise Unclear(said("{label} is not changed in words.", label=said(parameter.label)))
    if slots.factor is not None or slots.share is not None:
        return _times(slots, parameter)
    return _parameter_moves(slots, parameter, region)


def _parameter_moves(slots: Slots, parameter: Parameter, region: bool) -> list[Move]:
    name = parameter.name
    flags, amount, factor = slots.flags, slots.amount, meaning().sizes.get(slots.size, 1.0)
    if "recover" in flags:
        if name not in meaning().recover or amount or flags - {"recover", "copula", "too", "only", "set"}:
            raise Unclear(ONE_THING)
        return [Move(name, "usual", meaning().recover[name] * factor)]
    quantity = flags & {"more", "less", "too_much", "lacking", "reduce"}
    added = any(atom.has("adds") for atom in slots.clause.atoms)  # "add more shadows"
    unsure = added or (quantity and not flags & {"up", "down"})
    if name in meaning().ambiguous and unsure and amount is None:
        raise Unclear(said("{label}: brighter or darker?", label=said(parameter.label)))
    direction = direction_of(slots)
    if "fix" in flags or ("remove" in flags and (region or amount)):
        raise Unclear(ONE_THING)
    polarity = meaning().polarity.get(name, 1)
    if amount is not None:
        if slots.size:
            raise Unclear("Two amounts for one thing.")
        explicit = amount.sign or (amount.relation == "to" and amount.unit != "%")
        if polarity != 1 and amount.number and not (direction or explicit):  # "vignette 30"
            raise Unclear(said("{label}: with plus or minus?", label=said(parameter.label)))
        return [_with_amount(parameter, amount, direction * polarity if direction else None)]
    if "remove" in flags and not slots.size:
        return [without(parameter)]
    if slots.clause.flag("utmost"):  # "highlights all the way down"
        return [_limit(parameter, ["most" if direction == 1 else "least"] if direction and polarity == 1 else [], None)]
    if limits := [flag for flag in ("least", "most") if slots.clause.flag(flag)]:
        slots.clause.take("to")
        return [_limit(parameter, limits, direction)]
    if direction is None and polarity != 1 and not flags:
        direction = 1  # "a vignette"
    if direction is None and (not slots.size or region or slots.named[0].place < _size_place(slots)):
        return []
    return [Move(name, "usual", (direction or 1) * polarity * factor)]


def without(parameter: Parameter) -> Move:
    """None of it: 0, which is not the default of what is on where nothing was said."""
    default = parameter.default
    on = isinstance(default, float) and default != 0 and parameter.minimum <= 0 <= parameter.maximum
    return Move(parameter.name, "to", 0.0) if on else Move(parameter.name, "default", None)


def _times(slots: Slots, parameter: Parameter) -> list[Move]:
    """ "double the clarity", "cut the contrast in half", "raise it by half"."""
    flags = slots.flags - {"set", "only", "again", "half"}
    up, down = bool(flags & {"up", "more"}), bool(flags & {"down", "reduce", "less"})
    if parameter.scale == "log" or slots.amount or slots.size or flags - {"up", "more", "down", "reduce", "less"}:
        raise Unclear(ONE_THING)
    if slots.share is not None and (up == down or slots.factor is not None):
        raise Unclear("Up or down?")
    if slots.share is not None and parameter.unit == "EV":  # "raise the exposure by a third"
        return [Move(parameter.name, "by", slots.share if up else -slots.share)]
    factor = slots.factor if slots.factor is not None else 1 + (slots.share or 0.0) * (1 if up else -1)
    if (factor > 1 and down) or (factor < 1 and up):
        raise Unclear("It would have to go up and down.")
    return [Move(parameter.name, "times", factor)]


def _light_times(slots: Slots, weights: Moves, sign: int) -> list[Move]:
    """ "twice as bright": light is told in EV, of which one doubles it."""
    names = list(weights)
    if len(names) != 1 or parameters()[names[0]].unit != "EV" or slots.size or slots.amount or not slots.factor:
        raise Unclear("That many of what?")
    return [Move(names[0], "by", sign * math.copysign(1, weights[names[0]]) * math.log2(slots.factor))]


def _size_place(slots: Slots) -> int:
    return next((place for place, atom in enumerate(slots.clause.atoms) if atom.has("size")), -1)


def _limit(parameter: Parameter, limits: Sequence[str], direction: int | None) -> Move:
    if len(limits) != 1 or direction:
        raise Unclear("It is not clear how far.")
    value = {"least": parameter.minimum, "most": parameter.maximum}[limits[0]]
    if parameter.scale == "log":
        raise Unclear("It is not clear how far.")
    return Move(parameter.name, "to", value)


def _with_amount(parameter: Parameter, amount: Amount, direction: int | None) -> Move:
    signed = -amount.number if amount.sign == "-" else amount.number
    if amount.relation == "to" or (direction is None and not amount.sign and amount.relation != "by"):
        known = meaning()
        told = parameter.name not in known.polarity and parameter.name not in known.taken
        value = float(_absolute(parameter, amount, signed))
        return Move(parameter.name, "to", value, way=(direction or 0) if told else 0)
    if direction and amount.sign == ("-" if direction > 0 else "+"):
        raise Unclear("It would have to go up and down.")
    by = _relative(parameter, amount)
    return Move(parameter.name, "by", by * (direction or (-1 if amount.sign == "-" else 1)))


def _fits(parameter: Parameter, amount: Amount) -> bool:
    allowed = {"", parameter.unit} if parameter.unit else {"", "%", "point"}
    return amount.unit in allowed


def _absolute(parameter: Parameter, amount: Amount, value: float) -> float:
    if not _fits(parameter, amount):
        raise Unclear(said("{label} is not measured in {unit}.", label=said(parameter.label), unit=amount.unit))
    if parameter.step >= 1 and 0 < abs(value) < 1:  # "black point 0.02": of another program's scale
        raise Unclear(beyond(parameter))
    if not parameter.minimum <= value <= parameter.maximum:
        raise Unclear(beyond(parameter))
    return value


def _relative(parameter: Parameter, amount: Amount) -> float:
    """How much more, always positive."""
    number = amount.number
    if amount.unit == "%" and parameter.unit == "EV":
        number = math.log2(1 + number / 100)
    elif not _fits(parameter, amount):
        raise Unclear(said("{label} is not measured in {unit}.", label=said(parameter.label), unit=amount.unit))
    if not parameter.step / 2 <= number <= max(abs(parameter.minimum), abs(parameter.maximum)):
        raise Unclear(
            said(
                "{label} does not change by {number:g}{unit}.",
                label=said(parameter.label),
                number=amount.number,
                unit=amount.unit,
            )
        )
    return number
