"""Noise reduction by thresholding the cosine transform of small overlapping patches, at three scales."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from functools import reduce
from typing import Any

import halide as hl

from stillbytes.develop.kernels.kernel import Kernel, clamped, image, integer, planar
from stillbytes.develop.kernels.lanes import alone
from stillbytes.develop.kernels.stable import PLANES, Stable, halved
from stillbytes.develop.noise_spectrum import LEVELS, SIDE, cosines

TILE = 128, 64
"""Pixels of a part that is worked out at a time: its patches of four rows fit the second cache."""
COVER = SIDE // 2
"""Patches over each pixel in one direction: one begins at every second column and row."""
BESIDE_LIGHT = 0.2


def noise_patches() -> Kernel:
    """White-balanced camera RGB planes in, the same with noise taken out.

    G. Yu, G. Sapiro, "DCT image denoising: a simple and effective image denoising algorithm", IPOL 1, 2011, on
    variance-stabilised opponent planes, and for noise that is larger than a patch on two halved
    levels as well (after N. Pierazzo, J.-M. Morel, G. Facciolo, "Multi-scale DCT denoising", IPOL 7, 2017). A pixel's
    patches are averaged; with `sparse` 1, those count more of which fewer coefficients of all planes stayed: they have
    less noise left, and no edge that the others ring of (K. Dabov et al., "Image denoising by sparse 3-D
    transform-domain collaborative filtering", IEEE Transactions on Image Processing 16(8), 2007, equation 10).
    Where colours change light mostly does, too: the coefficient of a plane of colour stays with a part of what it would
    have to exceed, `BESIDE_LIGHT`, if that of the grey plane is more than noise.
    `uniforms` (float32): 0..2 slope and 3..5 offset of each channel's variance. `thresholds` (v, u, plane, level): what
    a coefficient must exceed to stay, that of the mean being 0; as plane 3, above what one of the grey plane is more
    than noise.
    """
    source = image(hl.Float(32), 3, "source")
    uniforms = image(hl.Float(32), 1, "uniforms")
    thresholds = image(hl.Float(32), 4, "thresholds")
    width, height, sparse = integer("width"), integer("height"), integer("sparse")
    x, y, c, p = hl.Var("x"), hl.Var("y"), hl.Var("c"), hl.Var("p")

    stable = Stable(uniforms)

    def planes(name: str) -> tuple[Any, Any]:
        """The stabilised planes, and the copy of the source that they are made of: only its loops, which do no
        arithmetic, have parts of their own for the edges."""
        base, made = hl.Func(f"{name}_base"), hl.Func(name)
        base[x, y, c] = clamped(source, width, height)(x, y, c)
        made[x, y, p] = stable.planes(lambda ch: base[x, y, ch], p)
        return made, base

    # The same twice: worked out per row for the pyramid, and again per tile, which costs less than memory.
    (top, base), (top_rows, base_rows) = planes("planes"), planes("plane_rows")
    pyramid, arithmetic = [top], [top_rows]
    for level in range(1, LEVELS):
        smaller, across = halved(pyramid[-1] if level > 1 else top_rows, level)
        pyramid.append(smaller)
        arithmetic += [across, smaller]
    base_rows.compute_at(pyramid[1], y).vectorize(x, alone(), hl.TailStrategy.GuardWithIf)
    top_rows.compute_at(pyramid[1], y).bound(p, 0, PLANES).reorder(p, x, y).unroll(p)
    top_rows.vectorize(x, alone(), hl.TailStrategy.GuardWithIf)

    taken: Any = None  # the noise that coarser levels have found
    for level in reversed(range(LEVELS)):
        noisy = hl.Func(f"noisy_{level}")
        if taken is None:
            noisy[x, y, p] = pyramid[level][x, y, p]
        else:
            noisy[x, y, p] = pyramid[level][x, y, p] + _enlarged(taken, x, y, p)
        clean = _Thresholded(noisy, thresholds, level, sparse)
        arithmetic += clean.stages
        if level:
            taken = hl.Func(f"taken_{level}")
            taken[x, y, p] = clean.value(x, y, p) - pyramid[level][x, y, p]
            taken.compute_root()
            clean.schedule(taken)
            arithmetic.append(taken)

    out = hl.Func("noise_patches")
    grey, u, v = (clean.value(x, y, i) for i in range(PLANES))
    out[x, y, c] = stable.light(grey, u, v, c)
    base.compute_at(out, clean.schedule(out)).vectorize(x, alone(), hl.TailStrategy.GuardWithIf)
    for f in (*arithmetic, out):
        f.never_partition_all()
    planar(out)
    return Kernel("noise_patches", out, (source, uniforms, thresholds, width, height, sparse))


def _enlarged(f: Any, x: Any, y: Any, p: Any) -> Any:
    """f at twice its size, linearly."""
    ox, oy = x / 2 - 1 + 2 * (x % 2), y / 2 - 1 + 2 * (y % 2)
    near, far = 0.75 * f[x / 2, y / 2, p] + 0.25 * f[ox, y / 2, p], 0.75 * f[x / 2, oy, p] + 0.25 * f[ox, oy, p]
    return 0.75 * near + 0.25 * far


class _Thresholded:
    """A plane's patches transformed, thresholded, transformed back and averaged. Patch (m, n) begins at pixel
    (2 m, 2 n). Sums over patches are taken within the transforms back, as these are linear."""

    def __init__(self, noisy: Any, thresholds: Any, level: int, sparse: Any) -> None:
        x, y, p = noisy.args()
        m, n, u, v = hl.Var("m"), hl.Var("n"), hl.Var("u"), hl.Var("v")
        row, odd, below = hl.Var("row"), hl.Var("odd"), hl.Var("below")
        self._noisy = noisy
        self._rows = rows = hl.Func(f"patch_rows_{level}")
        rows[m, row, u, p] = hl.mux(u, [_frequency(k, lambda i: noisy[2 * m + i, row, p]) for k in range(SIDE)])
        self._kept = kept = hl.Func(f"patch_kept_{level}")

        def found(k: int, plane: Any) -> Any:
            return _frequency(k, lambda j: rows[m, 2 * n + j, u, plane])

        def stays(k: int) -> Any:
            least, light = thresholds[k, u, p, level], hl.abs(found(k, 0)) > thresholds[k, u, PLANES, level]
            return hl.select(
                hl.abs(found(k, p)) > hl.select((p > 0) & light, BESIDE_LIGHT * least, least), found(k, p), 0.0
            )

        kept[m, n, v, u, p] = hl.mux(v, [stays(k) for k in range(SIDE)])
        every = hl.RDom([(0, SIDE), (0, SIDE), (0, PLANES)])
        self._count = count = hl.Func(f"patch_count_{level}")
        count[m, n] = hl.f32(0.0)
        count[m, n] += hl.select(kept[m, n, every.x, every.y, every.z] != 0.0, hl.f32(1.0), hl.f32(0.0))
        self._every = every
        self._weight = weight = hl.Func(f"patch_weight_{level}")
        weight[m, n] = hl.select(sparse != 0, 1.0 / hl.max(count[m, n], 1.0), hl.f32(1.0))
        self._share = share = hl.Func(f"patch_share_{level}")
        share[m, n] = 1.0 / _sum(weight[m - i, n - j] for i in range(COVER) for j in range(COVER))
        self._columns = columns = hl.Func(f"patch_columns_{level}")
        down = [_over(place, lambda i, k: kept[m, n - i, k, u, p], lambda i: weight[m, n - i]) for place in (0, 1)]
        columns[m, n, below, u, p] = hl.mux(below, down)
        self._cells = cells = hl.Func(f"patch_cells_{level}")
        across = [_over(place, lambda i, k: columns[m - i, n, below, k, p]) for place in (0, 1)]
        cells[m, n, odd, below, p] = share[m, n] * hl.mux(odd, across)
        self._vars = x, y, m, n, row, u, v, odd, below, p

    @property
    def stages(self) -> list[Any]:
        return [self._noisy, self._rows, self._kept, self._count, self._weight, self._share, self._columns, self._cells]

    def value(self, x: Any, y: Any, p: Any) -> Any:
        cell = [[self._cells[x / 2, y / 2, odd, below, p] for odd in range(2)] for below in range(2)]
        upper, lower = (hl.select(x % 2 == 0, hl.Expr(two[0]), hl.Expr(two[1])) for two in cell)
        return hl.select(y % 2 == 0, upper, lower)

    def schedule(self, out: Any) -> Any:
        """By tiles of `out` (x, y, plane). Returns the loop over these."""
        x, y, m, n, row, u, v, odd, below, p = self._vars
        plane = out.args()[2]
        yo, yi, xo, xi = hl.Var("yo"), hl.Var("yi"), hl.Var("xo"), hl.Var("xi")
        inwards = hl.TailStrategy.ShiftInwards
        out.bound(plane, 0, PLANES).tile(x, y, xo, yo, xi, yi, *TILE, hl.TailStrategy.GuardWithIf)
        out.reorder(plane, xi, yi, xo, yo).unroll(plane).vectorize(xi, alone(), hl.TailStrategy.GuardWithIf)
        out.fuse(xo, yo, xo).parallel(xo)
        self._noisy.compute_at(out, xo).bound(p, 0, PLANES).reorder(p, x, y).unroll(p).vectorize(x, alone(), inwards)
        self._cells.compute_at(out, xo).bound(p, 0, PLANES).bound(below, 0, 2)
        # Patches are worked out row after row, and kept as long as they cover a pixel.
        for f in (self._rows, self._kept, self._count, self._weight):
            f.store_at(out, xo).compute_at(self._cells, n)
        self._kept.fold_storage(n, COVER)
        self._share.compute_at(self._cells, n).vectorize(m, alone(), inwards)
        self._columns.compute_at(self._cells, p)
        self._weight.vectorize(m, alone(), inwards)
        self._count.vectorize(m, alone(), inwards)
        every = self._every
        counted = self._count.update().reorder(every.x, m, every.y, every.z)
        counted.vectorize(m, alone(), hl.TailStrategy.GuardWithIf).unroll(every.x)
        for f, (result, results), rest in (
            (self._cells, (odd, 2), (m, below, p, n)),
            (self._columns, (below, 2), (m, u)),
            (self._kept, (v, SIDE), (p, m, u)),
            (self._rows, (u, SIDE), (m, row, p)),
        ):
            # All results of what was loaded at once.
            f.bound(result, 0, results).reorder(result, *rest).vectorize(m, alone(), inwards).unroll(result)
        self._kept.bound(p, 0, PLANES).unroll(p)  # what was found of the grey plane is asked by the others
        return xo


def _frequency(k: int, value: Callable[[int], Any]) -> Any:
    """Of eight values: what is the same from both ends counts in even frequencies, what differs in odd ones."""
    ends = [(hl.Expr(value(i)), hl.Expr(value(SIDE - 1 - i))) for i in range(SIDE // 2)]
    folded = [one - other if k % 2 else one + other for one, other in ends]
    return _sum(hl.f32(float(cosine)) * one for cosine, one in zip(cosines()[k], folded, strict=False))


def _over(place: int, coefficient: Callable[[int, int], Any], weight: Callable[[int], Any] | None = None) -> Any:
    """The sum over the patches at a pixel. coefficient: (patch, frequency), of the i-th patch back, in which it has the
    place 2 i + `place`. weight: of that patch."""
    found = [
        _sum(hl.f32(float(cosines()[k, 2 * i + place])) * hl.Expr(coefficient(i, k)) for k in range(SIDE))
        for i in range(COVER)
    ]
    return _sum(one if weight is None else weight(i) * one for i, one in enumerate(found))


def _sum(terms: Iterable[Any]) -> Any:
    return reduce(operator.add, terms)


KERNELS: tuple[Callable[[], Kernel], ...] = (noise_patches,)
