"""The meaning of words in no language: `meaning.toml`, checked against what is declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from stillbytes.assistant.vocabulary.word_files import broken, words
from stillbytes.develop import local_parameters, parameters
from stillbytes.develop.parameter import Parameter
from stillbytes.masks import fields
from stillbytes.masks.kind import Found, Kind, kind_of
from stillbytes.masks.kinds import kinds
from stillbytes.masks.kinds.object import Object

Moves = Mapping[str, float]
"""Parameter -> how many usual moves of it."""
USUAL_PART = 0.2
"""The usual move of a parameter, of the way from 0 to the end of its slider."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a word such as "warm" does to a picture. See the comments in `meaning.toml`."""

    moves: Moves
    dimension: str = ""
    hue: float | None = None
    domain: str = ""
    removable: bool = False
    fault: bool = False
    always: bool = False
    less_only: bool = False
    added: str = ""
    much: bool = False
    part: tuple[str, ...] = ()
    of: str = ""
    look: bool = False
    inherent: bool = False
    off: tuple[str, ...] = ()
    too: tuple[str, ...] = ()
    mended: tuple[str, ...] = ()
    felt: bool = False
    things: bool = False
    unsure: bool = False
    uncounted: bool = False
    heard: bool = False


@dataclass(frozen=True, slots=True)
class Region:
    """luminance: the parameter of its brightness. tint: what the names of its grading parameters begin with."""

    luminance: str
    tint: str = ""


@dataclass(frozen=True, slots=True)
class Colour:
    """hue: in degrees on the grading wheels. cast: what more of it over everything is."""

    hue: float
    cast: Moves


@dataclass(frozen=True)
class Meaning:
    """The whole file."""

    usual: Moves
    sizes: Mapping[str, float]
    polarity: Mapping[str, int]
    taken: frozenset[str]
    ambiguous: frozenset[str]
    local: Mapping[str, str]
    natural: Mapping[str, str]
    effects: Mapping[str, Effect]
    regions: Mapping[str, Region]
    recover: Moves
    colours: Mapping[str, Colour]
    grading: float
    places: Mapping[str, Mapping[str, Any]]
    vague: frozenset[str]
    apart: frozenset[frozenset[str]]
    crop: Mapping[str, tuple[str, ...]]
    again: Mapping[str, float]
    again_sizes: Mapping[str, float]
    put_in: frozenset[str]
    blown: frozenset[str]

    def usual_move(self, parameter: Parameter) -> float:
        """In the parameter's units; a ratio where its scale is logarithmic."""
        if parameter.name in self.usual:
            return self.usual[parameter.name]
        reach = max(abs(parameter.minimum), abs(parameter.maximum))
        return 1 + USUAL_PART if parameter.scale == "log" else USUAL_PART * reach

    def overlap(self, one: str, other: str) -> bool:
        """Whether a place can be in both targets."""
        return frozenset((one.partition(":")[0], other.partition(":")[0])) not in self.apart

    def in_part(self, name: str) -> str | None:
        """The parameter of adjustments for one of the whole picture; None if adjustments have none."""
        known = local_parameters()
        for candidate in (name, self.local.get(name, ""), f"local_{name}"):
            if candidate in known and known[candidate].kind == "number":
                return candidate
        return None


@cache
def meaning() -> Meaning:
    given = words("meaning.toml")
    effects = {
        name: Effect(**{**told, **{field: tuple(told.get(field, ())) for field in ("part", "off", "too", "mended")}})
        for name, told in given["effects"].items()
    }
    known = {**parameters(), **local_parameters()}
    used = [name for effect in effects.values() for name in effect.moves]
    used += [effect.added for effect in effects.values() if effect.added]
    used += [name for colour in given["colours"].values() for name in colour["cast"]]
    used += [region["luminance"] for region in given["regions"].values()]
    used += [
        *given["usual"],
        *given["recover"],
        *given["polarity"],
        *given["local"],
        *given["ambiguous"]["names"],
        *given["taken"]["names"],
    ]
    used += [
        *given["natural"],
        *given["natural"].values(),
        *(name for effect in effects.values() for name in (*effect.off, *effect.too)),
    ]
    if unknown := [name for name in used if name not in known]:
        raise broken("meaning.toml", f"it speaks of parameters that do not exist: {', '.join(unknown)}")
    return Meaning(
        given["usual"],
        given["sizes"],
        given["polarity"],
        frozenset(given["taken"]["names"]),
        frozenset(given["ambiguous"]["names"]),
        given["local"],
        given["natural"],
        effects,
        {name: Region(**told) for name, told in given["regions"].items()},
        given["recover"],
        {name: Colour(told["hue"], told["cast"]) for name, told in given["colours"].items()},
        given["grading"]["saturation"],
        given["places"],
        frozenset(given["targets"]["vague"]),
        frozenset(frozenset(pair) for pair in given["targets"]["apart"]),
        {name: tuple(names) for name, names in given["crop"].items()},
        given["again"],
        given["again_sizes"],
        frozenset(given["groups"]["put_in"]),
        frozenset(given["targets"]["blown"]),
    )


def kind_for(target: str) -> Kind:
    """The kind of mask that a target names: "sky", "landscape:water", "person:face skin+hair", "object:dog",
    "foreground"."""
    if target in meaning().places:
        return kind_of(dict(meaning().places[target]), kinds())
    name, _, rest = target.partition(":")
    given: dict[str, Any] = {"kind": name}
    if rest:
        field = next(n for n, f in fields.fields_of(kinds()[name]).items() if f.form in ("choice", "parts", "text"))
        form = fields.fields_of(kinds()[name])[field].form
        given[field] = rest.split("+") if form == "parts" else rest
    return kind_of(given, kinds())


def named_targets() -> Mapping[str, str]:
    """Words for targets that the declared kinds give by themselves, and for places -> target."""
    found: dict[str, str] = {name: name for name in meaning().places}
    for name, kind in kinds().items():
        if not issubclass(kind, Found):
            continue
        if name not in meaning().vague:
            found[kind.label.lower()] = found[name] = name
        for field in fields.fields_of(kind).values():
            if field.form in ("choice", "parts"):
                found |= {value: f"{name}:{value}" for value in field.choices}
    return found


def object_words() -> tuple[str, ...]:
    """What can be found by its name alone."""
    from stillbytes.masks.detect.networks import COCO  # noqa: PLC0415 - the networks' module is large

    return tuple(f"{Object.name}:{word.replace('_', ' ')}" for word in COCO if word != "person")
