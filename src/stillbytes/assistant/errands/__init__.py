"""What a request asks for beside sliders: to remove something, another sky or background, an export.

It is the person's own words that ask: a language model can only where they have one of the words that ask for it, and
say of what. The parts of a request that are such errands are taken out of it, and the rest is understood as ever.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from stillbytes.assistant.evidence.parts import language_of, parts
from stillbytes.assistant.proposal import Step
from stillbytes.assistant.vocabulary.lexicon import LANGUAGES, Unknown, lexicon
from stillbytes.assistant.vocabulary.meaning import kind_for
from stillbytes.assistant.vocabulary.reading.request import read
from stillbytes.assistant.vocabulary.reading.slots import Unclear
from stillbytes.assistant.vocabulary.text import MOST_CHARACTERS, Token, folded, tokens
from stillbytes.core.saying import said
from stillbytes.masks.kinds.object import Object
from stillbytes.masks.mask import Mask

MOST_WORDS = 6
"""Of what is to be removed: a longer description is a sentence."""
MOST_PROMPT = 200
FORMS = {
    "jpg": "jpeg",
    "jpeg": "jpeg",
    "png": "png16",
    "tif": "tiff16",
    "tiff": "tiff16",
    "webp": "webp",
    "avif": "avif",
    "heif": "heif",
    "heic": "heif",
    "jxl": "jxl",
}
"""What people call formats -> names in `photo.output.encode.FORMATS`."""
WHOLE = ("sky", "background", "landscape")
"""Kinds of masks that nothing is left around to take the place of."""
SLIDERS = ("effect", "cast", "parameter", "group", "dimension", "region")
"""Roles of words that sliders answer: “remove the colour cast”."""
_FILE = rf"(?:an? )?({'|'.join(FORMS)})(?: (?:at|with|in|mit|con) (\d{{2,5}}) ?(?:px|pixels?|pixeln|pixeles))?"


@dataclass(frozen=True, slots=True)
class Split:
    """rest: what is left of the request. errands: as steps, in their order."""

    rest: str
    errands: tuple[Step, ...]


def split(request: str) -> Split:
    """The request without its errands. Parts that the vocabulary understands are none; a very long text has none."""
    if len(request) > MOST_CHARACTERS:
        return Split(request, ())
    guessed, _ = language_of(request)
    for language in dict.fromkeys((guessed, *LANGUAGES)):
        rest: list[str] = []
        found: list[Step] = []
        removing = False
        for heard in _texts(request, language):
            errand = None if _understood(heard, language) else errand_of(heard, language)
            if errand is None and removing and not _understood(heard, language):  # "the lamp and the bin"
                errand = _removed(_bare(heard, language), language, short=True)
            removing = errand is not None and errand.tool == "task" and (errand.task or {})["name"] == "remove"
            if errand is None:
                rest.append(heard)
            else:
                found.append(errand)
        if found:  # what leaves the machine's work done comes last
            return Split(", ".join(rest), tuple(sorted(found, key=lambda step: step.tool == "export")))
    return Split(request, ())


def _texts(request: str, language: str) -> list[str]:
    """Parts between marks and words that join. Unlike `parts`, "with" is none of them: "replace the sky with stars"."""
    joins = _any(language, "joins")
    found = re.split(rf"[,;!?]+|\.(?!\d)|\s(?:{joins})(?=\s)", request, flags=re.IGNORECASE)
    return [said for part in found if (said := part.strip())]


def _bare(said: str, language: str) -> str:
    plain = " ".join(folded(said).split())
    return re.sub(rf"^(?:(?:{_any(language, 'please')}) )+|(?: (?:{_any(language, 'please')}))+$", "", plain)


def errand_of(said: str, language: str) -> Step | None:
    """The step that a part of a request asks for; None when it is no errand."""
    plain = _bare(said, language)
    if any(part.deed for part in parts(said, language)):  # of files and commands, which are nobody's to do
        return None
    for name, pattern in _patterns(language):
        if (match := pattern.fullmatch(plain)) is not None:
            return _step(name, match.groups(), language)
    return None


def _step(name: str, words: Sequence[str | None], language: str) -> Step | None:
    if name == "export":
        format, size = (*words, None, None)[:2]
        return export_step(FORMS[format] if format else "", int(size or 0))
    said = (words[0] or "").strip()
    return _removed(said, language) if name == "remove" else task_step(name, "", said)


def export_step(format: str, size: int) -> Step:
    """format: one of `photo.output.encode.FORMATS`, or "" for the usual one. size: of the long edge, 0 for all."""
    chosen: dict[str, Any] = ({"format": format} if format else {}) | ({"size": size} if size else {})
    kind = format.removesuffix("16").upper()
    if format and size:
        says = said("Export as {format}, {size} pixels", format=kind, size=size)
    elif format:
        says = said("Export as {format}", format=kind)
    else:
        says = said("Export {size} pixels", size=size) if size else said("Export")
    return Step("export", says, task={"name": "export", "parameters": chosen})


def task_step(name: str, what: str, prompt: str) -> Step | None:
    """What a generative task is to make; None where that cannot be told by these words.

    what: where it works, for those that work in a mask. prompt: what is to be there.
    """
    from stillbytes.generate.tasks import tasks  # noqa: PLC0415 - only when one is asked for

    if name == "remove":
        return _removed(what, "en")
    if not 0 < len(prompt) <= MOST_PROMPT:
        return None
    task: dict[str, Any] = {"name": name, "parameters": {"prompt": prompt}}
    if what:
        named = _called(what, "en")
        mask = Mask.of(kind_for(target) if (target := _target(named, "en")) else Object(words=named))
        task["mask"] = mask.to_json()
    return Step(
        "task",
        said("{task}: {what}", task=said(tasks()[name].label), what=f"{what}, {prompt}" if what else prompt),
        task=task,
    )


def may(name: str, said: str, language: str) -> bool:
    """Whether the words have one that can ask for a task, an export or an explanation."""
    plain = f" {' '.join(token.text for token in _tokens(said))} "
    words = _given()[language]["may"].get(name, ())
    return any(f" {' '.join(token.text for token in _tokens(word))} " in plain for word in words)


def _removed(what: str, language: str, *, short: bool = False) -> Step | None:
    """short: only what is called by an article and a word or two."""
    named = _called(what, language)
    if not named or len(named.split()) > (2 if short else MOST_WORDS) or (short and named == what):
        return None
    atoms = lexicon(language).atoms(_tokens(named), strict=False)
    target = _target(named, language)
    if target.partition(":")[0] in WHOLE or any(atom.has(*SLIDERS) and not atom.has("target") for atom in atoms):
        return None
    mask = Mask.of(kind_for(target) if target else Object(words=named))
    return Step(
        "task",
        said("{task}: {what}", task=said("Remove"), what=named),
        task={"name": "remove", "parameters": {}, "mask": mask.to_json()},
    )


def _called(what: str, language: str) -> str:
    """Without its article."""
    return re.sub(rf"^(?:(?:{_any(language, 'articles')}) )+", "", " ".join(folded(what).split()))


def _tokens(said: str) -> tuple[Token, ...]:
    try:
        return tokens(said)
    except ValueError:  # a number that nobody would write
        return ()


def _target(what: str, language: str) -> str:
    """The mask that the words stand for by themselves; "" when they are other words."""
    try:
        atoms = lexicon(language).atoms(tokens(what))
    except (Unknown, ValueError):
        return ""
    named = [str(atom.of("target")) for atom in atoms if atom.has("target")]
    return named[0] if len(named) == 1 and all(atom.has("target", "fill") for atom in atoms) else ""


def _understood(said: str, language: str) -> bool:
    try:
        read(said, language)
    except (Unclear, Unknown, ValueError):
        return False
    return True


@cache
def _given() -> Mapping[str, Any]:
    return tomllib.loads((files(__package__) / "words.toml").read_text("utf-8"))


@cache
def _patterns(language: str) -> Sequence[tuple[str, re.Pattern[str]]]:
    found = []
    for name, phrases in _given()[language].items():
        if name in ("articles", "please", "joins", "may"):
            continue
        for phrase in phrases:
            pattern = re.escape(phrase).replace(r"\{\}", "(.+)").replace(r"\{file\}", _FILE)
            found.append((name, re.compile(pattern)))
    return found


def _any(language: str, name: str) -> str:
    return "|".join(re.escape(word) for word in sorted(_given()[language][name], key=len, reverse=True))
