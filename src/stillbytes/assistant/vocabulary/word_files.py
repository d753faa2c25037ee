"""The files of words, read and checked: a slip in one, as a translator may make, is told with its place."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from stillbytes.core.errors import StillbytesError

NEEDED = ("language", "compared", "grammar", "numbers", "tens")
"""What every file of a language has."""


class BrokenWords(StillbytesError):
    """A file of words that cannot be used. Nothing is understood without a model until it is mended."""


def words(name: str) -> Mapping[str, Any]:
    """The file's content. Raises BrokenWords."""
    path = files(__package__) / "words" / name
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise broken(name, str(problem)) from problem
    except OSError as problem:
        raise broken(name, f"it cannot be read ({problem.strerror or problem})") from problem


def language_words(language: str) -> Mapping[str, Any]:
    """A language's file, in which every entry is a list of words. Raises BrokenWords."""
    name = f"{language}.toml"
    given = words(name)
    if missing := [key for key in NEEDED if key not in given]:
        raise broken(name, f"[{missing[0]}] is missing")
    for section, held in given.items():
        if isinstance(held, dict) and section not in ("tens", "contractions"):
            _check(name, section, held)
    return given


def broken(name: str, what: str) -> BrokenWords:
    """An error that tells what is wrong in which file, and what to do."""
    return BrokenWords(
        f"The word list {name} is broken: {what.rstrip('.')}.",
        f"Correct it in {files(__package__) / 'words' / name}, or install Stillbytes again.",
    )


def _check(name: str, section: str, held: Mapping[str, Any]) -> None:
    for key, entries in held.items():
        if isinstance(entries, dict):
            _check(name, f"{section}.{key}", entries)
        elif not (isinstance(entries, list) and all(isinstance(entry, str) and entry.strip() for entry in entries)):
            raise broken(name, f"“{key}” in [{section}] has to be a list of words in quotation marks")
