"""What no photo folder holds: which folders belong to the library, its collections, which photos were put on top of
their stacks, and which suggestions were dismissed. Small JSON files of our own.

They, not the database, are where this is kept; members of a collection are named by path and content, so that they
are found again after a rebuild, and after a move.
"""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from stillbytes.core.files import write_atomically
from stillbytes.core.saying import said
from stillbytes.library.catalogue.errors import LibraryError


@dataclass(frozen=True, slots=True)
class Collection:
    """A smart one has a query, another one its members: (path, content as hexadecimal) in order;
    the path of a further version is that of its sidecar."""

    id: str
    name: str
    query: str | None = None
    members: tuple[tuple[str, str], ...] = ()

    def with_members(self, members: Sequence[tuple[str, str]]) -> Collection:
        return replace(self, members=tuple(members))


def new_id() -> str:
    return uuid.uuid4().hex[:12]


class Kept:
    """The files in the catalogue's folder. Raises LibraryError when one cannot be read or written."""

    def __init__(self, place: Path) -> None:
        self._folders = place / "folders.json"
        self._collections = place / "collections"
        self._tops = place / "tops.json"
        self._dismissed = place / "dismissed.json"

    def folders(self) -> list[str]:
        if not self._folders.exists():
            return []
        found = _read(self._folders)
        return [path for path in found if isinstance(path, str)] if isinstance(found, list) else []

    def keep_folders(self, paths: Sequence[str]) -> None:
        _write(self._folders, list(paths))

    def tops(self) -> list[str]:
        """Contents, as hexadecimal, of photos that a person put on top."""
        found = _read(self._tops) if self._tops.exists() else []
        return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []

    def keep_tops(self, contents: Sequence[str]) -> None:
        _write(self._tops, sorted(set(contents)))

    def dismissed(self) -> dict[str, list[str]]:
        """By content, as hexadecimal: what a person does not want to be suggested again (see `captions`)."""
        found = _read(self._dismissed) if self._dismissed.exists() else {}
        return {
            content: [one for one in what if isinstance(one, str)]
            for content, what in (found.items() if isinstance(found, dict) else ())
            if isinstance(what, list) and _is_hex(content)
        }

    def keep_dismissed(self, dismissed: Mapping[str, Sequence[str]]) -> None:
        _write(self._dismissed, {content: list(what) for content, what in dismissed.items()})

    def collections(self) -> list[Collection]:
        """By name. A damaged file is left out; it is left as it is, too."""
        found = []
        for file in sorted(self._collections.glob("*.json")):
            with contextlib.suppress(LibraryError, KeyError, TypeError, ValueError):
                fields = _read(file)
                members = tuple((str(path), str(content)) for path, content in fields["members"])
                query = fields["query"]
                found.append(Collection(file.stem, str(fields["name"]), None if query is None else str(query), members))
        return sorted(found, key=lambda one: (one.name.casefold(), one.id))

    def keep(self, collection: Collection) -> None:
        fields = {name: value for name, value in asdict(collection).items() if name != "id"}
        _write(self._collections / f"{collection.id}.json", fields)

    def drop(self, id: str) -> None:
        (self._collections / f"{id}.json").unlink(missing_ok=True)


def _is_hex(text: str) -> bool:
    try:
        return bool(bytes.fromhex(text))
    except ValueError:
        return False


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise LibraryError(
            said("{file} cannot be read: {why}.", file=file, why=str(error)), "Mend the file, or move it away."
        ) from error


def _write(file: Path, value: object) -> None:
    try:
        write_atomically(file, json.dumps(value, indent=1).encode())
    except OSError as error:
        raise LibraryError(
            said("{file} cannot be written: {why}.", file=file, why=str(error)), "Is the disk full?"
        ) from error
