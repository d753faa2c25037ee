"""A network over a developed picture, tile by tile: more pixels, or clearer ones.

The network gives the detail, the picture keeps its tones: what is broader than a few pixels is the picture's own, to
the precision that it has. So the eight bits in which networks see leave no steps in skies, and colour spaces other than
sRGB and sixteen bits come through.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import Cancelled, UnusablePicture
from stillbytes.core.geometry import Rect, Size
from stillbytes.core.saying import said
from stillbytes.generate.painters.answer import checked, picture, png, smoothed
from stillbytes.generate.painters.painter import Cancel, Tell, nth, silent
from stillbytes.generate.task import Need, Result, Task
from stillbytes.generate.workflows.graph import Task as Drawn

if TYPE_CHECKING:
    from stillbytes.generate.painters.diffusion import Diffusion

Pixels = NDArray[np.uint8] | NDArray[np.uint16]
Floats = NDArray[np.float32]

TILE, LAP = 768, 48
"""Pixels of what goes into a network at once, and those that neighbours share."""
RAMP = 16
"""Of these, over how many on each side of a border one tile passes into the next."""
BROAD = 3.0
"""Pixels of the picture (standard deviation): what is broader is its own."""
MOST_PIXELS = 1 << 30
"""Of what is made: more is not kept in memory."""


def number(said: object) -> object:
    """Forms say choices as text."""
    return int(said) if isinstance(said, str) and said.isdecimal() else said


class Larger(Task):
    """A task whose network draws `factor` times as many pixels along each edge. part: how much of that is seen.

    invents: whether it is a model that makes pictures. broad: pixels of the picture (standard deviation) from which on
    all is its own.
    """

    result: ClassVar[Result] = "picture"
    needs: ClassVar[frozenset[Need]] = frozenset({"photo"})
    draws: ClassVar[Drawn] = "upscale"
    invents: ClassVar[bool] = False
    broad: ClassVar[float] = BROAD

    @property
    def factor(self) -> int:
        return 1

    @property
    def part(self) -> float:
        return 1.0

    def side(self, who: Diffusion) -> int:
        """Pixels of what goes in at once, along each edge."""
        return TILE

    def priced(self, who: Diffusion, tile: Size) -> tuple[Size, float]:
        """What one tile is foreseen as: a picture of which size, and how many times as large it comes out where the
        network takes any; else 0."""
        return tile, float(self.factor)

    def drawn(
        self, seen: NDArray[np.uint8], who: Diffusion, number: int, tell: Tell, cancelled: Cancel | None
    ) -> Floats:
        """A tile, 0..1, `factor` times as large as what goes in. Raises what painters raise."""
        height, width = seen.shape[:2]
        drawing = replace(who.drawing(Size(width, height), 0), scale=float(self.factor))
        content = who.made(drawing, {"picture": png(seen)}, tell, cancelled)
        answer = picture(content, Size(width * self.factor, height * self.factor), who.candidate.title)
        return answer.astype(np.float32) / np.float32(255)


def size_of(task: Larger, shown: Size) -> Size:
    """Of what it makes of a picture of that size. Raises UnusablePicture for more than can be kept in memory."""
    size = Size(shown.width * task.factor, shown.height * task.factor)
    if size.width * size.height > MOST_PIXELS:
        raise UnusablePicture(
            said("{width} x {height} pixels are more than can be made at once.", width=size.width, height=size.height),
            "Crop it, or enlarge it less.",
        )
    return size


def tiles(size: Size, side: int = TILE) -> list[tuple[Rect, Rect]]:
    """What goes in, and what of it is kept: tiles of up to that side without gaps, each with surroundings."""
    whole, found = Rect.of(size), []
    step = side - 2 * LAP
    for y in range(0, size.height, step):
        for x in range(0, size.width, step):
            kept = Rect(x, y, step, step).within(whole)
            found.append((kept.grown(LAP).within(whole), kept))
    return found


def larger(task: Larger, shown: Pixels, who: Diffusion, tell: Tell = silent, cancelled: Cancel | None = None) -> Pixels:
    """shown: (height, width, 3) of codes in any colour space. Returns the same, `task.factor` times as large.

    Raises Cancelled, UnusablePicture, and what painters raise.
    """
    height, width = shown.shape[:2]
    size, factor = size_of(task, Size(width, height)), task.factor
    most = 65535 if shown.dtype == np.uint16 else 255
    out = np.zeros((size.height, size.width, 3), shown.dtype)
    parts = tiles(Size(width, height), task.side(who))
    for number, (taken, kept) in enumerate(parts):
        if cancelled is not None and cancelled():
            raise Cancelled()
        codes = shown[taken.y : taken.bottom, taken.x : taken.right].astype(np.float32) * np.float32(255 / most)
        seen = np.rint(codes).astype(np.uint8)
        answer = task.drawn(seen, who, number, nth(tell, number, len(parts)), cancelled)
        small = answer if factor == 1 else cv2.resize(answer, taken.size.pair, interpolation=cv2.INTER_AREA)
        checked(small * np.float32(255), seen, who.candidate.title)
        made = _toned(answer, codes / np.float32(255), factor, task.broad, fine=most > 255)
        if task.part < 1:
            made += np.float32(1 - task.part) * (codes / np.float32(255) - made)
        _blend(out, made, taken, kept, factor, most)
    return out


def _toned(drawn: Floats, truth: Floats, factor: int, broad: float, *, fine: bool) -> Floats:
    """What was drawn with the broad tones of the picture. drawn: 0..1, `factor` times as large as truth, 0..1.
    broad: from how many of its pixels on. fine: whether more than eight bits are wanted."""
    if fine:
        drawn = smoothed(drawn)
    small = drawn if factor == 1 else cv2.resize(drawn, truth.shape[1::-1], interpolation=cv2.INTER_AREA)
    off = cv2.GaussianBlur(truth - small, (0, 0), broad)
    if factor > 1:
        off = cv2.resize(off, drawn.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(drawn + off, np.float32)


def _blend(out: Pixels, made: Floats, taken: Rect, kept: Rect, factor: int, most: int) -> None:
    """Put a tile into the picture; where those above and to the left of it have drawn already, it fades in."""
    whole = Rect(0, 0, out.shape[1] // factor, out.shape[0] // factor)
    here = kept.grown(RAMP).within(whole)
    weight = np.minimum(
        _ramp(here.height, here.y < kept.y, factor)[:, None], _ramp(here.width, here.x < kept.x, factor)[None, :]
    )[..., None]
    x, y = (here.x - taken.x) * factor, (here.y - taken.y) * factor
    rows, columns = here.height * factor, here.width * factor
    new = np.clip(made[y : y + rows, x : x + columns], 0, 1) * np.float32(most)
    target = out[here.y * factor :, here.x * factor :][:rows, :columns]
    target[:] = np.rint(target + weight * (new - target)).astype(out.dtype)


def _ramp(length: int, fades: bool, factor: int) -> Floats:
    if not fades:
        return np.ones(length * factor, np.float32)
    places = (np.arange(length * factor, dtype=np.float32) + np.float32(0.5)) / np.float32(2 * RAMP * factor)
    return np.asarray(np.minimum(places, np.float32(1)), np.float32)
