"""Writing what is said about photos into their sidecars, and the new state into the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from stillbytes.core.errors import NotFound, StillbytesError
from stillbytes.core.saying import said
from stillbytes.library.catalogue import describe as remarks_of
from stillbytes.library.catalogue.database import Database
from stillbytes.library.catalogue.scan.pool import Readers
from stillbytes.library.catalogue.scan.rows import Rows, forget_unused
from stillbytes.library.catalogue.scan.walk import look_into
from stillbytes.library.catalogue.search.run import Entry


def describe(
    database: Database, readers: Readers, photos: Sequence[Entry], remarks: Mapping[str, Any]
) -> list[tuple[int, StillbytesError | None]]:
    """The sidecar first: it is the truth, and a process killed between the two leaves what the next scan mends."""
    checked = remarks_of.check(remarks)
    return _written(database, readers, photos, lambda photo: checked)


def tag(
    database: Database, readers: Readers, photos: Sequence[Entry], add: Sequence[str], remove: Sequence[str]
) -> list[tuple[int, StillbytesError | None]]:
    """Keywords that come and go, compared without case."""
    new = remarks_of.check({"keywords": add})["keywords"]
    gone = {word.casefold() for word in remarks_of.check({"keywords": remove})["keywords"]}

    def remarks(photo: Entry) -> Mapping[str, Any]:
        have = [word for word in photo.keywords if word.casefold() not in gone]
        known = {word.casefold() for word in have}
        return {"keywords": [*have, *(word for word in new if word.casefold() not in known)]}

    return _written(database, readers, photos, remarks)


def each(
    database: Database, readers: Readers, photos: Sequence[Entry], remarks: Callable[[Entry], Mapping[str, Any]]
) -> list[tuple[int, StillbytesError | None]]:
    """For each photo remarks of its own; nothing is written where there are none."""
    checked = {photo.number: remarks_of.check(remarks(photo)) for photo in photos}
    return _written(
        database, readers, [photo for photo in photos if checked[photo.number]], lambda p: checked[p.number]
    )


def _written(
    database: Database,
    readers: Readers,
    photos: Sequence[Entry],
    remarks: Callable[[Entry], Mapping[str, Any]],
) -> list[tuple[int, StillbytesError | None]]:
    outcomes: list[tuple[int, StillbytesError | None]] = []
    written: dict[str, list[Entry]] = {}
    for photo in photos:
        try:
            if not photo.path.is_file() or photo.path.resolve() != photo.path:  # a folder may have become a link
                raise NotFound(
                    said("{photo} is not there.", photo=photo.path), "Connect its disk, or look where it was moved to."
                )
            remarks_of.write(photo.path, remarks(photo), photo.version)
        except StillbytesError as error:
            outcomes.append((photo.number, error))
            continue
        outcomes.append((photo.number, None))
        written.setdefault(str(photo.path.parent), []).append(photo)
    for folder, entries in written.items():
        _take_in(database, readers, folder, entries)
    return outcomes


def _take_in(database: Database, readers: Readers, folder: str, entries: Sequence[Entry]) -> None:
    seen = {(one.name, one.version): one for one in look_into(folder)[0].photos}
    present = [entry for entry in entries if (entry.name, entry.version) in seen]
    beside = [seen[entry.name, entry.version].sidecar for entry in present]
    asked = [(str(e.path), str(Path(folder, s)) if s else None) for e, s in zip(present, beside, strict=True)]
    found = list(_looked(readers, asked))
    with database.writing() as db:
        sql = "SELECT r.id, r.path FROM folders f JOIN roots r ON r.id = f.root WHERE f.path = ?"
        rows = Rows(db, *db.execute(sql, (folder,)).fetchone())
        for entry, looked in zip(present, found, strict=True):
            if looked is not None and "error" not in looked:
                rows.put(folder, seen[entry.name, entry.version], looked, entry.number)
        forget_unused(db)


def _looked(readers: Readers, photos: Sequence[tuple[str, str | None]]) -> Iterator[dict[str, Any] | None]:
    for at in range(0, len(photos), 48):
        yield from readers.look(photos[at : at + 48])
