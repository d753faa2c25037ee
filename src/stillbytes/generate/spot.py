"""Heal and clone: a round spot that takes its pixels from another place of the same photo. Without a model.

A spot is kept as a recipe and evaluated on the photo's own light whenever it is looked at, so that it can be moved,
resized, and laid on other photos. Cost: see docs/patches.md.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import InvalidSetting, UnusablePicture
from stillbytes.core.geometry import Rect, Size
from stillbytes.core.saying import said
from stillbytes.develop.patched import within_reach
from stillbytes.develop.resampling.frame_grid import NO_LIGHT, FrameGrid, Light
from stillbytes.generate.classical.heal import Piece, aligned, healed, match, pieces, strips

Task = Literal["heal", "clone"]
TASKS: tuple[Task, ...] = ("heal", "clone")
Point = tuple[float, float]
Known = Callable[[FrameGrid], NDArray[np.float32]]
"""How much of a grid's pixels is the photo or a patch, 0..1."""

LEAST, MOST = 0.0002, 0.125
"""Of a radius, in units of the photo's long edge."""
FEATHER = 35.0
SEARCH_RADIUS = 10.0
"""Pixels of the radius where a source is looked for; then twice at a finer scale, to a pixel of the photo."""
FINER_RADIUS = 36.0
REACH = 7.0
"""How far a source is looked for, in radii."""
APART = 2.1
"""How far it is away at least, so that it is no part of what is healed."""
RING = 0.35
"""Width of what is compared around a spot, in radii, and at least so many pixels."""
LEAST_RING = 4.0
BORDER = 16
"""Pixels around a spot that its demosaicing reads: what is copied is copied to the last sample."""
KNOWN = 0.999
"""From this part on a pixel is one that there is."""
CELL = 2
"""Sources are whole cells of the mosaic away, so that each sample is taken over by one of its own colour."""


@dataclass(frozen=True, slots=True)
class Spot:
    """centre, source: places, and radius, all in units of the photo's long edge, as masks have them.

    source: of what takes its place; None to look for the best one nearby. feather: 0..100, the part of the radius over
    which it fades, inwards from its edge. found: whether the source was looked for, and not given by hand. beyond:
    whether it reaches onto canvas around the photo that patches fill; else it ends with the photo.
    """

    centre: Point
    radius: float
    source: Point | None = None
    feather: float = FEATHER
    found: bool = False
    beyond: bool = False

    @classmethod
    def of(cls, recipe: Mapping[str, Any]) -> Spot:
        """From the recipe of a patch, which anybody may have written. Raises InvalidSetting."""
        source = recipe.get("source")
        return cls(
            _point("centre", recipe.get("centre")),
            _number("radius", recipe.get("radius"), LEAST, MOST),
            None if source is None else _point("source", source),
            _number("feather", recipe.get("feather", FEATHER), 0, 100),
            recipe.get("found") is True and source is not None,
            recipe.get("beyond") is True,
        )

    def to_recipe(self) -> dict[str, Any]:
        recipe: dict[str, Any] = {"engine": "classical", "centre": list(self.centre), "radius": self.radius}
        recipe |= {"feather": self.feather}
        if self.source is not None:
            recipe |= {"source": list(self.source), "found": self.found}
        return recipe | ({"beyond": True} if self.beyond else {})

    def forgotten(self) -> Spot:
        """For another photo: a source that was looked for has to be looked for there."""
        return replace(self, source=None, found=False, beyond=False) if self.found else replace(self, beyond=False)

    def rect(self, frame: Size) -> Rect:
        """Pixels of the frame that are made: the spot, and around it what is compared and demosaiced with it."""
        radius = self._radius(frame)
        reach = radius + _ring(radius) + BORDER
        return _around(self._pixels(frame, self.centre), reach).within(self._bounds(frame))

    def reads(self, frame: Size) -> tuple[Rect, ...]:
        """Pixels of the frame that it depends on."""
        radius, whole = self._radius(frame), self._bounds(frame)
        if self.source is None:
            return (_around(self._pixels(frame, self.centre), radius * (REACH + 3) + BORDER).within(whole),)
        reach = radius + _ring(radius) + 2 * BORDER
        places = (self.centre, self.source)
        return tuple(_around(self._pixels(frame, place), reach).within(whole) for place in places)

    def located(self, light: Light, frame: Size, known: Known | None = None) -> Spot:
        """With a source. light: of the photo with the patches below. known: what there is; without, the frame alone.

        Raises UnusablePicture when the spot is where there is nothing.
        """
        x, y = self._pixels(frame, self.centre)
        beyond = self.beyond if known is None else _fills(known, frame, (x, y), self._radius(frame))
        inside = -1 < x < frame.width and -1 < y < frame.height
        if not inside and not beyond:
            raise UnusablePicture("The spot is outside of the photo.", "Place it inside, or fill the canvas first.")
        if self.source is not None:
            return replace(self, beyond=beyond)
        right, down = _nearby(light, frame, (x, y), self._radius(frame), known)
        source = self.centre[0] + right / frame.long_edge, self.centre[1] + down / frame.long_edge
        return replace(self, source=source, found=True, beyond=beyond)

    def made(self, light: Light, frame: Size, *, clone: bool) -> NDArray[np.float32]:
        """(height, width, 4) of its rectangle: scene-linear light and alpha. Raises UnusablePicture."""
        spot = self.located(light, frame)
        assert spot.source is not None
        (x, y), radius = self._pixels(frame, self.centre), self._radius(frame)
        right, down = (
            CELL * round((to - at) * frame.long_edge / CELL)
            for to, at in zip(spot.source, self.centre, strict=True)
        )  # fmt: skip
        rect = self.rect(frame)
        own = _read(light, frame, rect)
        taken = _read(light, frame, Rect(rect.x + right, rect.y + down, rect.width, rect.height))
        inside, around = np.empty((2, rect.height, rect.width), bool)
        found = np.empty((rect.height, rect.width, 4), np.float32)
        fade = max(1.0, radius * self.feather / 100)
        columns = np.arange(rect.width) - (x - rect.x)
        for rows in strips(rect.height):
            away = np.hypot(columns, (np.arange(rows.start, rows.stop) - (y - rect.y))[:, None])
            inside[rows] = away <= radius
            around[rows] = (away <= radius + _ring(radius)) & ~inside[rows]
            alpha = np.clip((radius + 0.5 - away) / fade, 0, 1)
            found[rows, :, 3] = alpha * alpha * (3 - 2 * alpha)  # without a crease where it begins and ends
        found[..., :3] = taken if clone else healed(own, taken, inside, around)
        return found

    def _pixels(self, frame: Size, place: Point) -> Point:
        return place[0] * frame.long_edge - 0.5, place[1] * frame.long_edge - 0.5

    def _bounds(self, frame: Size) -> Rect:
        return within_reach(frame) if self.beyond else Rect.of(frame)

    def _radius(self, frame: Size) -> float:
        return max(1.0, self.radius * frame.long_edge)


def _fills(known: Known, frame: Size, centre: Point, radius: float) -> bool:
    """Whether the spot reaches beyond the frame, and there is something everywhere that it does."""
    step = max(1.0, radius / SEARCH_RADIUS)
    reach = math.ceil(radius / step)
    along = np.arange(-reach, reach + 1) * step
    outside = (np.hypot(along[:, None], along[None, :]) <= radius) & ~_in_frame(frame, centre, step, reach)
    grid = FrameGrid(frame, (step, 0.0, centre[0], 0.0, step, centre[1]), _square(reach), NO_LIGHT)
    return bool(outside.any()) and bool((known(grid)[outside] > KNOWN).all())


def _nearby(light: Light, frame: Size, centre: Point, radius: float, known: Known | None) -> tuple[int, int]:
    """(columns, rows) to the best source, in pixels of the frame: on a coarse grid, then on finer ones around it."""
    step = max(1.0, radius / SEARCH_RADIUS)
    found = None
    for apart in (APART, 1.3):  # with hardly room for one, it may touch the spot
        found = found or _best(light, frame, centre, radius, step, (0.0, 0.0), radius * REACH, radius * apart, known)
    if found is None:  # what is beyond the edge goes on as the edge
        return CELL * round(math.copysign(APART * radius, frame.width / 2 - centre[0]) / CELL), 0
    if step > 1:
        coarse, step = step, max(1.0, radius / FINER_RADIUS)
        found = _best(light, frame, centre, radius, step, found, coarse * 1.5, 0.0, known) or found
    offset = CELL * round(found[0] / CELL), CELL * round(found[1] / CELL)
    margin = CELL * math.ceil(step * 1.5 / CELL)
    places, reach = pieces(radius)
    compared = []
    for x, y in places:
        middle = round(centre[0]) + x, round(centre[1]) + y  # on the photo's own pixels, which need no resampling
        own, inside = _sampled(light, frame, middle, 1.0, reach, known)
        there = middle[0] + offset[0], middle[1] + offset[1]
        picture, _ = _sampled(light, frame, there, 1.0, reach + margin, known)
        compared.append(Piece(own, inside & _ringed(x, y, reach, radius), picture))
    right, down = aligned(compared, CELL)
    return offset[0] + right, offset[1] + down


def _ringed(x: int, y: int, reach: int, radius: float) -> NDArray[np.bool_]:
    """Of a piece there from the middle of a spot, what is around the spot and no part of it."""
    rows, columns = np.ogrid[-reach : reach + 1, -reach : reach + 1]
    away = np.hypot(columns + x, rows + y)
    return np.asarray((away > radius + 0.7) & (away <= radius * 1.5 + 1))


def _best(
    light: Light,
    frame: Size,
    centre: Point,
    radius: float,
    step: float,
    about: Point,
    reach: float,
    least: float,
    known: Known | None,
) -> Point | None:
    """The best source within `reach` of `about`, which is from the spot's centre, on pixels that are `step` large."""
    edge = math.ceil(radius * 1.8 / step + 1)
    place = centre[0] + about[0], centre[1] + about[1]
    own, there = _sampled(light, frame, centre, step, edge, known)
    picture, inside = _sampled(light, frame, place, step, edge + math.ceil(reach / step), known)
    steps = about[0] / step, about[1] / step
    offset = match(own, there, picture, inside, radius / step, steps, least / step)
    return None if offset is None else (about[0] + offset[0] * step, about[1] + offset[1] * step)


def _sampled(
    light: Light, frame: Size, centre: Point, step: float, reach: int, known: Known | None
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """(2 reach + 1)² pixels that are `step` large around a place, and which of them there are."""
    affine = (step, 0.0, centre[0], 0.0, step, centre[1])
    grid = FrameGrid(frame, affine, _square(reach), light)
    inside = _in_frame(frame, centre, step, reach) if known is None else known(grid) > KNOWN
    return np.ascontiguousarray(np.moveaxis(light.of(grid), 0, -1)), inside


def _square(reach: int) -> Rect:
    return Rect(-reach, -reach, 2 * reach + 1, 2 * reach + 1)


def _in_frame(frame: Size, centre: Point, step: float, reach: int) -> NDArray[np.bool_]:
    along = np.arange(-reach, reach + 1) * step
    columns = (centre[0] + along >= -0.5) & (centre[0] + along < frame.width - 0.5)
    rows = (centre[1] + along >= -0.5) & (centre[1] + along < frame.height - 0.5)
    return np.asarray(rows[:, None] & columns[None, :])


def _read(light: Light, frame: Size, rect: Rect) -> NDArray[np.float32]:
    grid = FrameGrid(frame, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), rect, light)
    return np.ascontiguousarray(np.moveaxis(light.of(grid), 0, -1))


def _ring(radius: float) -> float:
    return max(LEAST_RING, radius * RING)


def _around(centre: Point, reach: float) -> Rect:
    x, y = math.floor(centre[0] - reach), math.floor(centre[1] - reach)
    return Rect(x, y, math.ceil(centre[0] + reach) + 1 - x, math.ceil(centre[1] + reach) + 1 - y)


def _point(name: str, value: Any) -> Point:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise InvalidSetting(
            said("The {name} of a spot cannot be {value!r}.", name=name, value=str(value)[:80]), "It is two numbers."
        )
    return _number(name, value[0], -1, 2), _number(name, value[1], -1, 2)


def _number(name: str, value: Any, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise InvalidSetting(
            said("The {name} of a spot cannot be {value!r}.", name=name, value=str(value)[:80]),
            said("Use {least:g} to {most:g}.", least=least, most=most),
        )
    return float(value)
