"""Writing files so that a crash, a full disk or a power cut never leaves half of one."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import tempfile
from collections.abc import Container, Iterator
from pathlib import Path

_NO_FLUSH = {errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}
"""What network file systems answer that flush files, but no folders."""

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EACCES}
"""What file systems without hard links answer, as those of cards and many network disks are."""


@contextlib.contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` that takes its place when the block ends without an error.

    The data is flushed to the disk before the rename, so `path` holds either the old or the new content, whole.
    Raises OSError from the file system; the temporary file is then removed and `path` is left alone.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:80]}.", suffix=f".part{path.suffix}")
    os.close(handle)
    part = Path(name)
    try:
        yield part
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        part.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        part.replace(path)
        sync_folder(path.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_atomically(path: Path, content: bytes) -> None:
    """Replace `path` by `content`, or leave it untouched and raise OSError."""
    with atomic_path(path) as part:
        part.write_bytes(content)


def free(folder: Path, stem: str, extension: str, taken: Container[Path] = ()) -> Path:
    """A path that neither exists nor is taken: STEM, then STEM-2, STEM-3 ..."""
    path, again = folder / f"{stem}{extension}", 1
    while path.exists() or path in taken:
        again += 1
        path = folder / f"{stem}-{again}{extension}"
    return path


def place(part: Path, target: Path) -> None:
    """Give a file that is whole its name, at once. Raises FileExistsError when another has it, which is left alone."""
    if os.name == "nt":
        part.rename(target)  # refuses where a file is
    else:
        try:
            os.link(part, target)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            if os.path.lexists(target):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from error
            part.rename(target)
        else:
            part.unlink()
    sync_folder(target.parent)


def lock(handle: int, *, wait: bool) -> None:
    """Have an open file alone among all who ask, in this process and others, until it is closed.

    Raises OSError when another has it and that is not waited for, and where the file system knows no locks.
    """
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415

        msvcrt.locking(handle, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
    else:
        import fcntl  # noqa: PLC0415

        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def sync_folder(folder: Path) -> None:
    """Make the rename itself durable, where the platform opens folders and the file system flushes them."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NO_FLUSH:
            raise
    finally:
        os.close(handle)
