"""Every decision as one line of JSON, so that what happened on somebody's machine can be played again on ours."""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stillbytes.core.errors import StillbytesError
from stillbytes.core.saying import said
from stillbytes.gpu.broker import messages
from stillbytes.gpu.broker.messages import Answer, Event, Reading, Request, Way

MOST_BYTES = 8 * 1024 * 1024
"""Then it begins anew; the file before is kept under the name with ".1"."""
log = logging.getLogger(__name__)


class Journal:
    """Appends to a file. One that cannot be written is given up with a line in the log: it must never stop the work."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._broken = False

    def write(self, now: float, event: Event, reading: Reading, answer: Answer) -> None:
        if self._broken:
            return
        row = {
            "at": round(now, 4),
            "event": _named(event),
            "reading": dataclasses.asdict(reading),
            "effects": [_named(effect) for effect in answer.effects],
        }
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if self._path.exists() and self._path.stat().st_size > MOST_BYTES:
                self._path.replace(self._path.with_suffix(self._path.suffix + ".1"))
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
        except OSError as error:
            self._broken = True
            log.warning("the broker's journal %s cannot be written: %s", self._path, error)


def read(path: Path) -> Iterator[tuple[float, Event, Reading, list[dict[str, Any]]]]:
    """The time, event and reading of each decision, and what was then to be done. Raises StillbytesError."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise StillbytesError(said("The journal {path} cannot be read: {why}.", path=path, why=str(error))) from error
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
            yield row["at"], _event(row["event"]), Reading(**row["reading"]), row["effects"]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StillbytesError(
                said(
                    "Line {number} of the journal {path} is not as it should be ({why}).",
                    number=number,
                    path=path,
                    why=str(error),
                )
            ) from error


def _named(message: Any) -> dict[str, Any]:
    return {"is": type(message).__name__, **dataclasses.asdict(message)}


def _event(row: dict[str, Any]) -> Event:
    fields = dict(row)
    kind = getattr(messages, fields.pop("is"))
    if "request" in fields:
        request = dict(fields["request"])
        ways = tuple(Way(**{**way, "residents": tuple(way["residents"])}) for way in request.pop("ways"))
        fields["request"] = Request(**request, ways=ways)
    if "residents" in fields:
        fields["residents"] = tuple(fields["residents"])
    event: Event = kind(**fields)
    return event
