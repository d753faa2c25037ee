"""Brushes: rows of dabs. Lightroom paints each dab and nothing between two, so ours are written as close as we paint.

A dab is "d x y"; "r radius" and "f flow" hold for those after it. The radius is relative to the sensor's width.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from stillbytes.edit.corrections.forms.form import Form
from stillbytes.edit.corrections.places import Frame
from stillbytes.edit.corrections.structure import Fields, Node, Structure, Unmapped, number, written
from stillbytes.masks.fields import MOST_POINTS, encoded
from stillbytes.masks.kinds.brush import MOST_STROKES, Brush, Stroke

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
        dabs = stroke.dabs() if stroke.flow and (stroke.density or stroke.erase) else np.zeros((0, 3))
        left -= len(dabs)
        if left < 0:
            raise Unmapped("it has too many dabs")
        if len(dabs):
            strokes.append(_written(stroke, dabs, frame))
    if not strokes:
        raise Unmapped("nothing is painted")
    return {"What": AGGREGATE, "Masks": strokes}


def _written(stroke: Stroke, dabs: np.ndarray[tuple[int, int], np.dtype[np.float64]], frame: Frame) -> Structure:
    lines: list[Node] = []
    radius = first = written(dabs[0, 2] / frame.sensor_width)
    for x, y, reach in dabs.tolist():
        here = written(reach / frame.sensor_width)
        if here != radius:
            lines.append(f"r {here}")
            radius = here
        across, down = frame.to_theirs(x, y)
        lines.append(f"d {across:.6f} {down:.6f}")
    return {
        "What": PAINT,
        "MaskActive": "true",
        "MaskBlendMode": "0",
        "MaskInverted": "false",
        "MaskValue": "0" if stroke.erase else written(stroke.density / 100),
        "Radius": first,
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
    lines = given.items("Dabs")
    if len(lines) > 2 * MOST_POINTS:
        raise Unmapped("it has too many dabs")
    run: list[tuple[float, float, float]] = []
    for line in lines:
        command, numbers = _words(line)
        if command == "r":
            radius = numbers[0]
            continue
        place = frame.to_ours(*numbers) if command == "d" else None
        reach = radius * frame.sensor_width
        if run and (place is None or math.dist(place, run[-1][:2]) > max(reach, run[-1][2])):
            yield _stroke(run, value, flow, hardness)
            run = []
        if place is None:
            flow = numbers[0]
        else:
            run.append((*place, reach))
    if run:
        yield _stroke(run, value, flow, hardness)


def _stroke(run: list[tuple[float, float, float]], value: float, flow: float, hardness: float) -> Stroke:
    if len(run) > MOST_POINTS:
        raise Unmapped("it has too many dabs")
    points = np.array(run)
    size = float(points[:, 2].max())
    points[:, 2] /= max(size, 1e-9)
    numbers = {"flow": flow, "hardness": hardness} | ({"density": value} if value else {})
    percent = {name: round(100 * number, 6) for name, number in numbers.items()}
    return Stroke.of({"trail": encoded(points), "size": round(size, 9), "erase": value == 0, **percent})


def _words(line: Node) -> tuple[str, list[float]]:
    words = line.split() if isinstance(line, str) else []
    if not words or _COMMANDS.get(words[0]) != len(words) - 1:
        raise Unmapped(f"a dab {str(line)[:20]!r} is not understood")
    return words[0], [number(word, "a dab") for word in words[1:]]


BRUSH = Form((Brush,), (AGGREGATE, PAINT), _write, _read)
