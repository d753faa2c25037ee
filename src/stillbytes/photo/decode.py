"""Opening photos. The files are read in a worker process; what they can do to a decoder stays there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stillbytes.photo.decoded import CameraColour, Decoded
from stillbytes.photo.workers import Workers

DECODE_LIMIT = 90.0
"""Seconds for a whole photo: the slowest honest ones (100 MP, packed, demosaiced by LibRaw) take a third of it."""
GLANCE_LIMIT = 20.0
"""Seconds for a preview or metadata."""

workers = Workers()


def decode(path: Path) -> Decoded:
    """The photo's samples, upright, and how to read them. Raises UnreadablePhoto."""
    fields, parts = workers.ask("decode", path, limit=DECODE_LIMIT, long=True)
    colour = fields["colour"]
    return Decoded(
        layout=fields["layout"],
        samples=parts[0],
        pattern=fields["pattern"],
        black=_tupled(fields["black"]),
        white=fields["white"],
        colour=None if colour is None else CameraColour(**{name: _tupled(value) for name, value in colour.items()}),
        tables=parts[1] if len(parts) > 1 else None,
        matrix=_tupled(fields["matrix"]),
    )


def warm_up() -> None:
    """Start a decoding process in the background, so that the first photo does not wait for it."""
    workers.warm_up()


def _tupled(value: Any) -> Any:
    """JSON's lists are the dataclasses' tuples."""
    return tuple(_tupled(v) for v in value) if isinstance(value, list) else value
