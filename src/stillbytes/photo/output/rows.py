"""A picture on its way into a file."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Rows:
    """A picture that comes from top to bottom and may still be worked out while its first rows are encoded.

    pieces: (rows, width, 3) uint8, uint16 or float32 each, contiguous, `height` rows together. They can be read once.
    """

    width: int
    height: int
    pieces: Iterable[NDArray[Any]]

    @classmethod
    def of(cls, picture: NDArray[Any] | Rows) -> Rows:
        if isinstance(picture, Rows):
            return picture
        return cls(picture.shape[1], picture.shape[0], [np.ascontiguousarray(picture)])

    def close(self) -> None:
        """Gives up what was not read of it."""
        if isinstance(self.pieces, Generator):
            self.pieces.close()

    def in_depth(self, bits: int) -> Rows:
        """The same with 8 or 16 bits, or a float of 32, for each channel."""
        return Rows(self.width, self.height, (_of_depth(piece, bits) for piece in self.pieces))

    def whole(self) -> NDArray[Any]:
        """(height, width, 3), contiguous."""
        out: NDArray[Any] | None = None
        top = 0
        for piece in self.pieces:
            if len(piece) == self.height:
                return piece
            out = np.empty((self.height, self.width, 3), piece.dtype) if out is None else out
            out[top : top + len(piece)] = piece
            top += len(piece)
        assert out is not None
        return out

    def bands(self, rows: int) -> Iterator[NDArray[Any]]:
        """Pieces of `rows` rows; the last may have fewer."""
        held: list[NDArray[Any]] = []
        missing = rows
        for piece in self.pieces:
            top = 0
            while top < len(piece):
                part = piece[top : top + missing]
                held.append(part)
                top += len(part)
                missing -= len(part)
                if not missing:
                    yield _joined(held)
                    held, missing = [], rows
        if held:
            yield _joined(held)


def _joined(parts: list[NDArray[Any]]) -> NDArray[Any]:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _of_depth(pixels: NDArray[Any], bits: int) -> NDArray[Any]:
    if bits == 32:
        top = np.iinfo(pixels.dtype).max if pixels.dtype.kind == "u" else 1
        return pixels.astype(np.float32) / np.float32(top)
    if pixels.dtype == np.float32:
        top = (1 << bits) - 1
        return np.asarray(np.rint(np.clip(pixels, 0, 1) * top), np.uint8 if bits == 8 else np.uint16)
    if bits == 8 and pixels.dtype == np.uint16:
        wide = pixels.astype(np.uint32)
        return ((wide * 255 + 32767) // 65535).astype(np.uint8)
    if bits == 16 and pixels.dtype == np.uint8:
        return pixels.astype(np.uint16) * np.uint16(257)
    return pixels
