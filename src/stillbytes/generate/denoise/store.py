"""What a network made of a photo's light, beside the photo's sidecar: one TIFF for each network.

16-bit codes of white-balanced camera RGB behind a square root, compressed without loss. The file says in its
description what it was made from: the photo's samples, the network's file, and the release of this code. An export
depends on it, so it lies where the patches are and not in the cache.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import NotFound, SidecarError
from stillbytes.core.files import atomic_path
from stillbytes.core.saying import said
from stillbytes.develop.clean import Clean

PROCESS = 1
"""Of the way to the result: another one makes what was kept before stale."""
BELOW, TOP = 1 / 128, 16.0
"""The light of the first and the last code, 1 where green saturates."""
MOST_PIXELS = 200_000_000
MOST_DESCRIPTION = 1 << 16
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
_AGAIN = said("Denoise the photo again.")
_BROKEN = (OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError, OverflowError, struct.error)
"""What reading a file that is none, or damaged, ends in."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """model: its id. sha256: of its file, empty where nobody published it. photo: digest of the samples. process: see
    PROCESS. tiles, kept, dimmed, gain: as `work.Cleaned` has them."""

    model: str
    sha256: str
    photo: str
    process: int = PROCESS
    tiles: int = 0
    kept: int = 0
    dimmed: int = 0
    gain: float = 1.0


def codes(light: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Of light as a sensor stage has it."""
    part = np.clip((light + np.float32(BELOW)) / np.float32(TOP + BELOW), 0, 1)
    return np.asarray(np.rint(np.sqrt(part) * np.float32(65535)), np.uint16)


@cache
def table() -> NDArray[np.float32]:
    """(65536,): the light of each code."""
    part = (np.arange(65536) / 65535) ** 2
    return (part * (TOP + BELOW) - BELOW).astype(np.float32)


class Denoised:
    """The results of one photo. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        """folder: made with the first result that is put into it."""
        self.folder = folder
        self._lock = threading.Lock()
        self._held: tuple[object, Clean] | None = None
        self._recipes: dict[str, tuple[object, Recipe | None]] = {}

    def path(self, model: str) -> Path:
        return self.folder / f"denoised-{model}.tif"

    def recipe(self, model: str) -> Recipe | None:
        """How the result of a network was made; None where there is none."""
        stamp = self._stamp(model)
        if stamp is None:
            return None
        with self._lock:
            known = self._recipes.get(model)
        if known is not None and known[0] == stamp:
            return known[1]
        found: Recipe | None
        try:
            found, _ = _described(self.path(model))
        except _BROKEN:
            found = None
        with self._lock:
            self._recipes[model] = stamp, found
        return found

    def clean(self, model: str) -> Clean:
        """The result of a network. Raises NotFound when it is not there, SidecarError when it is damaged."""
        stamp = self._stamp(model)
        if stamp is None:
            raise NotFound(said("The photo was not cleaned by {model!r}.", model=model[:80]), "Denoise it.")
        with self._lock:
            if self._held is not None and self._held[0] == (model, stamp):
                return self._held[1]
        try:
            clean = _read(self.path(model))
        except SidecarError:
            with self._lock:
                self._recipes[model] = stamp, None  # or it would be read again for every frame
            raise
        with self._lock:
            self._held = (model, stamp), clean
        return clean

    def put(self, samples: NDArray[np.uint16], recipe: Recipe) -> Path:
        """Write a result in place of the one before. Raises SidecarError."""
        import tifffile  # noqa: PLC0415 - with the first result

        path = self.path(recipe.model)
        told = {"stillbytes": "denoised", "content": _digest(samples), **asdict(recipe)}
        try:
            with atomic_path(path) as part:
                tifffile.imwrite(
                    part, samples, photometric="rgb", compression="zlib", compressionargs={"level": 1},
                    predictor=True, rowsperstrip=64, description=json.dumps(told), metadata=None, software=False,
                    maxworkers=2,
                )  # fmt: skip
        except OSError as error:
            raise SidecarError(
                said("{path} could not be written: {why}.", path=path, why=str(error.strerror or error)),
                "Check that the folder is writable and the disk not full.",
            ) from error
        return path

    def _stamp(self, model: str) -> object:
        if not _ID.fullmatch(model):  # a sidecar may come from anywhere
            return None
        try:
            status = self.path(model).stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size


def _digest(samples: NDArray[np.uint16]) -> str:
    digest = hashlib.blake2b(repr(samples.shape).encode(), digest_size=12)
    digest.update(np.ascontiguousarray(samples, "<u2").data)
    return digest.hexdigest()


def _described(path: Path) -> tuple[Recipe, str]:
    """The recipe, and the digest of the pixels. Raises what _BROKEN lists."""
    import tifffile  # noqa: PLC0415 - only for photos that were cleaned

    with tifffile.TiffFile(path) as file:
        page = file.pages.first
        height, width = page.shape[:2]
        if page.dtype != np.uint16 or page.shape[2:] != (3,) or not 0 < height * width <= MOST_PIXELS:
            raise ValueError("no picture of ours")
        return _recipe(page.description)


def _recipe(description: str) -> tuple[Recipe, str]:
    if len(description) > MOST_DESCRIPTION:
        raise ValueError("no description of ours")
    told: Mapping[str, Any] = json.loads(description)
    if told["stillbytes"] != "denoised":
        raise ValueError("no result of ours")
    model, sha256, photo = (str(told[name])[:200] for name in ("model", "sha256", "photo"))
    process, tiles, kept, dimmed = (int(told[name]) for name in ("process", "tiles", "kept", "dimmed"))
    return Recipe(model, sha256, photo, process, tiles, kept, dimmed, float(told["gain"])), str(told["content"])


def _read(path: Path) -> Clean:
    import tifffile  # noqa: PLC0415

    try:
        _, content = _described(path)
        samples = np.ascontiguousarray(tifffile.imread(path, maxworkers=2))
        if samples.dtype != np.uint16 or samples.ndim != 3:
            raise ValueError("no picture of ours")
    except _BROKEN as error:
        raise SidecarError(said("{file} cannot be read: {why}.", file=path.name, why=str(error)), _AGAIN) from error
    if _digest(samples) != content:
        raise SidecarError(said("{file} is damaged.", file=path.name), _AGAIN)
    return Clean(content, samples, table())
