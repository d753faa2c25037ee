"""Commands in a request: undo, reset, crop, turn, compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from stillbytes.assistant.vocabulary.lexicon import Atom
from stillbytes.assistant.vocabulary.meaning import meaning
from stillbytes.assistant.vocabulary.reading.clauses import Clause
from stillbytes.assistant.vocabulary.reading.slots import Unclear
from stillbytes.core.saying import said
from stillbytes.edit.automatic import FINDERS

Command = Literal["undo", "redo", "reset", "crop", "uncrop", "rotate", "straighten", "compare", "automatic", "preset"]
AUTOMATIC = ("white_balance", "auto")
"""The choice whose words also ask for any other value to be found."""
ALONE = {
    "crop_angle": "level",
    "perspective_vertical": "perspective-vertical",
    "perspective_horizontal": "perspective-horizontal",
}
"""What is found when it is named without a number or a direction."""


MOST_SIDE = 100
"""Of a ratio; what is more are pixels."""
MOST_TILTED = 45.0
"""Degrees up to which a turn straightens; others are by quarters."""


@dataclass(frozen=True, slots=True)
class Order:
    """A command. count: how often, or quarter turns. ratio: of a crop. scope: what to reset (groups or parameters), or
    to find by looking at the photo; the id of a preset, of which amount tells how much; amount: also degrees by which
    the picture, as it is seen, turns clockwise to be straight. dismisses: whether the words mean it only where
    there is something to undo or redo, as "never mind" and "redo that" do."""

    command: Command
    count: int = 1
    ratio: tuple[float, float] | None = None
    orientation: str = ""
    dismisses: bool = False
    scope: tuple[str, ...] = ()
    amount: float = 1.0

    def takes(self, part: Clause) -> bool:
        """Whether a part that follows only names more of its scope: "auto exposure and contrast"."""
        if not self.scope or not all(atom.has("fill", "parameter", "group") for atom in part.atoms):
            return False
        names = {name for atom in part.atoms for name in atom.roles.get("parameter", ())}
        found = not set(self.scope) & set(ALONE.values()) and names <= set(FINDERS)
        return self.command == "reset" or (self.command == "automatic" and found)


def scope_of(part: Clause) -> list[str]:
    return [name for role in ("parameter", "group") for name in part.take(role)]


def order_of(part: Clause) -> Order | None:
    """The command of a part, if it is one."""
    return _automatic(part) or _command(part)


def _automatic(part: Clause) -> Order | None:
    """ "auto", "auto exposure", "level the horizon": values to be found."""
    if any(atom.has("tilted") for atom in part.atoms):
        return _straight(part)
    if _levels(part):
        part.used.update(range(len(part.atoms)))
        return Order("automatic", scope=(ALONE["crop_angle"],))
    worded = ["automatic" in atom.roles.get("command", ()) for atom in part.atoms]
    if not all(
        w or a.has("fill", "whole", "parameter", "group", "choice") for w, a in zip(worded, part.atoms, strict=True)
    ):
        return None
    if any(before.has("leads") and atom.has("target") for before, atom in pairwise(part.atoms)):  # German: "das Auto"
        return None
    asked = any(worded) or any(AUTOMATIC in atom.roles.get("choice", ()) for atom in part.atoms)
    named = [name for atom in part.atoms if atom.has("parameter") for name in atom.roles["parameter"]]
    tone = any(name == "Tone" for atom in part.atoms if atom.has("group") for name in atom.roles["group"])
    alone = ALONE.get(named[0]) if len(named) == 1 else None
    if alone or (asked and (tone or not named or set(named) <= set(FINDERS))):
        part.used.update(range(len(part.atoms)))
        return Order("automatic", scope=(alone,) if alone else tuple(named) or ("tone",))
    return None


def _levels(part: Clause) -> bool:
    """Whether it is "level" alone, and no level of something."""
    said = [atom for atom in part.atoms if not atom.has("fill") or atom.has("article", "levels")]
    return len(said) == 1 and said[0].has("levels")


_MENDING = ("fill", "whole", "tilted", "fix", "remove", "reduce", "less", "none", "copula", "too", "too_much")


def _straight(part: Clause) -> Order | None:
    """ "converging verticals", "no crooked horizon": what leans, made straight. More of it is nothing that one asks."""
    leaning = {atom.of("tilted") for atom in part.atoms if atom.has("tilted")}
    if len(leaning) > 1 or not all(atom.has(*_MENDING) for atom in part.atoms):
        return None
    part.used.update(range(len(part.atoms)))
    return Order("automatic", scope=(ALONE[leaning.pop()],))


def _commands(part: Clause) -> set[str]:
    """The commands that are named; "turn" is one only with a side or a number, and with both "straighten" is a turn."""
    found = {atom.of("command") for atom in part.atoms if atom.has("command")}
    numbered = any(atom.number is not None or _counts(atom) for atom in part.atoms)
    sided = any(atom.has("side") for atom in part.atoms)
    if not sided and not numbered:
        found.discard("rotate")
    if not found and sided and numbered and any("crop_angle" in a.roles.get("parameter", ()) for a in part.atoms):
        part.take("parameter")
        found = {"rotate"}
    return found


def _command(part: Clause) -> Order | None:
    commands = _commands(part)
    shapes = [atom for atom in part.atoms if atom.ratio or atom.has("shape")]
    removes = any(atom.has("remove") for atom in part.atoms) and any(atom.has("group") for atom in part.atoms)
    if (
        not commands
        and not shapes
        and not removes
        and not any(atom.of("side") == "over" for atom in part.atoms if atom.has("side"))
    ):
        return None
    if "crop" in commands and any(atom.has("remove") for atom in part.atoms):
        part.take("remove")
        commands = {"uncrop"}
        part.take("command")
    if removes and not commands:
        return _removed(part)
    if len(commands) > 1:
        raise Unclear("One thing after the other, please.")
    command = next(iter(commands), "crop" if shapes else "rotate")
    if len(part.placed("command")) > 1 and command in ("undo", "redo"):
        raise Unclear("How many steps?")  # "undo the undo"
    if command == "crop":
        return _crop(part, shapes, bool(commands))
    if command == "rotate":
        return _turn(part)
    if command == "compare":
        part.take("reference"), part.take("to")
        return Order("compare")
    if command == "reset":
        scope = scope_of(part)
        part.take("else"), part.take("reference"), part.take("to"), part.take("set")
        return Order("reset", scope=tuple(scope))
    part.take("reference"), part.take("steps")
    count = part.take("times")
    for place, atom in enumerate(part.atoms):
        if atom.number is not None or atom.has("number"):
            count.append(atom.number if atom.number is not None else atom.of("number"))
            part.used.add(place)
    if len(count) > 1 or any(not 1 <= n <= 1000 or n != int(n) for n in count):
        raise Unclear("How many steps?")
    dismisses = any(atom.has("dismiss") for atom in part.atoms)
    return Order(command, int(count[0]) if count else 1, dismisses=dismisses)  # type: ignore[arg-type]


def _removed(part: Clause) -> Order:
    """ "remove all masks". Raises Unclear for what a picture is never without, such as its tone."""
    part.take("remove")
    scope = tuple(part.take("group"))
    if not meaning().put_in.issuperset(scope):
        raise Unclear("A picture is not without that.")
    return Order("reset", scope=scope)


def _crop(part: Clause, shapes: Sequence[Atom], asked: bool) -> Order:
    """asked: whether a word asks for it, and not a ratio alone. Raises Unclear."""
    ratios = [atom.ratio or tuple(float(n) for n in atom.of("shape").split(":")) for atom in shapes]
    if not ratios:
        ratios = _worded_ratio(part)
    for place, atom in enumerate(part.atoms):
        if atom.ratio or atom.has("shape", "to", "set", "on"):
            part.used.add(place)
    distinct = set(ratios)
    orientation = part.take("orientation")
    if len(distinct) != 1 or len(set(orientation)) > 1:
        raise Unclear(said("Crop to which shape?") if not distinct else said("Crop to one shape."))
    width, height = distinct.pop()
    if max(width, height) > MOST_SIDE:
        raise Unclear("A crop has a shape here, such as 3:2, and no size.")
    if not asked and not height / 3 < width < 3 * height:  # "10:30"
        raise Unclear("Is that a shape to crop to?")
    if not (width > 0 and height > 0 and 0.1 <= width / height <= 10):
        raise Unclear("No picture has that shape.")
    return Order("crop", ratio=(width, height), orientation=orientation[0] if orientation else "")


def _worded_ratio(part: Clause) -> list[tuple[float, ...]]:
    """ "16 by 9", "three to two": two numbers with such a word between."""
    for place, atom in enumerate(part.atoms[1:-1], 1):
        around = (part.atoms[place - 1], part.atoms[place + 1])
        sides = [one.number if one.number is not None else one.of("number") for one in around if _counts(one)]
        if atom.has("ratio") and len(sides) == len(around):
            part.used.update((place - 1, place, place + 1))
            return [tuple(sides)]
    return []


def _counts(atom: Atom) -> bool:
    return atom.number is not None or (atom.has("number") and not atom.has("fill"))


def _in_degrees(part: Clause, place: int) -> bool:
    return place + 1 < len(part.atoms) and "°" in part.atoms[place + 1].roles.get("unit", ())


def _turn(part: Clause) -> Order:
    sides = part.take("side")
    degrees, backwards = 180.0 if sides == ["over"] else 90.0, False
    for place, atom in enumerate(part.atoms):
        if not (atom.sign and sides) and (atom.number is not None or (_counts(atom) and _in_degrees(part, place))):
            degrees = atom.number if atom.number is not None else atom.of("number")
            backwards = atom.sign == "-"
            part.used.add(place)
        if atom.has("unit") and atom.of("unit") == "°":
            part.used.add(place)
        if atom.has("by", "to"):
            part.used.add(place)
    left = sides == ["left"] or backwards
    if 0 < degrees <= MOST_TILTED and len(sides) <= 1 and sides != ["over"]:
        return Order("straighten", amount=-degrees if left else degrees)
    if degrees not in (90, 180, 270) or len(sides) > 1:
        raise Unclear("Turns are by quarters: 90, 180 or 270 degrees.")
    quarters = int(degrees) // 90
    return Order("rotate", -quarters if left else quarters)
