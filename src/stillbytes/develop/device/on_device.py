"""Kernels on an OpenCL device: buffers go there, pixels come back, nothing stays."""

from __future__ import annotations

import ctypes
import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import OutOfMemory, StillbytesError
from stillbytes.core.saying import said
from stillbytes.develop.device.opencl import Device, loader
from stillbytes.develop.kernels import load
from stillbytes.develop.kernels.layout import ON_DEVICES, look_name
from stillbytes.develop.kernels.load import Library, Placed

KERNELS = tuple(look_name(kind, whole=whole) for kind, whole in ON_DEVICES)
"""What can be drawn on a device, those that are needed most first."""

# Of HalideRuntime.h.
_HOST_DIRTY = 1
_NO_MEMORY = (-11, -16)
_SAYS_NO_MEMORY = ("CL_MEM_OBJECT_ALLOCATION_FAILURE", "CL_OUT_OF_RESOURCES", "CL_OUT_OF_HOST_MEMORY")


class DeviceFailed(StillbytesError):
    """A graphics device that did not do what it was asked for."""


class OnDevice:
    """The kernels of one device. Thread-safe; one of them at a time."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self._libraries: dict[str, _Library] = {}
        self._lock = threading.Lock()

    def load(self, kernel: str) -> None:
        """Make it ready, compiled now if it is not kept from before. Raises KernelsMissing, DeviceFailed."""
        if kernel not in self._libraries:
            level = load.library().level
            made = _Library(load.compiled(kernel, level, "opencl"), level)
            made.choose(self.device)
            self._libraries[kernel] = made

    def __contains__(self, kernel: object) -> bool:
        """Whether it is ready."""
        return kernel in self._libraries

    def call(self, kernel: str, *arguments: Placed | NDArray[Any] | int | float) -> None:
        """As `Library.call`. Raises OutOfMemory, DeviceFailed."""
        with self._lock:
            self._libraries[kernel].call(kernel, *map(_dense, arguments))


def mib(*arguments: Placed | NDArray[Any] | int | float) -> int:
    """Memory on the device that a call takes, rounded up."""
    arrays = [a.array if isinstance(a, Placed) else a for a in arguments if isinstance(a, Placed | np.ndarray)]
    return -(-sum(array.nbytes for array in arrays) // (1 << 20))


def _dense(argument: Placed | NDArray[Any] | int | float) -> Placed | int | float:
    """Rows that stand for many are written out: each would be a transfer of its own."""
    if isinstance(argument, np.ndarray):
        return Placed(np.ascontiguousarray(argument))
    if isinstance(argument, Placed) and 0 in argument.array.strides:
        return Placed(np.ascontiguousarray(argument.array), argument.origin, argument.order)
    return argument


class _Library(Library):
    """One kernel for the device, with its own link to the driver."""

    def choose(self, device: Device) -> None:
        if loader() is None:
            raise DeviceFailed(
                said("There is no OpenCL on this computer."), said("Install your graphics card's driver.")
            )
        self._library.halide_opencl_set_platform_name(ctypes.c_char_p(device.platform.encode()))
        self._library.halide_opencl_set_device_type(ctypes.c_char_p(b""))
        self._library.halide_set_gpu_device(ctypes.c_int(device.index))

    def call(self, name: str, *arguments: Placed | NDArray[Any] | int | float) -> None:
        placed = [argument for argument in arguments if isinstance(argument, Placed)]
        for one in placed[:-1]:
            one.buffer.flags = _HOST_DIRTY
        values = [ctypes.byref(a.buffer) if isinstance(a, Placed) else _scalar(a) for a in arguments]
        try:
            status = self._run(name, values)
            if not status:
                status = int(self._library.halide_copy_to_host(None, ctypes.byref(placed[-1].buffer)))
            if status:
                raise self._error(name, status)
        finally:
            for one in placed:
                self._library.halide_device_free(None, ctypes.byref(one.buffer))
                one.buffer.flags = 0

    def _error(self, name: str, status: int) -> StillbytesError:
        says = f"{self._failure.message or status}".strip().splitlines()[0][:300]
        if status in _NO_MEMORY or any(word in says for word in _SAYS_NO_MEMORY):
            return OutOfMemory(said("The graphics device ran out of memory ({reason}).", reason=says))
        return DeviceFailed(said("The graphics device failed in {kernel} ({reason}).", kernel=name, reason=says))


def _scalar(value: Any) -> Any:
    return ctypes.c_int32(value) if isinstance(value, int) else ctypes.c_float(value)
