"""What an engine prints: kept in a file that does not grow for ever, and its last words."""

from __future__ import annotations

import contextlib
import itertools
import re
from io import BufferedWriter
from pathlib import Path

LIMIT = 4 << 20
"""Bytes of one file."""
OLDER = 3
"""How many full files are kept beside the current one."""
RUN = b"=== stillbytes starts "
"""Begins the line before everything that one run prints."""
_READ = 1 << 20
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Log:
    """One engine's log. Written by the guardian alone; read by everybody."""

    def __init__(self, path: Path, limit: int = LIMIT) -> None:
        self.path = path
        self._limit = limit
        self._file: BufferedWriter | None = None
        self._size = 0

    def write(self, content: bytes) -> None:
        """Append, and begin a new file after a whole line once this one is full. A full disk loses the text only."""
        try:
            if self._file is None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self._file = self.path.open("ab")
                self._size = self._file.tell()
            self._file.write(content)
            self._file.flush()
            self._size += len(content)
            if (self._size >= self._limit and content.endswith(b"\n")) or self._size >= 2 * self._limit:
                self._turn()
        except OSError:
            self.close()

    def close(self) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):  # what was buffered does not fit on the disk
                self._file.close()
            self._file = None

    def _turn(self) -> None:
        self.close()
        names = [self.path, *(_older(self.path, n) for n in range(1, OLDER + 1))]
        for newer, older in reversed(list(itertools.pairwise(names))):
            if newer.exists():
                newer.replace(older)


def this_run(path: Path, limit: int = _READ) -> str:
    """What the latest run printed, at most its last `limit` bytes; empty when nothing can be read."""
    content = _tail(path, limit)
    if RUN not in content and len(content) < limit:  # the file turned in the middle of the run
        content = _tail(_older(path, 1), limit - len(content)) + content
    start = content.rfind(RUN)
    if start >= 0:
        content = content[start:].partition(b"\n")[2]
    return plain(content.decode("utf-8", "replace"))


def _tail(path: Path, limit: int) -> bytes:
    with contextlib.suppress(OSError), path.open("rb") as file:
        file.seek(max(0, file.seek(0, 2) - limit))
        return file.read(limit)
    return b""


def _older(path: Path, n: int) -> Path:
    return path.with_suffix(f".{n}{path.suffix}")


def last_words(path: Path, lines: int = 12) -> str:
    """The last lines of the latest run, without empty ones."""
    kept = [line.rstrip()[:500] for line in this_run(path, 64 << 10).splitlines() if line.strip()]
    return "\n".join(kept[-lines:])


def plain(text: str) -> str:
    """Without colours and control characters, which would act on a terminal."""
    return _UNPRINTABLE.sub("", _COLOURS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
