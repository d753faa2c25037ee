"""Verbs of the Python API whose work is done on a floor above: named here, found when they are first used."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

_HOMES: dict[str, tuple[str, str]] = {}


def offer(verb: str, module: str, function: str) -> None:
    """Say where a verb is done. The module is imported with its first use."""
    _HOMES[verb] = (module, function)


def verb(name: str) -> Callable[..., Any]:
    """The function that does it. Raises LookupError when nobody offered it."""
    module, function = _HOMES[name]
    found: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return found
