"""Photos as rows of the database."""

from __future__ import annotations

import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from stillbytes.edit.version_names import MAIN
from stillbytes.library.catalogue.scan.walk import Seen

_LOOKED = (
    "width", "height", "orientation", "taken", "zone", "iso", "exposure", "aperture", "focal", "focal_35", "latitude",
    "longitude", "altitude", "rating", "flag", "label", "edited", "conflict",
)  # fmt: skip
"""Columns whose values the reader gives as they are."""
_COLUMNS = (
    "folder", "name", "stem", "kind", "size", "mtime", "content", "sidecar", "sidecar_size", "sidecar_mtime", "camera",
    "lens", "version", "version_name", "version_folded", *_LOOKED,
)  # fmt: skip
_INSERT = (
    f"INSERT INTO photos ({', '.join(_COLUMNS)}, added) VALUES ({', '.join('?' * len(_COLUMNS))}, ?) "
    f"ON CONFLICT (folder, name, version) DO UPDATE SET {', '.join(f'{c} = excluded.{c}' for c in _COLUMNS)}, "
    "missing = 0 RETURNING id"
)
_UPDATE = f"UPDATE photos SET {', '.join(f'{c} = ?' for c in _COLUMNS)}, missing = 0 WHERE id = ?"


class Rows:
    """Writes within the transactions of one scan of one root. `moved` counts photos found again elsewhere, `found` the
    versions of photos that were."""

    def __init__(self, db: sqlite3.Connection, root: int, top: str) -> None:
        self._db, self._root, self._top = db, root, top
        self._folders: dict[str, int] = {}
        self._names: dict[str, dict[str, int]] = {"cameras": {}, "lenses": {}}
        self._keywords: dict[str, int] = {}
        self.touched: set[int] = set()
        self.moved = self.found = 0

    def folder(self, path: str) -> int:
        """Its number; a row is made if there is none."""
        if path not in self._folders:
            place = os.path.relpath(path, Path(self._top).parent).casefold()
            sql = (
                "INSERT INTO folders (root, path, folded) VALUES (?, ?, ?) "
                "ON CONFLICT (path) DO UPDATE SET root = excluded.root, folded = excluded.folded RETURNING id"
            )
            self._folders[path] = self._db.execute(sql, (self._root, path, place)).fetchone()[0]
        return self._folders[path]

    def put(self, path: str, seen: Seen, looked: dict[str, Any], known: int | None) -> int:
        """One photo in the folder `path`, `known` by its number if it has been there before. Returns its number."""
        db, folder, content = self._db, self.folder(path), bytes.fromhex(looked["content"])
        beside = seen.sidecar_stamp or (None, None)
        version = "" if seen.version == MAIN else looked["version_name"] or f"Version {seen.version}"
        names = (self._number("cameras", looked["camera"]), self._number("lenses", looked["lens"]))
        values = (
            folder, seen.name, seen.stem, seen.kind, *seen.stamp, content, seen.sidecar, *beside, *names,
            seen.version, version, version.casefold(), *(looked[name] for name in _LOOKED),
        )  # fmt: skip
        problems = list(looked["problems"])
        if known is None and (before := self._elsewhere(content, seen)) is not None:
            known, left = before
            self.found += 1
            self.moved += seen.version == MAIN
            if left is not None and seen.sidecar is None:
                problems.append((f"{seen.name} was moved without its sidecar, {left}.", "Move that, too."))
            problems += [
                (f"{seen.name} was moved without a version of it, {one}.", "Move that, too.")
                for one in self._versions_left(known, path, seen)
            ]
        if known is None:
            number: int = db.execute(_INSERT, (*values, now())).fetchone()[0]
        else:
            number = known
            db.execute("UPDATE photos SET digest = NULL WHERE id = ? AND content <> ?", (number, content))
            db.execute(_UPDATE, (*values, number))
            db.execute("DELETE FROM texts WHERE rowid = ?", (number,))
            db.execute("DELETE FROM photo_keywords WHERE photo = ?", (number,))
            db.execute("DELETE FROM problems WHERE photo = ?", (number,))
        keywords = looked["keywords"]
        place = os.path.relpath(path, Path(self._top).parent) if path != self._top else Path(path).name
        said = " ".join(keywords)
        db.execute(
            "INSERT INTO texts (rowid, name, place, title, caption, keywords, camera, lens, creator, copyright) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (number, f"{seen.name} {version}".strip(), place, looked["title"], looked["caption"], said,
             looked["camera"], looked["lens"], looked["creator"], looked["copyright"]),
        )  # fmt: skip
        if keywords:
            found = {self._keyword(word) for word in keywords}
            db.executemany("INSERT INTO photo_keywords VALUES (?, ?)", [(number, keyword) for keyword in found])
        for message, remedy in problems:
            self.problem(str(Path(path, seen.name)), message, remedy, number)
        self.touched.add(folder)
        return number

    def problem(self, path: str, message: str, remedy: str = "", photo: int | None = None) -> None:
        sql = "INSERT INTO problems (root, photo, path, message, remedy) VALUES (?, ?, ?, ?, ?)"
        self._db.execute(sql, (self._root, photo, path, message, remedy))

    def _elsewhere(self, content: bytes, seen: Seen) -> tuple[int, Path | None] | None:
        """The same version of a photo of this content whose file is gone, and its sidecar if that was left behind."""
        sql = (
            "SELECT p.id, f.path, p.name, p.sidecar, p.folder, r.path FROM photos p JOIN folders f ON f.id = p.folder "
            "JOIN roots r ON r.id = f.root WHERE p.content = ? AND p.size = ? AND p.version = ? "
            "ORDER BY p.missing DESC, p.id"
        )
        for number, folder, name, sidecar, old, top in self._db.execute(sql, (content, seen.stamp[0], seen.version)):
            if Path(top).is_dir() and not Path(folder, name).exists():
                left = Path(folder, sidecar) if sidecar else None
                self.touched.add(old)
                return number, left if left is not None and left.exists() else None
        return None

    def _versions_left(self, main: int, path: str, seen: Seen) -> list[Path]:
        """The sidecars of further versions that are still where a photo was, and not where it is now."""
        if seen.version != MAIN:
            return []
        sql = (
            "SELECT f.path, v.sidecar FROM photos p JOIN folders f ON f.id = p.folder JOIN photos v "
            "ON v.folder = p.folder AND v.name = p.name AND v.version > 1 WHERE p.id = ? AND v.sidecar <> ''"
        )
        found = [Path(folder, sidecar) for folder, sidecar in self._db.execute(sql, (main,))]
        return [one for one in found if one.exists() and not Path(path, one.name).exists()]

    def _number(self, table: str, name: str) -> int | None:
        if not name:
            return None
        known = self._names[table]
        if name not in known:
            sql = f"INSERT INTO {table} (name, folded) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET name = name "
            known[name] = self._db.execute(sql + "RETURNING id", (name, name.casefold())).fetchone()[0]
        return known[name]

    def _keyword(self, path: str) -> int:
        folded = path.casefold()
        if folded not in self._keywords:
            sql = "INSERT INTO keywords (path, folded) VALUES (?, ?) ON CONFLICT (folded) DO UPDATE SET path = path "
            self._keywords[folded] = self._db.execute(sql + "RETURNING id", (path, folded)).fetchone()[0]
        return self._keywords[folded]


def forget_unused(db: sqlite3.Connection) -> None:
    """Remove names that no photo has any more."""
    db.execute("DELETE FROM keywords WHERE NOT EXISTS (SELECT 1 FROM photo_keywords WHERE keyword = keywords.id)")
    db.execute("DELETE FROM cameras WHERE NOT EXISTS (SELECT 1 FROM photos WHERE camera = cameras.id)")
    db.execute("DELETE FROM lenses WHERE NOT EXISTS (SELECT 1 FROM photos WHERE lens = lenses.id)")
    db.execute("DELETE FROM folders WHERE NOT EXISTS (SELECT 1 FROM photos WHERE folder = folders.id)")


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
