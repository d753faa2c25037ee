"""What the compiled kernels are made of."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from pathlib import Path

from stillbytes.develop.operations import catalogue

BESIDE = (
    "colour.py",
    "glow.py",
    "hsv_tables.py",
    "luts.py",
    "noise_spectrum.py",
    "operation.py",
    "parameter.py",
    "tables.py",
)
"""Files of `stillbytes.develop` that kernels are built with."""


def digest(*, foreign: bool = True) -> str:
    """Changes when anything changes that the compiled kernels depend on. foreign: also operations of other folders."""
    develop = Path(__file__).parents[1]
    files = [*(develop / "kernels").glob("*.py"), *(develop / "operations").glob("*.py")]
    files += [develop / name for name in BESIDE]
    if foreign:
        files += [Path(sys.modules[type(o).__module__].__file__ or "") for o in catalogue()]
    files.remove(develop / "kernels/load.py")  # runs the kernels, does not shape them
    h = hashlib.blake2b(_compiler().encode(), digest_size=12)
    for path in sorted(set(files)):
        h.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return h.hexdigest()


def _compiler() -> str:
    """The name and version of the package, as its folder of metadata has them: to read that takes longer than all the
    rest of a start."""
    found = importlib.util.find_spec("halide")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("The compiler of kernels, the package `halide`, is not installed.")
    return next(Path(found.origin).parents[1].glob("halide-*.dist-info")).name
