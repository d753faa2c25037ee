"""Questions, answered from what is declared and from the photo's numbers; nothing is invented.

"What does dehaze do?" is answered in the declaration's own words, "why is it flat?" from the light of the picture as it
is developed now and the sliders that have to do with it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from stillbytes.assistant import tools
from stillbytes.assistant.light import Light
from stillbytes.assistant.proposal import Proposal, not_understood, value_text
from stillbytes.assistant.suggestions import Suggestion, suggestions
from stillbytes.assistant.vocabulary import NAME
from stillbytes.assistant.vocabulary.lexicon import Unknown, lexicon
from stillbytes.assistant.vocabulary.text import folded, tokens
from stillbytes.core.saying import joined, said
from stillbytes.develop import groups, local_parameters, parameters
from stillbytes.develop.settings import Settings

LONGEST = 200
CAUSES: Mapping[str, Mapping[str, int]] = {
    "flat": {"contrast": -1, "whites": -1, "blacks": 1, "shadows": 1, "highlights": -1, "dehaze": -1, "clarity": -1},
    "hazy": {"dehaze": -1, "contrast": -1, "blacks": 1, "shadows": 1},
    "dark": {"exposure": -1, "shadows": -1, "blacks": -1, "vignette_amount": -1, "whites": -1},
    "black": {"exposure": -1, "shadows": -1, "blacks": -1},
    "bright": {"exposure": 1, "shadows": 1, "whites": 1, "highlights": 1, "blacks": 1},
    "clipped": {"exposure": 1, "whites": 1, "highlights": 1, "contrast": 1},
    "dull": {"saturation": -1, "vibrance": -1, "dehaze": -1},
    "warm": {"temperature": 0, "tint": 0},
    "cold": {"temperature": 0, "tint": 0},
    "green": {"tint": 0},
    "magenta": {"tint": 0},
    "tilted": {"crop_angle": 0},
    "noisy": {"noise_luminance": 0, "noise_colour": 0, "sharpen_amount": 0},
}
"""State -> sliders that cause it, and in which direction; 0 in either."""


def explained(
    request: str, settings: Settings, look: Callable[[], Light] | None, iso: Callable[[], float | None] = lambda: None
) -> Proposal | None:
    """The answer, in a proposal that changes nothing; None when the request is no question of these.

    look: the light of the picture with these settings, None where no picture is at hand. Raises what it raises.
    """
    asked = " ".join(re.sub(r"[?!.,;:¿¡“”\"]", " ", folded(request)).split())
    if not asked or len(asked) > LONGEST:
        return None
    for language, asks in _patterns().items():
        for form, pattern in asks:
            if (match := pattern.fullmatch(asked)) is None:
                continue
            if form == "what":
                if (answer := _what(match.group(1), language, settings)) is not None:
                    return Proposal(request, NAME, True, answer, (), settings)
                why = said(
                    "There is no slider, tool or part of the picture called “{name}” to explain.",
                    name=match.group(1)[:40],
                )
                return not_understood(request, NAME, why)
            if look is None:
                return None
            if form == "wrong":
                return Proposal(request, NAME, True, _wrong(look(), settings, iso()), (), settings)
            state = _states(language).get(match.group(1))
            if state is not None:
                return Proposal(request, NAME, True, _why(state, look(), settings, iso()), (), settings)
    return None


@cache
def _given() -> Mapping[str, Any]:
    return tomllib.loads((files(__package__) / "questions.toml").read_text("utf-8"))


@cache
def _patterns() -> Mapping[str, Sequence[tuple[str, re.Pattern[str]]]]:
    """By language: the form of a question, and how it is said; those that say more come first."""
    found = {}
    for language, given in _given().items():
        whole = "|".join(re.escape(words) for words in sorted(given["whole"], key=len, reverse=True))
        asks = []
        for form in ("wrong", "why", "what"):
            for phrase in sorted(given[form], key=len, reverse=True):
                pattern = re.escape(phrase).replace(r"\{whole\}", f"(?:{whole})").replace(r"\{\}", "(.+)")
                asks.append((form, re.compile(pattern)))
        found[language] = asks
    return found


@cache
def _states(language: str) -> Mapping[str, str]:
    return {word: state for state, words in _given()[language]["states"].items() for word in words}


def _what(asked: str, language: str, settings: Settings) -> str | None:
    """What is asked about, in its declaration's words."""
    name = re.sub(r"^(the|a|an|der|die|das|el|la) ", "", asked)
    name = re.sub(r" (slider|sliders|tool|setting|control|regler)$", "", name)
    for group in groups():
        if folded(group.name) == name:
            each = (said("{what}: {says}", what=said(p.label), says=said(p.says)) for p in group.parameters[:6])
            return said("{what}: {says}", what=said(group.name), says=joined(each))
    known = {**local_parameters(), **parameters()}
    found = next((n for n, p in known.items() if name in (folded(p.label), n, n.replace("_", " "))), None)
    found = found or _named(name, language)
    if found is None:
        return tools.explained(name) or tools.explained(name.replace(" ", "_")) or None
    told = tools.explained(found)
    if found not in parameters() or known[found].listed:
        return told
    now = value_text(known[found], settings.value(found))
    return joined((told, said("It is at {value} now.", value=now)))


def _named(name: str, language: str) -> str | None:
    """The parameter that the words stand for, if they stand for one alone."""
    try:
        atoms = lexicon(language).atoms(tokens(name))
    except (Unknown, ValueError):
        return None
    named = {payload for atom in atoms for payload in atom.roles.get("parameter", ())}
    if len(named) != 1 or any(not atom.roles.get("parameter") and not atom.has("fill") for atom in atoms):
        return None
    return str(named.pop())


def _wrong(light: Light, settings: Settings, iso: float | None) -> str:
    found = suggestions(light, settings, iso)
    if not found:
        return said("By its numbers nothing stands out: {numbers}", numbers=_numbers(light))
    return joined(part for one in found for part in (one.reason, _remedy(one)))


def _why(state: str, light: Light, settings: Settings, iso: float | None) -> str:
    fitting = next((one for one in suggestions(light, settings, iso) if _same(one, state)), None)
    numbers = _numbers(light, state, iso)
    told = [fitting.reason if fitting else said("By its numbers it is not: {numbers}", numbers=numbers)]
    told += _causes(state, settings)
    if fitting:
        told.append(_remedy(fitting))
    return joined(told)


def _remedy(suggestion: Suggestion) -> str:
    return said("“{request}” would change that.", request=suggestion.request)


def _same(suggestion: Suggestion, state: str) -> bool:
    near = ({"flat", "hazy"}, {"dark", "black"}, {"bright", "clipped"})
    return suggestion.about == state or any({suggestion.about, state} <= pair for pair in near)


def _causes(state: str, settings: Settings) -> list[str]:
    found: list[str] = []
    for name, way in CAUSES[state].items():
        p, value = parameters()[name], settings.value(name)
        if not isinstance(value, int | float) or value == p.default or (way and value * way <= 0):
            continue
        sign = "+" if p.minimum < 0 < value else ""
        at = said("{sign}{value}{unit}", sign=sign, value=value_text(p, value), unit=f" {p.unit}" if p.unit else "")
        if way:
            found.append(said("{label} is at {value}, which adds to it.", label=said(p.label), value=at))
        else:
            found.append(said("{label} is at {value}.", label=said(p.label), value=at))
    if state == "dull" and settings.value("black_and_white"):
        found.insert(0, said("Black and white is on."))
    return found


def _numbers(light: Light, state: str = "", iso: float | None = None) -> str:
    if state in ("warm", "cold", "green", "magenta"):
        return said(
            "what is nearly grey has {red:+.1%} red against blue and {green:+.1%} green.",
            red=light.warmth,
            green=light.green,
        )
    if state == "dull":
        return said("its colours are {colour:.0%} from grey on average.", colour=light.colour)
    if state == "tilted" and light.tilt is None:
        return said("no long lines agree on a tilt.")
    if state == "tilted":
        return said("its long lines lean by {degrees:g}°.", degrees=light.tilt)
    if state == "noisy" and iso:
        return said("it was taken at ISO {iso:.0f}.", iso=iso)
    if state == "noisy":
        return said("the file does not tell its ISO.")
    dark, middle, bright = (light.at[q] for q in (0.05, 0.5, 0.95))
    return said(
        "nine tenths of it lie between {dark:.0%} and {bright:.0%} of full brightness, its middle at {middle:.0%}, "
        "{clipped:.1%} is clipped.",
        dark=dark,
        bright=bright,
        middle=middle,
        clipped=light.clipped,
    )
