"""Whether what a request asks for goes together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from stillbytes.assistant.vocabulary.meaning import meaning
from stillbytes.assistant.vocabulary.moves.strength import Move
from stillbytes.assistant.vocabulary.reading.slots import Unclear
from stillbytes.develop import groups

if TYPE_CHECKING:
    from stillbytes.assistant.vocabulary.reading.reading import Reading


def check(found: Reading) -> None:
    """Raises Unclear for a request that contradicts itself."""
    if sum(order.command == "crop" for order in found.orders) > 1:
        raise Unclear("Crop to one shape.")
    if sum(order.command == "rotate" for order in found.orders) > 1:
        raise Unclear("Turn which way?")
    signs: dict[tuple[str, str, tuple[str, ...]], set[int]] = {}
    exact: set[tuple[str, str, tuple[str, ...]]] = set()
    for move in found.moves:
        key = move.slider
        if key in exact or (key in signs and move.how != "usual"):
            raise Unclear("It asks for two things of one slider.")
        if move.how != "usual":
            exact.add(key)
        signs.setdefault(key, set()).add(move.sign)
    if any(len(held) > 1 for held in signs.values()):
        raise Unclear("It would have to go up and down.")
    names = [move.parameter for move in found.moves if not move.target]
    if "white_balance" in names and {"temperature", "tint"} & set(names[: names.index("white_balance")]):
        raise Unclear("White balance sets temperature and tint: say it first.")
    grey = any(move.parameter == "black_and_white" and move.value is True for move in found.moves)
    if grey and any(move.target == "" and not move.away and _colours(move) for move in found.moves):
        raise Unclear("Black and white has no colours to change.")
    for ban in found.forbidden:
        hit = [m for m in found.moves if m.parameter == ban.parameter]
        if any(ban.how == "default" or move.sign in (0, ban.sign) for move in hit):
            raise Unclear("It asks for what it forbids.")
    if set(_names(found.names)) & {move.parameter for move in found.moves}:
        raise Unclear("It asks for a change of what is to stay.")
    if any(move.target and is_within(move.target, kept) for move in found.moves for kept in (*found.kept, *move.away)):
        raise Unclear("It asks for a change of what is to stay.")


def same_way(complaints: list[Move], made: list[Move]) -> None:
    """Raises Unclear where what is complained of is then asked for: "it is too dark, and darker"."""
    signs = {move.slider: move.sign for move in complaints}
    if any(move.sign * signs.get(move.slider, 0) < 0 for move in made):
        raise Unclear("It would have to go up and down.")


def _colours(move: Move) -> bool:
    """Whether a move makes colours stronger or others."""
    stronger = move.parameter in ("saturation", "vibrance") and move.sign > 0
    return stronger or move.parameter.startswith(("saturation_", "hue_"))


def is_within(target: str, kept: str) -> bool:
    """Whether all of a target is in another, as a face is in the person."""
    return target == kept or target.startswith(f"{kept}:")


def _names(kept: Iterable[str]) -> list[str]:
    """Parameters of what is to stay."""
    held = {group.name: [p.name for p in group.parameters] for group in groups()}
    found: list[str] = []
    for name in kept:
        if name.startswith("effect:"):
            found += meaning().effects[name.partition(":")[2]].moves
        elif name in meaning().regions:
            found += [name, meaning().regions[name].luminance]
        else:
            found += held.get(name, [name])
    return found
