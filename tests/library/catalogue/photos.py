"""Small photos with metadata of their own, by the benchmark's generator, and what a catalogue holds, to compare."""

from __future__ import annotations

import importlib.util
import sys
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from PIL import Image

from stillbytes.library.catalogue import Catalogue

_BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


def _generator() -> ModuleType:
    sys.path.insert(0, str(_BENCHMARKS))
    try:
        spec = importlib.util.spec_from_file_location("benchmark_library", _BENCHMARKS / "library.py")
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    finally:
        sys.path.remove(str(_BENCHMARKS))


generator = _generator()
JPEG, DNG = generator._jpeg_templates(generator.SMALL)[0], generator._dng_template()
_numbers = iter(range(1, 1_000_000))


def about(**changes: Any) -> dict[str, Any]:
    """What a photo says of itself; each has a number of its own, so that no two have the same content."""
    plain = {
        "number": next(_numbers), "make": "NIKON CORPORATION", "model": "NIKON D750", "lens": "50mm f/1.8",
        "taken": datetime(2024, 5, 12, 10, 30), "iso": 400, "exposure": 250, "aperture": 28, "focal": 50, "rating": 0,
        "label": "", "flag": 0, "words": ["harbour", "owl", "night"], "places": [], "gps": None,
    }  # fmt: skip
    return plain | changes


def make(path: Path, **changes: Any) -> Path:
    """A JPEG or DNG, by its extension."""
    path.parent.mkdir(parents=True, exist_ok=True)
    facts = about(**changes)
    path.write_bytes(generator._dng(DNG, facts) if path.suffix == ".dng" else generator._jpeg(JPEG, facts))
    return path


def plain(path: Path, colour: str) -> Path:
    """A JPEG that says nothing of itself."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (1500, 1000), colour).save(path)
    return path


def sidecar(path: Path, *, edited: bool = False, **changes: Any) -> Path:
    path.write_text(generator._xmp(about(**changes), edited=edited))
    return path


def held(catalogue: Catalogue) -> list[dict[str, Any]]:
    """Everything that the catalogue says about its photos, but for their numbers and when they were added."""
    photos = catalogue.photos(catalogue.numbers("", sort="path", descending=False))
    tops = {photo.number: str(photo.path) for photo in photos}
    return [{**photo.fields(), "number": 0, "stack": tops.get(photo.stack or 0)} for photo in photos]


def names(catalogue: Catalogue, query: str = "", **how: Any) -> list[str]:
    return [photo.name for photo in catalogue.search(query, **{"sort": "name", "descending": False, **how}).photos]
