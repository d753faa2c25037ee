"""What is looked up once in a Bayer array before it is read: clipped highlights, and sites that may be defect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import halide as hl

from stillbytes.develop.kernels.kernel import Kernel, image, planar
from stillbytes.develop.kernels.layout import CELL, LANES, SPOT_ROWS


def survey() -> Kernel:
    """How bright a Bayer array is and how much of it clips, in cells of CELL x CELL sites: (column, row, number)
    uint32, for each of the four sites of the 2x2 cell the sum of its codes, none counted above its limit, and how many
    reach that."""
    samples = image(hl.UInt(16), 2, "samples")
    limits = image(hl.UInt(16), 1, "limits")
    mirrored = hl.BoundaryConditions.mirror_interior(samples)
    x, y, number = hl.Var("x"), hl.Var("y"), hl.Var("number")
    down, across = hl.RDom([(0, CELL // 2)], "down"), hl.RDom([(0, CELL // 2)], "across")
    lines = hl.Func("lines")  # (column of sites, row of cells, row of the 2x2 cell): a sum, and above it the count
    limit = limits[number * 2 + (x & 1)]
    code = mirrored[x, y * CELL + 2 * down.x + number]
    lines[x, y, number] = hl.u32(0)
    lines[x, y, number] += hl.u32(hl.min(code, limit)) + hl.select(code >= limit, hl.u32(1 << 20), hl.u32(0))
    sums = hl.Func("sums")
    site, counted = number // 2, (number & 1) != 0
    word = lines[x * CELL + 2 * across.x + (site & 1), y, site // 2]
    sums[x, y, number] = hl.u32(0)
    sums[x, y, number] += hl.select(counted, word >> 20, word & hl.u32((1 << 20) - 1))
    out = hl.Func("survey")
    out[x, y, number] = sums[x, y, number]
    out.bound(number, 0, 8).reorder(x, number, y).parallel(y)
    sums.compute_at(out, y)
    lines.compute_at(out, y).bound(number, 0, 2).vectorize(x, LANES, hl.TailStrategy.RoundUp)
    lines.update().reorder(x, down.x, number, y).vectorize(x, LANES, hl.TailStrategy.RoundUp)
    planar(out)
    return Kernel("survey", out, (samples, limits))


def spots() -> Kernel:
    """Where a Bayer array may have hot or dead sites: (column, strip of SPOT_ROWS rows) uint8, 0 where it has none.

    Such a site is brighter, or darker, than seven of the eight of its colour around it by more than `limits` (float32)
    says, at code 0 and per code of theirs, while the four beside it do not follow it. It is only a first look, see
    `develop.samples.defects`.
    """
    samples = image(hl.UInt(16), 2, "samples")
    limits = image(hl.Float(32), 1, "limits")
    x, y = hl.Var("x"), hl.Var("y")
    padded = hl.Func("padded")
    padded[x, y] = hl.BoundaryConditions.mirror_interior(samples)[x, y]

    def flag(x: Any, y: Any) -> Any:
        own = hl.u16(padded[x, y])
        around = [hl.u16(padded[x + i, y + k]) for i in (-2, 0, 2) for k in (-2, 0, 2) if i or k]
        # The two largest and the two smallest, one after the other.
        (most, more), (least, less) = _ordered(around[0], around[1]), reversed(_ordered(around[0], around[1]))
        for one in around[2:]:
            more, most = hl.max(more, hl.min(most, one)), hl.max(most, one)
            less, least = hl.min(less, hl.max(least, one)), hl.min(least, one)
        above, below = own - hl.min(own, more), less - hl.min(own, less)
        lit, dimmed = hl.u16(0), hl.u16(0)
        for i, k in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            near, far = hl.u16(padded[x + i, y + k]), hl.u16(padded[x + 3 * i, y + 3 * k])
            both = hl.min(near, far)
            # Quarters, so that the sum has room.
            lit, dimmed = lit + ((near - both) >> 2), dimmed + ((far - both) >> 2)
        hot = (hl.f32(above) > limits[0] + limits[1] * hl.f32(more)) & (lit < (above >> 3))
        dead = (hl.f32(below) > limits[0] + limits[1] * hl.f32(less)) & (dimmed < (below >> 3))
        return hl.select(hot | dead, hl.u8(1), hl.u8(0))

    row = hl.RDom([(0, SPOT_ROWS)], "row")
    found = hl.Func("found")
    found[x, y] = hl.u8(0)
    found[x, y] = hl.max(found[x, y], flag(x, y * SPOT_ROWS + row.x))
    out = hl.Func("spots")
    out[x, y] = found[x, y]
    out.parallel(y).vectorize(x, 2 * LANES, hl.TailStrategy.GuardWithIf)
    padded.compute_at(out, y).vectorize(x, 2 * LANES, hl.TailStrategy.RoundUp)
    found.compute_at(out, y).vectorize(x, 2 * LANES, hl.TailStrategy.RoundUp)
    found.update().reorder(x, row.x, y).vectorize(x, 2 * LANES, hl.TailStrategy.RoundUp)
    planar(out)
    return Kernel("spots", out, (samples, limits))


def _ordered(a: Any, b: Any) -> tuple[Any, Any]:
    """The larger and the smaller."""
    return hl.max(a, b), hl.min(a, b)


KERNELS: tuple[Callable[[], Kernel], ...] = (survey, spots)
