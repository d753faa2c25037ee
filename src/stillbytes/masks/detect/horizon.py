"""The horizon within what is taken for a sky: below it lies water, or a backdrop, of much the sky's colour.

A network for skies takes the sea below for more of it, as both are smooth and blue or grey. But they meet in a line
that is straight, nearly level, and at which the colours change in the same way all along. Clouds have no such edges.

Cost: 60 ms, and as much again for each line that is found.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stillbytes.masks.kind import Floats

HEIGHT, WIDTH = 192, 96
"""Of the grid on which lines are tried."""
TILTED = 0.075
"""Of the height, by which a line may rise or fall on its way through the picture, each way; about three degrees."""
STEEPNESSES = 15
NEAR, FAR = 2, 6
"""Rows on both sides that are compared: at the line itself, and of what it separates."""
STEP = 2.5
"""Distance in CIE Lab by which the sides differ at least, beyond what their gradients explain."""
SHARP = 0.36
"""Part of that which is met within `NEAR` rows; of soft clouds it is less."""
ALONG = 0.8
"""Of the columns in which the sky goes on below the line: those that show it. At most 0.7 of 36 streets and 20 photos
without such a horizon, 0.9 to 1 of five with one: the pictures on which the numbers here were chosen."""
WIDE = 0.4
"""Part of the picture's width in which the sky goes on below the line."""

LEAST = 0.1
"""Of the sky: less below the line is left."""


def above_horizon(lab: Floats, coarse: Floats) -> Floats:
    """The mask of a sky without what lies below a horizon in it, such as the far shore of a lake and its water.

    lab: (height, width, 3) CIE Lab of the same places.
    """
    while (above := _above_line(lab, coarse)) is not None:
        coarse = above
    return coarse


def _above_line(lab: Floats, coarse: Floats) -> Floats | None:
    """Without what is below the surest line in it; None where there is none."""
    import cv2  # noqa: PLC0415 - loads only when a mask is looked for

    small = cv2.resize(lab, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    small = np.asarray(cv2.medianBlur(small, 5), np.float32)  # without wires and contrails, which have two sides
    sky = np.asarray(cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA) > 0.5)
    lines = []
    for rise in np.linspace(-TILTED, TILTED, STEEPNESSES).tolist():
        part, row = _surest(small, sky, np.rint(rise * HEIGHT * _across(WIDTH)).astype(np.intp))
        lines.append((part, row / HEIGHT, rise))
    part, middle, rise = max(lines)
    if part < ALONG:
        return None
    height, width = coarse.shape
    line = height * (middle + rise * _across(width))
    kept = np.minimum(coarse, np.clip(line[None] - np.arange(height)[:, None], 0, 1))
    # Where next to nothing lies below, the network saw the horizon itself, and more exactly.
    return np.asarray(kept, np.float32) if kept.sum() < (1 - LEAST) * coarse.sum() else None


def _across(width: int) -> Floats:
    """Of each column, how far right of the middle it is, in parts of the width."""
    return (np.arange(width, dtype=np.float32) + np.float32(0.5)) / np.float32(width) - np.float32(0.5)


def _surest(lab: Floats, sky: NDArray[np.bool_], lower: NDArray[np.intp]) -> tuple[float, int]:
    """(part of the columns that show a line, the row below it), of that which most of them show. lower: rows by which
    it is lower in each column than in the middle."""
    rows = np.clip(np.arange(HEIGHT)[:, None] + lower[None], 0, HEIGHT - 1)
    level, inside = np.take_along_axis(lab, rows[..., None], 0), np.take_along_axis(sky, rows, 0)
    total = np.concatenate([np.zeros((1, WIDTH, 3), np.float32), np.cumsum(level, 0)])
    y = np.arange(2 * FAR, HEIGHT - 2 * FAR)

    def mean(begin: int, end: int) -> Floats:
        return np.asarray((total[y + end] - total[y + begin]) / (end - begin), np.float32)

    above, below = mean(-FAR, -1), mean(1, FAR)
    # More than both sides' own gradients come to on the way from the middle of one to that of the other.
    gradients = (above - mean(-2 * FAR, -FAR - 1)) + (mean(FAR + 1, 2 * FAR) - below)
    step = below - above - np.float32(0.5) * gradients
    goes_on = inside[y - FAR] & inside[y - 1] & inside[y] & inside[y + FAR // 2]
    count = goes_on.sum(1)
    usual = (step * goes_on[..., None]).sum(1) / np.maximum(count, 1)[:, None]
    way = (usual / np.maximum(np.linalg.norm(usual, axis=1, keepdims=True), 1e-6))[:, None]
    whole = (step * way).sum(-1)
    at_once = ((mean(0, NEAR) - mean(-NEAR, 0)) * way).sum(-1)
    shown = (goes_on & (whole > STEP) & (at_once > SHARP * whole)).sum(1) / np.maximum(count, 1)
    shown[count <= WIDE * WIDTH] = 0
    best = int(shown.argmax())
    return float(shown[best]), int(y[best])
