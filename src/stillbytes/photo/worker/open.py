"""One photo file in, whatever its kind. Runs in the worker process only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from stillbytes.photo.worker.content import content

if TYPE_CHECKING:
    from stillbytes.photo.decoded import Decoded


def decode_file(path: Path) -> Decoded:
    """Raises UnreadablePhoto, or what a decoder raises on a damaged file."""
    kind = content(path)
    if kind == "raw":
        from stillbytes.photo.worker.raw import decode_raw  # noqa: PLC0415 - each kind of file loads its own decoder

        return decode_raw(path)
    from stillbytes.photo.worker.pictures import decode_picture  # noqa: PLC0415

    return decode_picture(path, kind)
