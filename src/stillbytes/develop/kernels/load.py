"""Finds the compiled kernels for this machine and calls them on NumPy arrays."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.core import paths
from stillbytes.core.errors import StillbytesError
from stillbytes.develop.kernels.layout import FUSED
from stillbytes.develop.operations import foreign

BUILT = Path(__file__).with_name("built")
LEVELS = ("avx512", "avx2", "sse41", "arm64")
"""CPU levels, best first; STILLBYTES_CPU chooses one by name."""

# Bits of Halide's Target::Feature (HalideRuntime.h, halide_target_feature_t) that each level needs.
_NEEDED: dict[str, tuple[int, ...]] = {"avx512": (5, 6, 7, 9, 11, 40, 42), "avx2": (5, 6, 7, 9, 11)}


_loading = threading.Lock()


class KernelsMissing(StillbytesError):
    """The compiled kernels are not there or do not run on this machine."""


class _Dimension(ctypes.Structure):
    _fields_ = (
        ("min", ctypes.c_int32),
        ("extent", ctypes.c_int32),
        ("stride", ctypes.c_int32),
        ("flags", ctypes.c_uint32),
    )


class _Type(ctypes.Structure):
    _fields_ = (("code", ctypes.c_uint8), ("bits", ctypes.c_uint8), ("lanes", ctypes.c_uint16))


class _Buffer(ctypes.Structure):
    """halide_buffer_t of HalideRuntime.h."""

    _fields_ = (
        ("device", ctypes.c_uint64),
        ("device_interface", ctypes.c_void_p),
        ("host", ctypes.c_void_p),
        ("flags", ctypes.c_uint64),
        ("type", _Type),
        ("dimensions", ctypes.c_int32),
        ("dim", ctypes.POINTER(_Dimension)),
        ("padding", ctypes.c_void_p),
    )


_CODES = {"i": 0, "u": 1, "f": 2}


class Placed:
    """An array with the coordinates of its first element: `origin` in Halide's order (x, y, ...).

    `order` lists the array's axes from Halide's first dimension to its last; reversed by default, so that
    (rows, columns) becomes (x, y) and (planes, rows, columns) becomes (x, y, plane).
    """

    def __init__(self, array: NDArray[Any], origin: Sequence[int] = (), order: Sequence[int] | None = None) -> None:
        self.array = array
        self.origin, self.order = origin, order
        axes = list(order) if order is not None else list(reversed(range(array.ndim)))
        self._dims = (_Dimension * max(array.ndim, 1))()
        for i, axis in enumerate(axes):
            start = origin[i] if i < len(origin) else 0
            self._dims[i] = _Dimension(start, array.shape[axis], array.strides[axis] // array.itemsize, 0)
        kind = _Type(_CODES[array.dtype.kind], array.itemsize * 8, 1)
        self.buffer = _Buffer(0, None, array.ctypes.data, 0, kind, array.ndim, self._dims, None)


def pixels(array: NDArray[Any], x: int = 0, y: int = 0) -> Placed:
    """Interleaved pixels (rows, columns, channels) as Halide's (x, y, c), starting at column x and row y."""
    return Placed(array, (x, y, 0), (1, 0, 2))


class Library:
    """The kernels of one CPU level. Calls release the GIL; threads are Halide's own pool.

    others: where kernels of their own are that stand for those of the same name here, if somebody has any.
    """

    def __init__(self, path: Path, level: str, others: Callable[[str, str], Path | None] | None = None) -> None:
        self.level, self._others = level, others
        self._apart: dict[str, Library] = {}
        self._finding = threading.Lock()
        self._library = ctypes.CDLL(str(path))
        self._failure = threading.local()
        handler = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_char_p)

        def note(_: Any, message: bytes) -> None:
            self._failure.message = message.decode(errors="replace").strip()

        self._keep = keep = handler(note)  # ctypes needs it to stay alive
        self._library.halide_set_error_handler.argtypes = [handler]
        self._library.halide_set_error_handler.restype = ctypes.c_void_p
        self._library.halide_set_error_handler(keep)
        if threads := os.environ.get("STILLBYTES_THREADS"):
            self.set_threads(int(threads))

    def set_threads(self, count: int) -> None:
        """How many threads kernels may use; 0 for as many as there are cores."""
        self._library.halide_set_num_threads(ctypes.c_int(count))
        for library in self._apart.values():
            library.set_threads(count)

    def call(self, name: str, *arguments: Placed | NDArray[Any] | int | float) -> None:
        """Run a kernel; the last argument is the output. Raises ValueError if the arrays do not fit it."""
        if self._others and (apart := self._of_its_own(name)):
            apart.call(name, *arguments)
            return
        values: list[Any] = []
        alive: list[Any] = []
        for argument in arguments:
            if isinstance(argument, np.ndarray | Placed):
                placed = argument if isinstance(argument, Placed) else Placed(argument)
                alive.append(placed)
                values.append(ctypes.byref(placed.buffer))
            elif isinstance(argument, int):
                values.append(ctypes.c_int32(argument))
            else:
                values.append(ctypes.c_float(argument))
        status = self._run(name, values)
        if status:
            raise ValueError(f"kernel {name}: {self._failure.message or status}")

    def _run(self, name: str, values: Sequence[Any]) -> int:
        self._failure.message = ""
        return int(getattr(self._library, name)(*values))

    def _of_its_own(self, name: str) -> Library | None:
        with self._finding:
            if name not in self._apart and self._others and (path := self._others(name, self.level)):
                self._apart[name] = Library(path, self.level)
            return self._apart.get(name)

    def supports(self, features: Sequence[int]) -> bool:
        """Whether this machine's CPU has all these Halide target features."""
        bits = (ctypes.c_uint64 * 4)()
        for feature in features:
            bits[feature // 64] |= 1 << (feature % 64)
        return bool(self._library.halide_can_use_target_features(4, bits))


def library() -> Library:
    """The best library for this machine; the same for all threads. Raises KernelsMissing with the remedy."""
    with _loading:
        return _best()


@cache
def _best() -> Library:
    folder, others = _folder()
    found = {level: path for level in LEVELS for path in folder.glob(f"kernels-{level}.*") if path.suffix != ".lib"}
    if wanted := os.environ.get("STILLBYTES_CPU"):
        if wanted not in found:
            raise KernelsMissing(f"There are no kernels for STILLBYTES_CPU={wanted}.", f"Built: {', '.join(found)}.")
        return Library(found[wanted], wanted, others)
    plain = next((level for level in reversed(LEVELS) if level in found), None)
    if plain is None:
        raise KernelsMissing("The compiled kernels are missing.", "Reinstall Stillbytes, or run `python3 dev.py sync`.")
    judge = Library(found[plain], plain, others)
    for level, path in found.items():
        if level == plain or judge.supports(_NEEDED.get(level, ())):
            return judge if level == plain else Library(path, level, others)
    return judge


def _folder() -> tuple[Path, Callable[[str, str], Path | None] | None]:
    """The folder with the built kernels, and where others come from. Where Halide is installed, kernels of changed
    sources are made now; those that foreign operations take part in when they are first called."""
    if importlib.util.find_spec("halide") is None:
        if foreign():
            raise KernelsMissing("Operations of another folder need a compiler.", "Install the `halide` package.")
        return BUILT, None
    from stillbytes.develop.kernels.sources import digest  # noqa: PLC0415 - developers only

    own = digest(foreign=False)
    now = digest() if foreign() else own
    folder = BUILT
    if not (BUILT / "digest.txt").exists() or (BUILT / "digest.txt").read_text() != own:
        folder = paths.cache("kernels") / own
        if not (folder / "digest.txt").exists():
            from stillbytes.develop.kernels.build import own as level  # noqa: PLC0415 - who compiles loads the compiler

            _compile(str(folder), level(), STILLBYTES_OPERATIONS="")

    def fused(name: str, level: str) -> Path | None:
        return compiled(name, level) if name.startswith(FUSED) else None

    return folder, fused if now != own else None


def compiled(name: str, level: str, device: str = "") -> Path:
    """The library of one kernel alone, made now unless it is kept; device: see `build.build_one`. Raises
    KernelsMissing."""
    if importlib.util.find_spec("halide") is None:
        raise KernelsMissing("Kernels for this device need a compiler.", "`pip install 'stillbytes[device]'` gets it.")
    from stillbytes.develop.kernels.build import SUFFIX  # noqa: PLC0415 - only where something may be compiled
    from stillbytes.develop.kernels.sources import digest  # noqa: PLC0415

    path = paths.cache("kernels") / digest() / f"{'-'.join(filter(None, (name, level, device)))}{SUFFIX}"
    if not path.exists():
        _compile("--one", str(path.parent), name, level, *filter(None, [device]))
    return path


def _compile(*what: str, **environment: str) -> None:
    """In a process of its own: the compiler's memory goes with it."""
    command = [sys.executable, "-m", "stillbytes.develop.kernels.build", *what]
    env = {**os.environ, **environment}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    if done.returncode:
        raise KernelsMissing(f"The kernels could not be compiled: {done.stderr.strip()[-2000:]}")
