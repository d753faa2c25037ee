"""The .3dl format of Autodesk Lustre, Flame and Smoke: a row of whole numbers that says where the nodes lie, then the
nodes themselves, blue running fastest, also with Kodak's "Mesh" header (Autodesk, "3D LUT format", Lustre user guide).
"""

from __future__ import annotations

import numpy as np

from stillbytes.photo.lut.table import MOST_EDGE, Floats, Lut, cubed, numbers, text_of

_DEPTHS = (8, 10, 12, 16)
_MOST_HEADER = 65536


def parse(content: bytes) -> Lut:
    """Raises ValueError."""
    lines = [line.strip() for line in text_of(content).splitlines()]
    data = [line for line in lines if line and line[0] in "+-.0123456789" and not line.lower().startswith("3dmesh")]
    mesh = [line.split() for line in lines if line[:5].lower() == "mesh "]
    if not data:
        raise ValueError("there is no table in it")
    # Of three nodes along an edge the first row looks like a colour; then the number of rows tells.
    first = len(data[0].split()) != 3 or round((len(data) - 1) ** (1 / 3)) ** 3 == len(data) - 1
    places = _places(data[0]) if first else None
    values = numbers("\n".join(data if places is None else data[1:]), 3 * MOST_EDGE**3)
    if len(values) % 3 or not len(values):
        raise ValueError(f"it has {len(values)} numbers, which are not colours")
    rows = values.reshape(-1, 3)
    edge = round(len(rows) ** (1 / 3))
    if not 2 <= edge <= MOST_EDGE:
        raise ValueError(f"its size is {edge}; it can be 2 to {MOST_EDGE}")
    if not np.isfinite(values).all() or values.min() < 0 or values.max() >= 2 ** _DEPTHS[-1]:
        raise ValueError("its numbers are not those of 8 to 16 bits")
    depth = _stated(mesh) or next(bits for bits in _DEPTHS if values.max() < 2**bits)
    nodes = cubed(rows / (2**depth - 1), edge).transpose(2, 1, 0, 3)
    return Lut(_curves(places, edge), nodes=np.ascontiguousarray(nodes)).checked()


def _stated(mesh: list[list[str]]) -> int | None:
    """Bits of the output, where the header says them."""
    if not mesh or len(mesh[0]) != 3 or not mesh[0][2].isdigit() or int(mesh[0][2][:3]) not in _DEPTHS:
        return None
    return int(mesh[0][2])


def _places(line: str) -> Floats:
    if len(line) > _MOST_HEADER:
        raise ValueError("its first row is too long")
    return numbers(line, MOST_EDGE)


def _curves(places: Floats | None, edge: int) -> Floats | None:
    """(points, 3): from codes to places among nodes that are not evenly spaced; None where they are."""
    if places is None:
        return None
    if len(places) != edge:
        raise ValueError(f"its first row has {len(places)} numbers for {edge} nodes along an edge")
    if not np.isfinite(places).all() or places[0] < 0 or not (np.diff(places) > 0).all():
        raise ValueError("the numbers of its first row do not rise")
    top = places[-1]
    # The last place is 1023 in most files and 1024 in some, of ten bits either way.
    at = places / top
    if np.abs(at - np.linspace(0, 1, edge)).max() <= 1.5 / top:
        return None
    points = np.linspace(0, 1, 4096)
    return np.repeat(np.interp(points, at, np.linspace(0, 1, edge))[:, None], 3, 1)
