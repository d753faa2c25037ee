"""Heal and clone: a round spot that takes its pixels from another place of the same photo. Without a model.

A spot is kept as a recipe and evaluated on the photo's own light whenever it is looked at, so that it can be moved,
resized, and laid on other photos. Cost: see docs/patches.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import InvalidSetting, UnusablePicture
from stillbytes.core.geometry import Rect, Size
from stillbytes.develop.frame_grid import FrameGrid, Light
from stillbytes.generate.classical.heal import aligned, disc, healed, match

Task = Literal["heal", "clone"]
TASKS: tuple[Task, ...] = ("heal", "clone")
Point = tuple[float, float]

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
CELL = 2
"""Sources are whole cells of the mosaic away, so that each sample is taken over by one of its own colour."""


@dataclass(frozen=True, slots=True)
class Spot:
    """centre, source: places, and radius, all in units of the photo's long edge, as masks have them.

    source: of what takes its place; None to look for the best one nearby. feather: 0..100, the part of the radius over
    which it fades, inwards from its edge. found: whether the source was looked for, and not given by hand.
    """

    centre: Point
    radius: float
    source: Point | None = None
    feather: float = FEATHER
    found: bool = False

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
        )

    def to_recipe(self) -> dict[str, Any]:
        recipe: dict[str, Any] = {"engine": "classical", "centre": list(self.centre), "radius": self.radius}
        recipe |= {"feather": self.feather}
        if self.source is not None:
            recipe |= {"source": list(self.source), "found": self.found}
        return recipe

    def forgotten(self) -> Spot:
        """For another photo: a source that was looked for has to be looked for there."""
        return replace(self, source=None, found=False) if self.found else self

    def rect(self, frame: Size) -> Rect:
        """Pixels of the frame that are made: the spot, and around it what is compared and demosaiced with it."""
        radius = self._radius(frame)
        return _around(self._pixels(frame, self.centre), radius + _ring(radius) + BORDER).within(Rect.of(frame))

    def reads(self, frame: Size) -> tuple[Rect, ...]:
        """Pixels of the frame that it depends on."""
        radius, whole = self._radius(frame), Rect.of(frame)
        if self.source is None:
            return (_around(self._pixels(frame, self.centre), radius * (REACH + 3) + BORDER).within(whole),)
        reach = radius + _ring(radius) + 2 * BORDER
        places = (self.centre, self.source)
        return tuple(_around(self._pixels(frame, place), reach).within(whole) for place in places)

    def located(self, light: Light, frame: Size) -> Spot:
        """With a source. light: of the photo. Raises UnusablePicture when the spot is outside of the photo."""
        x, y = self._pixels(frame, self.centre)
        if not (-1 < x < frame.width and -1 < y < frame.height):
            raise UnusablePicture("The spot is outside of the photo.", "Place it inside.")
        if self.source is not None:
            return self
        right, down = _nearby(light, frame, (x, y), self._radius(frame))
        source = self.centre[0] + right / frame.long_edge, self.centre[1] + down / frame.long_edge
        return replace(self, source=source, found=True)

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
        here = x - rect.x, y - rect.y
        inside = disc(rect.height, rect.width, here, radius)
        if not clone:
            around = disc(rect.height, rect.width, here, radius + _ring(radius)) & ~inside
            taken = healed(own, taken, inside, around)
        rows, columns = np.ogrid[: rect.height, : rect.width]
        away = np.hypot(columns - here[0], rows - here[1])
        fade = max(1.0, radius * self.feather / 100)
        alpha = np.clip((radius + 0.5 - away) / fade, 0, 1)
        alpha = alpha * alpha * (3 - 2 * alpha)  # without a crease where it begins and ends
        return np.concatenate([taken, alpha[..., None]], axis=2).astype(np.float32)

    def _pixels(self, frame: Size, place: Point) -> Point:
        return place[0] * frame.long_edge - 0.5, place[1] * frame.long_edge - 0.5

    def _radius(self, frame: Size) -> float:
        return max(1.0, self.radius * frame.long_edge)


def _nearby(light: Light, frame: Size, centre: Point, radius: float) -> tuple[int, int]:
    """(columns, rows) to the best source, in pixels of the frame: on a coarse grid, then on finer ones around it."""
    step = max(1.0, radius / SEARCH_RADIUS)
    found = None
    for apart in (APART, 1.3):  # with hardly room for one, it may touch the spot
        found = found or _best(light, frame, centre, radius, step, (0.0, 0.0), radius * REACH, radius * apart)
    if found is None:  # what is beyond the edge goes on as the edge
        return CELL * round(math.copysign(APART * radius, frame.width / 2 - centre[0]) / CELL), 0
    if step > 1:
        coarse, step = step, max(1.0, radius / FINER_RADIUS)
        found = _best(light, frame, centre, radius, step, found, coarse * 1.5, 0.0) or found
    offset = CELL * round(found[0] / CELL), CELL * round(found[1] / CELL)
    edge = math.ceil(radius * 1.5 + 1)
    middle = round(centre[0]), round(centre[1])  # on the photo's own pixels, which need no resampling
    own, known = _sampled(light, frame, middle, 1.0, edge)
    there = middle[0] + offset[0], middle[1] + offset[1]
    picture, _ = _sampled(light, frame, there, 1.0, edge + CELL * math.ceil(step * 1.5 / CELL))
    right, down = aligned(own, known, picture, radius, CELL)
    return offset[0] + right, offset[1] + down


def _best(
    light: Light, frame: Size, centre: Point, radius: float, step: float, about: Point, reach: float, least: float
) -> Point | None:
    """The best source within `reach` of `about`, which is from the spot's centre, on pixels that are `step` large."""
    edge = math.ceil(radius * 1.8 / step + 1)
    place = centre[0] + about[0], centre[1] + about[1]
    own, known = _sampled(light, frame, centre, step, edge)
    picture, inside = _sampled(light, frame, place, step, edge + math.ceil(reach / step))
    steps = about[0] / step, about[1] / step
    offset = match(own, known, picture, inside, radius / step, steps, least / step)
    return None if offset is None else (about[0] + offset[0] * step, about[1] + offset[1] * step)


def _sampled(
    light: Light, frame: Size, centre: Point, step: float, reach: int
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """(2 reach + 1)² pixels that are `step` large around a place, and which of them lie in the frame."""
    affine = (step, 0.0, centre[0], 0.0, step, centre[1])
    grid = FrameGrid(frame, affine, Rect(-reach, -reach, 2 * reach + 1, 2 * reach + 1), light)
    along = np.arange(-reach, reach + 1) * step
    columns = (centre[0] + along >= -0.5) & (centre[0] + along < frame.width - 0.5)
    rows = (centre[1] + along >= -0.5) & (centre[1] + along < frame.height - 0.5)
    return np.ascontiguousarray(np.moveaxis(light.of(grid), 0, -1)), rows[:, None] & columns[None, :]


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
        raise InvalidSetting(f"The {name} of a spot cannot be {str(value)[:80]!r}.", "It is two numbers.")
    return _number(name, value[0], -1, 2), _number(name, value[1], -1, 2)


def _number(name: str, value: Any, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise InvalidSetting(f"The {name} of a spot cannot be {str(value)[:80]!r}.", f"Use {least:g} to {most:g}.")
    return float(value)
