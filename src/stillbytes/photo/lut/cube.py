"""The .cube format: Adobe's "Cube LUT Specification 1.0" (2013), and what DaVinci Resolve adds to it.

A file of Adobe's holds one table, curves or nodes, with DOMAIN_MIN and DOMAIN_MAX. Resolve's holds a shaper too, curves
that come before the nodes, and gives the ranges as LUT_1D_INPUT_RANGE and LUT_3D_INPUT_RANGE.
"""

from __future__ import annotations

import numpy as np

from stillbytes.photo.lut.table import MOST_EDGE, MOST_POINTS, WHOLE, Floats, Lut, Range, cubed, numbers, text_of

_RANGES = ("LUT_1D_INPUT_RANGE", "LUT_3D_INPUT_RANGE")
_DOMAIN = ("DOMAIN_MIN", "DOMAIN_MAX")
_SIZES = {"LUT_1D_SIZE": MOST_POINTS, "LUT_3D_SIZE": MOST_EDGE}
_VIDEO = ("LUT_IN_VIDEO_RANGE", "LUT_OUT_VIDEO_RANGE")
_MOST_LINE = 4096


def parse(content: bytes) -> Lut:
    """Raises ValueError."""
    said: dict[str, list[float]] = {}
    sizes: dict[str, int] = {}
    data: list[str] = []
    for line in text_of(content).splitlines():
        stripped = line.strip()
        if not stripped or stripped[0] == "#":
            continue
        if stripped[0] in "+-.0123456789":
            data.append(stripped)
            continue
        word, _, rest = stripped[:_MOST_LINE].replace("\t", " ").partition(" ")
        if word in _SIZES:
            sizes[word] = _size(word, rest)
        elif word in (*_RANGES, *_DOMAIN):
            said[word] = [float(part) for part in rest.split()[:4]]
        elif word in _VIDEO:
            raise ValueError("its numbers are those of a video signal's range, not of 0 to 1")
        elif data:
            raise ValueError(f"{word[:40]!r} stands among its numbers")  # headers come before the table
    points, edge = sizes.get("LUT_1D_SIZE", 0), sizes.get("LUT_3D_SIZE", 0)
    if not points and not edge:
        raise ValueError("it does not say its size")
    expected = points + edge**3
    values = numbers("\n".join(data), 3 * expected)
    if len(values) != 3 * expected:
        raise ValueError(f"it has {len(values) / 3:g} of the {expected} colours that its size asks for")
    rows = values.reshape(-1, 3)
    domain = _domain(said)
    return Lut(
        rows[:points] if points else None,
        _range(said.get("LUT_1D_INPUT_RANGE"), domain),
        cubed(rows[points:], edge) if edge else None,
        # Behind a shaper the nodes are reached by its output, not by what comes in.
        _range(said.get("LUT_3D_INPUT_RANGE"), WHOLE if points else domain),
    ).checked()


def written(lut: Lut, title: str = "") -> str:
    """The table as the text of a .cube file."""
    lines = [f'TITLE "{title[:200].replace(chr(34), chr(39))}"'] if title else []
    for size, values in (("LUT_1D_SIZE", lut.curves), ("LUT_3D_SIZE", lut.nodes)):
        if values is not None:
            lines.append(f"{size} {len(values)}")
    if lut.curves is not None and lut.nodes is not None:
        for name, ends in zip(_RANGES, (lut.curve_range, lut.node_range), strict=True):
            low, high = (set(end) for end in ends)
            if len(low) != 1 or len(high) != 1:
                raise ValueError("a shaper's range is the same for all channels")
            lines.append(f"{name} {low.pop():.9g} {high.pop():.9g}")
    else:
        ends = lut.curve_range if lut.nodes is None else lut.node_range
        if ends != WHOLE:
            lines += [f"{name} {' '.join(f'{v:.9g}' for v in end)}" for name, end in zip(_DOMAIN, ends, strict=True)]
    tables = [values.reshape(-1, 3) for values in (lut.curves, lut.nodes) if values is not None]
    lines += [" ".join(f"{v:.7g}" for v in row) for row in np.concatenate(tables)]
    return "\n".join(lines) + "\n"


def of_nodes(nodes: Floats) -> Lut:
    """(blue, green, red, 3) codes 0..1 as a table. Raises ValueError for another shape."""
    edge = len(nodes)
    if nodes.shape != (edge, edge, edge, 3) or not 2 <= edge <= MOST_EDGE:
        raise ValueError(f"a table cannot have the shape {nodes.shape}")
    return Lut(nodes=np.asarray(nodes, np.float64)).checked()


def _size(word: str, text: str) -> int:
    parts = text.split()
    if len(parts) != 1 or not parts[0].isascii() or not parts[0].isdigit() or len(parts[0]) > 6:
        raise ValueError(f"its {word} is {text.strip()[:40]!r}")
    size = int(parts[0])
    if not 2 <= size <= _SIZES[word]:
        raise ValueError(f"its {word} is {size}; it can be 2 to {_SIZES[word]}")
    return size


def _domain(said: dict[str, list[float]]) -> Range:
    ends = [said.get(name, list(usual)) for name, usual in zip(_DOMAIN, WHOLE, strict=True)]
    if any(len(end) != 3 for end in ends):
        raise ValueError("its domain has not three numbers")
    low, high = ((end[0], end[1], end[2]) for end in ends)
    return low, high


def _range(given: list[float] | None, otherwise: Range) -> Range:
    if given is None:
        return otherwise
    if len(given) != 2:
        raise ValueError("its input range has not two numbers")
    low, high = given
    return (low, low, low), (high, high, high)
