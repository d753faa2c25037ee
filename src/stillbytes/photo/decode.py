"""Opening photos. The files are read in a worker process; what they can do to a decoder stays there."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stillbytes.photo.decoded import CameraColour, Decoded
from stillbytes.photo.optics import Bend
from stillbytes.photo.workers import Workers

DECODE_LIMIT = 90.0
"""Seconds for a whole photo: the slowest honest ones (100 MP, packed, demosaiced by LibRaw) take a third of it."""
GLANCE_LIMIT = 20.0
"""Seconds for a preview or metadata."""

workers = Workers()
_begun: dict[Path, Future[Decoded]] = {}


def begin(path: Path) -> None:
    """Start decoding in the background: for a program that knows its photo before it is ready to ask for it."""
    if path.absolute() in _begun:
        return
    begun = _begun[path.absolute()] = Future[Decoded]()

    def work() -> None:
        try:
            begun.set_result(_decode(path))
        except BaseException as error:  # whoever asks gets it
            begun.set_exception(error)

    threading.Thread(target=work, daemon=True, name="decode").start()


def decode(path: Path) -> Decoded:
    """The photo's samples, upright, and how to read them. Raises UnreadablePhoto."""
    begun = _begun.pop(path.absolute(), None)
    return _decode(path) if begun is None else begun.result()


def _decode(path: Path) -> Decoded:
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
        embedded=_bend(fields["embedded"]),
        remarks=_tupled(fields["remarks"]),
    )


@dataclass(frozen=True, slots=True)
class Preview:
    """A JPEG file and the size in pixels of the upright picture.

    Upright means: after the orientation that the JPEG's EXIF states, which browsers and Pillow's `exif_transpose`
    obey. Its EXIF says nothing else.
    """

    jpeg: bytes
    width: int
    height: int


def embedded_preview(path: Path, pool: Workers | None = None) -> Preview:
    """The camera's own JPEG, or a quick rendering if there is none. Raises UnreadablePhoto.

    pool: processes of the caller's own, all of which may be at it; by default one that all share.
    """
    return _preview(path, 0, pool)


def thumbnail(path: Path, long_edge: int = 512, pool: Workers | None = None) -> Preview:
    """A small sRGB JPEG of the camera's rendering, its pixels already upright. Raises UnreadablePhoto."""
    return _preview(path, long_edge, pool)


def warm_up() -> None:
    """Start a decoding process in the background, so that the first photo does not wait for it."""
    workers.warm_up()


def _preview(path: Path, long_edge: int, pool: Workers | None) -> Preview:
    asked = pool or workers
    fields, parts = asked.ask("preview", path, limit=GLANCE_LIMIT, long=pool is not None, long_edge=long_edge)
    return Preview(parts[0].tobytes(), fields["width"], fields["height"])


def _bend(fields: dict[str, Any] | None) -> Bend | None:
    return None if fields is None else Bend(**{name: _tupled(value) for name, value in fields.items()})


def _tupled(value: Any) -> Any:
    """JSON's lists are the dataclasses' tuples."""
    return tuple(_tupled(v) for v in value) if isinstance(value, list) else value
