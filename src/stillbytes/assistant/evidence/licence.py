"""What the words of one part of a request can ask for: which orders, which sliders, where."""

from __future__ import annotations

from functools import cache

from stillbytes.assistant.evidence.parts import Part
from stillbytes.assistant.vocabulary.meaning import meaning
from stillbytes.assistant.vocabulary.moves.strength import Move
from stillbytes.assistant.vocabulary.orders import Order
from stillbytes.assistant.vocabulary.text import folded, tokens
from stillbytes.develop import parameters
from stillbytes.edit.presets.store import bundled

WIDE = ("sky", "background", "subject", "landscape", "foreground")
"""Parts that a scene or a mood can speak of without naming them; a fire hydrant is none."""
_ELSE = {"undo": ("undo", "redo"), "reset": ("reset", "undo"), "crop": ("crop",), "turn": ("rotate",)}


def orders(order: Order, part: Part) -> bool:
    """Whether the part has the words of that order."""
    commands = part.payloads("command")
    if order.command == "preset":
        return _preset_of(order.scope[0], part)
    if order.command == "crop":
        return part.ratio or bool(part.payloads("shape")) or "crop" in commands
    if order.command == "rotate":
        told = bool(part.payloads("side")) or any(atom.number is not None for atom in part.atoms)
        return ("rotate" in commands and told) or "over" in part.payloads("side")
    if order.command == "straighten":
        return _tilts(part)
    return bool(commands & set(_ELSE.get(order.command, (order.command,))))


def _tilts(part: Part) -> bool:
    """Whether the part speaks of how the picture lies."""
    level = any(word in folded(part.text) for word in ("horizon", "level", "crooked", "tilt", "schief", "torcid"))
    return level or "crop_angle" in part.payloads("parameter") or "°" in part.payloads("unit")


def _preset_of(id: str, part: Part) -> bool:
    """Whether the part names the preset, or asks for a look that one of ours can answer."""
    try:
        plain = f" {' '.join(token.text for token in tokens(folded(part.text)))} "
    except ValueError:  # a number that nobody would write
        return False
    name = " ".join(token.text for token in tokens(id.partition("/")[2]))
    return (bool(name) and f" {name} " in plain) or (part.looks and id in {preset.id for preset in bundled()})


def allows(move: Move, part: Part, limited: bool) -> bool:
    """Whether the part allows a change of that slider there."""
    name = move.parameter
    p = parameters().get(name)
    if name == "crop_angle":
        return _tilts(part)
    if p is not None and p.kind == "toggle":
        return name in part.payloads("parameter") | part.payloads("off_switch") | part.payloads("fault") or (
            part.looks and name == "black_and_white"
        )
    if p is not None and p.kind == "choice":
        chosen = any(choice[0] == name for choice in part.payloads("choice"))
        return chosen or name in part.payloads("parameter") or part.looks
    if not (part.looks or _spoken_of(move.parameter, part)):
        return False
    targets = {place_of(str(one)) for one in part.payloads("target")}
    if targets and not limited:
        return place_of(move.target) in targets
    return not move.target or limited or (part.looks and place_of(move.target) in WIDE)


def _spoken_of(name: str, part: Part) -> bool:
    """Whether a word of the part is of that slider, or of an effect, a colour or a region that it makes."""
    return any(same(name, one) for one in _sliders(part))


def _sliders(part: Part) -> set[str]:
    named = part.payloads("parameter") | part.payloads("off_switch")
    found: set[str] = set(named)
    effects = [meaning().effects[effect] for effect, _ in part.payloads("effect")]
    for effect in effects:
        operations = {_operation(move) for move in effect.moves}
        found |= {name for name, p in parameters().items() if p.operation in operations}
    colours = {str(one) for one in part.payloads("band") | part.payloads("colour")}
    endings = tuple(f"_{colour}" for colour in colours)
    found |= {name for name in parameters() if colours and name.endswith(endings)}
    regions = {str(one) for one in part.payloads("region") | (named & set(meaning().regions))}
    tints = tuple(meaning().regions[one].tint for one in regions if meaning().regions[one].tint)
    found |= {meaning().regions[one].luminance for one in regions}
    found |= {name for name in parameters() if tints and name.startswith(tints)}
    if part.payloads("colour"):
        found |= {"temperature", "tint", "hue", "overlay_hue", "overlay_saturation"}
    groups = part.payloads("group")
    return found | {name for name, p in parameters().items() if p.group in groups}


@cache
def _operation(name: str) -> str:
    known = parameters()
    return known[name].operation if name in known else name


def same(one: str, other: str) -> bool:
    """Whether two names are of one slider, of the picture or of parts of it."""
    local = meaning().in_part
    return one == other or local(one) == other or local(other) == one


def place_of(target: str) -> str:
    """The kind of mask of a target: "person" of "person:eyes"."""
    return target.partition(":")[0]
