"""Which steps of a model's plan the words of the request ask for, and which they do not.

Each step names the part of the request that it answers. A part with no word that can ask for a change of a photo is
answered by nothing. What the vocabulary understands of a part by itself has to be what the step does: the same slider,
the same way, in the same place. Crops, turns, resets and undoing need their own words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from stillbytes.assistant import tools
from stillbytes.assistant.beside import beside, licensed
from stillbytes.assistant.evidence.licence import allows, orders, place_of, same
from stillbytes.assistant.evidence.parts import Part, is_question, language_of, parts
from stillbytes.assistant.proposal import Step
from stillbytes.assistant.situation import Situation
from stillbytes.assistant.vocabulary.lexicon import Atom, Unknown
from stillbytes.assistant.vocabulary.meaning import meaning
from stillbytes.assistant.vocabulary.moves.strength import Move
from stillbytes.assistant.vocabulary.orders import Order
from stillbytes.assistant.vocabulary.reading.reading import Reading
from stillbytes.assistant.vocabulary.reading.request import read
from stillbytes.assistant.vocabulary.reading.slots import Unclear
from stillbytes.assistant.vocabulary.text import folded
from stillbytes.develop import local_parameters, parameters
from stillbytes.develop.parameter import Value

KNOWN = 0.5
"""Share of known words below which a request is taken to be in a language that is not spoken here."""
LIMITING = ("keep", "except", "only", "not", "no", "rest", "not_too", "not_so")
"""Words that change what another part of the request means."""
STAYING = ("keep", "except", "only", "not", "rest")
"""Those that say what is not to change."""
TURNING = ("too", "too_much", "less", "not", "not_so", "not_too", "no", "remove", "fix", "reduce", "down", "copula",
           "weaker", "opposite", "lacking", "undo", "recover")  # fmt: skip
"""Words with which an effect may mean its opposite."""
LOOKING = ("search", "explain")
"""Steps that change nothing."""
FARTHEST = 3.0
"""Usual moves that words without a number can mean at most."""


@dataclass(frozen=True)
class Checked:
    """steps: those that are asked for, and what the vocabulary understood of parts that the model left out.

    strange: how many steps nothing in the request asks for. undone: parts that nothing answers. foreign: whether the
    request is in none of the languages that are spoken here. unsure: whether it says that something is to stay, and
    nothing makes sure of that.
    """

    steps: tuple[Move | Order | Step, ...]
    strange: int
    undone: tuple[str, ...]
    foreign: bool
    unsure: bool = False


def checked(calls: Sequence[Any], request: str, situation: Situation) -> Checked:
    """Raises InvalidSetting for calls that are not as declared."""
    language, share = language_of(request)
    said = parts(request, language)
    understood = [_understood(part, language, situation) for part in said]
    limited = any(atom.has(*LIMITING) for part in said for atom in part.atoms)
    answered: set[int] = set()
    kept: list[Move | Order | Step] = []
    strange = 0
    able = [
        part.photographic and not (understood[place] is None and (_negated(part) or _elsewhere(part)))
        for place, part in enumerate(said)
    ]
    for call in calls:
        step = tools.read(tools.without_quote(call), beside())
        meant = _quoted(call.get(tools.QUOTE), request, said)
        if isinstance(step, Step):
            asks = [place for place in meant if step.tool in LOOKING or able_to_ask(said[place])]
            if licensed(step, [said[place] for place in asks], call, language):
                kept.append(step)
                answered.update(asks)
            else:
                strange += 1
            continue
        named = isinstance(step, Order) and step.command == "preset"  # whatever it is called
        asks = [
            place
            for place in meant
            if (able[place] or (named and able_to_ask(said[place]))) and not is_question(request, language)
        ]
        readings = [understood[place] for place in asks]
        if not asks or not _asked_for(step, [said[place] for place in asks], readings, situation, limited):
            strange += 1
        elif limited or None in readings:
            kept.append(_tamed(step, [said[place] for place in asks], situation))
            answered.update(asks)
        # What the vocabulary understands of a part is done below as it understands it, by its amounts.
    if kept or share >= KNOWN:
        for place, reading in enumerate(understood):
            if reading is not None and not limited and place not in answered:
                kept += [*reading.orders, *reading.moves]
                answered.add(place)
    left = [part for place, part in enumerate(said) if place not in answered and not _empty(part)]
    unsure = any(atom.has(*STAYING) for part in left for atom in part.atoms) or _touches(kept, said)
    undone = tuple(part.text for part in left)
    return Checked(() if unsure else tuple(kept), strange, undone, share < KNOWN, unsure)


def _negated(part: Part) -> bool:
    """ "never make it brighter": it forbids, and is no reason for a change."""
    return any(atom.has("not") and not atom.has("not_so", "not_too", "lacking", "keep") for atom in part.atoms)


def _elsewhere(part: Part) -> bool:
    """ "make it warmer in here", "brighten the left side": of a place or a time that nothing here can tell; a look of
    the whole picture may speak of them."""
    sided = any(atom.has("side") for atom in part.atoms) and not part.payloads("command")
    return not part.looks and (sided or any(atom.has("unclear") for atom in part.atoms))


def _touches(kept: Sequence[Move | Order | Step], said: Sequence[Part]) -> bool:
    """Whether something changes a part of the picture that is to stay, so far as it is named."""
    staying = {
        place_of(str(target))
        for part in said
        if any(atom.has(*STAYING) for atom in part.atoms)
        for target in part.payloads("target")
    }
    return bool(staying) and any(
        isinstance(step, Move) and (not step.target or place_of(step.target) in staying) for step in kept
    )


def able_to_ask(part: Part) -> bool:
    """Whether a part can ask for something to be made: it names no other deed, and forbids nothing."""
    return not part.deed and not _negated(part)


def _understood(part: Part, language: str, situation: Situation) -> Reading | None:
    """What the vocabulary makes of the part alone; None when it is not clear, or is about the last change."""
    if part.deed:
        return None
    try:
        reading = read(part.text, language, there=situation.settings, names=lambda: situation.presets)
    except (Unclear, Unknown, ValueError):
        return None
    about_last = reading.again is not None or reading.last_to is not None or reading.same_for
    return None if about_last or reading.kept or reading.names or reading.forbidden else reading


def _quoted(quote: Any, request: str, said: Sequence[Part]) -> list[int]:
    """The parts that a quotation is of; none when its words are not in the request."""
    if not isinstance(quote, str):
        return []
    words, whole = _plain(quote), _plain(request)
    if not words.strip() or words not in whole:
        return []
    return [place for place, part in enumerate(said) if _plain(part.text) in words or words in _plain(part.text)]


def _plain(text: str) -> str:
    return " " + " ".join(folded(text).replace(",", " ").replace(";", " ").strip(" .!?").split()) + " "


def _empty(part: Part) -> bool:
    """Whether it says nothing: "please"."""
    return all(atom.has("fill", "whole", "no", "join") for atom in part.atoms) and bool(part.atoms)


def _asked_for(
    step: Move | Order, said: Sequence[Part], understood: Sequence[Reading | None], situation: Situation, limited: bool
) -> bool:
    """Whether one of the parts may ask for the step and none speaks against it."""
    if isinstance(step, Order):
        return any(orders(step, part) for part in said)
    if not any(allows(step, part, limited) for part in said):
        return False
    if any(_turned(step, part, situation) for part, reading in zip(said, understood, strict=True) if reading is None):
        return False
    agreed = [_agrees(step, reading, situation, limited) for reading in understood if reading is not None]
    if any(answer == "against" for answer in agreed):
        return False
    return None in understood or "for" in agreed


def _turned(move: Move, part: Part, situation: Situation) -> bool:
    """Whether the only effect that a part names, with no word that turns it round, is the opposite of the step."""
    effects = {effect for atom in part.atoms for effect, form in atom.roles.get("effect", ()) if form != "noun"}
    if len(effects) != 1 or any(atom.has(*TURNING) for atom in part.atoms):
        return False
    effect = meaning().effects[effects.pop()]
    wanted = [weight for name, weight in effect.moves.items() if same(name, move.parameter)]
    if effect.fault or not wanted:
        return False
    return _way(move, situation) * wanted[0] < 0


def _says_how_far(atom: Atom) -> bool:
    """A number, or "at most"; "a" is no number here."""
    return atom.number is not None or atom.has("most", "least") or (atom.has("number") and not atom.has("fill"))


def _tamed(step: Move | Order, said: Sequence[Part], situation: Situation) -> Move | Order:
    """Not farther than words without a number can mean."""
    if isinstance(step, Order) or step.how != "to" or step.parameter.endswith("_hue"):
        return step
    if isinstance(step.value, bool) or not isinstance(step.value, int | float):
        return step
    if any(_says_how_far(atom) for part in said for atom in part.atoms):
        return step
    p = (local_parameters() if step.target else parameters())[step.parameter]
    usual = meaning().usual_move(p)
    now = 0.0 if step.target else current(step.parameter, situation)
    if p.scale == "log":
        low, high = now / usual**FARTHEST, now * usual**FARTHEST
    else:
        low, high = now - usual * FARTHEST, now + usual * FARTHEST
    return replace(step, value=p.clamped(min(max(step.value, low), high)))


def _agrees(move: Move, reading: Reading, situation: Situation, limited: bool) -> str:
    """ "for": it is what the vocabulary understood. "against": that slider, but otherwise. "none": another slider."""
    found = "none"
    for wanted in reading.moves:
        if same(wanted.parameter, move.parameter):
            way, asked = _way(move, situation), _way(wanted, situation)
            if way != asked and way * asked <= 0:
                return "against"
            if wanted.how == "to" and wanted.value != move.value:
                return "against"
            if place_of(wanted.target) == place_of(move.target) or limited:
                found = "for"
    return found


def _way(move: Move, situation: Situation) -> int:
    """Up 1, down -1; 0 for what has no direction."""
    if move.sign:
        return move.sign
    if isinstance(move.value, bool) or not isinstance(move.value, int | float):
        return 0
    if move.target:
        return (move.value > 0) - (move.value < 0)
    return (move.value > (now := current(move.parameter, situation))) - (move.value < now)


def current(name: str, situation: Situation) -> float:
    """The number that a slider stands at now."""
    value: Value = situation.settings.value(name)
    if isinstance(value, int | float):
        return float(value)
    white = situation.white(situation.settings)
    return {"temperature": white.temperature, "tint": white.tint}.get(name, 0.0)


def useful(steps: Sequence[Move | Order | Step], situation: Situation) -> list[Move | Order | Step]:
    """Without those that would leave a slider where it is. The last word on a slider counts."""
    found: list[Move | Order | Step] = []
    for step in steps:
        if isinstance(step, Move):
            found = [
                one
                for one in found
                if not (isinstance(one, Move) and (one.parameter, one.target) == (step.parameter, step.target))
            ]
            if _idle(step, situation):
                continue
        elif isinstance(step, Order) and step.command == "straighten" and not step.amount:
            continue
        found.append(step)
    return found


def _idle(move: Move, situation: Situation) -> bool:
    if isinstance(move.value, bool) or not isinstance(move.value, int | float) or move.how == "flip":
        return False
    if move.target or move.how in ("usual", "by"):
        return move.value == 0
    p = parameters()[move.parameter]
    least = 0.01 * move.value if p.scale == "log" else p.step
    return abs(move.value - current(move.parameter, situation)) < least
