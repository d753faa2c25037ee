"""The pixels of patches, as pictures beside the sidecar: named by their content, written once, never changed.

OpenEXR with half floats: any compositor opens them, and eleven bits of mantissa are finer than any sensor's noise.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import NotFound, SidecarError, UnusablePicture
from stillbytes.core.files import write_atomically
from stillbytes.core.geometry import Rect
from stillbytes.core.saying import said

Pixels = NDArray[np.float16]
"""(height, width, 4): scene-linear Rec.2020 under the as-shot white, middle grey 0.18, and alpha 0..1."""
Parts = tuple[tuple[Rect, Pixels], ...]
"""What a patch has of pixels: rectangles of it, in its own pixels, the lowest first; mostly one, which is all of it."""
Given = NDArray[np.floating] | Sequence[tuple[Rect, NDArray[np.floating]]]
"""All of a patch, or its parts."""

MOST_PIXELS = 200_000_000
MOST_PARTS = 1024
KEPT_BYTES = 128 << 20
"""Of a photo's patches that are kept in memory."""
BRIGHTEST = 65504.0
"""The largest half float."""
_ADDRESS = re.compile(r"[0-9a-f]{24}")
_AGAIN = said("Make the patch again.")


class Store:
    """Patches of one photo by their address. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        """folder: made with the first patch that is put into it."""
        self.folder = folder
        self._lock = threading.Lock()
        self._held: OrderedDict[str, Parts] = OrderedDict()
        self._rects: dict[str, tuple[Rect, ...]] = {}

    def __contains__(self, address: object) -> bool:
        if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
            return False
        with self._lock:
            if address in self._held:
                return True
        return self.path(address).is_file()

    def __getitem__(self, address: str) -> Pixels:
        """Of a patch that is in one piece. Raises NotFound when it is not there, SidecarError when it is damaged."""
        parts = self.parts(address)
        if len(parts) != 1:
            raise SidecarError(
                said("The patch {address} is in {number} parts.", address=address, number=len(parts)), _AGAIN
            )
        return parts[0][1]

    def parts(self, address: str) -> Parts:
        """Raises NotFound when it is not there, SidecarError when it is damaged."""
        with self._lock:
            if address in self._held:
                self._held.move_to_end(address)
                return self._held[address]
        parts = self._read(address)
        self._keep(address, parts)
        return parts

    def rects(self, address: str) -> tuple[Rect, ...]:
        """Where the parts of a patch are, without their pixels; none where it is not there or not a picture."""
        with self._lock:
            if address in self._held:
                return tuple(rect for rect, _ in self._held[address])
            if address in self._rects:
                return self._rects[address]
        try:
            found = tuple(rect for rect in _headers(self.path(address))) if _ADDRESS.fullmatch(address) else ()
        except (OSError, RuntimeError, ValueError, KeyError, TypeError):
            found = ()
        with self._lock:
            if found:
                self._rects[address] = found
        return found

    def path(self, address: str) -> Path:
        return self.folder / f"patch-{address}.exr"

    def hold(self, given: Given) -> str:
        """Keep it for now, without writing it. Returns its address. Raises UnusablePicture."""
        parts = _parts(given)
        digest = hashlib.blake2b(digest_size=12)
        for rect, halves in parts:
            digest.update(repr((halves.shape, rect.x, rect.y) if len(parts) > 1 else halves.shape).encode())
            digest.update(halves.tobytes())
        self._keep(digest.hexdigest(), parts)
        return digest.hexdigest()

    def put(self, given: Given) -> str:
        """Write (height, width, 4), see Pixels, or such parts. Returns its address.

        Raises UnusablePicture for other shapes and values that are no numbers, SidecarError when it cannot be written.
        """
        parts = _parts(given)
        try:
            address = self._write(parts)
        except (OSError, RuntimeError) as error:  # OpenEXR raises the second, also for a full disk
            reason = (error.strerror if isinstance(error, OSError) else None) or error
            raise SidecarError(
                said("The patch could not be written to {folder}: {why}.", folder=self.folder, why=reason),
                "Check that the folder is writable and the disk not full.",
            ) from error
        self._keep(address, parts)
        return address

    def put_all(self, pictures: Iterable[Given], then: Callable[[], object] = lambda: None) -> list[str]:
        """Write several or none, as `put`. then: what has to go well too.

        What was written before an error is removed again, unless it was there already.
        """
        before, written = {path.name for path in self.folder.glob("patch-*.exr")}, list[str]()
        try:
            for pixels in pictures:
                written.append(self.put(pixels))
            then()
        except BaseException:
            for path in map(self.path, written):
                if path.name not in before:
                    path.unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # it has other things in it
                self.folder.rmdir()
            raise
        return written

    def _write(self, parts: Parts) -> str:
        import OpenEXR  # noqa: PLC0415 - with the first patch

        header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
        display = _window(Rect(0, 0, max(rect.right for rect, _ in parts), max(rect.bottom for rect, _ in parts)))
        with tempfile.TemporaryDirectory() as scratch:
            file = Path(scratch) / "patch.exr"
            if len(parts) == 1:
                OpenEXR.File(header, {"RGBA": parts[0][1]}).write(str(file))
            else:
                written = [
                    OpenEXR.Part(
                        {**header, "dataWindow": _window(rect), "displayWindow": display}, {"RGBA": halves}, name=str(i)
                    )
                    for i, (rect, halves) in enumerate(parts)
                ]
                OpenEXR.File(written).write(str(file))
            back = OpenEXR.File(str(file)).parts
            if len(back) != len(parts) or not all(
                "RGBA" in one.channels and np.array_equal(one.channels["RGBA"].pixels, halves)
                for one, (_, halves) in zip(back, parts, strict=True)
            ):
                raise OSError("it could not be read back")
            content = file.read_bytes()
        address = hashlib.blake2b(content, digest_size=12).hexdigest()
        if not self.path(address).is_file():
            write_atomically(self.path(address), content)
        return address

    def _read(self, address: str) -> Parts:
        import OpenEXR  # noqa: PLC0415

        if not _ADDRESS.fullmatch(address):  # a sidecar may come from anywhere
            raise NotFound(said("There is no patch {address!r}.", address=address[:40]), _AGAIN)
        path = self.path(address)
        try:
            content = path.read_bytes()
        except OSError as error:
            raise NotFound(said("The patch {file} is not there.", file=path.name), _AGAIN) from error
        if hashlib.blake2b(content, digest_size=12).hexdigest() != address:
            raise SidecarError(said("The patch {file} is damaged.", file=path.name), _AGAIN)
        try:
            windows = _headers(path)
            found = [one.channels["RGBA"].pixels for one in OpenEXR.File(str(path)).parts]
            return _parts(list(zip(windows, found, strict=True)) if len(windows) > 1 else found[0])
        except (RuntimeError, ValueError, KeyError, TypeError, UnusablePicture) as error:
            raise SidecarError(
                said("The patch {file} cannot be read: {why}.", file=path.name, why=str(error)), _AGAIN
            ) from error

    def _keep(self, address: str, parts: Parts) -> None:
        with self._lock:
            self._held[address] = parts
            while len(self._held) > 1 and sum(map(_bytes, self._held.values())) > KEPT_BYTES:
                self._held.popitem(last=False)


def _bytes(parts: Parts) -> int:
    return sum(halves.nbytes for _, halves in parts)


def _window(rect: Rect) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """As OpenEXR says it: the first pixel and the last, x and y."""
    return np.array([rect.x, rect.y], np.int32), np.array([rect.right - 1, rect.bottom - 1], np.int32)


def _headers(path: Path) -> list[Rect]:
    """Where the parts of a file are. Raises ValueError for more than anybody makes, and what OpenEXR raises."""
    import OpenEXR  # noqa: PLC0415 - only for photos with patches

    rects = [_rect(one.header) for one in OpenEXR.File(str(path), header_only=True).parts]
    pixels = sum(rect.width * rect.height for rect in rects)
    if not 0 < pixels <= MOST_PIXELS or len(rects) > MOST_PARTS or any(rect.empty for rect in rects):
        raise ValueError(f"{pixels} pixels in {len(rects)} parts")
    return rects


def _rect(header: dict[str, Any]) -> Rect:
    first, last = header["dataWindow"]
    x, y = int(first[0]), int(first[1])
    return Rect(x, y, int(last[0]) - x + 1, int(last[1]) - y + 1)


def _parts(given: Given) -> Parts:
    """Raises UnusablePicture."""
    if isinstance(given, np.ndarray):
        halves = _halves(given)
        return ((Rect(0, 0, halves.shape[1], halves.shape[0]), halves),)
    parts = tuple((rect, _halves(pixels)) for rect, pixels in given)
    if not parts or any(halves.shape[:2] != (rect.height, rect.width) for rect, halves in parts):
        raise UnusablePicture("The parts of a patch are not where they belong.", "Make it again.")
    return parts


def _halves(pixels: NDArray[np.floating]) -> Pixels:
    if pixels.ndim != 3 or pixels.shape[2] != 4 or not pixels.size or not np.issubdtype(pixels.dtype, np.floating):
        raise UnusablePicture(
            said("A patch cannot have the shape {shape}.", shape=pixels.shape), "It is (height, width, 4) of floats."
        )
    if not np.isfinite(pixels).all():
        raise UnusablePicture("The patch holds values that are no numbers.", "Make it again.")
    halves: Pixels = np.clip(pixels, -BRIGHTEST, BRIGHTEST).astype(np.float16)
    halves[..., 3] = np.clip(halves[..., 3], 0, 1)
    return halves
