"""One photo file in, whatever its kind. Runs in the worker process only."""

from __future__ import annotations

from pathlib import Path

from stillbytes.photo.decoded import Decoded
from stillbytes.photo.pictures import content, decode_picture
from stillbytes.photo.raw import decode_raw


def decode_file(path: Path) -> Decoded:
    """Raises UnreadablePhoto, or what a decoder raises on a damaged file."""
    kind = content(path)
    return decode_raw(path) if kind == "raw" else decode_picture(path, kind)
