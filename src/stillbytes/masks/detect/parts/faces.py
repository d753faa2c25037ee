"""Faces: where they are, and 468 places of each, by two small networks that come with Stillbytes.

V. Bazarevsky et al., "BlazeFace", arXiv 1907.05047, 2019, and Y. Kartynnik et al., "Real-time facial surface geometry",
arXiv 1907.06724, 2019. Numbers of places: MediaPipe's `face_mesh_connections.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillbytes.masks.detect.detector import Ask, Bytes, Picture
from stillbytes.masks.detect.networks import Box, sigmoid
from stillbytes.masks.kind import Floats

BLAZE, MESH = "blazeface-short", "face-mesh"
SIDE, MESH_SIDE = 128, 192
SURE = 0.5
AROUND = 1.5
"""Sides of the square that the mesh is looked for in, in those of the face's box."""
TIMES = 2
"""The second look is upright by the places that the first found."""
OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150,
    136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
EYES = (
    (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246),
    (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466),
)
BROWS = ((70, 63, 105, 66, 107, 55, 65, 52, 53, 46), (300, 293, 334, 296, 336, 285, 295, 282, 283, 276))
LIPS = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185)
MOUTH = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191)
RIGHT, LEFT = 33, 263
"""The outer corners of the eyes."""
CHEEKS = (50, 280, 205, 425)
VARIED = (16.0, 7.0, 8.0)
"""How much skin varies in one face, in L, a and b."""
LEAST_BRIGHT = 12.0
"""Between the bright and the dark of a mouth in which teeth are seen."""


@dataclass(frozen=True, slots=True)
class Square:
    """Of the full picture: its middle and side in pixels, and by how much it is turned, clockwise in radians."""

    x: float
    y: float
    side: float
    angle: float = 0.0

    def matrix(self, size: int) -> NDArray[np.float64]:
        """(2, 3): from pixels of the square, `size` to a side, to those of the full picture."""
        step = self.side / size
        cos, sin = np.cos(self.angle) * step, np.sin(self.angle) * step
        half = size / 2
        return np.array([[cos, -sin, self.x - half * (cos - sin)], [sin, cos, self.y - half * (sin + cos)]])


@dataclass(frozen=True, slots=True)
class Face:
    """places: (468, 2) columns and rows of the full picture."""

    places: NDArray[np.float64]

    @property
    def around(self) -> Square:
        return _around(self.places)


def upright(picture: Picture, square: Square, size: int) -> Bytes:
    """(size, size, 3): what is in a square; the picture's edge goes on beyond it."""
    import cv2  # noqa: PLC0415 - loads only when a mask is looked for

    # Two steps, since turning looks at single pixels: first to about twice the size that is wanted.
    reach = square.side * 0.75 + 2
    left, top = max(0, int(square.x - reach)), max(0, int(square.y - reach))
    right, bottom = min(picture.width, int(square.x + reach) + 1), min(picture.height, int(square.y + reach) + 1)
    if right - left < 1 or bottom - top < 1:
        return np.zeros((size, size, 3), np.uint8)
    shrink = min(1.0, 2 * size / square.side)
    part = picture.pixels[top:bottom, left:right]
    width, height = max(1, round((right - left) * shrink)), max(1, round((bottom - top) * shrink))
    part = cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA)
    matrix = square.matrix(size) - np.array([[0, 0, left], [0, 0, top]])
    matrix *= np.array([[width / (right - left)], [height / (bottom - top)]])
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(part, matrix, (size, size), flags=how, borderMode=cv2.BORDER_REPLICATE))


def face_of(picture: Picture, person: Box, ask: Ask) -> Face | None:
    """The face of who is in the box, if it is seen: first in its upper part, then in all of it."""
    wide, high = person.right - person.left, person.bottom - person.top
    middle, side = (person.left + person.right) / 2, min(wide, high) * 1.15
    looked = [Square(middle, person.top + 0.43 * side, side)]
    if max(wide, high) > 1.3 * side:
        looked.append(Square(middle, (person.top + person.bottom) / 2, max(wide, high)))
    for square in looked:
        if seen := _seen(picture, square, ask):
            places = _places(picture, seen, ask)
            if places is not None:
                return Face(places)
    return None


def _seen(picture: Picture, square: Square, ask: Ask) -> Square | None:
    """Around the surest face there."""
    pixels = upright(picture, square, SIDE).astype(np.float32)[None] / np.float32(127.5) - 1
    outputs = ask(BLAZE, {"input": pixels}, "model")
    sure = sigmoid(outputs["classificators"][0, :, 0])
    best = int(np.argmax(sure))
    if sure[best] < SURE:
        return None
    found = outputs["regressors"][0, best] / SIDE
    # Anchors: two at each of 16 x 16 places, then six at each of 8 x 8.
    cells, place = (16, best // 2) if best < 512 else (8, (best - 512) // 6)
    anchor = np.array([place % cells + 0.5, place // cells + 0.5]) / cells
    matrix = square.matrix(1)
    x, y = matrix @ [*(anchor + found[:2]), 1]
    eyes = [matrix @ [*(anchor + found[at : at + 2]), 1] for at in (4, 6)]
    angle = float(np.arctan2(eyes[1][1] - eyes[0][1], eyes[1][0] - eyes[0][0]))
    return Square(float(x), float(y), float(max(found[2:4])) * square.side * AROUND, angle)


def _places(picture: Picture, square: Square, ask: Ask) -> NDArray[np.float64] | None:
    places = None
    for _ in range(TIMES):
        pixels = upright(picture, square, MESH_SIDE).astype(np.float32)[None] / np.float32(255)
        outputs = ask(MESH, {"input_1": pixels}, "model")
        if float(sigmoid(outputs["conv2d_31"].ravel())[0]) < SURE:
            return None
        inside = outputs["conv2d_21"].reshape(-1, 3)[:, :2].astype(np.float64)
        matrix = square.matrix(MESH_SIDE)
        places = inside @ matrix[:, :2].T + matrix[:, 2]
        square = _around(places)
    return places


def _around(places: NDArray[np.float64]) -> Square:
    """Upright by the eyes."""
    across, down = places[LEFT] - places[RIGHT]
    angle = float(np.arctan2(down, across))
    cos, sin = np.cos(angle), np.sin(angle)
    turned = places @ np.array([[cos, -sin], [sin, cos]])
    low, high = turned.min(0), turned.max(0)
    x, y = np.array([[cos, -sin], [sin, cos]]) @ ((low + high) / 2)
    return Square(float(x), float(y), float((high - low).max()) * AROUND, angle)


def drawn(face: Face, part: str, shape: tuple[int, int], scale: float, picture: Picture) -> Floats:
    """A part of the face over the whole frame, 0..1. shape: rows and columns. scale: of these to the full picture's.

    part: "face skin", "eyes", "lips" or "teeth".
    """
    import cv2  # noqa: PLC0415

    def filled(*lines: tuple[int, ...]) -> NDArray[np.uint8]:
        out = np.zeros(shape, np.uint8)
        for line in lines:
            corners = np.rint((face.places[list(line)] * scale - 0.5) * 16).astype(np.int32)
            cv2.fillPoly(out, [corners], 255, cv2.LINE_AA, shift=4)
        return out

    if part == "eyes":
        mask = filled(*EYES)
    elif part == "lips":
        mask = cv2.subtract(filled(LIPS), filled(MOUTH))
    elif part == "teeth":
        return _bright(filled(MOUTH), picture, scale)
    else:
        mask = cv2.subtract(filled(OVAL), cv2.max(filled(*EYES, *BROWS), filled(LIPS)))
        mask = _without_fringe(mask, face, picture, scale)
    soft = max(0.5, 0.003 * face.around.side * scale)
    return np.asarray(cv2.GaussianBlur(mask.astype(np.float32) / 255, (0, 0), soft), np.float32)


def _cut(mask: NDArray[np.uint8], picture: Picture, scale: float) -> tuple[tuple[slice, slice], Floats] | None:
    """Where something is in a mask, and CIE Lab of the photo there; None where nothing is."""
    import cv2  # noqa: PLC0415

    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return None
    place = slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
    down, across = (
        slice(int(one.start / scale), max(int(one.stop / scale), int(one.start / scale) + 1)) for one in place
    )
    size = place[1].stop - place[1].start, place[0].stop - place[0].start
    part = cv2.resize(picture.pixels[down, across], size, interpolation=cv2.INTER_AREA)
    return place, np.asarray(cv2.cvtColor(part.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)


def _without_fringe(mask: NDArray[np.uint8], face: Face, picture: Picture, scale: float) -> NDArray[np.uint8]:
    """Without what is on the forehead but has not the colour of the cheeks: hair, a hat."""
    import cv2  # noqa: PLC0415

    cut = _cut(mask, picture, scale)
    if cut is None:
        return mask
    place, lab = cut
    top, left = place[0].start, place[1].start
    reach = 0.03 * face.around.side * scale
    rows, columns = np.mgrid[0 : lab.shape[0], 0 : lab.shape[1]].astype(np.float32)
    cheeks = np.zeros(lab.shape[:2], bool)
    for x, y in face.places[list(CHEEKS)] * scale:
        cheeks |= np.hypot(columns + left - x, rows + top - y) < max(1.0, reach)
    if not cheeks.any():
        return mask
    skin = np.median(lab[cheeks], 0)
    away = np.linalg.norm((lab - skin) / np.array(VARIED, np.float32), axis=-1)
    alike = cv2.GaussianBlur(
        np.clip((2.2 - away) / 0.8, 0, 1).astype(np.float32), (0, 0), max(0.5, 0.006 * reach / 0.03)
    )
    # How far above the brows, along the face.
    brows = face.places[[line[2] for line in BROWS]].mean(0) * scale
    up = np.array([np.sin(face.around.angle), -np.cos(face.around.angle)])
    above = ((columns + left - brows[0]) * up[0] + (rows + top - brows[1]) * up[1]) / reach
    kept = np.where(np.clip(above, 0, 1) > 0, 1 - np.clip(above, 0, 1) * (1 - alike), 1)
    out = mask.copy()
    out[place] = np.rint(mask[place] * kept).astype(np.uint8)
    return out


def _bright(mouth: NDArray[np.uint8], picture: Picture, scale: float) -> Floats:
    """Teeth are what is bright and without much colour between the lips; nothing if the mouth is shut."""
    import cv2  # noqa: PLC0415

    out = np.zeros(mouth.shape, np.float32)
    cut = _cut(mouth, picture, scale)
    if cut is None or cut[1].shape[0] < 0.08 * cut[1].shape[1]:
        return out
    place, lab = cut
    inside = mouth[place] > 127
    if not inside.any():
        return out
    told = lab[..., 0] - np.maximum(0, lab[..., 1]) * np.float32(1.5)
    low, high = np.percentile(told[inside], [5, 95])
    if high - low < LEAST_BRIGHT:
        return out
    white = np.clip(((told - low) / (high - low) - 0.4) / 0.25, 0, 1)
    out[place] = cv2.GaussianBlur(white.astype(np.float32), (0, 0), 0.7) * (mouth[place].astype(np.float32) / 255)
    return out
