"""A hole filled by a painter: what is around it goes to the model as a picture, what comes back becomes a patch.

    scene-linear light -> region -> proxy encoding -> model -> drift -> full resolution -> light -> seam -> patch

Pixels of the photo never take this way: of the answer only the hole is used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import Cancelled
from stillbytes.core.geometry import Rect, Size
from stillbytes.develop.resampling.frame_grid import Affine, FrameGrid, Light
from stillbytes.generate.classical.membrane import membrane
from stillbytes.generate.hole import Hole
from stillbytes.generate.painters.answer import smoothed
from stillbytes.generate.painters.painter import Cancel, Depths, News, Painter, Painting, Tell, nth, silent
from stillbytes.generate.region.beside import parted
from stillbytes.generate.region.clean import cleaned
from stillbytes.generate.region.drift import corrected
from stillbytes.generate.region.encoding import ProxyEncoding, dithered
from stillbytes.generate.region.region import Region
from stillbytes.generate.region.seam import closed

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

GROWN = 4
"""Pixels of the model's picture by which its mask is larger than the hole, so that the edge is not half old."""
SOFTENED = 2.0
REFINE = 0.35
"""Denoising strength of the second pass: the composition stays, the detail is new."""
JOIN = 8.0
"""Rows over which one part of a hole passes into the next."""
HALF = 65504.0
"""The largest half float."""
FULL: Affine = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
"""A grid of the frame's own pixels."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What is looked at. frame: its size. light: of the photo with its patches.

    bounds: a rectangle in pixels of the frame with all that there is. known: (height, width) 0..1 of a rectangle, how
    much of each pixel is the photo or a patch; None for all within the bounds. balance: (3, 3), what makes the photo's
    white neutral, see ProxyEncoding.
    """

    frame: Size
    light: Light
    bounds: Rect
    known: Callable[[Rect], Floats] | None = None
    balance: NDArray[np.floating] | None = None

    def seen(self, region: Region) -> tuple[Floats, Bools]:
        """(height, width, 3) light of the region at the model's size, and where it is known."""
        grid = FrameGrid(self.frame, region.affine, Rect.of(region.size), self.light)
        there = region.enters(self._known(region.crop), region.crop)
        return np.ascontiguousarray(np.moveaxis(grid.light(), 0, -1)), there > 0.999

    def over(self, rect: Rect) -> tuple[Floats, Bools]:
        """The same of a rectangle of the frame at full resolution."""
        grid = FrameGrid(self.frame, FULL, rect, self.light)
        return np.ascontiguousarray(np.moveaxis(grid.light(), 0, -1)), self._known(rect) > 0.999

    def _known(self, rect: Rect) -> Floats:
        if self.known is not None:
            return self.known(rect)
        known = np.zeros((rect.height, rect.width), np.float32)
        inside = rect.within(self.bounds)
        known[inside.y - rect.y : inside.bottom - rect.y, inside.x - rect.x : inside.right - rect.x] = 1
        return known


@dataclass(frozen=True, slots=True)
class Drawn:
    """parts: of the hole, as it takes itself apart, each with (height, width, 4) scene-linear light and alpha; float32,
    or float16 where there are several. encoding: in which the model saw it."""

    parts: tuple[tuple[Rect, NDArray[np.floating]], ...]
    encoding: ProxyEncoding

    @property
    def pixels(self) -> NDArray[np.floating]:
        """Of a hole that is in one piece."""
        ((_, pixels),) = self.parts
        return pixels


@dataclass(frozen=True, slots=True)
class _Done:
    """A part that was drawn, for those beside it. codes: (height, width, 3); alpha: (height, width, 1)."""

    rect: Rect
    codes: NDArray[np.floating]
    alpha: NDArray[np.floating]


def drawn(
    hole: Hole,
    scene: Scene,
    painter: Painter,
    *,
    seed: int = 0,
    denoise: float = 1.0,
    tell: Tell = silent,
    cancelled: Cancel | None = None,
    depths: Depths | None = None,
) -> Drawn:
    """The hole, filled. denoise: 1 for something new; less keeps the composition of what is there. depths: tells near
    from far, where that is to be kept.

    Raises Cancelled, and what painters raise.
    """
    region = Region.of(hole.rect, scene.bounds, painter.native)
    parts = [hole.part(rect) for rect in hole.parts()]
    fine = region.soft and painter.refines
    tiles = [tiles_of(replace(region, hole=part.rect), part, painter) if fine else [] for part in parts]
    count = 1 + sum(map(len, tiles))
    light, known = scene.seen(region)
    _minded(cancelled)
    there = region.enters(hole.covered.astype(np.float32), hole.rect) > 0.02
    going = _grown(there | ~known)
    encoding = ProxyEncoding.of(light, known & ~there, scene.balance)
    codes = encoding.encode(light)
    if denoise >= 1:  # nothing of what goes is to be seen
        codes = membrane(codes, there | ~known)
    picture = cleaned(np.asarray(dithered(codes, seed=seed & 0xFFFF), np.uint8))
    _minded(cancelled)
    mask = cv2.GaussianBlur(going.astype(np.float32), (0, 0), SOFTENED)
    near = depths(picture) if depths is not None and painter.keeps_depth else None
    painting = Painting(picture, np.asarray(mask, np.float32), seed, denoise, near)
    answer = painter.paint(painting, nth(tell, 0, count), cancelled)
    _minded(cancelled)
    truth = picture.astype(np.float32) / np.float32(255)
    right = corrected(smoothed(answer), truth, ~going)
    made: list[tuple[Rect, NDArray[np.floating]]] = []
    done: list[_Done] = []
    for part, of_part in zip(parts, tiles, strict=True):
        full = region.returns(right, part.rect)
        if of_part:
            before = count - sum(map(len, tiles[len(made) :]))
            news = _from(tell, before, len(of_part), count)
            full = _refined(
                full, part, of_part, scene, encoding, painter, seed + (len(made) << 12), done, news, cancelled
            )
        alpha = part.alpha
        if len(parts) > 1:
            done.append(_Done(part.rect, full.astype(np.float16), alpha[..., None].astype(np.float16)))
        photo, known_there = scene.over(part.rect)
        _minded(cancelled)
        pixels = encoding.decode(full)
        if part.matte is None:
            pixels = closed(pixels, photo, part.covered, known_there)
        else:
            pixels, alpha = parted(pixels, photo, alpha)
        pixels = np.where((alpha > 0)[..., None], pixels, photo)
        for rect, _ in made:
            _fade(alpha, part.rect, rect)
        found = np.concatenate([pixels, alpha[..., None]], axis=2).astype(np.float32)
        made.append((part.rect, np.clip(found, -HALF, HALF).astype(np.float16) if len(parts) > 1 else found))
    return Drawn(tuple(made), encoding)


def tiles_of(region: Region, part: Hole, painter: Painter) -> list[tuple[int, Region]]:
    """Those of its tiles in which there is something of the hole, with their number among all."""
    tiles = enumerate(region.tiles(painter.native))
    return [(number, tile) for number, tile in tiles if part.covered[_slices(tile.hole, part.rect)].any()]


def _slices(inner: Rect, outer: Rect) -> tuple[slice, slice]:
    """Rows and columns of what they share, in the outer one."""
    both = inner.within(outer)
    return (
        slice(both.y - outer.y, both.bottom - outer.y),
        slice(both.x - outer.x, both.right - outer.x),
    )


def _fade(alpha: Floats, rect: Rect, before: Rect) -> None:
    """In place: what lies over the end of a part above it fades in."""
    both = rect.within(before)
    if both.empty:
        return
    ramp = (np.arange(both.height, dtype=np.float32) + np.float32(0.5) - np.float32(both.height / 2)) / JOIN
    alpha[_slices(both, rect)] *= np.clip(ramp + np.float32(0.5), 0, 1)[:, None]


def _from(tell: Tell, first: int, count: int, whole: int) -> Tell:
    """News of `count` parts, the first of which is number `first` of the whole, as news of that."""

    def told(news: News) -> None:
        tell(News((first + news.fraction * count) / whole, news.says, news.preview, news.mime))

    return told


def _refined(
    soft: Floats,
    hole: Hole,
    tiles: Sequence[tuple[int, Region]],
    scene: Scene,
    encoding: ProxyEncoding,
    painter: Painter,
    seed: int,
    before: Sequence[_Done],
    tell: Tell,
    cancelled: Cancel | None,
) -> Floats:
    """Codes over the hole's rectangle, drawn once more pixel for pixel; each tile sees those before it, and the parts
    before this one."""
    sharp, weight = np.zeros_like(soft), np.zeros(soft.shape[:2], np.float32)
    alpha = hole.alpha[..., None]
    for place, (number, tile) in enumerate(tiles):
        _minded(cancelled)
        part = tile.hole.within(hole.rect)
        here = _slices(part, hole.rect)
        light, known = scene.seen(tile)
        codes = encoding.encode(light)
        for one in before:
            _put(codes, one, tile)
        seen = hole.rect.within(tile.crop)
        at = _slices(seen, hole.rect)
        share = weight[at][..., None]
        _put(codes, _Done(seen, np.where(share > 0, sharp[at] / np.maximum(share, 1e-6), soft[at]), alpha[at]), tile)
        going = _grown(tile.enters(hole.covered[here].astype(np.float32), part) > 0.02)
        picture = cleaned(np.asarray(dithered(codes, seed=(seed + number) & 0xFFFF), np.uint8))
        mask = cv2.GaussianBlur(going.astype(np.float32), (0, 0), SOFTENED)
        painting = Painting(picture, np.asarray(mask, np.float32), seed + 1 + number, REFINE)
        answer = painter.paint(painting, nth(tell, place, len(tiles)), cancelled)
        right = corrected(smoothed(answer), picture.astype(np.float32) / np.float32(255), known & ~going)
        ramp = _ramp(part, hole.rect, painter.native.overlap)
        sharp[here] += tile.returns(right, part) * ramp[..., None]
        weight[here] += ramp
    return np.where(weight[..., None] > 0, sharp / np.maximum(weight, 1e-6)[..., None], soft).astype(np.float32)


def _put(codes: Floats, done: _Done, tile: Region) -> None:
    """What was made into the codes of a tile, as it will be seen."""
    both = done.rect.within(tile.crop)
    if both.empty:
        return
    theirs = _slices(both, done.rect)
    layer = np.concatenate([done.codes[theirs], done.alpha[theirs]], axis=2)
    canvas = np.zeros((tile.crop.height, tile.crop.width, 4), np.float32)
    canvas[_slices(both, tile.crop)] = layer
    if tile.crop.size != tile.size:
        canvas = cv2.resize(canvas, tile.size.pair, interpolation=cv2.INTER_AREA)
    share = canvas[..., 3:]
    codes += share * (canvas[..., :3] - codes)


def _ramp(part: Rect, whole: Rect, overlap: int) -> Floats:
    """(height, width): 1 inside of a tile, falling towards its edges where it has neighbours."""

    def along(start: int, end: int, first: int, last: int) -> Floats:
        places = np.arange(start, end, dtype=np.float32) + np.float32(0.5)
        low = (places - start) / overlap if start > first else np.ones_like(places)
        high = (end - places) / overlap if end < last else np.ones_like(places)
        return np.clip(np.minimum(low, high), 1e-3, 1)

    down = along(part.y, part.bottom, whole.y, whole.bottom)
    across = along(part.x, part.right, whole.x, whole.right)
    return np.asarray(down[:, None] * across[None, :], np.float32)


def _grown(hole: Bools) -> Bools:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * GROWN + 1, 2 * GROWN + 1))
    return np.asarray(cv2.dilate(hole.astype(np.uint8), kernel), bool)


def _minded(cancelled: Cancel | None) -> None:
    if cancelled is not None and cancelled():
        raise Cancelled()
