"""Looking for photos in the library, in words: "show me all five-star owls from 2024". Nothing is changed by it."""

from __future__ import annotations

from typing import Literal

from stillbytes.assistant.proposal import Step
from stillbytes.assistant.searching.wording import asks, wording
from stillbytes.core.errors import InvalidSetting, StillbytesError
from stillbytes.core.paths import home
from stillbytes.core.saying import said

NAME: Literal["search"] = "search"
MOST_FOUND = 60
"""Photos that are told by name."""
MOST_NAMED = 3
EMPTY = said("The library is empty: `stillbytes library add DIR` takes in a folder.")

__all__ = ["NAME", "asks", "search", "searched", "told", "wording"]


def search(query: str) -> Step:
    """A step that looks for photos, with what was found. Raises InvalidSetting for what is no query, LibraryError."""
    if not (home() / "library").is_dir():
        found: dict[str, object] = {"total": 0, "photos": [], "empty": True}
    else:
        from stillbytes import library  # noqa: PLC0415 - the catalogue is opened only when it is searched

        with library.open() as catalogue:
            try:
                page = catalogue.search(query, limit=MOST_FOUND)
            except library.catalogue.InvalidQuery as problem:
                raise InvalidSetting(problem.message, problem.remedy) from problem
            photos = [{"path": str(one.path), "rating": one.rating, "taken": one.taken} for one in page.photos]
            found = {"total": page.total, "photos": photos, "empty": not catalogue.folders()}
    return Step(
        NAME,
        said("Search: {query}", query=query or said("everything")),
        task={"name": NAME, "parameters": {"query": query}, "found": found},
    )


def searched(request: str) -> Step | None:
    """What a request for photos asks for; None when it is none, or not understood."""
    query = wording(request)
    if query is None:
        return None
    try:
        return search(query)
    except StillbytesError:  # a date that there is not, a library that is busy: who understands more may try
        return None


def told(step: Step) -> str:
    """What was found, in a sentence."""
    task = step.task or {}
    found, query = task["found"], task["parameters"]["query"]
    if found["empty"]:
        return EMPTY
    names = [one["path"].replace("\\", "/").rpartition("/")[2] for one in found["photos"]]
    shown = ", ".join(names[:MOST_NAMED]) + (" …" if found["total"] > MOST_NAMED else "")
    what = query or said("everything")
    if not names:
        return said("No photos for “{query}”.", query=what)
    return said(
        "{count} photo for “{query}”: {names} | {count} photos for “{query}”: {names}",
        count=found["total"],
        query=what,
        names=shown,
    )
