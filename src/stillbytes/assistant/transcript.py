"""What was asked of a photo and what came of it: kept beside its sidecar, bounded, and never more than words.

Nothing in it is read as an instruction. A language model is told of the turns of this run of the program alone, and
only what was asked and which sliders moved: the file may come from anybody.
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, Field, ValidationError

from stillbytes.core.errors import SidecarError
from stillbytes.core.files import write_atomically
from stillbytes.core.saying import said
from stillbytes.edit.history import now
from stillbytes.edit.photo import Photo

NAME = "asked.json"
MOST_TURNS = 100
MOST_BYTES = 1 << 20
MOST_LINES = 40
LONGEST = 2000
Outcome = Literal["proposed", "answered", "unclear", "applied", "discarded", "failed", "stopped"]
MOST_BEFORE, MOST_ASKED, MOST_MOVED = 6, 160, 6
"""Turns, letters of a request and sliders that a language model is told of."""
OF_OUTCOMES: Mapping[Outcome, str] = {
    "proposed": "proposed, not applied",
    "answered": "a question, answered",
    "unclear": "not understood",
    "applied": "applied",
    "discarded": "proposed, not wanted",
    "failed": "did not work",
    "stopped": "stopped",
}
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@dataclass(frozen=True, slots=True)
class Turn:
    """One request. at: ISO 8601, UTC. message: what was understood or answered, or why not. lines: what was changed,
    one slider or step each. checks: what the numbers say of it."""

    id: str
    at: str
    request: str
    engine: str
    message: str
    outcome: Outcome
    lines: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()

    @classmethod
    def of(cls, request: str, engine: str, message: str, outcome: Outcome) -> Turn:
        return cls(uuid.uuid4().hex[:12], now(), request, engine, message, outcome)


_Text = Annotated[str, Field(max_length=LONGEST)]
_Lines = Annotated[tuple[_Text, ...], Field(max_length=MOST_LINES)]


class _Turn(BaseModel):
    id: Annotated[str, Field(pattern="^[0-9a-f]{12}$")]
    at: Annotated[str, Field(max_length=40)]
    request: _Text
    engine: _Text
    message: _Text
    outcome: Outcome
    lines: _Lines = ()
    checks: _Lines = ()


class Transcript:
    """The turns of one photo, oldest first; the last MOST_TURNS of them. Thread-safe.

    problem: why it could not be read or written, in words; it goes on in memory then.
    """

    def __init__(self, folder: Path) -> None:
        """folder: made with the first turn."""
        self.path = folder / NAME
        self.problem = ""
        self._lock = threading.Lock()
        self._turns = self._read()
        self._here: set[str] = set()

    @property
    def turns(self) -> tuple[Turn, ...]:
        with self._lock:
            return self._turns

    def add(self, turn: Turn) -> Turn:
        """Returns it as it is kept: on one line, and not longer than may be."""
        kept = _cut(turn)
        with self._lock:
            self._here.add(kept.id)
            self._write((*self._turns, kept)[-MOST_TURNS:])
        return kept

    @property
    def said(self) -> tuple[Turn, ...]:
        """The turns of this run of the program."""
        with self._lock:
            return tuple(turn for turn in self._turns if turn.id in self._here)

    def change(self, id: str, **changes: Any) -> Turn | None:
        """What came of a turn, told later; None when it is no longer there."""
        with self._lock:
            found = next((turn for turn in self._turns if turn.id == id), None)
            if found is None:
                return None
            changed = _cut(replace(found, **changes))
            self._write(tuple(changed if turn.id == id else turn for turn in self._turns))
            return changed

    def clear(self) -> None:
        """Forget all of it, on the disk too."""
        with self._lock:
            self._turns, self.problem = (), ""
            try:
                self.path.unlink(missing_ok=True)
            except OSError as error:
                problem = said("{path} could not be removed: {why}.", path=self.path, why=error.strerror or str(error))
                raise SidecarError(problem, "Is the folder writable?") from error

    def _read(self) -> tuple[Turn, ...]:
        """A file that is not ours is left as it is until the next turn takes its place."""
        try:
            with self.path.open("rb") as file:
                content = file.read(MOST_BYTES + 1)
        except OSError:
            return ()
        try:
            given = json.loads(content) if len(content) <= MOST_BYTES else {}
            turns = [_Turn.model_validate(one) for one in given["turns"][-MOST_TURNS:]]
        except (ValueError, ValidationError, KeyError, TypeError, RecursionError):
            self.problem = said("What was asked before could not be read ({file} is damaged).", file=self.path.name)
            return ()
        return tuple(_cut(Turn(**one.model_dump())) for one in turns)

    def _write(self, turns: tuple[Turn, ...]) -> None:
        self._turns = turns
        content = {"version": 1, "turns": [asdict(turn) for turn in turns]}
        try:
            self.path.parent.mkdir(exist_ok=True)
            write_atomically(self.path, json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8", "replace"))
            self.problem = ""
        except OSError as error:
            self.problem = said("What is asked cannot be kept: {why}.", why=error.strerror or str(error))


def told_before(turns: Sequence[Turn]) -> list[str]:
    """The last turns in a line each, for a language model: what the person asked, and which sliders moved. None of a
    model's own words."""
    found = []
    for turn in turns[-MOST_BEFORE:]:
        moved = (f"in a part: {line.rpartition(': ')[2]}" if ": " in line else line for line in turn.lines)
        done = "; ".join([*moved][:MOST_MOVED]) if turn.outcome == "applied" else OF_OUTCOMES[turn.outcome]
        found.append(f"“{plain(turn.request)[:MOST_ASKED]}”: {done or 'applied'}")
    return found


def transcript(photo: Photo) -> Transcript:
    """That of a photo: in the folder beside its sidecar."""
    return Transcript(photo.rasters.folder)


def _cut(turn: Turn) -> Turn:
    """On one line each, without what cannot be printed."""
    return replace(
        turn,
        request=plain(turn.request),
        engine=plain(turn.engine),
        message=plain(turn.message),
        lines=tuple(map(plain, turn.lines[:MOST_LINES])),
        checks=tuple(map(plain, turn.checks[:MOST_LINES])),
    )


def plain(text: str) -> str:
    """On one line, without what cannot be printed, and not too long."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
