"""Commands in a request: undo, reset, crop, turn, compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from stillbytes.assistant.vocabulary.clauses import Clause
from stillbytes.assistant.vocabulary.lexicon import Atom
from stillbytes.assistant.vocabulary.slots import Unclear

Command = Literal["undo", "redo", "reset", "crop", "uncrop", "rotate", "compare"]


@dataclass(frozen=True, slots=True)
class Order:
    """A command. count: how often, or quarter turns. ratio: of a crop. scope: what to reset, groups or parameters."""

    command: Command
    count: int = 1
    ratio: tuple[float, float] | None = None
    orientation: str = ""
    scope: tuple[str, ...] = ()


def names_only(part: Clause) -> bool:
    return all(atom.has("fill", "parameter", "group") for atom in part.atoms)


def scope_of(part: Clause) -> list[str]:
    return [name for role in ("parameter", "group") for name in part.take(role)]


def order_of(part: Clause) -> Order | None:
    """The command of a part, if it is one."""
    commands = {atom.of("command") for atom in part.atoms if atom.has("command")}
    shapes = [atom for atom in part.atoms if atom.ratio or atom.has("shape")]
    if "rotate" in commands and not any(atom.has("side") for atom in part.atoms) and not any(
        atom.number for atom in part.atoms
    ):  # fmt: skip
        commands.discard("rotate")
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
    if (
        not commands
        and any(atom.has("remove") for atom in part.atoms)
        and any(atom.has("group") for atom in part.atoms)
    ):
        part.take("remove")
        return Order("reset", scope=tuple(part.take("group")))
    if len(commands) > 1:
        raise Unclear("One thing after the other, please.")
    command = next(iter(commands), "crop" if shapes else "rotate")
    part.take("command")
    if command == "crop":
        return _crop(part, shapes)
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
    return Order(command, int(count[0]) if count else 1)  # type: ignore[arg-type]


def _crop(part: Clause, shapes: Sequence[Atom]) -> Order:
    ratios = [atom.ratio or tuple(float(n) for n in atom.of("shape").split(":")) for atom in shapes]
    for place, atom in enumerate(part.atoms):
        if atom.ratio or atom.has("shape", "to", "set", "on"):
            part.used.add(place)
    distinct = set(ratios)
    orientation = part.take("orientation")
    if len(distinct) != 1 or len(set(orientation)) > 1:
        raise Unclear("Crop to which shape?" if not distinct else "Crop to one shape.")
    width, height = distinct.pop()
    if not (width > 0 and height > 0 and 0.1 <= width / height <= 10):
        raise Unclear("No picture has that shape.")
    return Order("crop", ratio=(width, height), orientation=orientation[0] if orientation else "")


def _turn(part: Clause) -> Order:
    sides = part.take("side")
    degrees = 180.0 if sides == ["over"] else 90.0
    for place, atom in enumerate(part.atoms):
        if atom.number is not None and not atom.sign:
            degrees = atom.number
            part.used.add(place)
        if atom.has("unit") and atom.of("unit") == "°":
            part.used.add(place)
        if atom.has("by", "to"):
            part.used.add(place)
    if degrees not in (90, 180, 270) or len(sides) > 1:
        raise Unclear("Turns are by quarters: 90, 180 or 270 degrees.")
    quarters = int(degrees) // 90
    return Order("rotate", -quarters if sides == ["left"] else quarters)
