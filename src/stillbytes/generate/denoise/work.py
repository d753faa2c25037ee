"""A photo's light through a network, tile by tile, into codes that a sensor stage reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import Cancelled
from stillbytes.core.geometry import Rect, Size
from stillbytes.core.saying import said
from stillbytes.generate.denoise.domains import Domain, Photo, domain_of
from stillbytes.generate.denoise.guards import full_kept, usable
from stillbytes.generate.denoise.networks import Network
from stillbytes.generate.denoise.store import codes
from stillbytes.generate.denoise.tiles import Grid, Joined, mirrored
from stillbytes.generate.painters.answer import UnusableAnswer
from stillbytes.generate.painters.painter import Cancel, News, Tell, silent

Floats = NDArray[np.float32]
Ask = Callable[[Sequence[Floats]], list[Floats]]
"""Runs a network over several inputs, one after the other, and gives its first outputs."""

SCALES = (1.0, 1 / 4, 1 / 16)
"""Half floats end at 65504, and sums inside a network come there sooner: a tile whose answer holds values that are no
numbers is tried again with less light."""
PROBES = 9
"""Tiles by which the gain of a whole picture is found."""
MOST_KEPT = 0.5
"""Of the tiles: a network that fails at more has not cleaned the photo."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """samples: (height, width, 3) codes, see `store.codes`. kept: tiles of `tiles` that stayed as they were, since
    the network's answer was none. dimmed: those that it could only do with less light. gain: of its answers."""

    samples: NDArray[np.uint16]
    tiles: int
    kept: int
    dimmed: int
    gain: float


class _Work:
    def __init__(self, photo: Photo, frame: Size, network: Network, ask: Ask, title: str) -> None:
        self._photo, self._frame, self._network, self._ask, self._title = photo, frame, network, ask, title
        self._domain: Domain = domain_of(network, photo)
        cell = network.cell
        self.grid = Grid(frame, network.side * cell, network.lap * cell, self._domain.start)
        self.gain, self.kept, self.dimmed = 1.0, 0, 0

    def find_gain(self) -> None:
        """One for the whole picture, by tiles from all over it. Raises UnusableAnswer where there is none."""
        tiles = [tile for row in self.grid.rows() for tile in row]
        chosen = [tiles[round(i)] for i in np.linspace(0, len(tiles) - 1, min(PROBES, len(tiles)))]
        owns = [self._own(tile) for tile in chosen]
        mades = [self._answer(tile, own, 1.0) for tile, own in zip(chosen, owns, strict=True)]
        pairs = [(own, made) for own, made in zip(owns, mades, strict=True) if made is not None]
        light = sum(float(own.mean(dtype=np.float64)) for own, _ in pairs)
        back = sum(float(made.mean(dtype=np.float64)) for _, made in pairs)
        gain = light / back if back else 0.0
        if not np.isfinite(gain) or gain <= 0:
            raise _no_picture(self._title)
        self.gain = gain

    def row(self, tiles: Sequence[Rect]) -> list[Floats]:
        """The light of a row of tiles, cleaned where that could be done."""
        owns = [self._own(tile) for tile in tiles]
        given = [self._domain.there(tile, own, 1.0) for tile, own in zip(tiles, owns, strict=True)]
        answers = self._ask(given)
        return [
            self._finished(tile, own, self._read(answer, 1.0))
            for tile, own, answer in zip(tiles, owns, answers, strict=True)
        ]

    def _finished(self, tile: Rect, own: Floats, made: Floats | None) -> Floats:
        for scale in SCALES[1:]:
            if made is not None:
                break
            made = self._answer(tile, own, scale)
            self.dimmed += made is not None
        slope, offset = self._photo.noise
        gain = max(self._photo.gains)
        noise = float(np.sqrt(max(0.0, slope * max(0.0, float(own.mean())) / gain + offset))) * gain
        found = None if made is None else usable(own, made * np.float32(self.gain), noise)
        if found is None:
            self.kept += 1
            return own
        return full_kept(own, found, self._domain.fullness(own))

    def _answer(self, tile: Rect, own: Floats, scale: float) -> Floats | None:
        [answer] = self._ask([self._domain.there(tile, own, scale)])
        return self._read(answer, scale)

    def _read(self, answer: Floats, scale: float) -> Floats | None:
        """The light of a network's answer; None where it holds values that are no numbers. Raises UnusableAnswer for
        another shape."""
        side = self.grid.side
        if answer.shape != (1, 3, side, side):
            raise UnusableAnswer(
                said(
                    "{model} gave back {shape} numbers where 1 x 3 x {side} x {side} were expected.",
                    model=self._title,
                    shape=" x ".join(map(str, answer.shape)),
                    side=side,
                ),
                "It is not the network that it is taken for; `stillbytes models verify` checks its file.",
            )
        if not np.isfinite(answer).all():
            return None
        return self._domain.back(np.asarray(answer, np.float32), scale)

    def _own(self, tile: Rect) -> Floats:
        return _mirrored(self._photo.light, tile, self._frame)


class _Beyond:
    """A photo that goes on beyond its frame, mirrored."""

    def __init__(self, photo: Photo, frame: Size) -> None:
        self._photo, self._frame = photo, frame
        self.gains, self.to_working, self.noise, self.cell = photo.gains, photo.to_working, photo.noise, photo.cell

    def light(self, rect: Rect) -> Floats:
        return self._photo.light(rect)

    def mosaic(self, rect: Rect) -> Floats:
        return np.asarray(_mirrored(lambda part: self._photo.mosaic(part)[None], rect, self._frame)[0], np.float32)


def _mirrored(read: Callable[[Rect], Floats], rect: Rect, frame: Size) -> Floats:
    """What `read` gives, (planes, rows, columns), of a rectangle that may reach beyond the frame."""
    rows, columns = mirrored(rect.y, rect.height, frame.height), mirrored(rect.x, rect.width, frame.width)
    top, left = int(rows.min()), int(columns.min())
    part = read(Rect(left, top, int(columns.max()) - left + 1, int(rows.max()) - top + 1))
    if rect.within(Rect.of(frame)) == rect:
        return part
    return np.asarray(np.take(np.take(part, rows - top, 1), columns - left, 2), np.float32)


def clean(
    photo: Photo,
    frame: Size,
    network: Network,
    ask: Ask,
    title: str,
    tell: Tell = silent,
    cancelled: Cancel | None = None,
) -> Cleaned:
    """title: of the network, for people. Raises Cancelled, UnusableAnswer, and what `ask` raises."""
    work = _Work(_Beyond(photo, frame), frame, network, ask, title)
    rows = work.grid.rows()
    samples = np.empty((frame.height, frame.width, 3), np.uint16)
    joined = Joined(frame, work.grid)
    if network.gained:
        tell(News(0.0, said("{model} looks at the photo", model=title)))
        work.find_gain()
    for number, tiles in enumerate(rows):
        if cancelled is not None and cancelled():
            raise Cancelled()
        tell(News(number / len(rows), said("{model} takes out the noise", model=title)))
        for tile, light in zip(tiles, work.row(tiles), strict=True):
            joined.add(tile, light)
        last = number + 1 == len(rows)
        first, light = joined.done(frame.height if last else rows[number + 1][0].y + work.grid.lap // 2)
        samples[first : first + light.shape[1]] = np.moveaxis(codes(light), 0, -1)
    count = sum(map(len, rows))
    if work.kept > MOST_KEPT * count:
        raise _no_picture(title)
    return Cleaned(samples, count, work.kept, work.dimmed, work.gain)


def _no_picture(title: str) -> UnusableAnswer:
    return UnusableAnswer(
        said("What {title} made of the photo is not that photo without noise.", title=title),
        "Take another network, see `stillbytes denoise --help`. The photo is as it was.",
    )
