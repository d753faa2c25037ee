"""The kinds of masks, one file each. A new file here is a new kind everywhere."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from stillbytes.masks.kind import Kind

ORDER = (
    "subject",
    "sky",
    "background",
    "person",
    "object",
    "landscape",
    "brush",
    "linear",
    "radial",
    "lasso",
    "picture",
    "luminance",
    "colour",
    "depth",
)
"""As menus list them; others come after these."""


@cache
def kinds() -> Mapping[str, type[Kind]]:
    """Every kind by name."""
    found: dict[str, type[Kind]] = {}
    for info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{info.name}")
        for member in vars(module).values():
            if inspect.isclass(member) and issubclass(member, Kind) and member.__module__ == module.__name__:
                found[member.name] = member
    places = {name: place for place, name in enumerate(ORDER)}
    ordered = sorted(found, key=lambda name: (places.get(name, len(ORDER)), name))
    return MappingProxyType({name: found[name] for name in ordered})
