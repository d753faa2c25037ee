"""Where a photo's file is that was moved: what it is known by, and looking for it."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from stillbytes.photo.formats import is_photo

ENDS = 32 << 10
"""Bytes at either end of a file that tell it from others of its size."""
MOST = 100_000
"""Files and folders that are looked at below each place, the nearest first."""
CLOCK_S = 2.0
"""By which the times of two file systems may differ."""


def content_of(path: Path) -> bytes:
    """Sixteen bytes that stay the same wherever the file goes: of its size, its first and its last 32 KiB."""
    with path.open("rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        digest = hashlib.blake2b(size.to_bytes(8, "little"), digest_size=16)
        digest.update(file.read(ENDS))
        if size > ENDS:
            file.seek(max(ENDS, size - ENDS))
            digest.update(file.read(ENDS))
    return digest.digest()


@dataclass(frozen=True, slots=True)
class Trace:
    """What a file is known by. device, inode: stay the same while it is moved within a file system; 0 where that
    does not number files. seen: when it was at its place, in seconds since 1970."""

    device: int
    inode: int
    size: int
    modified: int
    content: bytes
    seen: float

    @classmethod
    def of(cls, path: Path) -> Trace | None:
        """None where no file is, or one that cannot be read."""
        try:
            status = path.stat()
            if not stat.S_ISREG(status.st_mode):
                return None
            content = content_of(path)
        except OSError:
            return None
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, content, time.time())

    def led_to(self, path: Path) -> bool | None:
        """Whether this very file is at a path, unchanged; None where no file is at all."""
        try:
            status = path.stat()
        except OSError:
            return None
        known = (self.device, self.inode, self.size, self.modified)
        return known == (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def search(trace: Trace, places: Iterable[Path]) -> Path | None:
    """Where the file is below one of these folders: the same on its disk, under any name; else the only one of its
    content that came since it was seen. What a link leads to and what is hidden is left out."""
    came: dict[Path, None] = {}
    for path in _photos(places):
        try:
            status = path.lstat()
            if not stat.S_ISREG(status.st_mode) or status.st_size != trace.size:
                continue
            if trace.inode and (status.st_dev, status.st_ino) == (trace.device, trace.inode):
                if content_of(path) == trace.content:  # the number of a file that is gone is given again
                    return path
            elif status.st_ctime >= trace.seen - CLOCK_S and content_of(path) == trace.content:
                came[path] = None
        except OSError:  # gone while we look, or not for us
            continue
    return next(iter(came)) if len(came) == 1 else None


def _photos(places: Iterable[Path]) -> Iterator[Path]:
    """Files with names of photos below these folders, those of each nearest first, none twice."""
    known: set[str] = set()
    for place in places:
        waiting, left = deque([str(place)]), MOST
        while waiting and left > 0:
            folder = waiting.popleft()
            if folder in known:
                continue
            known.add(folder)
            try:
                with os.scandir(folder) as entries:
                    for entry in entries:
                        left -= 1
                        if entry.is_dir(follow_symlinks=False):
                            if not entry.name.startswith((".", "$")) and not entry.name.endswith(".stillbytes"):
                                waiting.append(entry.path)
                        elif is_photo(path := Path(entry.path)):
                            yield path
            except OSError:
                continue
