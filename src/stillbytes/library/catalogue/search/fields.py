"""The fields of the search language, each with the condition on a row of `photos` that it stands for.

A condition is SQL with a "?" for every value that comes from outside, and those values: nothing that a person types
ever becomes SQL.
"""

from __future__ import annotations

import difflib
import math
import os
from collections.abc import Callable
from dataclasses import dataclass

from stillbytes.core.saying import said
from stillbytes.library.catalogue.errors import InvalidQuery
from stillbytes.library.catalogue.search.boxes import box
from stillbytes.library.catalogue.search.values import bounds, span

Condition = tuple[str, tuple[object, ...]]
_KINDS = {
    "raw": ("raw", "dng"), "dng": ("dng",), "jpeg": ("jpeg",), "jpg": ("jpeg",), "tiff": ("tiff",), "tif": ("tiff",),
    "png": ("png",), "heif": ("heif",), "heic": ("heif",), "avif": ("avif",), "webp": ("webp",),
}  # fmt: skip
_FLAGS = {"pick": 1, "picked": 1, "none": 0, "unflagged": 0, "reject": -1, "rejected": -1}
_STATES = {
    "edited": "edited",
    "gps": "latitude IS NOT NULL",
    "keywords": "EXISTS (SELECT 1 FROM photo_keywords k WHERE k.photo = photos.id)",
    "stack": "stack IS NOT NULL",
    "burst": "burst IS NOT NULL",
    "sharpest": "sharpest",
    "sidecar": "sidecar IS NOT NULL",
    "version": "version > 1",
    "missing": "missing",
    "offline": "folder IN (SELECT f.id FROM folders f JOIN roots r ON r.id = f.root WHERE NOT r.online)",
    "conflict": "conflict <> ''",
    "problem": "id IN (SELECT photo FROM problems)",
    "landscape": "width > height",
    "portrait": "width < height",
    "square": "width = height AND width > 0",
}
IN_TEXTS = "id IN (SELECT rowid FROM texts WHERE texts MATCH ?)"
_KM_PER_DEGREE = 111.195
"""Of a great circle on a sphere of 6371 km."""
_WIDE = 10.0
"""Degrees around a place that hold so many photos that an index is no help (see `_measure`)."""


@dataclass(frozen=True, slots=True)
class Field:
    """says: what it searches, with an example. condition: of a value, and whether that stood in quotes."""

    says: str
    condition: Callable[[str, bool], Condition]


def _measure(name: str, column: str, tolerance: float = 0.0) -> Callable[[str, bool], Condition]:
    def condition(value: str, exact: bool) -> Condition:
        if value.lower() == "none":
            return f"{column} IS NULL", ()
        least, with_least, most, with_most = bounds(name, value, tolerance)
        parts, values = [], []
        # Ranges are of many photos: going through all is quicker than fetching each by an index, which "+" keeps out.
        where = column if least == most else f"+{column}"
        if least is not None:
            parts.append(f"{where} {'>=' if with_least else '>'} ?")
            values.append(least)
        if most is not None:
            parts.append(f"{where} {'<=' if with_most else '<'} ?")
            values.append(most)
        return " AND ".join(parts), tuple(values)

    return condition


def _named(table: str, column: str) -> Callable[[str, bool], Condition]:
    def condition(value: str, exact: bool) -> Condition:
        if not exact and value.lower() == "none":
            return f"{column} IS NULL", ()
        return f"{column} IN (SELECT id FROM {table} WHERE instr(folded, ?))", (value.casefold(),)

    return condition


def _label(value: str, exact: bool) -> Condition:
    if not exact and value.lower() in ("none", "any"):
        return f"label {'=' if value.lower() == 'none' else '<>'} ''", ()
    return "label = ?", (value,)


def _keyword(value: str, exact: bool) -> Condition:
    """A level of a path, or several in a row ("animals|birds"), and all below it; "own*" for beginnings."""
    if not exact and value.lower() == "none":
        return f"NOT ({_STATES['keywords']})", ()
    folded = "|".join(part.strip() for part in value.casefold().split("|"))
    begins = not exact and folded.endswith("*")
    wanted = f"|{folded[:-1]}" if begins else f"|{folded}|"
    found = "SELECT id FROM keywords WHERE instr('|' || folded || '|', ?)"
    return f"id IN (SELECT photo FROM photo_keywords WHERE keyword IN ({found}))", (wanted,)


def _date(value: str, exact: bool) -> Condition:
    if value.lower() == "none":
        return "taken IS NULL", ()
    return "taken >= ? AND taken < ?", span(value)


def _choice(name: str, column: str, choices: dict[str, int]) -> Callable[[str, bool], Condition]:
    def condition(value: str, exact: bool) -> Condition:
        if value.lower() not in choices:
            raise InvalidQuery(
                said("{name}:{value} is not known.", name=name, value=value[:60]),
                said("There are {these}.", these=", ".join(choices)),
            )
        return f"{column} = ?", (choices[value.lower()],)

    return condition


def _kind(value: str, exact: bool) -> Condition:
    kinds = _KINDS.get(value.lower().lstrip("."))
    if kinds is None:
        raise InvalidQuery(
            said("kind:{value} is not known.", value=value[:60]), said("There are {these}.", these=", ".join(_KINDS))
        )
    return f"kind IN ({', '.join('?' * len(kinds))})", kinds


def _state(value: str, exact: bool) -> Condition:
    if value.lower() not in _STATES:
        raise InvalidQuery(
            said("is:{value} is not known.", value=value[:60]), said("There are {these}.", these=", ".join(_STATES))
        )
    return _STATES[value.lower()], ()


def _hint(value: str, exact: bool) -> Condition:
    """One kind of hint; "any" of them; "none" of a photo whose picture was looked at."""
    from stillbytes.library.hints.find import hint, hints  # noqa: PLC0415 - few searches ask for them

    name = value.lower()
    if name == "any":
        return "content IN (SELECT content FROM hints WHERE fires)", ()
    if name == "none":
        seen = "SELECT content FROM looks WHERE problem = ''"
        return f"content IN ({seen}) AND content NOT IN (SELECT content FROM hints WHERE fires)", ()
    found = hint(name)
    if found is None:
        raise InvalidQuery(
            said("hint:{value} is not known.", value=value[:60]),
            said("There are {these}, any, none.", these=", ".join(hints())),
        )
    return "content IN (SELECT content FROM hints WHERE fires AND kind = ?)", (found.kind,)


def _version(value: str, exact: bool) -> Condition:
    if not exact and value.lower() in ("none", "any"):
        return f"version {'=' if value.lower() == 'none' else '>'} 1", ()
    return "version > 1 AND instr(version_folded, ?)", (value.casefold(),)


def _near(value: str, exact: bool) -> Condition:
    """Within so many kilometres of a place: on a plane that touches the earth there."""
    try:
        latitude, longitude, km = (float(part) for part in value.split(","))
    except ValueError:
        latitude = longitude = km = math.nan
    if not (abs(latitude) <= 90 and abs(longitude) <= 180 and 0 < km <= 20_000):
        raise InvalidQuery(
            said("near:{value} is not understood.", value=value[:60]), "Write near:46.95,7.45,10 for 10 km around."
        )
    reach, narrow = km / _KM_PER_DEGREE, max(math.cos(math.radians(latitude)), 1e-6)
    east = "min(abs(longitude - ?), 360 - abs(longitude - ?)) * ?"
    column = "latitude" if reach < _WIDE else "+latitude"
    return (
        f"{column} BETWEEN ? AND ? AND (latitude - ?) * (latitude - ?) + {east} * {east} <= ?",
        (latitude - reach, latitude + reach, latitude, latitude, *(longitude, longitude, narrow) * 2, reach * reach),
    )


def _box(value: str, exact: bool) -> Condition:
    return box(value).condition()


def _within(value: str, exact: bool) -> Condition:
    """A folder by its whole path, and all below it."""
    path = value.rstrip("/\\") or value
    below = path if path.endswith(("/", "\\")) else path + os.sep
    found = "SELECT id FROM folders WHERE path = ? OR (path >= ? AND path < ?)"
    return f"folder IN ({found})", (path, below, below[:-1] + chr(ord(below[-1]) + 1))


def _text(column: str) -> Callable[[str, bool], Condition]:
    def condition(value: str, exact: bool) -> Condition:
        return IN_TEXTS, (f"{{{column}}} : {words(value, exact)}",)

    return condition


def words(text: str, exact: bool = False) -> str:
    """FTS5's expression for these words in a row, the last one's beginning being enough unless `exact`."""
    quoted = text.replace("\0", " ").replace('"', '""')
    whole = exact or len(text) < 2  # one letter begins almost everything
    return f'"{quoted}"' + ("" if whole else " *")


FIELDS: dict[str, Field] = {
    "camera": Field("part of the camera's name: camera:d750", _named("cameras", "camera")),
    "lens": Field("part of the lens's name: lens:50mm", _named("lenses", "lens")),
    "rating": Field("stars 0 to 5: rating:>=3", _measure("rating", "rating")),
    "flag": Field("pick, reject or none: flag:pick", _choice("flag", "flag", _FLAGS)),
    "label": Field("colour label: label:red, label:none", _label),
    "keyword": Field("a keyword and those below it: keyword:birds, keyword:animals|birds, keyword:bir*", _keyword),
    "date": Field("day of capture: date:2024-05..2024-06, date:>=2023", _date),
    "iso": Field("sensitivity: iso:>=800", _measure("iso", "iso")),
    "exposure": Field("exposure time in seconds: exposure:1/250, exposure:>=1", _measure("exposure", "exposure", 0.01)),
    "aperture": Field("f-number: aperture:<=2.8", _measure("aperture", "aperture", 0.01)),
    "focal": Field("focal length in mm: focal:24..70", _measure("focal", "focal", 0.01)),
    "near": Field("latitude, longitude, kilometres: near:46.95,7.45,10", _near),
    "box": Field("between south, west, north and east: box:46.9,7.4,47,7.5", _box),
    "kind": Field("kind of file: kind:raw", _kind),
    "size": Field("bytes of the file: size:>50000000", _measure("size", "size")),
    "megapixels": Field("megapixels: megapixels:>=24", _measure("megapixels", "width * height / 1e6", 0.01)),
    "folder": Field("part of the folder's path: folder:holiday", _named("folders", "folder")),
    "in": Field('a folder by its whole path, and all below it: in:"/home/me/Pictures/2024"', _within),
    "name": Field("beginning of a word of the file name: name:img_12", _text("name")),
    "version": Field("further versions by part of their name: version:grey, version:any, version:none", _version),
    "hint": Field("what was noticed in the picture: hint:blurred, hint:eyes-shut, hint:any, hint:none", _hint),
    "title": Field("words of the title", _text("title")),
    "caption": Field("words of the caption", _text("caption")),
    "creator": Field("words of the creator's name", _text("creator")),
    "is": Field(f"a state: {', '.join(f'is:{state}' for state in _STATES)}", _state),
}
"""All fields but `collection`, which needs other collections to be understood."""
ALIASES = {"has": "is", "type": "kind", "f": "aperture", "shutter": "exposure", "focal_length": "focal",
           "path": "folder", "keywords": "keyword", "by": "creator", "taken": "date", "file": "name",
           "stars": "rating"}  # fmt: skip


def field(name: str) -> Field:
    """Raises InvalidQuery."""
    found = FIELDS.get(ALIASES.get(name, name))
    if found is None:
        close = difflib.get_close_matches(name, [*FIELDS, "collection"], 1)
        hint = f"Did you mean {close[0]}:?" if close else f"There are {', '.join(FIELDS)}, collection."
        raise InvalidQuery(
            said("{name}: is no field.", name=name),
            said('{hint} For the text itself use quotes: "{name}:...".', hint=hint, name=name),
        )
    return found
