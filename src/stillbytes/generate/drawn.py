"""A hole filled by a painter: what is around it goes to the model as a picture, what comes back becomes a patch.

    scene-linear light -> region -> proxy encoding -> model -> drift -> full resolution -> light -> seam -> patch

Pixels of the photo never take this way: of the answer only the hole is used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import Cancelled
from stillbytes.core.geometry import Rect, Size
from stillbytes.develop.frame_grid import Affine, FrameGrid, Light
from stillbytes.generate.classical.membrane import membrane
from stillbytes.generate.hole import Hole
from stillbytes.generate.painters.answer import smoothed
from stillbytes.generate.painters.painter import Cancel, Painter, Painting, Tell, nth, silent
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
    """pixels: (height, width, 4) float32 over the hole's rectangle: scene-linear light and alpha. encoding: in which
    the model saw it."""

    pixels: Floats
    encoding: ProxyEncoding


def drawn(
    hole: Hole,
    scene: Scene,
    painter: Painter,
    *,
    seed: int = 0,
    denoise: float = 1.0,
    tell: Tell = silent,
    cancelled: Cancel | None = None,
) -> Drawn:
    """The hole, filled. denoise: 1 for something new; less keeps the composition of what is there.

    Raises Cancelled, and what painters raise.
    """
    region = Region.of(hole.rect, scene.bounds, painter.native)
    tiles = list(region.tiles(painter.native)) if region.soft and painter.refines else []
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
    painting = Painting(picture, np.asarray(mask, np.float32), seed, denoise)
    answer = painter.paint(painting, nth(tell, 0, 1 + len(tiles)), cancelled)
    _minded(cancelled)
    truth = picture.astype(np.float32) / np.float32(255)
    right = corrected(smoothed(answer), truth, ~going)
    full = region.returns(right, hole.rect)
    if tiles:
        full = _refined(full, hole, tiles, scene, encoding, painter, seed, tell, cancelled)
    photo, known_there = scene.over(hole.rect)
    _minded(cancelled)
    made = closed(encoding.decode(full), photo, hole.covered, known_there)
    alpha = hole.alpha
    made = np.where((alpha > 0)[..., None], made, photo)
    return Drawn(np.concatenate([made, alpha[..., None]], axis=2).astype(np.float32), encoding)


def _refined(
    soft: Floats,
    hole: Hole,
    tiles: Sequence[Region],
    scene: Scene,
    encoding: ProxyEncoding,
    painter: Painter,
    seed: int,
    tell: Tell,
    cancelled: Cancel | None,
) -> Floats:
    """Codes over the hole's rectangle, drawn once more pixel for pixel; each tile sees those before it."""
    sharp, weight = np.zeros_like(soft), np.zeros(soft.shape[:2], np.float32)
    alpha = hole.alpha[..., None]
    for number, tile in enumerate(tiles):
        _minded(cancelled)
        part = tile.hole.within(hole.rect)
        here = np.s_[part.y - hole.rect.y : part.bottom - hole.rect.y, part.x - hole.rect.x : part.right - hole.rect.x]
        if not hole.covered[here].any():
            continue
        light, known = scene.seen(tile)
        codes = encoding.encode(light)
        done = np.where(weight[..., None] > 0, sharp / np.maximum(weight, 1e-6)[..., None], soft)
        _put(codes, done, alpha, hole.rect, tile)
        covered = np.zeros(hole.covered.shape, np.float32)
        covered[here] = hole.covered[here]
        going = _grown(tile.enters(covered, hole.rect) > 0.02)
        picture = cleaned(np.asarray(dithered(codes, seed=(seed + number) & 0xFFFF), np.uint8))
        mask = cv2.GaussianBlur(going.astype(np.float32), (0, 0), SOFTENED)
        painting = Painting(picture, np.asarray(mask, np.float32), seed + 1 + number, REFINE)
        answer = painter.paint(painting, nth(tell, 1 + number, 1 + len(tiles)), cancelled)
        right = corrected(smoothed(answer), picture.astype(np.float32) / np.float32(255), known & ~going)
        ramp = _ramp(part, hole.rect, painter.native.overlap)
        sharp[here] += tile.returns(right, part) * ramp[..., None]
        weight[here] += ramp
    return np.where(weight[..., None] > 0, sharp / np.maximum(weight, 1e-6)[..., None], soft).astype(np.float32)


def _put(codes: Floats, made: Floats, alpha: Floats, rect: Rect, tile: Region) -> None:
    """What was made over `rect` into the codes of a tile, as it will be seen."""
    both = rect.within(tile.crop)
    if both.empty:
        return
    theirs = np.s_[both.y - rect.y : both.bottom - rect.y, both.x - rect.x : both.right - rect.x]
    layer = np.concatenate([made[theirs], alpha[theirs]], axis=2)
    canvas = np.zeros((tile.crop.height, tile.crop.width, 4), np.float32)
    canvas[both.y - tile.crop.y : both.bottom - tile.crop.y, both.x - tile.crop.x : both.right - tile.crop.x] = layer
    if tile.crop.size != tile.size:
        canvas = cv2.resize(canvas, (tile.size.width, tile.size.height), interpolation=cv2.INTER_AREA)
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
