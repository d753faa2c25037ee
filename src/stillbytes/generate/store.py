"""The pixels of patches, as pictures beside the sidecar: named by their content, written once, never changed.

OpenEXR with half floats: any compositor opens them, and eleven bits of mantissa are finer than any sensor's noise.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import NotFound, SidecarError, UnusablePicture
from stillbytes.core.files import write_atomically
from stillbytes.core.geometry import Size

Pixels = NDArray[np.float16]
"""(height, width, 4): scene-linear Rec.2020 under the as-shot white, middle grey 0.18, and alpha 0..1."""

MOST_PIXELS = 200_000_000
KEPT_BYTES = 128 << 20
"""Of a photo's patches that are kept in memory."""
BRIGHTEST = 65504.0
"""The largest half float."""
_ADDRESS = re.compile(r"[0-9a-f]{24}")
_AGAIN = "Make the patch again."


class Store:
    """Patches of one photo by their address. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        """folder: made with the first patch that is put into it."""
        self.folder = folder
        self._lock = threading.Lock()
        self._held: OrderedDict[str, Pixels] = OrderedDict()

    def __contains__(self, address: object) -> bool:
        if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
            return False
        with self._lock:
            if address in self._held:
                return True
        return self.path(address).is_file()

    def __getitem__(self, address: str) -> Pixels:
        """Raises NotFound when it is not there, SidecarError when it is damaged."""
        with self._lock:
            if address in self._held:
                self._held.move_to_end(address)
                return self._held[address]
        pixels = self._read(address)
        self._keep(address, pixels)
        return pixels

    def path(self, address: str) -> Path:
        return self.folder / f"patch-{address}.exr"

    def hold(self, pixels: NDArray[np.floating]) -> str:
        """Keep it for now, without writing it. Returns its address. Raises UnusablePicture."""
        halves = _halves(pixels)
        digest = hashlib.blake2b(repr(halves.shape).encode() + halves.tobytes(), digest_size=12).hexdigest()
        self._keep(digest, halves)
        return digest

    def put(self, pixels: NDArray[np.floating]) -> str:
        """Write (height, width, 4), see Pixels. Returns its address.

        Raises UnusablePicture for other shapes and values that are no numbers, SidecarError when it cannot be written.
        """
        halves = _halves(pixels)
        try:
            address = self._write(halves)
        except (OSError, RuntimeError) as error:  # OpenEXR raises the second, also for a full disk
            reason = (error.strerror if isinstance(error, OSError) else None) or error
            raise SidecarError(
                f"The patch could not be written to {self.folder}: {reason}.",
                "Check that the folder is writable and the disk not full.",
            ) from error
        self._keep(address, halves)
        return address

    def _write(self, pixels: Pixels) -> str:
        import OpenEXR  # noqa: PLC0415 - with the first patch

        header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
        with tempfile.TemporaryDirectory() as scratch:
            part = Path(scratch) / "patch.exr"
            OpenEXR.File(header, {"RGBA": pixels}).write(str(part))
            written = OpenEXR.File(str(part)).channels()
            if "RGBA" not in written or not np.array_equal(written["RGBA"].pixels, pixels):
                raise OSError("it could not be read back")
            content = part.read_bytes()
        address = hashlib.blake2b(content, digest_size=12).hexdigest()
        if not self.path(address).is_file():
            write_atomically(self.path(address), content)
        return address

    def _read(self, address: str) -> Pixels:
        import OpenEXR  # noqa: PLC0415

        if not _ADDRESS.fullmatch(address):  # a sidecar may come from anywhere
            raise NotFound(f"There is no patch {address[:40]!r}.", _AGAIN)
        path = self.path(address)
        try:
            content = path.read_bytes()
        except OSError as error:
            raise NotFound(f"The patch {path.name} is not there.", _AGAIN) from error
        if hashlib.blake2b(content, digest_size=12).hexdigest() != address:
            raise SidecarError(f"The patch {path.name} is damaged.", _AGAIN)
        try:
            size = _size(OpenEXR.File(str(path), header_only=True).header())
            if not 0 < size.width * size.height <= MOST_PIXELS:
                raise ValueError(f"{size.width} x {size.height} pixels")
            pixels = OpenEXR.File(str(path)).channels()["RGBA"].pixels
            return _halves(pixels)
        except (RuntimeError, ValueError, KeyError, TypeError, UnusablePicture) as error:
            raise SidecarError(f"The patch {path.name} cannot be read: {error}.", _AGAIN) from error

    def _keep(self, address: str, pixels: Pixels) -> None:
        with self._lock:
            self._held[address] = pixels
            while len(self._held) > 1 and sum(held.nbytes for held in self._held.values()) > KEPT_BYTES:
                self._held.popitem(last=False)


def _size(header: dict[str, Any]) -> Size:
    first, last = header["dataWindow"]
    return Size(int(last[0]) - int(first[0]) + 1, int(last[1]) - int(first[1]) + 1)


def _halves(pixels: NDArray[np.floating]) -> Pixels:
    if pixels.ndim != 3 or pixels.shape[2] != 4 or not pixels.size or not np.issubdtype(pixels.dtype, np.floating):
        raise UnusablePicture(f"A patch cannot have the shape {pixels.shape}.", "It is (height, width, 4) of floats.")
    if not np.isfinite(pixels).all():
        raise UnusablePicture("The patch holds values that are no numbers.", "Make it again.")
    halves: Pixels = np.clip(pixels, -BRIGHTEST, BRIGHTEST).astype(np.float16)
    halves[..., 3] = np.clip(halves[..., 3], 0, 1)
    return halves
