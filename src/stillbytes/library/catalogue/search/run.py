"""Running a search: how many photos there are, and a page of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from stillbytes.core.saying import said
from stillbytes.library.catalogue.errors import InvalidQuery
from stillbytes.library.catalogue.search.compile import IN_TEXTS, Collection, compiled, mentions_missing
from stillbytes.library.catalogue.search.fields import Condition
from stillbytes.library.catalogue.search.hinted import noted
from stillbytes.library.catalogue.search.parse import Query, parse
from stillbytes.library.hints.hint import Noted

SORTS = {
    "taken": "taken",
    "added": "added",
    "name": "name",
    "rating": "rating",
    "iso": "iso",
    "size": "size",
    "path": "(SELECT path FROM folders WHERE folders.id = photos.folder), name",
}
"""What results can be sorted by; photos without the value come last."""


TOGETHER = ("taken", "name", "path")
"""Sorts in which the versions of a photo follow it."""
_BY_PLACE = (
    "SELECT photos.id FROM (SELECT id AS place, path AS place_path FROM folders) CROSS JOIN photos ON folder = place "
    "ORDER BY place_path {way}, name {way}, version {way}"
)
"""All photos by folder and name: along two indexes, a third of the time that sorting takes."""
MANY = 1000
"""Results from which on it is quicker to look at photos in their order than to put those found in order."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A photo as the catalogue knows it.

    number: its own in this catalogue, the same wherever the file is moved to. kind: as of `photo.formats`. width,
    height: upright, 0 if unknown. taken: by the camera's clock, ISO 8601, empty if unknown; zone: minutes east of
    Greenwich. exposure in seconds, focal in mm, latitude and longitude in degrees. rating 0..5; flag 1, 0 or -1.
    keywords: paths, levels apart by "|". stack: number of the photo on top. missing: its file is gone; offline: its
    folder is out of reach. conflict: what photo and sidecar disagree about. content: hexadecimal, of the file. version:
    its number, 1 for the photo's own; version_name: empty for that. hints: what was noticed in its picture. burst:
    number of the first photo of its burst; sharpest: of that.
    """

    number: int
    path: Path
    kind: str
    size: int
    width: int
    height: int
    orientation: int
    taken: str
    zone: int | None
    camera: str
    lens: str
    iso: int | None
    exposure: float | None
    aperture: float | None
    focal: float | None
    latitude: float | None
    longitude: float | None
    altitude: float | None
    rating: int
    flag: int
    label: str
    title: str
    caption: str
    creator: str
    copyright: str
    keywords: tuple[str, ...]
    edited: bool
    sidecar: Path | None
    stack: int | None
    missing: bool
    offline: bool
    conflict: str
    content: str
    version: int = 1
    version_name: str = ""
    hints: tuple[Noted, ...] = ()
    burst: int | None = None
    sharpest: bool = False

    @property
    def name(self) -> str:
        return self.path.name

    def fields(self) -> dict[str, Any]:
        """In JSON's types."""
        return {**asdict(self), "path": str(self.path), "sidecar": str(self.sidecar) if self.sidecar else None,
                "keywords": list(self.keywords), "hints": [asdict(one) for one in self.hints]}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """total: of all pages. photos: of this one, from `offset` on."""

    total: int
    offset: int
    photos: tuple[Entry, ...]


def condition(
    db: sqlite3.Connection, text: str | Query, *, tops: bool = False, opened: Sequence[int] = ()
) -> Condition:
    """What the photos of this search have in common. tops: of each stack only the one on top, but for the stacks of
    these tops. Raises InvalidQuery."""
    query = parse(text) if isinstance(text, str) else text

    def collection(name: str) -> Collection | None:
        sql = "SELECT id, query FROM collections WHERE folded = ? OR id = ? ORDER BY id"
        found: Collection | None = db.execute(sql, (name.casefold(), name)).fetchone()
        return found

    sql, values = compiled(query, collection)
    if not mentions_missing(query) and db.execute("SELECT EXISTS (SELECT 1 FROM photos WHERE missing)").fetchone()[0]:
        sql = f"({sql}) AND NOT missing"
    if not tops:
        return sql, values
    if not opened:
        return f"({sql}) AND (stack IS NULL OR stack = id)", values
    shown = "stack IS NULL OR stack = id OR stack IN (SELECT value FROM json_each(?))"
    return f"({sql}) AND ({shown})", (*values, json.dumps(list(opened)))


def run(
    db: sqlite3.Connection, text: str, sort: str, descending: bool, limit: int, offset: int, tops: bool = False
) -> Found:
    """Raises InvalidQuery."""
    where, values = condition(db, text, tops=tops)
    total = count(db, where, values)
    if total > MANY:  # walk along the order until the page is full, instead of sorting all that is found
        where = where.replace("id IN (SELECT", "+id IN (SELECT")
    by = order(sort, descending)
    if sort in TOGETHER:
        by = f"{by.rpartition(', ')[0]}, coalesce(stack, id) {'DESC' if descending else 'ASC'}, version, id"
    sql = f"SELECT id FROM photos WHERE {where} ORDER BY {by} LIMIT ? OFFSET ?"
    numbers = [number for (number,) in db.execute(sql, (*values, limit, offset))]
    return Found(total, offset, tuple(entries(db, numbers)))


def count(db: sqlite3.Connection, where: str, values: Sequence[object]) -> int:
    """How many photos meet a condition."""
    sql = f"SELECT count(*) FROM photos WHERE {where}"
    if where == IN_TEXTS:  # the index of texts counts by itself much faster
        sql = "SELECT count(*) FROM texts WHERE texts MATCH ?"
    elif where == "TRUE":
        sql = "SELECT count(*) FROM photos"
    return int(db.execute(sql, values).fetchone()[0])


def numbers(
    db: sqlite3.Connection, text: str, sort: str, descending: bool, tops: bool = False, opened: Sequence[int] = ()
) -> list[int]:
    """All photos of a search, in order. Raises InvalidQuery."""
    where, values = condition(db, text, tops=tops, opened=opened)
    sql = f"SELECT id FROM photos WHERE {where} ORDER BY {order(sort, descending)}"
    if sort == "path" and where == "TRUE":
        sql = _BY_PLACE.format(way="DESC" if descending else "ASC")
    found = [number for (number,) in db.execute(sql, values)]
    return _together(db, found) if sort in TOGETHER else found


def _together(db: sqlite3.Connection, found: list[int]) -> list[int]:
    """With versions after their photo, where that is among them; many times as quick as having SQLite sort by it."""
    sql = (
        "SELECT v.id, m.id FROM photos v JOIN photos m ON m.folder = v.folder AND m.name = v.name AND m.version = 1 "
        "WHERE v.version > 1 ORDER BY v.version"
    )
    pairs = db.execute(sql).fetchall()
    if not pairs:
        return found
    there, after, moved = set(found), dict[int, list[int]](), set[int]()
    for version, photo in pairs:
        if version in there and photo in there:
            after.setdefault(photo, []).append(version)
            moved.add(version)
    return [one for number in found if number not in moved for one in (number, *after.get(number, ()))]


def order(sort: str, descending: bool) -> str:
    """Raises InvalidQuery."""
    if sort not in SORTS:
        raise InvalidQuery(
            said("Photos cannot be sorted by {sort}.", sort=sort[:60]),
            said("There are {these}.", these=", ".join(SORTS)),
        )
    way = "DESC" if descending else "ASC NULLS LAST"
    return ", ".join(f"{column.strip()} {way}" for column in (*_columns(sort), "id"))


def _columns(sort: str) -> Sequence[str]:
    whole, comma, last = SORTS[sort].rpartition(", ")
    return (whole, last) if comma else (last,)


def entries(db: sqlite3.Connection, wanted: Sequence[int]) -> list[Entry]:
    """The photos of these numbers, in their order; those that there are not are left out."""
    given = json.dumps(list(wanted))
    keywords: dict[int, list[str]] = {}
    sql = (
        "SELECT k.photo, w.path FROM photo_keywords k JOIN keywords w ON w.id = k.keyword "
        "WHERE k.photo IN (SELECT value FROM json_each(?)) ORDER BY w.folded"
    )
    for number, path in db.execute(sql, (given,)):
        keywords.setdefault(number, []).append(path)
    sql = (
        "SELECT p.id, f.path, p.name, p.kind, p.size, p.width, p.height, p.orientation, p.taken, p.zone, c.name, "
        "l.name, p.iso, p.exposure, p.aperture, p.focal, p.latitude, p.longitude, p.altitude, p.rating, p.flag, "
        "p.label, t.title, t.caption, t.creator, t.copyright, p.edited, p.sidecar, p.stack, p.missing, r.online, "
        "p.conflict, p.content, p.version, p.version_name, p.burst, p.sharpest "
        "FROM json_each(?) w JOIN photos p ON p.id = w.value JOIN folders f ON f.id = p.folder "
        "JOIN roots r ON r.id = f.root LEFT JOIN cameras c ON c.id = p.camera LEFT JOIN lenses l ON l.id = p.lens "
        "LEFT JOIN texts t ON t.rowid = p.id ORDER BY w.key"
    )
    hinted = noted(db, wanted)
    rows = db.execute(sql, (given,))
    return [_entry(row, keywords.get(row[0], ()), hinted.get(row[0], ())) for row in rows]


def _entry(row: Sequence[Any], keywords: Sequence[str], hinted: tuple[Noted, ...]) -> Entry:
    number, folder, name, kind, size, width, height, orientation, taken, zone, camera, lens, *rest = row
    (
        *shot,
        rating,
        flag,
        label,
        title,
        caption,
        creator,
        rights,
        edited,
        beside,
        stack,
        missing,
        online,
        conflict,
        key,
        version,
        version_name,
        burst,
        sharpest,
    ) = rest
    iso, exposure, aperture, focal, latitude, longitude, altitude = shot
    return Entry(
        number, Path(folder, name), kind, size, width, height, orientation, (taken or "").replace(" ", "T"), zone,
        camera or "", lens or "", iso, exposure, aperture, focal, latitude, longitude, altitude, rating, flag, label,
        title or "", caption or "", creator or "", rights or "", tuple(keywords), bool(edited),
        Path(folder, beside) if beside else None, stack, bool(missing), not online, conflict, key.hex(),
        version, version_name, hinted, burst, bool(sharpest),
    )  # fmt: skip
