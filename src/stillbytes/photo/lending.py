"""What a decoding process answers with is read out of its memory, where Linux lets a program do that with its children:
one copy by all cores instead of one into a pipe and one out of it. See process_vm_readv(2).

The process keeps what it lends until it hears from the editor again, and sends it through the pipe where it was told
that its memory cannot be read (Yama's ptrace_scope 2 and 3, some containers).
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from stillbytes.photo import wire

if TYPE_CHECKING:  # a decoding process is started before NumPy is there
    from numpy.typing import NDArray

LEAST = 4 << 20
"""Bytes of a reply from which on it is lent."""
AT_ONCE = 1024
"""Places that one call reads (UIO_MAXIOV)."""
_REFUSED = (errno.EPERM, errno.ENOSYS)
_refused = threading.Event()


def possible() -> bool:
    """Whether this process may ask for what it can read in its children; known for sure once it has tried."""
    return sys.platform == "linux" and not _refused.is_set()


def listed(parts: Sequence[NDArray[Any]]) -> list[dict[str, Any]]:
    """Where these arrays lie in this process; nothing if they are small, or if a row is not one run of bytes."""
    if sum(part.nbytes for part in parts) < LEAST:
        return []
    if not all(part.flags.c_contiguous or (part.strides[0] > 0 and part[0].flags.c_contiguous) for part in parts):
        return []
    return [
        {"dtype": part.dtype.name, "shape": part.shape, "at": part.ctypes.data, "step": part.strides[0]}
        for part in parts
    ]


def taken(process: int, lent: Sequence[Mapping[str, Any]]) -> wire.Parts | None:
    """Copies of what a child process lends; None where its memory cannot be read. Raises wire.WireError."""
    parts = []
    try:
        for one in lent:
            parts.append(part := wire.array_of(one))
            if part.size:
                _copy(process, part, int(one["at"]), int(one["step"]))
    except OSError as error:
        if error.errno not in _REFUSED:
            raise wire.WireError(str(error)) from error
        _refused.set()
        return None
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, MemoryError) as error:
        raise wire.WireError(f"a malformed loan: {error}") from error
    return parts


def _copy(process: int, part: NDArray[Any], at: int, step: int) -> None:
    """Fills the array with what lies at `at` in that process, its rows `step` bytes apart. Raises OSError."""
    rows, row = len(part), part[:1].nbytes
    if step == row:  # any number of bytes can be read, so that they are cut as it suits
        cut = -(-part.nbytes // AT_ONCE)
        places = [(start, at + start, min(cut, part.nbytes - start)) for start in range(0, part.nbytes, cut)]
    else:
        places = [(y * row, at + y * step, row) for y in range(rows)]
    share = -(-len(places) // (os.cpu_count() or 1))
    failures: list[OSError] = []

    def work(some: Sequence[tuple[int, int, int]]) -> None:
        try:
            for first in range(0, len(some), AT_ONCE):
                _read(process, part.ctypes.data, some[first : first + AT_ONCE])
        except OSError as error:
            failures.append(error)

    others = [threading.Thread(target=work, args=(places[y : y + share],)) for y in range(share, len(places), share)]
    for other in others:
        other.start()
    work(places[:share])
    for other in others:
        other.join()
    if failures:
        raise failures[0]


def _read(process: int, into: int, places: Sequence[tuple[int, int, int]]) -> None:
    """places: (start in the memory at `into`, start in the other process, bytes), each beside the one before."""
    there = (_Place * len(places))(*(_Place(at, size) for _, at, size in places))
    whole = sum(size for *_, size in places)
    here = _Place(into + places[0][0], whole)
    count = _call()(process, ctypes.byref(here), 1, there, len(places), 0)
    if count < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    if count != whole:
        raise OSError(errno.EFAULT, f"{count} of {whole} bytes could be read")


class _Place(ctypes.Structure):
    """struct iovec of uio.h."""

    _fields_ = (("base", ctypes.c_void_p), ("size", ctypes.c_size_t))


@cache
def _call() -> Callable[..., int]:
    try:
        found = ctypes.CDLL(None, use_errno=True).process_vm_readv
    except AttributeError as error:  # a C library without it
        raise OSError(errno.ENOSYS, "process_vm_readv") from error
    found.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_ulong]
    found.restype = ctypes.c_ssize_t
    return found
