"""One file copied so that it is there whole and right, or not at all.

Into a temporary name in the folder of the copy, flushed to the disk, read back from it and compared, and only then
given its name, which no other file may have.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from stillbytes.core.errors import Cancelled

CHUNK = 4 << 20
DIGEST_BYTES = 32
_NO_TIMES = {errno.EPERM, errno.EACCES, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}
"""What those answer that keep no times, or only their owner's."""


class Unverified(OSError):
    """What was read back is not what was written, or the source has another size than it had."""


def copy(
    source: Path | bytes,
    part: Path,
    size: int,
    changed: int,
    cancelled: Callable[[], bool] = lambda: False,
    expected: bytes | None = None,
) -> bytes:
    """Write the file `source`, or these bytes, to `part` and make sure of it. Returns the digest of every byte.

    size: that the source must have. changed: time of modification for the copy, in nanoseconds, where it can be kept.
    expected: the digest that it must have. On any error `part` is removed. Raises OSError, Cancelled.
    """
    part.parent.mkdir(parents=True, exist_ok=True)
    try:
        digest, count = hashlib.blake2b(digest_size=DIGEST_BYTES), 0
        with _opened(source) as reading, part.open("wb", buffering=0) as writing:
            while block := reading.read(CHUNK):
                if cancelled():
                    raise Cancelled()
                digest.update(block)
                count += len(block)
                _write(writing, block)
            os.fsync(writing.fileno())
            _forget(writing.fileno())
        if count != size or expected not in (None, digest.digest()):
            raise Unverified(errno.EIO, "it has changed since it was looked at", str(source))
        if changed:
            _date(part, changed)
        if digest_of(part, cancelled) != digest.digest():
            raise Unverified(errno.EIO, "what was written does not read back the same", str(part))
        return digest.digest()
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def digest_of(path: Path, cancelled: Callable[[], bool] = lambda: False) -> bytes:
    """Of every byte of a file, as the catalogue keeps it. Raises OSError, Cancelled."""
    digest = hashlib.blake2b(digest_size=DIGEST_BYTES)
    with path.open("rb", buffering=0) as file:
        _forget(file.fileno())
        while block := file.read(CHUNK):
            if cancelled():
                raise Cancelled()
            digest.update(block)
    return digest.digest()


def _opened(source: Path | bytes) -> BinaryIO:
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb", buffering=0)


def _write(file: BinaryIO, block: bytes) -> None:
    view = memoryview(block)
    while view:
        view = view[file.write(view) :]


def _date(path: Path, changed: int) -> None:
    """Where the file system lets us: a copy is right without."""
    try:
        os.utime(path, ns=(changed, changed))
    except OSError as error:
        if error.errno not in _NO_TIMES:
            raise


def _forget(handle: int) -> None:
    """Have what is read next come from the disk, not from memory, where the system lets us ask for that."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
