"""The words of one language: its file, and the labels of whatever is declared."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from stillbytes.assistant.vocabulary.meaning import named_targets, object_words
from stillbytes.assistant.vocabulary.spelling import LONG_TO_LOSE, corrected
from stillbytes.assistant.vocabulary.text import GAP, Token, folded, tokens
from stillbytes.assistant.vocabulary.word_files import language_words
from stillbytes.develop import groups, local_parameters, parameters
from stillbytes.develop.parameter import Parameter

LANGUAGES = ("en", "de", "es")
MOST_GAP = 7
"""Tokens between the two parts of a phrase at most."""
MOST_CORRECTIONS = 2
_ORDERS = frozenset(
    ("kill", "up", "down", "reduce", "more", "less", "remove", "fix", "recover", "set", "shift", "command")
)
"""What the next part of a request begins with."""
Roles = Mapping[str, tuple[Any, ...]]
Phrase = tuple[str, ...]


class Unknown(Exception):
    """A word that is in no phrase here."""


@dataclass(frozen=True, slots=True)
class Atom:
    """A word or phrase of a request with all that it may stand for: role -> payloads.

    number, sign, ratio: of a token that is one. breaks: whether a part of the request ends here.
    """

    text: str
    roles: Roles = field(default_factory=dict)
    number: float | None = None
    sign: str = ""
    ratio: tuple[float, float] | None = None
    breaks: bool = False

    def has(self, *roles: str) -> bool:
        return not self.roles.keys().isdisjoint(roles)

    def of(self, role: str) -> Any:
        """Its first payload in that role."""
        return self.roles[role][0]


class Lexicon:
    """Phrases with their roles, found by their first word."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._phrases: dict[str, dict[Phrase, dict[str, list[Any]]]] = {}
        given = language_words(language)
        for role, payload, phrase in _listed(given):
            self._add(phrase, role, payload)
        for role, payload, phrase in _declared(given.get("plural", ""), language == "en"):
            if role == "choice" or not self._known(phrase):
                self._add(phrase, role, payload)
        self._contractions: Mapping[str, str] = given.get("contractions", {})
        self._compared = re.compile(given["compared"])
        self._declined = re.compile(given.get("declined", given["compared"]))
        self._bends = re.compile(given["declined"]) if "declined" in given else None
        self._told = re.compile(given["told"]) if "told" in given else None
        self._written = frozenset(
            word for _, _, phrase in _listed(given) for word in phrase.casefold().split() if self._told is not None
        )
        self._words = frozenset(
            word for phrases in self._phrases.values() for phrase in phrases for word in phrase if word != GAP
        )

        self._orders = frozenset(
            phrase[0]
            for phrases in self._phrases.values()
            for phrase, held in phrases.items()
            if not held.keys().isdisjoint(_ORDERS) or any(form == "verb" for _, form in held.get("effect", ()))
        )

    def atoms(
        self, said: Sequence[Token], *, strict: bool = True, presets: Callable[[], Mapping[Phrase, str]] | None = None
    ) -> list[Atom]:
        """The request as atoms, the longest phrases first. Raises Unknown; where it is not strict, words that are in no
        phrase stand for nothing. presets: their names, which count beside words that speak of presets.
        """
        named = self._presets(said, presets) if presets is not None else {}
        said, found = (self._spelled(said, named) if strict else list(said)), []
        taken: set[int] = set()
        ends = self._ends(said)
        place = 0
        while place < len(said):
            if place in taken:
                place += 1
                continue
            if place in named:
                found.append(Atom(" ".join(token.text for token in said[place : named[place][0]]), named[place][1]))
                taken.update(range(place, named[place][0]))
                continue
            token = said[place]
            if token.number is not None or token.ratio is not None:
                found.append(Atom(token.text, number=token.number, sign=token.sign, ratio=token.ratio))
                place += 1
                continue
            phrase, where, roles = self._longest(said, place, taken, ends)
            if token.joined and len(phrase) == 1 and self._names_a_thing(said, place + 1):
                place += 1  # "the sky's saturation"
                continue
            if phrase:
                found.append(Atom(" ".join(phrase), roles))
                taken.update(where)
            elif token.breaks:
                found.append(Atom(token.text, breaks=True))
            elif strict:
                raise Unknown(token.text)
            else:
                found.append(Atom(token.text))
            place += 1
        return self._plain(_signed(_counted(found)))

    def _plain(self, atoms: list[Atom]) -> list[Atom]:
        """With adjectives that compare nothing, such as "dark" beside "darker", marked so."""
        found, before = [], Atom("")
        for place, atom in enumerate(atoms):
            after = atoms[place + 1] if place + 1 < len(atoms) else Atom("")
            declined = before.has("article") or after.has("target")  # "ein heller Himmel", "heller Himmel"
            compared = self._declined if declined else self._compared
            plain = atom.has("effect", "colour") and not compared.search(atom.text)
            held = (
                {"plain": ("",)}
                if plain
                else {"declined": ("",)}
                if self._bends and self._bends.search(atom.text)
                else {}
            )
            found.append(replace(atom, roles={**atom.roles, **held}) if held and atom.has("effect", "colour") else atom)
            before = atom
        return found

    def _presets(
        self, said: Sequence[Token], presets: Callable[[], Mapping[Phrase, str]]
    ) -> dict[int, tuple[int, Roles]]:
        """Where names of presets stand: their first token -> the end, and what they stand for."""
        words = [token.text for token in said]
        speaking = {place for place, word in enumerate(words) if self.holds(word, "preset_word")}
        applied = {place for place, word in enumerate(words) if self.holds(word, "on")}
        found: dict[int, tuple[int, Roles]] = {}
        names = presets() if speaking or applied else {}
        for name in sorted(names, key=len, reverse=True):
            for start in range(len(words) - len(name) + 1):
                end = start + len(name)
                if tuple(words[start:end]) != name:
                    continue
                overlaps = any(start < stop and at < end for at, (stop, _) in found.items())
                of_parameter = end < len(words) and self.holds(words[end], "parameter")  # "use the soft profile"
                if overlaps or of_parameter:
                    continue
                before = [place for place in range(start) if not self.holds(words[place], "fill") or place in speaking]
                beside = end in speaking or (bool(before) and before[-1] in speaking | applied)
                if beside:
                    found[start] = (end, {"preset": (names[name],)})
        return found

    def _ends(self, said: Sequence[Token]) -> set[int]:
        """Where "then" stands, or "and" before what is to be done next: "darken the corners and pull the sky down"."""
        joins = {place for place, token in enumerate(said) if self.holds(token.text, "join")}
        after = {place for place in joins if place + 1 < len(said) and said[place + 1].text in self._orders}
        return after | {place for place in joins if self.holds(said[place].text, "sequel")}

    def _names_a_thing(self, said: Sequence[Token], place: int) -> bool:
        """Whether what begins there can change, and is no word for how something is."""
        _, _, roles = self._longest(said, place, set()) if place < len(said) else ((), (), {})
        adjective = any(form == "adjective" for _, form in roles.get("effect", ()))
        nouns = any(form == "noun" for _, form in roles.get("effect", ()))
        return not adjective and (nouns or not roles.keys().isdisjoint(("parameter", "region", "dimension", "target")))

    def holds(self, word: str, role: str) -> bool:
        """Whether the word by itself is in that role."""
        return role in self._phrases.get(word, {}).get((word,), {})

    def phrases(self, roles: Sequence[str]) -> Iterator[str]:
        """Every phrase that has one of these roles."""
        for phrases in self._phrases.values():
            yield from (" ".join(phrase) for phrase, held in phrases.items() if not held.keys().isdisjoint(roles))

    def _longest(
        self, said: Sequence[Token], place: int, taken: set[int], ends: Collection[int] = ()
    ) -> tuple[Phrase, tuple[int, ...], dict[str, tuple[Any, ...]]]:
        best: tuple[Phrase, tuple[int, ...]] = ((), ())
        roles: dict[str, list[Any]] = {}
        for phrase, held in self._phrases.get(said[place].text, {}).items():
            where = _match(phrase, said, place, taken, ends)
            if where is None or len(where) < len(best[1]):
                continue
            if len(where) > len(best[1]) or (GAP in best[0] and GAP not in phrase):
                best, roles = (phrase, where), {}
            elif GAP in phrase and GAP not in best[0]:
                continue
            for role, payloads in held.items():
                roles.setdefault(role, []).extend(payloads)
        return *best, {role: tuple(dict.fromkeys(payloads)) for role, payloads in roles.items()}

    def _spelled(self, said: Sequence[Token], named: Mapping[int, tuple[int, Roles]]) -> list[Token]:
        corrections, found = 0, []
        names = {place for start, (end, _) in named.items() for place in range(start, end)}
        for place, token in enumerate(said):
            word = token.text
            plain = token.number is None and token.ratio is None and not token.breaks and place not in names
            if plain and word not in self._words and (parts := self._contracted(word)):
                found += parts
                continue
            if plain and word not in self._words:
                right = corrected(word, self._words)
                corrections += 1
                if right is None or corrections > MOST_CORRECTIONS:
                    raise Unknown(word)
                lost = len(right) > len(word) >= LONG_TO_LOSE  # "der Schäfer" is no slip of "schärfer" where it is all
                if lost and not self._tells(said, place):
                    raise Unknown(word)
                token = Token(right)  # noqa: PLW2901
            found.append(token)
        return found

    def _tells(self, said: Sequence[Token], place: int) -> bool:
        """Whether anything besides the word there says what is to be done."""
        beside = (token for at, token in enumerate(said) if at != place)
        return any(
            token.number is not None
            or (not self.holds(token.text, "fill") if token.text in self._words else corrected(token.text, self._words))
            for token in beside
        )

    def tells(self, request: str) -> bool:
        """Whether a word of it is told by its accent from the one that is listed: "aclaré" is no "aclare"."""
        found = self._told.findall(request.casefold()) if self._told is not None else ()
        return any(word not in self._written and folded(word) in self._words for word in found)

    def _contracted(self, word: str) -> list[Token]:
        """ "sky's" is "sky is"; nothing for other words."""
        for ending, meant in self._contractions.items():
            if word.endswith(ending) and word.removesuffix(ending) in self._words:
                return [Token(word.removesuffix(ending)), Token(meant, joined=True)]
        return []

    def knows(self, said: Sequence[Token]) -> int:
        """How many of the words are in a phrase here."""
        return sum(token.text in self._words for token in said)

    def _known(self, phrase: str) -> bool:
        words = _words(phrase)
        return bool(self._phrases.get(words[0], {}).get(words, {}).keys() - {"fault", "aspect"})

    def _add(self, phrase: str, role: str, payload: Any) -> None:
        for words in {_words(form) for form in _forms(phrase)}:
            roles = self._phrases.setdefault(words[0], {}).setdefault(words, {})
            if payload not in roles.setdefault(role, []):
                roles[role].append(payload)


@cache
def lexicon(language: str) -> Lexicon:
    return Lexicon(language)


def _forms(phrase: str) -> tuple[str, ...]:
    """As it is, and with umlauts written out."""
    out = phrase.lower()
    for letter, pair in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        out = out.replace(letter, pair)
    return (phrase, out)


def _words(phrase: str) -> Phrase:
    parts = [[token.text for token in tokens(part)] for part in phrase.split(GAP)]
    return tuple(word for part in parts[:-1] for word in (*part, GAP)) + tuple(parts[-1])


def _match(
    phrase: Phrase, said: Sequence[Token], place: int, taken: set[int], ends: Collection[int]
) -> tuple[int, ...] | None:
    """Where in the request its words are; None when they are not. ends: where parts end, which no gap goes over."""
    where: list[int] = []
    at, gap = place, False
    for word in phrase:
        if word == GAP:
            gap = True
            continue
        if gap:
            later = range(at + 1, min(at + 1 + MOST_GAP, len(said)))
            found = None
            for index in later:
                if said[index].breaks or index in ends:
                    break
                if said[index].text == word and index not in taken:
                    found = index
                    break
            if found is None:
                return None
            at, gap = found, False
        if at >= len(said) or at in taken or said[at].text != word or (at == place and said[at].number is not None):
            return None
        where.append(at)
        at += 1
    return tuple(where)


def _counted(atoms: list[Atom]) -> list[Atom]:
    """With numbers of several words as one: "five thousand four hundred", "zero point four"."""
    found: list[Atom] = []
    place = 0
    while place < len(atoms):
        number, end = _number_at(atoms, place)
        if number is None or (end - place < 2 and not _only_counts(atoms[place])):
            found.append(atoms[place])
            place += 1
        else:
            text = " ".join(atom.text for atom in atoms[place:end])
            found.append(Atom(text, number=number, sign=atoms[place].sign))
            place = end
    return found


def _number_at(atoms: Sequence[Atom], place: int) -> tuple[float | None, int]:
    """The number that begins there, and where it ends; None where none does."""
    number = _whole(atoms, place)
    end = place if number is None else place + 1
    if number is not None and number < _HUNDRED:
        for role, size in (("thousand", 1000), ("hundred", _HUNDRED)):
            if end < len(atoms) and atoms[end].has(role):
                number, end = number * size, end + 1
                more, after = _number_at(atoms, end)
                if more is not None and more < size and (size > _HUNDRED or after == end + 1):
                    number, end = number + more, after
                break
    if end < len(atoms) and atoms[end].has("decimal") and (number is None or atoms[place].number is None):
        digits: list[str] = []
        while (digit := _whole(atoms, end + 1 + len(digits))) is not None and digit < _HUNDRED:
            digits.append(f"{digit:g}")
        if digits:
            return float(f"{number or 0:g}.{''.join(digits)}"), end + 1 + len(digits)
    if number is not None and number <= _FEW and end + 1 < len(atoms) and atoms[end].has("join"):
        part = atoms[end + 1]
        if part.has("number") and not part.has("fill") and 0 < part.of("number") < 1:  # "one and two thirds"
            return number + float(part.of("number")), end + 2
    return number, end


_HUNDRED = 100
_FEW = 5
"""Words of numbers up to this say other things, too: "one", "two times"."""


def _only_counts(atom: Atom) -> bool:
    """Whether it is a word such as "twenty", which is the same as 20."""
    return atom.roles.keys() <= {"number", "hundred"} and atom.has("number") and atom.of("number") > _FEW


def _whole(atoms: Sequence[Atom], place: int) -> float | None:
    """The whole number that a word there is; an article is none, and neither is a sign in the middle."""
    if place >= len(atoms):
        return None
    atom = atoms[place]
    number = atom.number
    if number is None and atom.has("number") and not atom.has("fill"):
        number = float(atom.of("number"))
    return number if number is not None and number == int(number) and number >= 0 else None


def _signed(atoms: list[Atom]) -> list[Atom]:
    """With "plus" and "minus" before a number as its sign."""
    found: list[Atom] = []
    for atom in atoms:
        numeric = (atom.number is not None and not atom.sign) or (atom.number is None and atom.has("number"))
        if numeric and not atom.has("fill") and found and found[-1].has("positive", "negative"):
            mark = found.pop()
            atom = replace(atom, sign="+" if mark.has("positive") else "-")  # noqa: PLW2901
        found.append(atom)
    return found


def _listed(given: Mapping[str, Any]) -> Iterator[tuple[str, Any, str]]:
    """(role, payload, phrase) of a language's file."""
    for role, phrases in given["grammar"].items():
        yield from ((role, "", phrase) for phrase in phrases)
    plain = {
        "sizes": "size", "units": "unit", "parameters": "parameter", "off": "off_switch", "dimensions": "dimension",
        "regions": "region", "colours": "colour", "bands": "band", "targets": "target", "commands": "command",
        "ratios": "shape", "sides": "side", "orientations": "orientation", "groups": "group", "faults": "fault",
        "aspects": "aspect", "tilted": "tilted",
    }  # fmt: skip
    for section, role in plain.items():
        for payload, phrases in given.get(section, {}).items():
            yield from ((role, payload, phrase) for phrase in phrases)
    yield from (("aspect", payload, payload) for payload in given.get("aspects", {}))  # as in labels, which all know
    for section, role in (("numbers", "number"), ("times", "times"), ("factors", "factor")):
        for payload, phrases in given.get(section, {}).items():
            yield from ((role, float(payload), phrase) for phrase in phrases)
    yield from (("number", number, phrase) for number, phrase in _compound(given))
    for colour, phrases in given.get("casts", {}).items():
        for phrase in phrases:
            yield "colour", colour, phrase
            yield "cast", "", phrase
    for form, effects in given.get("effects", {}).items():
        for payload, phrases in effects.items():
            yield from (("effect", (payload, form), phrase) for phrase in phrases)
    for parameter, values in given.get("choices", {}).items():
        for payload, phrases in values.items():
            yield from (("choice", (parameter, payload), phrase) for phrase in phrases)


def _compound(given: Mapping[str, Any]) -> Iterator[tuple[float, str]]:
    """Numbers such as "thirty-five" and "fünftausendvierhundert", whose words are made of those for 30 and for 5."""
    numbers, made = given["numbers"], given["tens"]
    for tens in range(20, 100, 10):
        for digit in "123456789":
            unit = made.get(digit, numbers[digit][0])
            yield float(tens + int(digit)), made["pattern"].format(tens=numbers[str(tens)][0], unit=unit)
    for large, size in (("hundreds", 100), ("thousands", 1000)):  # of one word, as in German
        for digit in "123456789" if large in made else "":
            word = made[large].format(unit=made.get(digit, numbers[digit][0]))
            yield float(size * int(digit)), word
            if size > _HUNDRED:
                for more in "123456789":
                    hundreds = made["hundreds"].format(unit=made.get(more, numbers[more][0]))
                    yield float(size * int(digit) + _HUNDRED * int(more)), f"{word}{hundreds}"


def _leading(parameter: Parameter) -> Parameter | None:
    """The parameter after which others of its operation are called: "sharpening radius"."""
    family = [p for p in parameters().values() if p.operation == parameter.operation]
    prefixes = {p.name.partition("_")[0] for p in family}
    return family[0] if len(prefixes) == 1 and family[0] != parameter else None


def _plural(word: str, ending: str) -> str:
    """As English has it, whose words these are."""
    if word.endswith("fe"):
        return f"{word.removesuffix('fe')}ve{ending}"
    return f"{word}e{ending}" if word.endswith(("s", "x", "ch", "sh")) else f"{word}{ending}"


def _declared(plural: str, words: bool) -> Iterator[tuple[str, Any, str]]:
    """(role, payload, phrase) of labels. words: whether those that are English words, such as objects', count too."""
    for group in groups():
        for parameter in group.parameters:
            if parameter.listed:
                continue
            yield "parameter", parameter.name, parameter.label
            yield "parameter", parameter.name, parameter.name.replace("_", " ")
            yield "parameter", parameter.name, f"{group.name} {parameter.label}"
            if (first := _leading(parameter)) is not None:
                yield "parameter", parameter.name, f"{first.label} {parameter.label}"
            for value in parameter.choices:
                if not value.isdigit():
                    yield "choice", (parameter.name, value), value.replace("-", " ").replace("_", " ")
        if words:
            yield "group", group.name, group.name
    for name, parameter in local_parameters().items():
        if name not in parameters():
            yield "parameter", name, parameter.label
            yield "parameter", name, name.replace("_", " ")
    if words:
        for phrase, target in named_targets().items():
            yield "target", target, phrase
        for target in object_words():
            yield "target", target, target.partition(":")[2]
            yield "target", target, _plural(target.partition(":")[2], plural)
