"""Brush: what was painted, stored as strokes.

A stroke is a row of soft dabs whose places and sizes are those of the frame, so that it is the same at any scale. It
never builds up in itself: at each place the strongest dab counts. Later strokes build up on earlier ones.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect
from stillbytes.develop.resampling.frame_grid import FrameGrid
from stillbytes.masks import fields
from stillbytes.masks.kind import Floats, Kind, Rasters, smooth
from stillbytes.masks.kinds.colour import oklab

MOST_STROKES = 2000
SPACING = 0.2
"""Of two dabs, in radii: between them a stroke is narrower by less than a hundredth of its radius."""
LIKE = 0.06
"""Distance in Oklab at which auto-mask lets through half."""
KEPT_BYTES = 64 << 20
"""Painted grids that are kept, so that another stroke is all that has to be painted."""


@dataclass(frozen=True)
class Stroke:
    """trail: points as `fields.encoded` writes them. size: radius in frame units at full pressure. hardness, flow,
    density: 0..100. flow: how much one stroke adds; density: what many strokes come to at most. erase: takes away.
    auto_mask: stays on what has the colour under the middle of the brush."""

    trail: str
    size: float = 0.03
    hardness: float = 50.0
    flow: float = 100.0
    density: float = 100.0
    erase: bool = False
    auto_mask: bool = False

    @classmethod
    def of(cls, given: Any) -> Stroke:
        """From JSON, where the trail may also be a list of [x, y] or [x, y, pressure]. Raises ValueError."""
        if isinstance(given, Stroke):
            return given
        known = ("trail", "size", "hardness", "flow", "density", "erase", "auto_mask")
        if not isinstance(given, Mapping) or "trail" not in given or any(name not in known for name in given):
            raise ValueError("strokes with " + ", ".join(known))
        numbers: dict[str, Any] = {name: given[name] for name in ("hardness", "flow", "density") if name in given}
        for name, value in numbers.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
                raise ValueError(f"a {name} from 0 to 100")
        size = given.get("size", cls.size)
        if isinstance(size, bool) or not isinstance(size, int | float) or not 0.0002 <= size <= 2:
            raise ValueError("a size from 0.0002 to 2")
        toggles: dict[str, Any] = {name: given[name] for name in ("erase", "auto_mask") if name in given}
        if any(not isinstance(value, bool) for value in toggles.values()):
            raise ValueError("true or false for erase and auto_mask")
        trail = fields.trail_of(given["trail"])
        values = {name: float(value) for name, value in numbers.items()} | toggles
        return cls(trail, float(size), **values)

    def to_json(self) -> dict[str, Any]:
        usual = Stroke("")
        return {"trail": self.trail} | {
            name: getattr(self, name)
            for name in ("size", "hardness", "flow", "density", "erase", "auto_mask")
            if getattr(self, name) != getattr(usual, name)
        }

    def dabs(self) -> NDArray[np.float64]:
        """(n, 3): x, y in frame units and radius, evenly along the trail."""
        points = fields.decoded(self.trail)
        if len(points) == 0:
            return points
        points[:, 2] *= self.size
        steps = np.hypot(*np.diff(points[:, :2], axis=0).T) if len(points) > 1 else np.zeros(0)
        along = np.concatenate([[0.0], np.cumsum(steps)])
        smallest = max(float(points[:, 2].min()), self.size / 20)
        count = int(along[-1] / (SPACING * smallest)) + 1
        at = np.linspace(0, along[-1], min(count + 1, 50_000)) if along[-1] else np.zeros(1)
        return np.stack([np.interp(at, along, points[:, i]) for i in range(3)], 1)


@dataclass(frozen=True)
class Brush(Kind, group="drawn", label="Brush", says="What is painted."):
    strokes: tuple[Stroke, ...] = fields.many(
        (), Stroke.of, "strokes", says="The strokes, in their order.", most=MOST_STROKES
    )

    @property
    def empty(self) -> bool:
        return all(stroke.erase or not stroke.flow or not stroke.density for stroke in self.strokes)

    def coverage(self, grid: FrameGrid, rasters: Rasters) -> Floats:
        digests = self._digests
        done, painted = _kept.longest(digests, grid)
        for stroke in self.strokes[done:]:
            _paint(painted, stroke, grid)
        _kept.keep(digests, grid, painted)
        return painted

    @cached_property
    def _digests(self) -> tuple[bytes, ...]:
        """Of the first stroke, of the first two, ..."""
        found, digest = [], hashlib.blake2b(digest_size=12)
        for stroke in self.strokes:
            digest.update(repr(stroke).encode())
            found.append(digest.digest())
        return tuple(found)


def _paint(painted: Floats, stroke: Stroke, grid: FrameGrid) -> None:
    dabs = stroke.dabs()
    if len(dabs) == 0:
        return
    places, radii = grid.to_grid(dabs[:, :2]), dabs[:, 2] / grid.pixel
    reach = np.ceil(radii + 1).astype(int)
    left, top = np.floor(places - reach[:, None]).min(0).astype(int)
    right, bottom = np.ceil(places + reach[:, None]).max(0).astype(int) + 1
    area = Rect(left, top, right - left, bottom - top).within(grid.rect)
    if area.empty:
        return
    strongest = np.zeros((area.height, area.width), np.float32)
    like = _Likeness(grid.part(area), dabs) if stroke.auto_mask else None
    # To a quarter of a pixel, counted from the grid's own origin: the same for every part of it.
    places = np.rint(places * 4) / 4
    for number, ((x, y), radius) in enumerate(zip(places, radii, strict=True)):
        size = int(radius + 2)
        box = Rect(int(x) - size, int(y) - size, 2 * size + 1, 2 * size + 1).within(area)
        if box.empty or radius <= 0:
            continue
        across = np.square(np.arange(box.x, box.right, dtype=np.float32) - np.float32(x))
        down = np.square(np.arange(box.y, box.bottom, dtype=np.float32) - np.float32(y))
        distance = np.sqrt(across[None, :] + down[:, None])
        # An edge is never harder than a pixel, and what is thinner than a pixel covers less of it.
        wanted = radius * (1 - stroke.hardness / 100)
        soft, outer = max(wanted, 1.0), radius + max(0.0, 1 - wanted) / 2
        dab = smooth((np.float32(outer) - distance) * np.float32(1 / soft)) * np.float32(min(1.0, 2 * radius))
        rows, columns = slice(box.y - area.y, box.bottom - area.y), slice(box.x - area.x, box.right - area.x)
        if like is not None:
            dab *= like.to(number, rows, columns)
        part = strongest[rows, columns]
        np.maximum(part, dab, out=part)
    rows = slice(area.y - grid.rect.y, area.bottom - grid.rect.y)
    columns = slice(area.x - grid.rect.x, area.right - grid.rect.x)
    under = painted[rows, columns]
    strongest *= np.float32(stroke.flow / 100)
    if stroke.erase:
        under *= 1 - strongest
    else:
        under += strongest * np.maximum(np.float32(stroke.density / 100) - under, 0)


class _Likeness:
    """How much each pixel has the colour under the middle of a dab."""

    def __init__(self, grid: FrameGrid, dabs: NDArray[np.float64]) -> None:
        self._lab = oklab(grid.light())
        self._under = oklab(grid.light_at(dabs[:, :2]).T.astype(np.float32)).T

    def to(self, dab: int, rows: slice, columns: slice) -> Floats:
        there = self._lab[:, rows, columns] - self._under[dab][:, None, None]
        distance = np.square(there).sum(0) * np.float32(1 / LIKE**2)
        return np.asarray(1 / (1 + np.square(distance)), np.float32)


class _Kept:
    """What was painted at grids lately, by the strokes that made it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: OrderedDict[tuple[bytes, object], Floats] = OrderedDict()

    def longest(self, digests: Sequence[bytes], grid: FrameGrid) -> tuple[int, Floats]:
        """How many strokes are painted already, and a copy of that."""
        with self._lock:
            for done in range(len(digests), max(0, len(digests) - 8), -1):
                held = self._held.get((digests[done - 1], grid.key))
                if held is not None:
                    self._held.move_to_end((digests[done - 1], grid.key))
                    return done, held.copy()
        return 0, np.zeros((grid.height, grid.width), np.float32)

    def keep(self, digests: Sequence[bytes], grid: FrameGrid, painted: Floats) -> None:
        if not digests:
            return
        with self._lock:
            self._held[digests[-1], grid.key] = painted.copy()
            while len(self._held) > 1 and sum(held.nbytes for held in self._held.values()) > KEPT_BYTES:
                self._held.popitem(last=False)


_kept = _Kept()
