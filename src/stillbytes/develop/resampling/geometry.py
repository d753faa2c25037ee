"""Where each pixel of the developed picture comes from in the frame.

The crop lies in the corrected photo, which has the frame's size; `warp` leads from there to the frame. Without one they
are the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect, Size
from stillbytes.develop.resampling.bending import border
from stillbytes.develop.resampling.warp import Warp
from stillbytes.develop.settings import Settings

LOBES = 3
TABLE = 512


@dataclass(frozen=True, slots=True)
class Geometry:
    """The crop of a corrected photo: centre and size in full-resolution pixels, the angle in radians, then flips and
    turns.

    "Cut" is the grid of the crop before flips and quarter turns; "developed" the one after.
    """

    frame: Size
    centre: tuple[float, float]
    cut: Size
    angle: float
    flip_horizontal: bool
    flip_vertical: bool
    turns: int
    warp: Warp | None = None

    @classmethod
    def of(cls, settings: Settings, frame: Size, warp: Warp | None = None) -> Geometry:
        """warp: that of the settings."""
        # At steep angles the left corner of a narrow crop lies to the right of the right one: no sorting.
        left, right = settings.number("crop_left"), settings.number("crop_right")
        top, bottom = settings.number("crop_top"), settings.number("crop_bottom")
        angle = math.radians(settings.number("crop_angle"))
        across, down = (right - left) * frame.width, (bottom - top) * frame.height
        width = across * math.cos(angle) + down * math.sin(angle)
        height = down * math.cos(angle) - across * math.sin(angle)
        centre = ((left + right) / 2 * frame.width, (top + bottom) / 2 * frame.height)
        if warp is not None and settings.value("constrain_crop"):
            centre, width, height = constrained(warp, centre, abs(width), abs(height), angle)
        size = Size(max(1, round(abs(width))), max(1, round(abs(height))))
        if angle == 0:  # whole pixels, so that full size needs no resampling
            x, y = round(centre[0] - size.width / 2), round(centre[1] - size.height / 2)
            if all(0 <= corner <= 1 for corner in (left, top, right, bottom)):  # rounding leads beyond no edge
                x = min(max(x, 0), max(frame.width - size.width, 0))
                y = min(max(y, 0), max(frame.height - size.height, 0))
            centre = (x + size.width / 2, y + size.height / 2)
        turns = int(str(settings.value("rotate"))) // 90
        flips = bool(settings.value("flip_horizontal")), bool(settings.value("flip_vertical"))
        return cls(frame, centre, size, angle, *flips, turns, warp)

    @property
    def developed(self) -> Size:
        return Size(self.cut.height, self.cut.width) if self.turns % 2 else self.cut

    def to_cut(self, region: Rect, developed: Size) -> Rect:
        """A region of the developed grid of that size as the region of the cut grid that it shows."""
        x, y, width, height = region.x, region.y, region.width, region.height
        size = developed
        for _ in range(self.turns):  # undo one clockwise quarter turn
            x, y, width, height = y, size.width - x - width, height, width
            size = Size(size.height, size.width)
        if self.flip_vertical:
            y = size.height - y - height
        if self.flip_horizontal:
            x = size.width - x - width
        return Rect(x, y, width, height)

    @property
    def upright(self) -> bool:
        """Whether the rows of the cut are those of the developed picture."""
        return not (self.flip_horizontal or self.flip_vertical or self.turns)

    def from_cut(self, pixels: NDArray[np.generic]) -> NDArray[np.generic]:
        """Pixels (rows, columns, channels) of the cut grid, flipped and turned as the developed picture is."""
        if self.flip_horizontal:
            pixels = pixels[:, ::-1]
        if self.flip_vertical:
            pixels = pixels[::-1]
        if self.turns:
            pixels = np.rot90(pixels, -self.turns)
        return np.ascontiguousarray(pixels)

    def affine(self, grid: Size, source_scale: float) -> tuple[float, float, float, float, float, float]:
        """(a, b, tx, c, d, ty): centre of a pixel of the cut grid of size `grid` -> pixel coordinates of the corrected
        photo at `source_scale`, where integer coordinates are pixel centres."""
        step_x, step_y = self.cut.width / grid.width, self.cut.height / grid.height
        cosine, sine = math.cos(self.angle), math.sin(self.angle)
        a, b = step_x * cosine * source_scale, -step_y * sine * source_scale
        c, d = step_x * sine * source_scale, step_y * cosine * source_scale
        half_x, half_y = (grid.width - 1) / 2, (grid.height - 1) / 2
        tx = self.centre[0] * source_scale - 0.5 - a * half_x - b * half_y
        ty = self.centre[1] * source_scale - 0.5 - c * half_x - d * half_y
        return a, b, tx, c, d, ty

    def place(self, x: float, y: float) -> tuple[float, float]:
        """A place 0..1 across and down the developed picture in pixels of the frame, 0, 0 its corner."""
        size = Size(1 << 20, 1 << 20)  # fine enough that a pixel is a place
        spot = self.to_cut(Rect(round(x * size.width), round(y * size.height), 0, 0), size)
        a, b, tx, c, d, ty = self.affine(size, 1.0)
        column, row = spot.x - 0.5, spot.y - 0.5
        across, down = a * column + b * row + tx, c * column + d * row + ty
        if self.warp is not None:
            across, down = (float(v) for v in self.warp.to_photo(np.array(across), np.array(down)))
        return across + 0.5, down + 0.5

    def edges(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """x and y of places along the edges of the crop, in pixels of the frame, whole ones their centres."""
        x, y = border(self.cut)
        a, b, tx, c, d, ty = self.affine(self.cut, 1.0)
        x, y = a * x + b * y + tx, c * x + d * y + ty
        return (x, y) if self.warp is None else self.warp.to_photo(x, y)

    def places(self, columns: int, rows: int) -> NDArray[np.float64]:
        """(rows, columns, 2): where a regular mesh over the developed picture, from edge to edge, lies in frame
        units."""
        x, y = np.meshgrid(np.linspace(0, 1, columns), np.linspace(0, 1, rows))
        for _ in range(self.turns):  # undo one clockwise quarter turn
            x, y = y, 1 - x
        x, y = 1 - x if self.flip_horizontal else x, 1 - y if self.flip_vertical else y
        a, b, tx, c, d, ty = self.affine(self.cut, 1.0)
        x, y = x * self.cut.width - 0.5, y * self.cut.height - 0.5
        x, y = a * x + b * y + tx, c * x + d * y + ty
        if self.warp is not None:
            x, y = self.warp.to_photo(x, y)
        return (np.stack([x, y], -1) + 0.5) / self.frame.long_edge

    @property
    def to_frame(self) -> tuple[float, float, float, float, float, float]:
        """(a, b, tx, c, d, ty): a place of the developed picture, 0..1 across and down -> (a x + b y + tx, c x + d y +
        ty) in frame units; with a warp only in the corners that it begins at."""
        places = (self.place(x, y) for x, y in ((0, 0), (1, 0), (0, 1)))
        (ox, oy), (rx, ry), (bx, by) = ((x / self.frame.long_edge, y / self.frame.long_edge) for x, y in places)
        return rx - ox, bx - ox, ox, ry - oy, by - oy, oy


def constrained(
    warp: Warp, centre: tuple[float, float], width: float, height: float, angle: float
) -> tuple[tuple[float, float], float, float]:
    """The largest crop of the same shape and angle inside this one that the photo fills: its centre, width and height.

    The crop itself where nothing of it is filled. First among places on a coarse raster, then grown to the edge.
    """
    cosine, sine = math.cos(angle), math.sin(angle)

    def shows(u: NDArray[np.float64], v: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Of places -1/2..1/2 of the crop."""
        x, y = u * width, v * height
        return warp.shows(centre[0] - 0.5 + x * cosine - y * sine, centre[1] - 0.5 + x * sine + y * cosine)

    edge = np.linspace(-0.5, 0.5, 65)
    ends = np.full(65, 0.5)
    rim = np.concatenate([edge, edge, ends, -ends]), np.concatenate([ends, -ends, edge, edge])
    if shows(*rim).all():
        return centre, width, height
    seen = shows(*np.meshgrid(edge, edge))
    sums = np.pad(seen.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    best = 0.0, 0.0, 0.0
    for cells in range(len(edge), 1, -1):
        full = sums[cells:, cells:] - sums[:-cells, cells:] - sums[cells:, :-cells] + sums[:-cells, :-cells]
        places = np.argwhere(full == cells * cells)
        if len(places):
            middle = places + (cells - 1) / 2
            row, column = middle[np.argmin(np.hypot(*(middle - 32).T))]  # the nearest to where the crop was
            best = column / 64 - 0.5, row / 64 - 0.5, (cells - 1) / 64
            break
    if not best[2]:
        return centre, width, height
    across, down, low = best
    high = min(1.0, 2 * (0.5 - abs(across)), 2 * (0.5 - abs(down)), low + 2 / 64)
    high = max(high, low)
    for _ in range(14):
        middle_size = (low + high) / 2
        fits = shows(across + rim[0] * middle_size, down + rim[1] * middle_size).all()
        low, high = (middle_size, high) if fits else (low, middle_size)
    moved = (
        centre[0] + across * width * cosine - down * height * sine,
        centre[1] + across * width * sine + down * height * cosine,
    )
    return moved, width * low, height * low


def lanczos(distance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Lanczos kernel of three lobes."""
    return np.where(np.abs(distance) < LOBES, np.sinc(distance) * np.sinc(distance / LOBES), 0.0)


def taps(step: float) -> int:
    """Taps along one axis when `step` source pixels make one output pixel."""
    return 2 * math.ceil(LOBES * max(step, 1.0))


def weights(start: int, count: int, step: float, offset: float) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """First source index and normalised taps of the output positions start..start + count - 1.

    Output position i lies at source coordinate i * step + offset. Returns (count,) int32 and (count, taps) float32.
    """
    position = np.arange(start, start + count, dtype=np.float64) * step + offset
    number = taps(step)
    first = np.floor(position).astype(np.int64) - number // 2 + 1
    kernel = lanczos((first[:, None] + np.arange(number) - position[:, None]) / max(step, 1.0))
    kernel /= kernel.sum(axis=1, keepdims=True)
    return first.astype(np.int32), kernel.astype(np.float32)


LANCZOS_TABLE = lanczos(np.arange(LOBES * TABLE + 1) / TABLE).astype(np.float32)
