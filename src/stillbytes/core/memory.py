"""How the C library gets memory from Linux. Fresh pages cost more than most of the arithmetic done on them.

On other systems, and with other C libraries than glibc, nothing here has an effect.
"""

from __future__ import annotations

import ctypes

_MMAP_MAX, _TRIM_THRESHOLD = -4, -1  # malloc.h
_MADV_HUGEPAGE = 14  # bits/mman-linux.h
_HUGE = 2 << 20


def keep_freed(reserve: int = 1 << 30) -> None:
    """Let this process use freed blocks again instead of giving them back, for programs that end after some work.

    glibc returns large blocks to the system at once and gets zeroed pages of 4 KiB for the next. `reserve`: bytes of
    address space that the heap will grow into and which Linux is asked to serve in pages of 2 MiB; what is not
    touched takes no memory. Threads keep heaps of their own: kernels that get memory for each tile would wait for one.
    """
    try:
        libc = ctypes.CDLL(None)
        tune, allocate, free, advise = libc.mallopt, libc.malloc, libc.free, libc.madvise
    except (AttributeError, OSError, TypeError):
        return
    tune(_MMAP_MAX, 0)
    tune(_TRIM_THRESHOLD, (1 << 31) - 1)
    allocate.restype = ctypes.c_void_p
    allocate.argtypes = [ctypes.c_size_t]
    free.argtypes = [ctypes.c_void_p]
    advise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    if block := allocate(reserve):
        start = -(-block // _HUGE) * _HUGE
        advise(start, (block + reserve - start) // _HUGE * _HUGE, _MADV_HUGEPAGE)
        free(block)
