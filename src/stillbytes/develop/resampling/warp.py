"""The one map from the corrected photo to the photo: perspective, then the lens, channel by channel.

The corrected photo has the frame's size, and the crop lies in it. What is resampled and where masks are evaluated both
follow the map as it is at nodes, CELL pixels of the output apart, and straight in between: with a strong lens that is
within 0.1 pixels of the map itself in a picture of 900 pixels, and within 0.01 in one of 6,000.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect, Size
from stillbytes.develop.resampling import perspective
from stillbytes.develop.resampling.bending import Bent, Floats, Place, filling, half_diagonal, inside
from stillbytes.develop.settings import Settings
from stillbytes.photo.optics import Bend, Optics

CELL = 16
"""Pixels between nodes: what the kernel takes at a time."""
Affine = tuple[float, float, float, float, float, float]
NAMES = (
    "lens_profile", "lens_distortion", "lens_fringes", "lens_vignetting", "embedded_corrections", "manual_distortion",
    "manual_vignette", "manual_vignette_midpoint", "remove_fringes", *perspective.NAMES,
)  # fmt: skip
MANUAL = 0.25
"""Part by which manual distortion at 100 moves the corners."""
MANUAL_EV = 2.0
"""EV of manual vignetting at 100 in the corners."""


@dataclass(frozen=True, slots=True)
class Warp:
    """Coordinates are pixels of the frame at full resolution, whole ones their centres.

    key: equal for equal maps. matrix: of perspective, or None. bents: from the corrected photo inwards.
    zoom: by how much the lens's correction is enlarged so that the photo fills it.
    """

    key: Hashable
    frame: Size = field(compare=False)
    matrix: NDArray[np.float64] | None = field(compare=False)
    bents: tuple[Bent, ...] = field(compare=False)
    zoom: float = field(compare=False)

    @classmethod
    def of(cls, settings: Settings, frame: Size, optics: Optics, lateral: Bend | None = None) -> Warp | None:
        """None where no place moves and no light changes. lateral: the measured fringes, if they are to go."""
        bents, filled = _bents(settings, frame, optics, lateral)
        matrix = perspective.matrix(settings, frame, optics.focal) if perspective.changed(settings) else None
        if matrix is None and not bents:
            return None
        values = tuple(settings.get(name) for name in NAMES)
        key = values, frame, optics, lateral
        return cls(key, frame, matrix, tuple(bents), filling(filled, frame))

    @property
    def apart(self) -> bool:
        """Whether red, green and blue have maps of their own."""
        return any(bent.apart for bent in self.bents)

    @property
    def lights(self) -> bool:
        """Whether it changes brightness."""
        return any(bool(np.any(bent.gains != 1)) for bent in self.bents)

    def to_photo(self, x: Floats, y: Floats, channel: int = 1) -> Place:
        """Where the light of a channel of places of the corrected photo lies in the photo."""
        if self.matrix is not None:
            x, y = perspective.moved(self.matrix, x, y)
        middle = (self.frame.width - 1) / 2, (self.frame.height - 1) / 2
        if self.zoom != 1:
            x, y = middle[0] + (x - middle[0]) / self.zoom, middle[1] + (y - middle[1]) / self.zoom
        for bent in self.bents:
            if not bent.plain:
                x, y = bent.to_photo(x, y, channel)
        return x, y

    def to_corrected(self, x: NDArray[Any], y: NDArray[Any]) -> Place:
        """Back: where places of the photo are seen. By Newton's method, to 1e-6 pixels."""
        x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
        u: NDArray[Any] = x.copy()
        v: NDArray[Any] = y.copy()
        if self.matrix is not None:
            u, v = perspective.moved(np.asarray(np.linalg.inv(self.matrix), np.float64), u, v)
        step = 0.5
        for _ in range(20):
            at_x, at_y = self.to_photo(u, v)
            off_x, off_y = x - at_x, y - at_y
            if max(np.abs(off_x).max(initial=0), np.abs(off_y).max(initial=0)) < 1e-7:
                break
            right, left = self.to_photo(u + step, v), self.to_photo(u - step, v)
            below, above = self.to_photo(u, v + step), self.to_photo(u, v - step)
            a, c = right[0] - left[0], right[1] - left[1]
            b, d = below[0] - above[0], below[1] - above[1]
            det = a * d - b * c
            det = np.where(np.abs(det) < 1e-6, 1e-6, det)
            u = u + (d * off_x - b * off_y) / det * (2 * step)
            v = v + (a * off_y - c * off_x) / det * (2 * step)
        return u, v

    def gain(self, x: Floats, y: Floats) -> Floats:
        """What the light of places of the photo is multiplied by."""
        total = np.ones(np.broadcast_shapes(np.shape(x), np.shape(y)))
        for bent in self.bents:
            total = total * bent.gain(x, y)
        return total

    def shows(self, x: Floats, y: Floats) -> NDArray[np.bool_]:
        """Whether the photo is seen at places of the corrected photo, whatever the channel."""
        seen = np.ones(np.shape(x), bool)
        for channel in (0, 1, 2) if self.apart else (1,):
            seen &= inside(*self.to_photo(x, y, channel), self.frame)
        return seen

    def nodes(self, affine: Affine, rect: Rect, channel: int = 1) -> tuple[Place, int, int]:
        """The map at nodes around columns and rows `rect` of a grid, (rows, columns) each, and which column and row of
        nodes is the first. affine: from the grid to the corrected photo."""
        first_x, first_y = rect.x // CELL, rect.y // CELL
        columns: Floats = np.arange(first_x, (rect.right - 1) // CELL + 2, dtype=np.float64)[None, :] * CELL
        rows: Floats = np.arange(first_y, (rect.bottom - 1) // CELL + 2, dtype=np.float64)[:, None] * CELL
        a, b, tx, c, d, ty = affine
        place = self.to_photo(a * columns + b * rows + tx, c * columns + d * rows + ty, channel)
        return place, first_x, first_y

    def places(self, affine: Affine, rect: Rect) -> Place:
        """(height, width) each: green's places for every pixel of `rect`, bilinear between nodes."""
        (x, y), first_x, first_y = self.nodes(affine, rect)
        return tuple(_between(plane, rect, first_x, first_y) for plane in (x, y))  # type: ignore[return-value]


def _between(plane: Floats, rect: Rect, first_x: int, first_y: int) -> Floats:
    rows, columns = np.arange(rect.y, rect.bottom), np.arange(rect.x, rect.right)
    j, i = rows // CELL - first_y, columns // CELL - first_x
    down, across = (rows % CELL / CELL)[:, None], (columns % CELL / CELL)[None, :]
    lines = plane[j] + (plane[j + 1] - plane[j]) * down
    left = lines[:, i]
    return np.asarray(left + (lines[:, i + 1] - left) * across)


def _bents(settings: Settings, frame: Size, optics: Optics, lateral: Bend | None) -> tuple[list[Bent], list[Bent]]:
    """What applies, from the corrected photo inwards; and those that are enlarged to fill."""
    found: list[Bent] = []
    filled: list[Bent] = []
    number = settings.number

    def take(bend: Bend, *, bends: float = 1.0, fringes: float = 1.0, lights: float = 1.0) -> None:
        bent = Bent.of(bend, frame, bends=bends, fringes=fringes, lights=lights)
        if not bent.plain or np.any(bent.gains != 1):
            found.append(bent)
            if bend.fills:
                filled.append(bent)

    if amount := number("manual_distortion") / 100:
        take(Bend.of((lambda r: 1 - MANUAL * amount * r * r,), unit=half_diagonal(frame)))
    if light := number("manual_vignette") / 100:
        power = 1 + number("manual_vignette_midpoint") / 25
        take(Bend.of((), lambda r: 2 ** (MANUAL_EV * light * r**power), unit=half_diagonal(frame)))
    own_fringes = 0.0 if lateral is not None else 1.0
    if settings.value("lens_profile") and optics.profile is not None:
        take(
            optics.profile,
            bends=number("lens_distortion") / 100,
            fringes=number("lens_fringes") / 100 * own_fringes,
            lights=number("lens_vignetting") / 100,
        )
    elif optics.embedded is not None and settings.value("embedded_corrections") == "on":
        take(optics.embedded, fringes=own_fringes)
    if lateral is not None:
        take(lateral)
    return found, filled
