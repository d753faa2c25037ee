"""Processes: what settings mean, by the release that they were made with.

When a better way of doing something takes the place of an older one, the older one stays, behind a parameter whose
default is the better one, and the process has a new number. A sidecar says of which process its settings are. Edits of
an older one get that parameter set to the older way, so that they look as they did, for ever. A person who prefers the
better way chooses it like any other setting.
"""

from __future__ import annotations

from collections.abc import Mapping

from stillbytes.develop.parameter import Value
from stillbytes.develop.settings import Settings

NEWER: tuple[tuple[str, Mapping[str, Value]], ...] = (
    ("1", {}),
    ("2", {"noise_process": "1"}),
    ("3", {"hot_pixels": "off"}),
    ("4", {"gamut_process": "1"}),
    ("5", {"demosaic_process": "1"}),
    ("6", {"noise_process": "2"}),
    ("7", {"noise_process": "3"}),
)
"""Each process, oldest first, and what edits of those before it had where its own way is the default now."""
UNREAD: Mapping[str, tuple[str, ...]] = {"3": ("vignette_style",)}
"""Process -> parameters with a field of Adobe's that releases of older ones did not read, wherever it came from."""
FIRST, CURRENT = NEWER[0][0], NEWER[-1][0]


def as_it_was(process: str | None) -> dict[str, Value]:
    """What edits of a process had where today's defaults differ. None: of the first one, which did not say. Of a
    process that only a newer release knows nothing differs here."""
    numbers = [number for number, _ in NEWER]
    if process is None:
        process = FIRST
    if process not in numbers:
        return {}
    found: dict[str, Value] = {}
    for _, older in NEWER[numbers.index(process) + 1 :]:
        found = {**older, **found}  # of several ways, the one that was in use then
    return found


def unread(process: str | None) -> dict[str, Value]:
    """What counts for nothing in edits of a process, as parameter -> None."""
    numbers = [number for number, _ in NEWER]
    since = numbers.index(process or FIRST) + 1 if (process or FIRST) in numbers else len(numbers)
    return {name: None for number in numbers[since:] for name in UNREAD.get(number, ())}


def brought(settings: Settings, process: str | None) -> Settings:
    """The settings of an edit of that process so that they mean the same today. What is set stays."""
    return settings.changed(**{name: value for name, value in as_it_was(process).items() if name not in settings})
