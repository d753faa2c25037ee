"""The crop in a sidecar. Adobe's programs know none beyond the frame: their fields get the part in it, ours the whole.

Ours count as long as theirs are what we wrote beside them; a crop that another program changed is that program's.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.geometry import Size
from stillbytes.edit.orientation import CropBox
from stillbytes.edit.xmp import Packet

WHOLE = CropBox(0, 0, 1, 1)
_NAMES = ("CropLeft", "CropTop", "CropRight", "CropBottom", "CropAngle")
OURS = tuple(f"sb:{name}" for name in _NAMES)
DECIMALS = 6
FARTHEST = 16.0
"""Of a corner that makes sense; relative to the sensor's image they are not always those whose range is declared."""
_SAME = 1.5e-6
"""Numbers that differ by less are the same after they were written."""


def written(value: float) -> str:
    """A corner or an angle as Adobe's programs write it."""
    return f"{round(value, DECIMALS) + 0.0:.{DECIMALS}f}".rstrip("0").rstrip(".")  # + 0.0: never "-0"


def put(packet: Packet, box: CropBox, frame: Size) -> CropBox:
    """Write our fields if the crop reaches beyond the frame, and remove them else. Returns what is for theirs.

    box: relative to a frame of that size.
    """
    inside = within_frame(box, frame)
    for name, value in zip(OURS, _values(box), strict=True):
        if inside == box:
            packet.remove(name)
        else:
            packet.put(name, written(value))
    return inside


def read(packet: Packet, theirs: CropBox, frame: Size) -> CropBox | None:
    """The crop beyond the frame that our fields tell, while their fields tell its part in the frame; else None."""
    try:
        found = CropBox(*(float(packet.text(name) or "") for name in OURS))
    except ValueError:
        return None
    if not all(abs(corner) <= FARTHEST for corner in _values(found)[:4]) or not abs(found.angle) <= 45:
        return None
    pairs = zip(_values(within_frame(found, frame)), _values(theirs), strict=True)
    return found if all(abs(wrote - stated) <= _SAME for wrote, stated in pairs) else None


def remove(packet: Packet) -> None:
    for name in OURS:
        packet.remove(name)


def within_frame(box: CropBox, frame: Size) -> CropBox:
    """The part of the crop that lies in the frame: of a straight one all of it, of a turned one the largest crop of
    the same shape about its middle. The whole frame if none of it does; the box itself if all of it does."""
    corners = _corners(box, frame)
    size = np.array([frame.width, frame.height], np.float64)
    slack = 1e-6 * size
    if np.all(corners >= -slack) and np.all(corners <= size + slack):
        return box
    part = _clipped(corners, size)
    if len(part) < 3 or _area(part) < 1:
        return WHOLE
    if box.angle == 0:
        (left, top), (right, bottom) = part.min(axis=0) / size, part.max(axis=0) / size
        return CropBox(float(left), float(top), float(right), float(bottom))
    centre = _centroid(part)
    arms = corners - corners.mean(axis=0)
    with np.errstate(divide="ignore"):
        room = np.where(arms > 0, (size - centre) / arms, np.where(arms < 0, -centre / arms, np.inf))
    arm = arms[2] * min(1.0, float(room.min()))  # towards the corner (right, bottom)
    (left, top), (right, bottom) = (centre - arm) / size, (centre + arm) / size
    return CropBox(float(left), float(top), float(right), float(bottom), box.angle)


def _values(box: CropBox) -> tuple[float, ...]:
    return box.left, box.top, box.right, box.bottom, box.angle


def _corners(box: CropBox, frame: Size) -> NDArray[np.float64]:
    """(4, 2) in pixels of the frame, clockwise from (left, top)."""
    first = np.array([box.left * frame.width, box.top * frame.height])
    third = np.array([box.right * frame.width, box.bottom * frame.height])
    angle = math.radians(box.angle)
    along = np.array([math.cos(angle), math.sin(angle)])
    width = along * float((third - first) @ along)
    return np.array([first, first + width, third, third - width])


def _clipped(polygon: NDArray[np.float64], size: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 2): what of a convex polygon lies in 0..size (Sutherland and Hodgman 1974)."""
    for axis in (0, 1):
        for sign, bound in ((-1, 0.0), (1, float(size[axis]))):
            kept = []
            for i, here in enumerate(polygon):
                before = polygon[i - 1]
                inside, was = sign * (here[axis] - bound) <= 0, sign * (before[axis] - bound) <= 0
                if inside != was:
                    kept.append(before + (here - before) * (bound - before[axis]) / (here[axis] - before[axis]))
                if inside:
                    kept.append(here)
            polygon = np.array(kept).reshape(-1, 2)
    return polygon


def _area(polygon: NDArray[np.float64]) -> float:
    x, y = polygon.T
    return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)


def _centroid(polygon: NDArray[np.float64]) -> NDArray[np.float64]:
    following = np.roll(polygon, -1, axis=0)
    cross = polygon[:, 0] * following[:, 1] - following[:, 0] * polygon[:, 1]
    return np.asarray(((polygon + following) * cross[:, None]).sum(axis=0) / (3 * cross.sum()))
