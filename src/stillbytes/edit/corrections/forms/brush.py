"""Brushes: rows of dabs. Lightroom paints each dab and nothing between two, so ours are written as close as we paint.

A dab is "d x y"; "r radius" and "f flow" hold for those after it. The radius is relative to the sensor's width.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from stillbytes.edit.corrections.forms.form import Form
from stillbytes.edit.corrections.places import Frame
from stillbytes.edit.corrections.structure import Fields, Node, Structure, Unmapped, number, written
from stillbytes.masks.fields import MOST_POINTS, decoded, encoded
from stillbytes.masks.kinds.brush import MOST_STROKES, SPACING, Brush, Stroke

Rows = NDArray[np.float64]
MOST_DABS = 10_000
"""Of a brush that is written; ours are exact in our own namespace, whatever their size."""
PAINT, AGGREGATE = "Mask/Paint", "Mask/Aggregate"
_COMMANDS = {"d": 2, "r": 1, "f": 1}


def _write(kind: Brush, frame: Frame, inverted: bool) -> Structure:
    strokes: list[Node] = []
    left = MOST_DABS
    for stroke in kind.strokes:
        if stroke.auto_mask:
            raise Unmapped("what its auto-mask keeps to is not known there")
        dabs = _dabs(stroke, left)
        left -= len(dabs)
        if len(dabs):
            strokes.append(_written(stroke, dabs, frame))
    if not strokes:
        raise Unmapped("nothing is painted")
    return {"What": AGGREGATE, "Masks": strokes}


def _dabs(stroke: Stroke, most: int) -> Rows:
    """(n, 3): x, y in frame units and radius. All places of the trail, so that it is the same line when it is read, and
    between them dabs as close as ours. Raises Unmapped for more than `most`."""
    points = decoded(stroke.trail)
    points[:, 2] *= stroke.size
    if len(points) == 0 or not stroke.flow or not (stroke.density or stroke.erase):
        return points[:0]
    spacing = SPACING * max(float(points[:, 2].min()), stroke.size / 20)
    pieces = np.maximum(np.ceil(np.hypot(*np.diff(points[:, :2], axis=0).T) / spacing), 1).astype(int)
    if pieces.sum() >= most:
        raise Unmapped("it has too many dabs")
    steps = [number + np.arange(count) / count for number, count in enumerate(pieces)]
    at = np.concatenate([*steps, [len(points) - 1.0]])
    return np.column_stack([np.interp(at, np.arange(len(points)), points[:, i]) for i in range(3)])


def _written(stroke: Stroke, dabs: Rows, frame: Frame) -> Structure:
    lines: list[Node] = []
    radii = [written(reach) for reach in (dabs[:, 2] / frame.sensor_width).tolist()]
    radius = radii[0]
    for (x, y), here in zip(frame.rows_to_theirs(dabs[:, :2]).tolist(), radii, strict=True):
        if here != radius:
            lines.append(f"r {here}")
            radius = here
        lines.append(f"d {x:.6f} {y:.6f}")
    return {
        "What": PAINT,
        "MaskActive": "true",
        "MaskBlendMode": "0",
        "MaskInverted": "false",
        "MaskValue": "0" if stroke.erase else written(stroke.density / 100),
        "Radius": radii[0],
        "Flow": written(stroke.flow / 100),
        "CenterWeight": written(stroke.hardness / 100),
        "Dabs": lines,
    }


def _read(given: Fields, frame: Frame) -> tuple[Brush, bool]:
    if given.text("What") == PAINT:
        return Brush(tuple(_strokes(given, frame))), False
    inner = [Fields.check(item) for item in given.items("Masks")]
    if not inner or any(one.text("What") != PAINT for one in inner):
        raise Unmapped("it is made of something else than strokes")
    strokes = [stroke for one in inner for stroke in _strokes(one, frame)]
    if len(strokes) > MOST_STROKES:
        raise Unmapped(f"it has more than {MOST_STROKES} strokes")
    return Brush(tuple(strokes)), False


def _strokes(given: Fields, frame: Frame) -> Iterator[Stroke]:
    """One for each run of dabs that touch and have the same flow: ours leave no gap between two places."""
    value, radius, flow = given.number("MaskValue", 1.0), given.number("Radius"), given.number("Flow", 1.0)
    hardness = given.number("CenterWeight", 0.0)
    width, lines = frame.sensor_width, given.items("Dabs")
    if len(lines) > 2 * MOST_POINTS:
        raise Unmapped("it has too many dabs")
    found: list[tuple[float, float, float, float]] = []
    for line in lines:
        command, numbers = _words(line)
        if command == "r":
            radius = numbers[0]
        elif command == "f":
            flow = numbers[0]
        else:
            found.append((numbers[0], numbers[1], radius * width, flow))
    if not found:
        return
    dabs = np.array(found)
    dabs[:, :2] = frame.rows_to_ours(dabs[:, :2])
    steps = np.hypot(*np.diff(dabs[:, :2], axis=0).T)
    apart = (steps > np.maximum(dabs[:-1, 2], dabs[1:, 2])) | (dabs[:-1, 3] != dabs[1:, 3])
    for run in np.split(dabs, np.flatnonzero(apart) + 1):
        yield _stroke(run, value, hardness)


def _stroke(run: Rows, value: float, hardness: float) -> Stroke:
    """run: (n, 4), x, y and radius in frame units, flow."""
    if len(run) > MOST_POINTS:
        raise Unmapped("it has too many dabs")
    size = float(run[:, 2].max())
    trail = encoded(np.column_stack([run[:, :2], run[:, 2] / max(size, 1e-9)]))
    numbers = {"flow": float(run[0, 3]), "hardness": hardness} | ({"density": value} if value else {})
    percent = {name: round(100 * number, 6) for name, number in numbers.items()}
    return Stroke.of({"trail": trail, "size": round(size, 9), "erase": value == 0, **percent})


def _words(line: Node) -> tuple[str, list[float]]:
    words = line.split() if isinstance(line, str) else []
    if not words or _COMMANDS.get(words[0]) != len(words) - 1:
        raise Unmapped(f"a dab {str(line)[:20]!r} is not understood")
    return words[0], [number(word, "a dab") for word in words[1:]]


BRUSH = Form((Brush,), (AGGREGATE, PAINT), _write, _read)
