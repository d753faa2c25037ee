"""Looking at a library's pictures, one after the other, while nobody waits for it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stillbytes.core.errors import Cancelled, UnreadablePhoto
from stillbytes.core.jobs import Control
from stillbytes.core.saying import said
from stillbytes.develop.settings import Settings
from stillbytes.gpu.models.store import here
from stillbytes.library import previews
from stillbytes.library.catalogue.looks import Look, Looks
from stillbytes.library.hints.edges import Edges
from stillbytes.library.hints.find import hints
from stillbytes.library.hints.hint import Measure, Sight, Tones
from stillbytes.library.meaning.encoders import installed
from stillbytes.photo.workers import Workers

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from stillbytes.gpu.access import Access
    from stillbytes.library.hints.faces import Seen
    from stillbytes.library.meaning.encoders import Encoder

COMMAND = (sys.executable, "-P", "-m", "stillbytes.library.hints.reader")
LIMIT = 180.0
"""Seconds for one picture: its reader gives way to everything else on a machine that is busy."""
COMMIT_SECONDS = 1.0
AHEAD = 2
"""Pictures that are read while the faces of others are looked for."""
Networks = Callable[[], "Access"]


@dataclass(frozen=True, slots=True)
class Looked:
    """photos: whose pictures were looked at. failed: those that could not be read."""

    photos: int
    failed: int
    seconds: float


def look(
    looks: Looks,
    control: Control,
    networks: Networks,
    query: str = "",
    *,
    again: bool = False,
    processes: int = 1,
    told: Callable[[Sequence[int]], None] = lambda numbers: None,
) -> Looked:
    """Look at the pictures that were not looked at yet. Raises Cancelled, with all that was seen so far kept.

    networks: gives access to those that find faces, asked when there is something to look at. told: hears which photos
    were looked at. Raises InvalidQuery, and EngineError where networks cannot run.
    """
    begin = time.monotonic()
    looks.forget(unused=True)
    encoder = installed(here())
    model = encoder.model if encoder else ""
    wanted = looks.lacking(query, again=again, model=model)
    if not wanted:
        return Looked(0, 0, time.monotonic() - begin)
    access = networks()
    pool = Workers(COMMAND, decoders=processes)
    held: list[Look] = []
    seen: list[bytes] = []
    done = failed = 0
    last = time.monotonic()
    try:
        for one in _seen(wanted, pool, access, control, processes, encoder):
            held.append(one)
            seen.append(one.content)
            done += 1
            failed += bool(one.problem)
            if time.monotonic() - last > COMMIT_SECONDS:
                looks.put(held, model)
                told(looks.photos([one.content for one in held]))
                held, last = [], time.monotonic()
                control.progress(done, len(wanted), said("Looking at photos"))
    finally:
        looks.put(held, model)
        looks.restack(seen)
        pool.close()
    return Looked(done, failed, time.monotonic() - begin)


def _seen(
    wanted: list[tuple[bytes, Path]],
    pool: Workers,
    access: Access,
    control: Control,
    processes: int,
    encoder: Encoder | None,
) -> Iterator[Look]:
    """In any order. Raises Cancelled."""
    left = iter(wanted)
    with ThreadPoolExecutor(processes + AHEAD, "look") as threads:
        running: set[Future[Look | None]] = set()
        try:
            while True:
                while len(running) < processes + AHEAD and (one := next(left, None)) is not None:
                    running.add(threads.submit(picture, *one, pool, access, control, encoder))
                if not running:
                    return
                ready, running = wait(running, 0.25, FIRST_COMPLETED)
                for future in ready:
                    if (look := future.result()) is not None:
                        yield look
                if control.cancelled():
                    raise Cancelled()
        finally:
            for future in running:
                future.cancel()
            if running:  # nobody waits for what is still being read
                pool.close()


def picture(
    content: bytes, path: Path, pool: Workers, access: Access, control: Control, encoder: Encoder | None
) -> Look | None:
    """What is seen in one photo's picture, None of one that is gone. encoder: makes a vector of it, too. Raises
    Cancelled."""
    try:
        fields, parts = pool.ask("look", path, limit=LIMIT, long=True)
    except UnreadablePhoto as error:
        if not path.is_file():  # gone meanwhile, or its disk is: another time
            return None
        return Look(content, {}, problem=error.message)
    soft, pixels, thumbnail = parts
    if previews.cached(path, Settings()) is None:
        previews.keep(path, Settings(), thumbnail.tobytes())

    def ask(model: str, inputs: Mapping[str, NDArray[Any]], role: str = "model") -> dict[str, NDArray[Any]]:
        if control.cancelled():  # between two networks, since stopping one ends its process
            raise Cancelled()
        return access.ask(model, inputs, role, label="Looking at photos", interactive=False)

    from stillbytes.library.hints.faces import faces  # noqa: PLC0415 - loads OpenCV
    from stillbytes.library.meaning.encoders import of_picture  # noqa: PLC0415
    from stillbytes.masks.detect.detector import Picture  # noqa: PLC0415

    sight = sight_of(fields, soft, pixels, faces(Picture(pixels), ask))
    vector = of_picture(pixels, encoder, ask).tobytes() if encoder else None
    return Look(content, measured(sight), fields["hash"], bytes.fromhex(fields["descriptor"]), vector=vector)


def sight_of(
    fields: Mapping[str, Any],
    soft: NDArray[np.float32],
    pixels: NDArray[np.uint8],
    faces: tuple[Seen, ...] | None,
) -> Sight:
    """What the reading process told, and the faces."""
    edges = Edges(soft, fields["softness"], fields["noise"], pixels.shape[1], pixels.shape[0])
    return Sight(edges, Tones(fields["clipped"], fields["bright"]), faces)


def measured(sight: Sight) -> dict[str, Measure]:
    found = {kind: one.measure(sight) for kind, one in hints().items()}
    return {kind: measure for kind, measure in found.items() if measure is not None}


def model_here() -> str:
    """The network for meanings that is installed; empty for none."""
    encoder = installed(here())
    return encoder.model if encoder else ""
