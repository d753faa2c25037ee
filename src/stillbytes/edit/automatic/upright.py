"""What is upright or level made so: by lines that a person drew, or by those that are found in the photo.

Lines that are parallel in the world meet in one point of the picture; which lines do is found by trying the meeting
points of pairs (M. Fischler, R. Bolles, "Random sample consensus", CACM 1981). Then the camera's turn is the one under
which these lines deviate least.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import InvalidSetting
from stillbytes.core.geometry import Size
from stillbytes.core.saying import said
from stillbytes.develop import parameters
from stillbytes.develop.resampling import perspective
from stillbytes.develop.resampling.warp import Warp

SHORTEST = 0.03
"""Length of a line, of the picture's long edge, from which it counts."""
LEANING = 25.0
"""Degrees from upright or level within which a line may be meant so."""
AGREE = 0.7
"""Degrees within which a line leads to the point where others meet."""
NEEDED, AGREED = 0.8, 0.3
"""For an answer: length of the lines that agree (of the long edge), and their part of all that may be meant."""
PAIRS = 600
FEWEST, MOST = 1, 8
"""Lines that a person may draw."""
Lines = NDArray[np.float64]
"""(n, 4): x and y of both ends, in long edges from the middle of the photo without the lens's distortion."""


@dataclass(frozen=True)
class Camera:
    """frame, focal: of the photo. lens: leads from the photo without its distortion to the photo, or None."""

    frame: Size
    focal: float | None
    lens: Warp | None

    def lines(self, drawn: Sequence[Sequence[float]]) -> Lines:
        """Lines of the photo in frame units."""
        ends = np.asarray(drawn, np.float64).reshape(-1, 2) * self.frame.long_edge - 0.5
        if self.lens is not None:
            ends = np.stack(self.lens.to_corrected(ends[:, 0], ends[:, 1]), 1)
        middle = np.array([(self.frame.width - 1) / 2, (self.frame.height - 1) / 2])
        return np.asarray(((ends - middle) / self.frame.long_edge).reshape(-1, 4), np.float64)


def guided(camera: Camera, drawn: Sequence[Sequence[float]]) -> dict[str, float]:
    """The sliders under which lines that a person drew are upright or level, whichever is nearer.

    drawn: (x1, y1, x2, y2) of each in frame units. Two upright lines or more set vertical and rotate, two level ones
    horizontal and rotate; one line alone rotates. Raises InvalidSetting for what makes no line.
    """
    if not FEWEST <= len(drawn) <= MOST:
        raise InvalidSetting(
            said("{number} lines were drawn.", number=len(drawn)),
            said("Draw {fewest} to {most}.", fewest=FEWEST, most=MOST),
        )
    lines = camera.lines(drawn)
    if not np.all(np.isfinite(lines)) or _length(lines).min() < 0.01:
        raise InvalidSetting("A line is too short to tell a direction.", "Draw along an edge, from end to end.")
    upright = _upright(lines)
    free = ["perspective_rotate"]
    free += ["perspective_vertical"] if upright.sum() >= 2 else []
    free += ["perspective_horizontal"] if (~upright).sum() >= 2 else []
    return solved(camera.focal, lines, upright, dict.fromkeys(perspective.TURNS, 0.0), free)


def solved(
    focal: float | None, lines: Lines, upright: NDArray[np.bool_], start: dict[str, float], free: Sequence[str]
) -> dict[str, float]:
    """The values of the turns `free`, from `start`, under which the lines deviate least (Levenberg, Marquardt)."""
    values = dict(start)
    damping = 1e-3

    def off(held: dict[str, float]) -> NDArray[np.float64]:
        turned = _turned(focal, lines, held)
        along = turned[:, 2:] - turned[:, :2]
        wrong = np.where(upright, along[:, 0], along[:, 1]) / np.maximum(np.hypot(*along.T), 1e-9)
        return np.concatenate([wrong * np.sqrt(_length(lines)), [1e-6 * held[name] for name in free]])

    present = off(values)
    for _ in range(60):
        slopes = np.stack([(off({**values, n: values[n] + 0.01}) - present) / 0.01 for n in free], 1)
        matrix = slopes.T @ slopes
        step = np.linalg.solve(matrix + damping * np.diag(np.diag(matrix) + 1e-12), -slopes.T @ present)
        tried = {n: parameters()[n].clamped(values[n] + float(s)) for n, s in zip(free, step, strict=True)}
        after = off({**values, **tried})
        if after @ after < present @ present:
            done = np.abs(step).max() < 1e-4
            values, present, damping = {**values, **tried}, after, damping / 5
            if done:
                break
        else:
            damping *= 8
            if damping > 1e6:
                break
    return {name: round(values[name], parameters()[name].decimals) for name in free}


def found_verticals(camera: Camera, grey: NDArray[np.uint8]) -> dict[str, float]:
    """Vertical and rotate. grey: (rows, columns) of the photo without its distortion. Raises InvalidSetting."""
    lines = segments(grey)
    meant = lines[_leans(lines, across=False) < LEANING]
    agreeing = _agreeing(meant)
    if agreeing is None:
        raise InvalidSetting("The photo has no upright lines that tell.", "Draw them with the Transform tool.")
    upright = np.ones(len(agreeing), bool)
    nothing = dict.fromkeys(perspective.TURNS, 0.0)
    return solved(camera.focal, agreeing, upright, nothing, ("perspective_vertical", "perspective_rotate"))


def found_levels(camera: Camera, grey: NDArray[np.uint8], start: dict[str, float]) -> dict[str, float]:
    """Horizontal, under the vertical and rotate of `start`; if these are set, all three, so that what stands upright
    goes on to. Raises InvalidSetting."""
    every = segments(grey)
    lines = every[_leans(_turned(camera.focal, every, {**start, "perspective_horizontal": 0.0}), across=True) < LEANING]
    agreeing = _agreeing(lines)
    if agreeing is None:
        raise InvalidSetting("The photo has no level lines that tell.", "Draw them with the Transform tool.")
    standing = None
    if start["perspective_vertical"] or start["perspective_rotate"]:
        standing = _agreeing(every[_leans(every, across=False) < LEANING])
    if standing is None:
        level = np.zeros(len(agreeing), bool)
        return solved(camera.focal, agreeing, level, start, ("perspective_horizontal",))
    upright = np.arange(len(agreeing) + len(standing)) >= len(agreeing)
    return solved(camera.focal, np.concatenate([agreeing, standing]), upright, start, perspective.TURNS)


def segments(grey: NDArray[np.uint8]) -> Lines:
    """Straight edges: R. Grompone von Gioi et al., "LSD: a line segment detector", IPOL 2, 2012."""
    import cv2  # noqa: PLC0415 - loads only when it is asked for

    found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD).detect(np.ascontiguousarray(grey))[0]
    if found is None:
        return np.zeros((0, 4))
    rows, columns = grey.shape
    lines = np.asarray(found, np.float64).reshape(-1, 4) - np.array([columns - 1, rows - 1] * 2) / 2
    lines /= max(rows, columns)
    return np.asarray(lines[_length(lines) >= SHORTEST])


def _agreeing(lines: Lines) -> Lines | None:
    """Those that lead to one point; None if too few do."""
    if len(lines) < 2:
        return None
    length = _length(lines)
    ends = np.stack([np.c_[lines[:, :2], np.ones(len(lines))], np.c_[lines[:, 2:], np.ones(len(lines))]])
    through = np.cross(ends[0], ends[1])
    middle, along = (lines[:, :2] + lines[:, 2:]) / 2, (lines[:, 2:] - lines[:, :2]) / length[:, None]
    random = np.random.default_rng(0)
    chosen = random.choice(len(lines), (PAIRS, 2), p=length / length.sum())
    chosen = chosen[chosen[:, 0] != chosen[:, 1]]
    best: tuple[float, NDArray[np.bool_]] = 0.0, np.zeros(len(lines), bool)
    for i, j in chosen:
        point = np.cross(through[i], through[j])
        towards = point[:2] - middle * point[2]
        wide = np.hypot(*towards.T)
        if not np.all(wide > 1e-9):
            continue
        sine = np.abs(along[:, 0] * towards[:, 1] - along[:, 1] * towards[:, 0]) / wide
        near = sine < np.sin(np.radians(AGREE))
        if (score := float(length[near].sum())) > best[0]:
            best = score, near
    if best[0] < NEEDED or best[0] < AGREED * length.sum():
        return None
    return np.asarray(lines[best[1]])


def _turned(focal: float | None, lines: Lines, turns: dict[str, float]) -> Lines:
    vertical, horizontal, rotate = (turns[name] for name in perspective.TURNS)
    matrix = np.linalg.inv(np.asarray(perspective.looking(vertical, horizontal, rotate, focal), np.float64))
    ends = lines.reshape(-1, 2)
    moved = perspective.moved(np.asarray(matrix, np.float64), ends[:, 0], ends[:, 1])
    return np.stack(moved, 1).reshape(-1, 4)


def _length(lines: Lines) -> NDArray[np.float64]:
    return np.hypot(lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1])


def _upright(lines: Lines) -> NDArray[np.bool_]:
    return np.abs(lines[:, 3] - lines[:, 1]) > np.abs(lines[:, 2] - lines[:, 0])


def _leans(lines: Lines, *, across: bool) -> NDArray[np.float64]:
    """Degrees from upright, or from level."""
    x, y = np.abs(lines[:, 2] - lines[:, 0]), np.abs(lines[:, 3] - lines[:, 1])
    return np.degrees(np.arctan2(y, x) if across else np.arctan2(x, y))
