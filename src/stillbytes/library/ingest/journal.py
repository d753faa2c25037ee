"""What an import has still to do, in a file of its own, so that whatever stops it, it can go on.

One line of JSON each: first the whole plan, then what became of each file. A line that a crash cut short is as if it
had not been written, and what it would have said is found out again from the files themselves.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from stillbytes.core.errors import NotFound
from stillbytes.core.files import write_atomically
from stillbytes.core.saying import said
from stillbytes.library.catalogue import Catalogue
from stillbytes.library.ingest.choices import Choices
from stillbytes.library.ingest.errors import IngestError
from stillbytes.library.ingest.plan import Copy, Plan

FOLDER = "imports"
_ID = re.compile(r"[0-9a-f]{12}")
Step = Literal["verified", "copied", "doubled"]
"""Of a file: its copy was read back and is about to get its name; it has it; it has it in the second folder, too."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An import that did not come to its end. begun: ISO 8601, UTC. copied of files."""

    id: str
    begun: str
    source: Path
    choices: Choices
    files: int
    copied: int


@dataclass(slots=True)
class Journal:
    """steps: of each file by its place in `copies`, the last one; digests: of the verified ones, of every byte."""

    path: Path
    begun: str
    source: Path
    choices: Choices
    copies: list[Copy]
    steps: dict[int, Step] = field(default_factory=dict)
    digests: dict[int, bytes] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.path.stem

    def note(self, number: int, step: Step, digest: bytes | None = None) -> None:
        """That a copy is verified is on the disk before this returns; the rest the files tell. Raises IngestError."""
        self.steps[number] = step
        if digest is not None:
            self.digests[number] = digest
        try:
            with self.path.open("a") as file:
                file.write(json.dumps([number, step, digest.hex() if digest else None]) + "\n")
                file.flush()
                if step == "verified":
                    os.fsync(file.fileno())
        except OSError as error:
            raise IngestError(
                said("{file} cannot be written: {why}.", file=self.path, why=str(error.strerror or error)),
                "Is the disk full? Run it again then.",
            ) from error

    def end(self) -> None:
        self.path.unlink(missing_ok=True)


def begin(library: Catalogue, plan: Plan) -> Journal:
    """Alone, so that what is half written is left over. Raises IngestError."""
    for left in (library.place / FOLDER).glob(".*.part*"):
        left.unlink(missing_ok=True)
    path = library.place / FOLDER / f"{uuid.uuid4().hex[:12]}.jsonl"
    begun, copies = datetime.now(UTC).isoformat(timespec="seconds"), plan.copies
    head = {
        "begun": begun, "source": str(plan.source), "choices": plan.choices.model_dump(mode="json"),
        "copies": [
            [
                str(c.source) if c.source else None, c.target, c.size, c.changed, c.photo, c.of, c.keywords,
                c.content.hex(),
            ]
            for c in copies
        ],
    }  # fmt: skip
    try:
        write_atomically(path, json.dumps(head).encode() + b"\n")
    except OSError as error:
        raise IngestError(
            said("{file} cannot be written: {why}.", file=path, why=str(error.strerror or error)), "Is the disk full?"
        ) from error
    return Journal(path, begun, plan.source, plan.choices, copies)


def opened(library: Catalogue, id: str) -> Journal:
    """Raises NotFound, IngestError for one that is damaged."""
    return _read(path_of(library, id))


def path_of(library: Catalogue, id: str) -> Path:
    """Raises NotFound."""
    path = library.place / FOLDER / f"{id}.jsonl"
    if not _ID.fullmatch(id) or not path.is_file():
        raise NotFound("There is no such import.", "It may have come to its end.")
    return path


def unfinished(library: Catalogue) -> list[Unfinished]:
    """Oldest first. One that is damaged is passed over."""
    found = []
    for path in sorted((library.place / FOLDER).glob("*.jsonl")):
        if not _ID.fullmatch(path.stem):  # half of one
            continue
        with contextlib.suppress(IngestError):
            one = _read(path)
            copied = sum(step != "verified" for step in one.steps.values())
            found.append(Unfinished(one.id, one.begun, one.source, one.choices, len(one.copies), copied))
    return sorted(found, key=lambda one: (one.begun, one.id))


def _read(path: Path) -> Journal:
    try:
        lines = path.read_text().splitlines()
        head = json.loads(lines[0])
        copies = [_copy(*row) for row in head["copies"]]
        found = Journal(path, str(head["begun"]), Path(head["source"]), Choices(**head["choices"]), copies)
        for number, step, digest in _steps(lines[1:]):
            found.steps[number] = step
            if digest:
                found.digests[number] = bytes.fromhex(digest)
    except (OSError, ValueError, KeyError, TypeError, IndexError, ValidationError) as error:
        raise IngestError(
            said("{file} cannot be read: {why}.", file=path, why=str(error)), "Remove it, and import again."
        ) from error
    return found


def _copy(
    source: str | None, target: str, size: int, changed: int, photo: bool, of: Any, keywords: Any, content: str
) -> Copy:
    path, pair = Path(source) if source else None, (str(of[0]), str(of[1])) if of else None
    return Copy(path, target, size, changed, photo, pair, tuple(keywords), bytes.fromhex(content))


def _steps(lines: list[str]) -> Iterator[tuple[int, Step, str | None]]:
    for line in lines:
        with contextlib.suppress(ValueError):  # cut short by a crash
            number, step, digest = json.loads(line)
            yield number, step, digest
