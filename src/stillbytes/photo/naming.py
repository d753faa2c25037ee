"""Names of files from templates: "{date:%Y-%m-%d}_{name}_{sequence:03}". Their fields are declared here, once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from stillbytes.core.filenames import fits, made_plain
from stillbytes.photo.metadata import Metadata

_FIELD = re.compile(r"\{(\w+)(?::([^{}]*))?\}")
_NOTHING = re.compile("")
_WIDTH = re.compile(r"0?[1-9]?")
_DATE = re.compile(r"(?:%[aAbBdHIjmMpSUwWyY%]|[^%/\\])*")


@dataclass(frozen=True, slots=True)
class Named:
    """What a name is made from: the file, what it says of itself, its number among all that get names, and the name of
    the version that it is a picture of, empty for the photo's own."""

    path: Path
    facts: Metadata
    number: int = 1
    version: str = ""

    @property
    def taken(self) -> datetime:
        """By the camera's clock; where none says it, when the file was last written."""
        if self.facts.taken is not None:
            return self.facts.taken
        try:
            return datetime.fromtimestamp(self.path.stat().st_mtime)
        except (OSError, ValueError, OverflowError):
            return datetime(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Field:
    """example: as one writes it. value: from what it is made from and what follows the colon, which `how` allows.
    facts: whether it asks for what the file says of itself; edited: whether only edited photos have it."""

    name: str
    example: str
    says: str
    value: Callable[[Named, str], str]
    how: re.Pattern[str] = _NOTHING
    facts: bool = True
    edited: bool = False


FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        Field("name", "{name}", "The file's own name", lambda of, how: of.path.stem, facts=False),
        Field("version", "{version}", "The version's name", lambda of, how: of.version, facts=False, edited=True),
        Field(
            "date", "{date:%Y-%m-%d}", "When it was taken",
            lambda of, how: of.taken.strftime(how or "%Y-%m-%d"), _DATE,
        ),
        Field("time", "{time}", "The time of day", lambda of, how: of.taken.strftime(how or "%H%M%S"), _DATE),
        Field("year", "{year}", "The year", lambda of, how: f"{of.taken.year:04}"),
        Field("month", "{month}", "The month, 01 to 12", lambda of, how: f"{of.taken.month:02}"),
        Field("day", "{day}", "The day, 01 to 31", lambda of, how: f"{of.taken.day:02}"),
        Field(
            "sequence", "{sequence:03}", "A number that rises by one", lambda of, how: f"{of.number:{how}d}", _WIDTH,
            facts=False,
        ),
        Field("rating", "{rating}", "Stars, 0 to 5", lambda of, how: str(max(of.facts.rating or 0, 0))),
        Field("title", "{title}", "The title", lambda of, how: of.facts.title),
        Field("camera", "{camera}", "The camera", lambda of, how: of.facts.camera),
        Field("lens", "{lens}", "The lens", lambda of, how: of.facts.lens),
        Field("iso", "{iso}", "The sensitivity", lambda of, how: str(of.facts.iso or "")),
        Field("label", "{label}", "The colour label", lambda of, how: of.facts.label),
    )
}  # fmt: skip
SHAPES = f"{', '.join(field.example for field in FIELDS.values())}, and text"
SHAPES_OF_FILES = f"{', '.join(field.example for field in FIELDS.values() if not field.edited)}, and text"
"""For files as the camera made them."""


def check(template: str, imported: bool = False) -> None:
    """Raises ValueError for a template that cannot be a name. imported: for files as the camera made them; it may begin
    with folders, each with "/" after it."""
    shapes = SHAPES_OF_FILES if imported else SHAPES
    for part in _parts(template) if imported else [template]:
        left = part
        for found in _FIELD.finditer(part):
            field = FIELDS.get(found[1])
            if field is None or (imported and field.edited) or not field.how.fullmatch(found[2] or ""):
                raise ValueError(f"{found[0]} has no meaning; there are {shapes}")
            left = left.replace(found[0], "", 1)
        if "{" in left or "}" in left or not part.strip(" .") or not part.isprintable():
            raise ValueError(f"{template!r} is no name of files; there are {shapes}")


def needs_facts(template: str) -> bool:
    """Whether the photo's metadata has to be read for it."""
    return any(FIELDS[found[1]].facts for found in _FIELD.finditer(template) if found[1] in FIELDS)


def numbered(template: str) -> bool:
    """Whether names by it have a number that sets them apart."""
    return any(found[1] == "sequence" for found in _FIELD.finditer(template))


def filled(template: str, named: Named) -> str:
    """The name, without extension, as the fields say it; `made_plain` makes one of it that every file system takes.

    >>> filled("{date:%Y}-{name}-{sequence:03}", Named(Path("a.nef"), Metadata(taken=datetime(2024, 5, 1)), 7))
    '2024-a-007'
    """
    return _FIELD.sub(lambda found: FIELDS[found[1]].value(named, found[2] or ""), template)


def place(template: str, named: Named) -> tuple[str, ...]:
    """The folders, if any, and the name without its extension: names that every file system takes, no way upwards.

    >>> place("{year}/{title}/{name}", Named(Path("a.nef"), Metadata(taken=datetime(2024, 5, 1), title="../x")))
    ('2024', 'x', 'a')
    """
    parts = (filled(part, named) for part in _parts(template))
    return tuple(part if fits(part) else made_plain(part) for part in parts)


def _parts(template: str) -> list[str]:
    return template.replace("\\", "/").split("/")
