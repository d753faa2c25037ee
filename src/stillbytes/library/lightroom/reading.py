"""What a catalogue of Lightroom Classic knows of its photos. It is a database of SQLite, opened read-only.

Tables and columns as people who looked into catalogues of versions 5 to 15 describe them.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stillbytes.core.errors import Cancelled, SidecarError
from stillbytes.core.saying import said
from stillbytes.edit.presets import lrtemplate
from stillbytes.library.catalogue.errors import LibraryError

MOST_TEXT = 16 << 20
"""Bytes of one photo's settings."""
DEEPEST_KEYWORD = 40
STEPS = 100_000
"""Of SQLite's between two questions whether to stop: a catalogue may be made to never end."""
ORIENTATIONS = {"AB": 1, "CD": 3, "BC": 6, "DA": 8}
"""Which corners of the sensor's image are at the top -> EXIF orientation."""
COLLECTION = "com.adobe.ag.library.collection"
_IMAGES = """
SELECT i.id_local, r.absolutePath, f.pathFromRoot, l.baseName, l.extension, i.rating, i.pick, i.colorLabels,
       i.orientation, i.masterImage, i.copyName, {settings}
FROM Adobe_images i JOIN AgLibraryFile l ON l.id_local = i.rootFile JOIN AgLibraryFolder f ON f.id_local = l.folder
JOIN AgLibraryRootFolder r ON r.id_local = f.rootFolder ORDER BY i.id_local
"""
_SETTINGS = "(SELECT d.text FROM Adobe_imageDevelopSettings d WHERE d.id_local = i.developSettingsIDCache)"
_LATEST = (
    "(SELECT d.text FROM Adobe_imageDevelopSettings d WHERE d.image = i.id_local ORDER BY d.id_local DESC LIMIT 1)"
)


@dataclass(frozen=True, slots=True)
class Image:
    """A photo of the catalogue. settings: its table of develop settings, None where there is none or it cannot be
    read (then `problem` says why). copy: name of a virtual copy, which has no file of its own; else None. remarks: as
    `stillbytes.library.catalogue.describe.check` takes them. collections: names. root: the folder of the catalogue that
    it is below."""

    path: Path
    settings: Mapping[str, Any] | None
    remarks: Mapping[str, Any]
    orientation: int | None = None
    copy: str | None = None
    collections: tuple[str, ...] = ()
    problem: str = ""
    root: str = ""


def images(catalogue: Path, stopped: Callable[[], bool] = lambda: False) -> Iterator[Image]:
    """All photos of a catalogue and their virtual copies. stopped: asked while it is read. Raises LibraryError for a
    file that is none, or one that Lightroom has open, Cancelled."""
    if not catalogue.is_file():
        raise LibraryError(
            said("There is no catalogue {catalogue}.", catalogue=catalogue), "Name a file that ends in .lrcat."
        )
    log = catalogue.with_name(f"{catalogue.name}-wal")
    if log.exists() and log.stat().st_size > 0:
        raise LibraryError(
            said("{catalogue} is open in Lightroom.", catalogue=catalogue.name),
            "Close Lightroom first, or name a copy.",
        )
    try:
        with closing(sqlite3.connect(f"{catalogue.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as db:
            db.text_factory = lambda text: text.decode(errors="replace")
            db.execute("PRAGMA trusted_schema = OFF")
            db.set_progress_handler(lambda: int(stopped()), STEPS)
            yield from _images(db)
    except sqlite3.Error as error:
        if stopped():
            raise Cancelled() from error
        raise LibraryError(
            said(
                "{catalogue} is no catalogue of Lightroom Classic, or damaged ({why}).",
                catalogue=catalogue.name,
                why=str(error),
            ),
            "Choose another file.",
        ) from error


def _images(db: sqlite3.Connection) -> Iterator[Image]:
    columns = {row[1] for row in db.execute("PRAGMA table_info(Adobe_images)")}
    keywords, collections = _keywords(db), _collections(db)
    captions = _captions(db)
    settings = _SETTINGS if "developSettingsIDCache" in columns else _LATEST
    for row in db.execute(_IMAGES.format(settings=settings)):
        number, root, folder, name, extension, rating, pick, label, corners, master, copy, text = row
        if not all(isinstance(part, str) for part in (root, folder, name)):
            continue
        remarks: dict[str, Any] = {}
        if isinstance(rating, int | float) and 0 <= rating <= 5:
            remarks["rating"] = int(rating)
        if pick in (-1, 1):
            remarks["flag"] = int(pick)
        if isinstance(label, str) and label:
            remarks["label"] = label
        if number in keywords:
            remarks["keywords"] = sorted(keywords[number])
        remarks |= captions.get(number, {})
        table, problem = _table(text, name)
        yield Image(
            Path(f"{root}{folder}{name}{f'.{extension}' if extension else ''}"),
            table,
            remarks,
            ORIENTATIONS.get(corners),
            None if master is None else str(copy or "copy"),
            tuple(sorted(collections.get(number, ()))),
            problem,
            root,
        )


def _table(text: Any, name: str) -> tuple[Mapping[str, Any] | None, str]:
    """The settings of one photo: text, or text that zlib made short behind its length in four bytes."""
    if text is None or text in ("", b""):
        return None, ""
    try:
        content = text.encode() if isinstance(text, str) else _inflated(text) if isinstance(text, bytes) else b""
        return lrtemplate.parse(content, f"The settings of {name}", MOST_TEXT), ""
    except (SidecarError, zlib.error) as error:
        return None, str(error)


def _inflated(content: bytes) -> bytes:
    if content[4:5] != b"\x78":
        return content
    return zlib.decompressobj().decompress(content[4:], MOST_TEXT)


def _keywords(db: sqlite3.Connection) -> dict[int, set[str]]:
    """Photo -> paths, levels apart by "|"."""
    words = {
        number: (name, parent)
        for number, name, parent in db.execute("SELECT id_local, name, parent FROM AgLibraryKeyword")
    }
    found: dict[int, set[str]] = {}
    for image, tag in db.execute("SELECT image, tag FROM AgLibraryKeywordImage"):
        levels: list[str] = []
        here = tag
        while here in words and len(levels) < DEEPEST_KEYWORD:
            name, here = words[here]
            if isinstance(name, str) and name:
                levels.append(name.replace("|", "/"))
        if levels:
            found.setdefault(image, set()).add("|".join(reversed(levels)))
    return found


def _collections(db: sqlite3.Connection) -> dict[int, set[str]]:
    """Photo -> names of the collections that were put together by hand."""
    sql = (
        "SELECT m.image, c.name FROM AgLibraryCollectionImage m "
        "JOIN AgLibraryCollection c ON c.id_local = m.collection WHERE c.creationId = ?"
    )
    found: dict[int, set[str]] = {}
    for image, name in db.execute(sql, (COLLECTION,)):
        if isinstance(name, str) and name:
            found.setdefault(image, set()).add(name)
    return found


def _captions(db: sqlite3.Connection) -> dict[int, dict[str, str]]:
    columns = {row[1] for row in db.execute("PRAGMA table_info(AgLibraryIPTC)")}
    wanted = [name for name in ("caption", "copyright") if name in columns]
    if not wanted:
        return {}
    rows = db.execute(f"SELECT image, {', '.join(wanted)} FROM AgLibraryIPTC")
    return {
        image: {name: value for name, value in zip(wanted, values, strict=True) if isinstance(value, str) and value}
        for image, *values in rows
    }
