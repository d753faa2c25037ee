"""The hints that there are."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from functools import cache

from stillbytes.library.hints import kinds
from stillbytes.library.hints.hint import Hint

VERSION = 1
"""Counts changes of what is seen in the same picture."""


@cache
def hints() -> Mapping[str, Hint]:
    """All of them by name."""
    found: dict[str, Hint] = {}
    for info in pkgutil.iter_modules(kinds.__path__):
        module = importlib.import_module(f"{kinds.__name__}.{info.name}")
        for member in vars(module).values():
            if inspect.isclass(member) and issubclass(member, Hint) and member is not Hint:
                found[member.kind] = member()
    return found


def hint(kind: str) -> Hint | None:
    """By its name of this or an older release."""
    return hints().get(kind) or next((one for one in hints().values() if one.was and one.was == kind), None)
