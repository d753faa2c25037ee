"""The OpenCL devices of this machine, asked through its driver's loader."""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

Kind = Literal["card", "shared", "processor"]
"""With memory of its own; with the processor's; the processor itself, as a driver such as PoCL offers it."""

MEMORY: Mapping[Kind, str] = {
    "card": "memory of its own",
    "shared": "the processor's memory",
    "processor": "the processor itself",
}
LIBRARIES = {
    "win32": ("OpenCL.dll",),
    "darwin": ("/System/Library/Frameworks/OpenCL.framework/OpenCL",),
}
NAMES = ("libOpenCL.so.1", "libOpenCL.so")

# Of CL/cl.h, by the names that these have there after CL_.
_PLATFORM_NAME, _DEVICE_NAME, _DEVICE_TYPE = 0x0902, 0x102B, 0x1000
_GLOBAL_MEM_SIZE, _HOST_UNIFIED_MEMORY, _AVAILABLE = 0x101F, 0x1035, 0x1027
_TYPE_GPU, _TYPE_ALL = 4, 0xFFFFFFFF
_MOST = 64


@dataclass(frozen=True, slots=True)
class Device:
    """platform: the driver's name. index: among its devices. mib: of the memory that it works in."""

    name: str
    kind: Kind
    mib: int
    platform: str
    index: int


@cache
def loader() -> ctypes.CDLL | None:
    """The library that finds the drivers; None where there is none. Where kernels look for it, too."""
    for name in LIBRARIES.get(sys.platform, NAMES):
        with contextlib.suppress(OSError):
            return ctypes.CDLL(name, mode=ctypes.RTLD_GLOBAL)
    return None


def devices() -> tuple[Device, ...]:
    """All that answer, cards first and processors last."""
    order = ("card", "shared", "processor")
    return tuple(sorted(_found(), key=lambda device: order.index(device.kind)))


def _found() -> Iterator[Device]:
    cl = loader()
    if cl is None:
        return
    for platform in _handles(cl.clGetPlatformIDs):
        name = _text(cl.clGetPlatformInfo, platform, _PLATFORM_NAME)
        handles = _handles(cl.clGetDeviceIDs, platform, ctypes.c_uint64(_TYPE_ALL))
        for index, one in enumerate(handles):
            if not _number(cl.clGetDeviceInfo, one, _AVAILABLE, ctypes.c_uint32):
                continue
            kind: Kind = "processor"
            if _number(cl.clGetDeviceInfo, one, _DEVICE_TYPE, ctypes.c_uint64) & _TYPE_GPU:
                shared = _number(cl.clGetDeviceInfo, one, _HOST_UNIFIED_MEMORY, ctypes.c_uint32)
                kind = "shared" if shared else "card"
            mib = _number(cl.clGetDeviceInfo, one, _GLOBAL_MEM_SIZE, ctypes.c_uint64) >> 20
            yield Device(_text(cl.clGetDeviceInfo, one, _DEVICE_NAME), kind, mib, name, index)


def _handles(ask: Any, *of: Any) -> list[ctypes.c_void_p]:
    """What a function of the loader lists; nothing where it fails, as it does where there is nothing."""
    found, count = (ctypes.c_void_p * _MOST)(), ctypes.c_uint32(0)
    if ask(*of, ctypes.c_uint32(_MOST), found, ctypes.byref(count)):
        return []
    return [ctypes.c_void_p(found[i]) for i in range(min(count.value, _MOST))]


def _text(ask: Any, of: ctypes.c_void_p, what: int) -> str:
    room = ctypes.create_string_buffer(1024)
    failed = ask(of, ctypes.c_uint32(what), ctypes.c_size_t(len(room)), room, None)
    return "" if failed else " ".join(room.value.decode(errors="replace").split())


def _number(ask: Any, of: ctypes.c_void_p, what: int, kind: type[Any]) -> int:
    value = kind(0)
    failed = ask(of, ctypes.c_uint32(what), ctypes.c_size_t(ctypes.sizeof(value)), ctypes.byref(value), None)
    return 0 if failed else int(value.value)
