"""Catalogues of Lightroom's as the server holds them: what was found in one, and what became of it."""

from __future__ import annotations

import csv
import io
import os
import threading
import time
import uuid
from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from stillbytes.app.server.library.importing import whole
from stillbytes.app.server.models import readable
from stillbytes.core.errors import Cancelled, NotFound
from stillbytes.core.jobs import Control, Job, Jobs
from stillbytes.core.saying import joined, said
from stillbytes.core.tables import harmless

if TYPE_CHECKING:
    from stillbytes.app.server.workspace import Workspace
    from stillbytes.library.lightroom import Report, Taken

SUFFIX = ".lrcat"
PATIENCE_S = 60.0
"""How long collections wait for a library that is looked through."""
MOST_HELD = 4
"""Catalogues that stay looked at; the one that was used least goes first."""
Moved = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Row:
    """One photo or virtual copy, see `stillbytes.library.lightroom.Taken`. version: the name of the copy."""

    path: str
    version: str
    state: str
    unmapped: tuple[str, ...]
    notes: tuple[str, ...]
    root: str


@dataclass(slots=True)
class Looked:
    """A catalogue, and what a look through it or the import found. ended: whether it got to the end; written: whether
    it was the import. collections: name -> photos; made: those that there are now."""

    catalogue: Path
    moved: Moved
    rows: list[Row] = field(default_factory=list)
    collections: dict[str, int] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)
    ended: bool = False
    written: bool = False

    def states(self, root: str | None = None) -> Counter[str]:
        return Counter(row.state for row in self.rows if root is None or row.root == root)

    def roots(self) -> list[str]:
        """Folders of the catalogue, in its order."""
        return list(dict.fromkeys(row.root for row in self.rows))

    def lost(self) -> list[tuple[str, int]]:
        """What is not taken over, and of how many photos."""
        return Counter(label for row in self.rows for label in row.unmapped).most_common()

    def remarks(self) -> list[tuple[str, str]]:
        from stillbytes.edit.unmapped import told  # noqa: PLC0415 - only to import

        return [(Path(row.path).name, note) for row in self.rows for note in row.notes if note != told(row.unmapped)]


class Catalogues:
    """Thread-safe. Catalogues are known by the number that `look` gives them. Photos are touched only in the folders of
    the library and in the opened one, whatever a catalogue says."""

    def __init__(self, workspace: Workspace, looks: Jobs, imports: Jobs) -> None:
        self._workspace, self._looks, self._imports = workspace, looks, imports
        self._lock = threading.Lock()
        self._held: OrderedDict[str, Looked] = OrderedDict()

    def look(self, catalogue: str, moved: Moved) -> tuple[str, Job]:
        """See what would be taken over, in the background; nothing is written. The number that it will have. Raises
        NotFound."""
        place = chosen(catalogue)
        for _, now in moved:
            whole(now)
        number = uuid.uuid4().hex[:12]
        with self._lock:
            self._held[number] = Looked(place, moved)
            while len(self._held) > MOST_HELD:
                self._held.popitem(last=False)

        def work(control: Control) -> str:
            found = Looked(place, moved)
            self._take(found, control, 0, dry_run=True, replace=False)
            self._put(number, found)
            return said("{count:,} photo | {count:,} photos", count=len(found.rows))

        return number, self._looks.start(said("Look into {file}", file=readable(place.name)), 0, work)

    def of(self, number: str) -> Looked:
        """Raises NotFound."""
        with self._lock:
            if number not in self._held:
                raise NotFound("This catalogue is not looked at any more.", "Look at it again.")
            self._held.move_to_end(number)
            return self._held[number]

    def start(self, number: str, replace: bool) -> Job:
        """Take over what the look has found, in the background. Raises NotFound."""
        before = self.of(number)
        if not before.ended:
            raise NotFound(
                "This catalogue was not looked through to its end.", "Wait for the job that does it, or look again."
            )
        place, moved = before.catalogue, before.moved

        def work(control: Control) -> str:
            self._workspace.flush()  # what is open is in its sidecar
            found = Looked(place, moved, written=True)
            try:
                report = self._take(found, control, len(before.rows), dry_run=False, replace=replace)
                found.made = self._collected(report, control)
            finally:
                if found.rows or found.ended:  # else what the look found is still what is known
                    self._put(number, found)
                self._arrived(found)
            return _settled(found)

        return self._imports.start(said("Take over {file}", file=readable(place.name)), len(before.rows), work)

    def report(self, number: str) -> str:
        """All of it as a table for spreadsheets: CSV (RFC 4180)."""
        out = io.StringIO()
        table = csv.writer(out)
        table.writerow(("photo", "version", "state", "not taken over", "remarks"))
        for row in self.of(number).rows:
            told = (row.path, row.version, row.state, "; ".join(row.unmapped), "; ".join(row.notes))
            table.writerow([harmless(readable(text)) for text in told])
        return out.getvalue()

    def _put(self, number: str, found: Looked) -> None:
        with self._lock:
            if number in self._held:
                self._held[number] = found

    def _take(self, found: Looked, control: Control, total: int, *, dry_run: bool, replace: bool) -> Report:
        from stillbytes.library.lightroom import import_lightroom  # noqa: PLC0415 - few pages import

        def told(one: Taken) -> None:
            found.rows.append(Row(str(one.path), one.version, one.state, one.unmapped, one.notes, one.root))

        shown = Control(lambda done, _, name: control.progress(done, total, readable(name)), stopped=control.cancelled)
        report = import_lightroom(
            found.catalogue, dry_run=dry_run, replace=replace, moved=found.moved, control=shown,
            inside=self._folders(), told=told,
        )  # fmt: skip
        found.collections = {name: len(paths) for name, paths in report.collections.items()}
        found.ended = True
        return report

    def _folders(self) -> list[Path]:
        shelf = self._workspace.shelf
        return [self._workspace.folder.path, *(Path(folder.path) for folder in shelf.catalogue.folders())]

    def _collected(self, report: Report, control: Control) -> list[str]:
        from stillbytes.library.catalogue import LibraryBusy  # noqa: PLC0415
        from stillbytes.library.lightroom import collect  # noqa: PLC0415

        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                return collect(self._workspace.shelf.catalogue, report.collections, control)
            except LibraryBusy:  # new sidecars are noticed, too
                if control.cancelled():
                    raise Cancelled() from None
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def _arrived(self, found: Looked) -> None:
        """Open photos and the library follow what was written."""
        paths = {Path(row.path) for row in found.rows if row.state == "taken"}
        self._workspace.follow(paths)
        if folders := sorted({path.parent for path in paths}):
            self._workspace.shelf.look_into(folders)


def chosen(text: str) -> Path:
    """Raises NotFound for what is no file of a catalogue."""
    place = whole(text)
    if place.suffix.lower() != SUFFIX or not os.path.isfile(place):  # noqa: PTH113 - false for a name that is too long
        raise NotFound(
            said("{text} is no catalogue.", text=readable(text[:200])),
            said("Choose a file that ends in {suffix}.", suffix=SUFFIX),
        )
    return place


def _settled(found: Looked) -> str:
    counted = found.states()
    words = {
        "taken": said("{count:,} taken over", count=counted["taken"]),
        "edited": said("{count:,} left as they were edited here", count=counted["edited"]),
        "missing": said("{count:,} not where the catalogue says", count=counted["missing"]),
        "outside": said("{count:,} outside the library's folders", count=counted["outside"]),
        "failed": said("{count:,} not taken over", count=counted["failed"]),
    }
    return joined((words[state] for state in words if counted[state]), "; ") or said("No photos")
