"""Running a search: how many photos there are, and a page of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stillbytes.library.catalogue.search.compile import Collection, compiled, mentions_missing
from stillbytes.library.catalogue.search.fields import IN_TEXTS, Condition
from stillbytes.library.catalogue.search.hinted import noted
from stillbytes.library.catalogue.search.parse import Query, parse
from stillbytes.library.hints.hint import Noted

if TYPE_CHECKING:
    from stillbytes.library.catalogue.search.orders import Numbers, Orders

SORTS = {
    "taken": "taken",
    "added": "added",
    "name": "name",
    "rating": "rating",
    "iso": "iso",
    "size": "size",
    "path": "",
}
"""What results can be sorted by, with its column; photos without the value come last. `path`: folder and name."""
TOGETHER = ("taken", "name", "path")
"""Sorts in which the versions of a photo follow it."""


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
    db: sqlite3.Connection,
    orders: Orders,
    text: str,
    sort: str,
    descending: bool,
    limit: int,
    offset: int,
    tops: bool = False,
) -> Found:
    """Raises InvalidQuery."""
    found = ordered(db, orders, text, sort, descending, tops)
    return Found(len(found), offset, tuple(entries(db, found[offset : offset + limit].tolist())))


def ordered(
    db: sqlite3.Connection,
    orders: Orders,
    text: str,
    sort: str,
    descending: bool,
    tops: bool = False,
    opened: Sequence[int] = (),
) -> Numbers:
    """All photos of a search, in order. Raises InvalidQuery."""
    db.execute("BEGIN")  # what is found and its order are of the same moment
    try:
        where, values = condition(db, text, tops=tops, opened=opened)
        order = orders.order(db, sort, descending)
        found = None if where == "TRUE" else matching(db, where, values)
    finally:
        db.execute("COMMIT")
    if found is None:
        return order
    import numpy as np  # noqa: PLC0415 - what only describes photos does without

    wanted = np.zeros(int(order.max(initial=0)) + 1, np.bool_)
    wanted[found] = True
    result: Numbers = order[wanted[order]]
    return result


def matching(db: sqlite3.Connection, where: str, values: Sequence[object]) -> Numbers:
    """The numbers of all photos that meet a condition, in no order."""
    import numpy as np  # noqa: PLC0415

    sql = f"SELECT group_concat(id) FROM photos WHERE {where}"  # as one text: a quarter of the time that rows take
    if where == IN_TEXTS:  # the index of texts answers by itself much faster
        sql = "SELECT group_concat(rowid) FROM texts WHERE texts MATCH ?"
    listed: str | None = db.execute(sql, values).fetchone()[0]
    return np.fromstring(listed or "", np.int64, sep=",")


def count(db: sqlite3.Connection, where: str, values: Sequence[object]) -> int:
    """How many photos meet a condition."""
    sql = f"SELECT count(*) FROM photos WHERE {where}"
    if where == IN_TEXTS:
        sql = "SELECT count(*) FROM texts WHERE texts MATCH ?"
    elif where == "TRUE":
        sql = "SELECT count(*) FROM photos"
    return int(db.execute(sql, values).fetchone()[0])


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
