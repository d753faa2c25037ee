"""The operations of the develop pipeline, one file each. A new file here is a new operation everywhere.

STILLBYTES_OPERATIONS may name a further folder of operation files, for developing operations: they are compiled
just in time, which needs the `halide` package.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import pkgutil
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

from stillbytes.develop.operation import STAGES, Operation

PANEL = (
    "Profile",
    "White balance",
    "Tone",
    "Presence",
    "Tone curve",
    "Colour mixer",
    "Colour grading",
    "Black and white",
    "Detail",
    "Effects",
    "Lens",
    "Transform",
    "Calibration",
    "Crop",
    "Masks",
)
"""The order of the panel's sections; a section that is not named here comes after these."""


@cache
def catalogue() -> tuple[Operation, ...]:
    """All operations in the order in which the pipeline runs them."""
    modules = [importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
    if folder := os.environ.get("STILLBYTES_OPERATIONS"):
        modules += [_load(path) for path in sorted(Path(folder).glob("*.py"))]
    found = [
        member()
        for module in modules
        for member in vars(module).values()
        if inspect.isclass(member) and issubclass(member, Operation) and member.__module__ == module.__name__
    ]
    return tuple(sorted(found, key=lambda o: (STAGES.index(o.stage), o.order, o.name)))


def foreign() -> bool:
    """Whether operations beyond those of this package take part."""
    return any(not operation.__module__.startswith(f"{__name__}.") for operation in catalogue())


def _load(path: Path) -> ModuleType:
    name = f"stillbytes_operations.{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
