"""Camera profiles from the tags that hold them (DNG 1.7.1.0, "Camera Profile IFD")."""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.saying import said
from stillbytes.photo.dcp.profile import (
    MOST_LETTERS,
    MOST_NODES,
    MOST_POINTS,
    Calibration,
    CameraProfile,
    HsvTable,
    Policy,
    UnreadableProfile,
)
from stillbytes.photo.dcp.tags import Directory, opened
from stillbytes.photo.decoded import Matrix
from stillbytes.photo.illuminants import white_of

EXTENSIONS = (".dcp",)
MOST_BYTES = 32 << 20
"""Of a file: three tables of 72 by 32 by 32 nodes are a twelfth of it."""

CAMERA, NAME, COPYRIGHT, SIGNATURE, POLICY = 50708, 50936, 50942, 50932, 50941
LIGHTS, LIGHT_DATA = (50778, 50779, 52529), (52533, 52534, 52535)
COLORS, FORWARDS = (50721, 50722, 52531), (50964, 50965, 52532)
TABLE_SIZE, TABLES, TABLE_ENCODING = 50937, (50938, 50939, 52537), 51107
LOOK_SIZE, LOOK, LOOK_ENCODING = 50981, 50982, 51108
CURVE, EXPOSURE, BLACK, RANGE = 50940, 51109, 51110, 52551
UNNAMED = "Embedded"
"""What Adobe's programs call a profile without a name."""


def read(content: bytes, name: str) -> CameraProfile:
    """The profile in the content of the file `name`. Raises UnreadableProfile."""
    try:
        if len(content) > MOST_BYTES:
            raise ValueError("it is larger than any")
        return of_tags(opened(content), name.rpartition(".")[0])
    except ValueError as error:
        problem = said("{name} cannot be read as a camera profile: {why}.", name=name, why=str(error))
        raise UnreadableProfile(problem, "Choose another .dcp file.") from error


def of_tags(tags: Directory, name: str = UNNAMED) -> CameraProfile:
    """name: where the tags have none. Raises ValueError."""
    dynamic = tags.raw(RANGE)
    if len(dynamic) >= 4 and struct.unpack_from(f"{tags.order}H", dynamic, 2)[0] == 1:
        raise ValueError("it is for pictures of high dynamic range, which are not rendered here")
    look = _table(tags, LOOK, LOOK_SIZE, LOOK_ENCODING)
    policy = int(tags.number(POLICY))
    return CameraProfile(
        name=_line(tags.text(NAME)) or _line(name) or UNNAMED,
        camera=_line(tags.text(CAMERA)),
        calibrations=_calibrations(tags),
        signature=tags.text(SIGNATURE),
        copyright=tags.text(COPYRIGHT),
        policy=Policy(policy) if policy in set(Policy) else Policy.NEVER,
        look=look,
        curve=_curve(tags),
        exposure=float(np.clip(tags.number(EXPOSURE), -5, 5)),
        black=tags.number(BLACK) == 1,
    )


def _calibrations(tags: Directory) -> tuple[Calibration, ...]:
    """Two or three only where all that they need is there; else the first alone."""
    colors = [_matrix(tags, tag) for tag in COLORS]
    if colors[0] is None:
        raise ValueError("it has no colour matrix")
    codes = [int(tags.number(tag)) for tag in LIGHTS]
    whites = [white_of(code, tags.raw(tag), tags.order) for code, tag in zip(codes, LIGHT_DATA, strict=True)]
    number = 1
    while number < 3 and colors[number] is not None and None not in whites[: number + 1]:
        if whites[number] in whites[:number]:
            break
        number += 1
    forwards: list[Matrix | None] = [_matrix(tags, tag) for tag in FORWARDS[:number]]
    given = [one for one in forwards if one is not None]
    if len(given) == 1 and number == 2:  # what is said once is said for both
        forwards = [given[0], given[0]]
    elif len(given) < number:
        forwards = [None] * number
    tables = [_table(tags, tag, TABLE_SIZE, TABLE_ENCODING) for tag in TABLES]
    kept = [one for one in tables[:number] if one is not None]
    if len(kept) < number:  # one alone is used whatever the light is
        first = next((one for one in tables if one is not None), None)
        tables = [first, None, None]
    found = zip(codes, whites, colors, forwards, tables, strict=False)
    return tuple(
        Calibration(code, white or (0.3127, 0.3290), color, forward, table)
        for code, white, color, forward, table in list(found)[:number]
        if color is not None
    )


def _matrix(tags: Directory, tag: int) -> Matrix | None:
    if tag in tags and len(tags.raw(tag)) in (3 * 8, 12 * 8):
        raise ValueError("it is for a camera of one or four colours")
    values = tags.numbers(tag, 9)
    if values is None or not values.any():
        return None
    rows = values.reshape(3, 3)
    if np.abs(rows).max() > 100 or abs(np.linalg.det(rows)) < 1e-6:
        raise ValueError("a matrix of it cannot be used")
    a, b, c = ((float(r[0]), float(r[1]), float(r[2])) for r in rows)
    return a, b, c


def _table(tags: Directory, tag: int, size: int, encoding: int) -> HsvTable | None:
    divisions = tags.numbers(size, 2, 3)
    if tag not in tags or divisions is None:
        return None
    hue, saturation, value = (int(n) for n in [*divisions, 1][:3])
    value = value or 1
    if hue < 1 or saturation < 2 or value < 1 or hue * saturation * value * 3 > MOST_NODES:
        raise ValueError(f"a table of it has {hue} by {saturation} by {value} nodes")
    # Some leave out the nodes without saturation, which change nothing.
    values = tags.numbers(tag, hue * saturation * value * 3, hue * (saturation - 1) * value * 3)
    assert values is not None
    nodes = np.zeros((value, hue, saturation, 3), np.float32)
    nodes[..., 1:] = 1
    whole = len(values) == nodes.size
    nodes[:, :, 0 if whole else 1 :] = values.reshape(value, hue, -1, 3)
    if np.abs(nodes[..., 0]).max() > 3600 or nodes[..., 1:].min() < 0 or nodes[..., 1:].max() > 1000:
        raise ValueError("the numbers of a table of it make no sense")
    nodes[:, :, 0, 2] = 1  # as the specification wants it
    return HsvTable(nodes, value > 1 and tags.number(encoding) == 1)


def _curve(tags: Directory) -> NDArray[np.float32] | None:
    values = tags.numbers(CURVE)
    if values is None or not len(values):
        return None
    if len(values) % 2 or len(values) < 4 or len(values) > 2 * MOST_POINTS:
        raise ValueError("its tone curve is not made of points")
    points = values.reshape(-1, 2)
    if points.min() < -1e-3 or points.max() > 1.001 or not (np.diff(points[:, 0]) > 0).all():
        raise ValueError("its tone curve makes no sense")
    return np.clip(points, 0, 1).astype(np.float32)


def _line(text: str) -> str:
    """The text as a name that a setting may hold."""
    return "".join(letter for letter in text if letter.isprintable())[:MOST_LETTERS].strip()
