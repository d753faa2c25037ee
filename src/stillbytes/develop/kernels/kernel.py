"""What a kernel is: a named Halide pipeline with its arguments in calling order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import halide as hl


@dataclass(frozen=True)
class Kernel:
    """name: of the exported C function. arguments: inputs in calling order; the output buffer follows them.

    fused: whether the compiler may contract and reorder floating point operations. Only for a kernel whose arithmetic
    is compiled in one copy: no loop may be split into parts of its own for edges or ends, where the compiler would
    choose differently and a tile would no longer be the same as that part of the whole.
    """

    name: str
    output: Any
    arguments: tuple[Any, ...]
    fused: bool = False


def image(kind: Any, dimensions: int, name: str) -> Any:
    """A buffer argument whose first dimension is dense."""
    return hl.ImageParam(kind, dimensions, name)


def place_in(image: Any, dimension: int, place: Any) -> Any:
    """A computed place along a dimension of a buffer that begins at 0, where the caller knows that it is in it."""
    return hl.unsafe_promise_clamped(place, 0, image.dim(dimension).extent() - 1)


def integer(name: str) -> Any:
    return hl.Param(hl.Int(32), name)


def number(name: str) -> Any:
    return hl.Param(hl.Float(32), name)


def clamped(image: Any, width: Any, height: Any, left: Any = 0, top: Any = 0) -> Any:
    """(x, y, ...) -> image, the edge pixels repeated beyond left <= x < left + width, top <= y < top + height.

    Away from the edges the loop that reads has a part of its own, whose loads are dense.
    """

    def read(x: Any, y: Any, *rest: Any) -> Any:
        column = hl.clamp(hl.likely(x), left, left + width - 1)
        return image[(column, hl.clamp(hl.likely(y), top, top + height - 1), *rest)]

    return read


def planar(output: Any) -> None:
    """Fix the layout of an output (x, y, c) to planes."""
    output.output_buffer().dim(0).set_stride(1)


def interleaved(output: Any, channels: int) -> None:
    """Fix the layout of an output (x, y, c) to pixels: c dense, x next."""
    buffer = output.output_buffer()
    buffer.dim(0).set_stride(channels)
    buffer.dim(2).set_stride(1)
    buffer.dim(2).set_bounds(0, channels)
