"""What was found in a photo, as pictures beside its sidecar: named by their content, written once, never changed."""

from __future__ import annotations

import hashlib
import re
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from stillbytes.core.errors import NotFound, SidecarError
from stillbytes.core.files import write_atomically
from stillbytes.core.saying import said
from stillbytes.develop.resampling.frame_grid import Raster

_ADDRESS = re.compile(r"[0-9a-f]{24}")
MOST_PIXELS = 200_000_000
KEPT_BYTES = 128 << 20
"""Of all rasters of a photo that are kept in memory."""


class Rasters(Mapping[str, Raster]):
    """Pictures over the whole frame by their address, of 8 or 16 bits. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        """folder: made with the first picture that is put into it."""
        self.folder = folder
        self._lock = threading.Lock()
        self._held: OrderedDict[str, Raster] = OrderedDict()

    def __getitem__(self, address: str) -> Raster:
        """Raises NotFound when it is not there, SidecarError when it is damaged."""
        with self._lock:
            if address in self._held:
                self._held.move_to_end(address)
                return self._held[address]
        pixels = self._read(address)
        self._keep(address, pixels)
        return pixels

    def __contains__(self, address: object) -> bool:
        if not isinstance(address, str):
            return False
        with self._lock:
            if address in self._held:
                return True
        return _ADDRESS.fullmatch(address) is not None and self._path(address).is_file()

    def __iter__(self) -> Iterator[str]:
        with self._lock:
            held = list(self._held)
        names = [path.stem.removeprefix("mask-") for path in self.folder.glob("mask-*.png")]
        return iter(dict.fromkeys(name for name in (*held, *names) if _ADDRESS.fullmatch(name)))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def hold(self, pixels: Raster) -> str:
        """Keep it for now, without writing it. Returns its address."""
        pixels = _plain(pixels)
        address = _address(pixels)
        self._keep(address, pixels)
        return address

    def put(self, pixels: Raster) -> str:
        """Keep (height, width) uint8 or uint16, at most where it is 1. Returns its address. Raises SidecarError."""
        from stillbytes.photo.grey import grey_png  # noqa: PLC0415 - codecs load when needed

        pixels = _plain(pixels)
        address = _address(pixels)
        path = self._path(address)
        if not path.is_file():
            try:
                self.folder.mkdir(exist_ok=True)
                write_atomically(path, grey_png(pixels))
            except OSError as error:
                problem = said("{file} could not be written: {why}.", file=path, why=str(error.strerror or error))
                raise SidecarError(problem, "Check that the folder is writable and the disk not full.") from error
        self._keep(address, pixels)
        return address

    def _path(self, address: str) -> Path:
        return self.folder / f"mask-{address}.png"

    def _read(self, address: str) -> Raster:
        if not _ADDRESS.fullmatch(address):  # a sidecar may come from anywhere
            raise NotFound(said("There is no mask {address!r}.", address=address[:40]), "Find it again.")
        path = self._path(address)
        try:
            content = path.read_bytes()
        except OSError as error:
            raise NotFound(said("The mask {file} is not there.", file=path.name), "Find it again.") from error
        from stillbytes.photo.grey import read_grey  # noqa: PLC0415

        try:
            return read_grey(content, MOST_PIXELS)
        except ValueError as error:
            raise SidecarError(
                said("The mask {file} is damaged: {why}.", file=path.name, why=str(error)), "Find it again."
            ) from error

    def _keep(self, address: str, pixels: Raster) -> None:
        with self._lock:
            self._held[address] = pixels
            while len(self._held) > 1 and sum(held.nbytes for held in self._held.values()) > KEPT_BYTES:
                self._held.popitem(last=False)


def _plain(pixels: Raster) -> Raster:
    if pixels.dtype == np.uint16:
        return np.ascontiguousarray(pixels, np.uint16)
    return np.ascontiguousarray(pixels, np.uint8)


def _address(pixels: Raster) -> str:
    digest = hashlib.blake2b(repr(pixels.shape).encode(), digest_size=12)
    digest.update(pixels.data)
    return digest.hexdigest()
