"""Demosaicing that follows what is likely: local statistics of the mosaic and what is known of its noise.

Red and blue sites are half of all, and so are green ones: each half is kept densely, as (i, y), where i counts the
sites of a kind within their row. All that is estimated is worked out at red and blue sites alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import halide as hl

from stillbytes.develop.kernels.functions import cube_root, inverse
from stillbytes.develop.kernels.kernel import Kernel, planar
from stillbytes.develop.kernels.lanes import together
from stillbytes.develop.kernels.mosaic import BLUE, GREEN, RED, Mosaic

SMOOTH = 26 / 128, 23 / 128, 15 / 128, 9 / 128, 4 / 128
"""Zhang and Wu's low-pass filter, from the middle outwards."""
WINDOW = 2
"""Cells of 2 x 2 sites on each side of the one whose statistics are sought."""
DOUBT = 0.5
"""Of the error that the two directions have beyond what they agree on, the part that counts."""
OWN_FINE, GREEN_FINE = 0.0262, 0.0215
"""Variance of the fine part of a colour difference for noise of variance 1 in the sites of the colour, and in green
ones: measured on noise."""
LEAST = 1e-9
"""Variance that is added where one is divided by."""
TILE = 320, 80
"""Pixels of a part that is worked out at a time: larger ones leave the second cache, smaller ones read more around."""


def bayer_lmmse() -> Kernel:
    """Output (x, y, c) float32 planes: light, as `lit` of the mosaic has it.

    Along rows and along columns: differences of colour by linear minimum mean square-error estimation (L. Zhang, X. Wu,
    "Color demosaicking via directional linear minimum mean square-error estimation", IEEE Transactions on Image
    Processing 14(12), 2005), weighed by their errors. The refining step of Menon, Andriani, Calvagno (2007) smooths
    them along the better direction. Detail that it took away comes back as far as both directions found the same: their
    covariance around tells detail of colour from the errors of either. Then Wiener filters, with the variance that the
    photo's noise has in what they filter: fine detail of colour differences, and what a red or blue site tells of green
    beyond its neighbours.
    """
    m = Mosaic()
    x, y, c, i = hl.Var("x"), hl.Var("y"), hl.Var("c"), hl.Var("i")
    lift = m.uniforms[15]
    lit, raw = m.lit(), hl.Func("raw")
    raw[x, y] = cube_root(lit[x, y] + lift)
    stages: list[Any] = []

    def stage(name: str, of: Any) -> Any:
        f = hl.Func(name)
        f[i, y] = of
        stages.append(f)
        return f

    # The column, 0 or 1, of the red or blue site in the cell. Green's of number i is right of it, or left of it.
    phase = (m.red_x + y + m.red_y) & 1
    own = stage("own", raw[2 * i + phase, y])
    green = stage("green", raw[2 * i + 1 - phase, y])

    def beside(f: Any, k: int = 0) -> Any:
        """Sum of f at both sites of the other kind in the row of site (i, y) of red or blue, k further away."""
        return f[i - 1 + phase - k, y] + f[i + phase + k, y]

    def over(f: Any, k: int = 0) -> Any:
        """The same in the column."""
        return f[i, y - 1 - k * 2] + f[i, y + 1 + k * 2]

    # Colour less green, at red or blue sites and at green ones, along the row and along the column.
    mine = 0.5 * own[i, y]
    at_row = stage("at_row", mine - 0.5 * beside(green) + 0.25 * (own[i - 1, y] + own[i + 1, y]))
    at_column = stage("at_column", mine - 0.5 * over(green) + 0.25 * (own[i, y - 2] + own[i, y + 2]))
    around = own[i - phase, y] + own[i + 1 - phase, y]
    mine = 0.5 * green[i, y]
    green_row = stage("green_row", 0.5 * around - mine - 0.25 * (green[i - 1, y] + green[i + 1, y]))
    green_column = stage("green_column", 0.5 * over(own) - mine - 0.25 * (green[i, y - 2] + green[i, y + 2]))

    def along_row(f: Any, k: int) -> Any:
        return f[i - k, y] + f[i + k, y]

    def along_column(f: Any, k: int) -> Any:
        return f[i, y - 2 * k] + f[i, y + 2 * k]

    def estimated(
        name: str, at: Any, others: Callable[[int], Any], along: Callable[[Any, int], Any]
    ) -> tuple[Any, Any]:
        """The difference and its expected error."""
        low = stage(
            f"{name}_low",
            SMOOTH[0] * at[i, y] + SMOOTH[1] * others(0) + SMOOTH[2] * along(at, 1) + SMOOTH[3] * others(1)
            + SMOOTH[4] * along(at, 2),
        )  # fmt: skip
        off = stage(f"{name}_off", (at[i, y] - low[i, y]) * (at[i, y] - low[i, y]))
        square = stage(f"{name}_square", low[i, y] * low[i, y])

        def mean(f: Any) -> Any:
            return 0.2 * (f[i, y] + along(f, 1) + along(f, 2))

        level = mean(low)
        spread = hl.max(mean(square) - level * level, 0.0) + LEAST
        error = mean(off) + LEAST
        gain = spread * inverse(spread + error)
        return (
            stage(f"{name}_best", level + gain * (at[i, y] - level)),
            stage(f"{name}_error", error * gain),
        )

    best_row, error_row = estimated("row", at_row, lambda k: beside(green_row, k), along_row)
    best_column, error_column = estimated("column", at_column, lambda k: over(green_column, k), along_column)

    def wide(f: Any, along: Callable[[Any, int], Any]) -> Any:
        """Sum over sites around, the less the further they are."""
        diagonal = sum((f[i - 1 + phase + k, y + r] for k in (0, 1) for r in (-1, 1)), hl.f32(0))
        return f[i, y] + 0.5 * along(f, 1) + 0.25 * diagonal

    wide_row, wide_column = wide(error_row, along_column), wide(error_column, along_row)
    across = stage("across", wide_column * inverse(wide_row + wide_column))  # weight of the row's estimate, 0..1

    def chosen(row: Any, column: Any) -> Any:
        return column + (row - column) * across[i, y]

    first = stage("first", chosen(best_row[i, y], best_column[i, y]))
    smooth = stage(
        "smooth",
        0.25 * chosen(2.0 * first[i, y] + along_row(first, 1), 2.0 * first[i, y] + along_column(first, 1)),
    )

    # Statistics of cells: sums over the 5x5 cells around, of red and blue sites together.
    columns: list[Any] = []
    sums: list[Any] = []

    def around_cells(name: str, of: Any) -> Any:
        """of: (i, row) -> Expr."""
        cell = hl.Func(f"{name}_cell")
        cell[i, y] = of(i, 2 * y) + of(i, 2 * y + 1)
        column, whole = hl.Func(f"{name}_column"), hl.Func(f"{name}_sum")
        column[i, y] = sum((cell[i, y + k] for k in range(-WINDOW + 1, WINDOW + 1)), cell[i, y - WINDOW])
        whole[i, y] = (1 / 50) * sum((column[i + k, y] for k in range(-WINDOW + 1, WINDOW + 1)), column[i - WINDOW, y])
        columns.extend((cell, column))
        sums.append(whole)
        return whole[i, y / 2]

    off_row = stage("off_row", 0.5 * at_row[i, y] + 0.25 * beside(green_row) - smooth[i, y])
    off_column = stage("off_column", 0.5 * at_column[i, y] + 0.25 * over(green_column) - smooth[i, y])
    both = hl.max(around_cells("both", lambda a, b: off_row[a, b] * off_column[a, b]), 0.0)
    of_row = hl.max(around_cells("of_row", lambda a, b: off_row[a, b] * off_row[a, b]) - both, LEAST)
    of_column = hl.max(around_cells("of_column", lambda a, b: off_column[a, b] * off_column[a, b]) - both, LEAST)
    w = across[i, y]
    error = w * w * of_row + (1.0 - w) * (1.0 - w) * of_column
    detailed = stage(
        "detailed",
        smooth[i, y] + both * inverse(both + DOUBT * error) * chosen(off_row[i, y], off_column[i, y]),
    )

    # Variance of noise in cube roots, where the light is as it is around: that of light by the square of the slope.
    def noise(mean: Any, slope: Any, offset: Any) -> Any:
        root = hl.max(mean, 0.5 * cube_root(lift))
        square = root * root
        light = hl.max(square * root - lift, 0.0)
        return (slope * light + offset) * inverse(square * square)

    rows = stage("rows", own[i, y - 4] + own[i, y - 2] + own[i, y] + own[i, y + 2] + own[i, y + 4])
    of_own = (1 / 25) * (rows[i - 2, y] + rows[i - 1, y] + rows[i, y] + rows[i + 1, y] + rows[i + 2, y])
    channel = hl.select(m.is_red_row(y), RED, BLUE)
    own_noise = stage("own_noise", noise(of_own, m.uniforms[16 + channel], m.uniforms[19 + channel]))
    of_green = around_cells("greens", lambda a, b: green[a, b])
    green_noise = stage("green_noise", noise(of_green, m.uniforms[16 + GREEN], m.uniforms[19 + GREEN]))

    lines = stage("lines", 0.25 * (2.0 * detailed[i, y] + along_column(detailed, 1)))
    coarse = 0.25 * (2.0 * lines[i, y] + along_row(lines, 1))
    fine = stage("fine", detailed[i, y] - coarse)
    strength = around_cells("strength", lambda a, b: fine[a, b] * fine[a, b]) + 1e-12
    kept = hl.max(strength - (OWN_FINE * own_noise[i, y] + GREEN_FINE * green_noise[i, y]), 0.0) * inverse(strength)
    delta = stage("delta", detailed[i, y] - (1.0 - kept) * fine[i, y])

    expected = stage("expected", 0.5 * chosen(beside(green), over(green)))
    news = stage("news", own[i, y] - delta[i, y] - expected[i, y])
    power = around_cells("power", lambda a, b: news[a, b] * news[a, b])
    guessed = 0.5 * (w * w + (1.0 - w) * (1.0 - w)) * green_noise[i, y]
    measured = own_noise[i, y]
    told = hl.max(power - guessed - measured, 0.0) + guessed + 1e-12
    site_green = stage("site_green", expected[i, y] + told * inverse(told + measured) * news[i, y])

    # Differences of both colours everywhere; at sites of the opposite colour red less blue is smooth along the better
    # direction (Menon's equation 8).
    row = 0.5 * (delta[i - phase, y] + delta[i + 1 - phase, y])
    column = 0.5 * over(delta)
    green_other = stage("green_other", column)
    green_same = stage("green_same", row)
    between = stage("between", green_other[i, y] - green_same[i, y])
    opposite = delta[i, y] + 0.5 * chosen(beside(between), -over(between))
    red_row = m.is_red_row(y)
    own_same = stage("site_same", site_green[i, y] + delta[i, y])
    own_other = stage("site_other", site_green[i, y] + opposite)

    finals = []
    for name, at_own, at_green in (
        ("same", hl.Expr(own_same[x / 2, y]), green[x / 2, y] + green_same[x / 2, y]),
        ("middle", hl.Expr(site_green[x / 2, y]), hl.Expr(green[x / 2, y])),
        ("other", hl.Expr(own_other[x / 2, y]), green[x / 2, y] + green_other[x / 2, y]),
    ):
        f = hl.Func(f"{name}_root")
        root = hl.select((x & 1) == phase, at_own, at_green)
        f[x, y] = root * root * root - lift
        finals.append(f)
    same, middle, other = finals
    out = hl.Func("bayer_lmmse")
    out[x, y, c] = hl.select(
        c == GREEN, hl.Expr(middle[x, y]), hl.select((c == RED) == red_row, hl.Expr(same[x, y]), hl.Expr(other[x, y]))
    )

    yo, yi, xo, xi = hl.Var("yo"), hl.Var("yi"), hl.Var("xo"), hl.Var("xi")
    out.bound(c, 0, 3)
    out.tile(x, y, xo, yo, xi, yi, *TILE, tail=hl.TailStrategy.GuardWithIf).reorder(c, xi, yi, xo, yo).unroll(c)
    out.vectorize(xi, together())
    out.fuse(xo, yo, xo).parallel(xo)
    m.schedule(raw, out, xo)
    for f in finals:
        f.compute_at(out, xo).align_bounds(x, 2 * together()).vectorize(x, together())
    for f in (*stages, *columns, *sums):
        f.compute_at(out, xo).vectorize(i, together(), hl.TailStrategy.RoundUp)
    planar(out)
    return Kernel("bayer_lmmse", out, m.arguments)


KERNELS: tuple[Callable[[], Kernel], ...] = (bayer_lmmse,)
