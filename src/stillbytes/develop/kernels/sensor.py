"""From the colour filter array to white-balanced camera RGB: demosaicing, and scaling where there is no array.

Signal 1 is saturation of the green channel; the other channels saturate at their white balance gain.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import halide as hl

from stillbytes.develop.kernels.functions import cube_root, inverse
from stillbytes.develop.kernels.kernel import Kernel, clamped, image, integer, planar
from stillbytes.develop.kernels.lanes import together
from stillbytes.develop.kernels.layout import LANES
from stillbytes.develop.kernels.mosaic import GREEN, RED, Mosaic


def bayer() -> Kernel:
    """Full-resolution demosaicing by directional filtering with a posteriori decision.

    D. Menon, S. Andriani, G. Calvagno, "Demosaicing with directional filtering and a posteriori decision", IEEE
    Transactions on Image Processing 16(1), 2007, with its refining step. Output (x, y, c) float32 planes.
    """
    m = Mosaic()
    x, y, c = hl.Var("x"), hl.Var("y"), hl.Var("c")
    lit, raw = m.lit(), hl.Func("raw")
    # Cube roots: differences of colour hold across light and shade far better than those of light itself (2 to 6 dB on
    # photographs with saturated colours), and noise is more even.
    lift = m.uniforms[15]
    raw[x, y] = cube_root(lit[x, y] + lift)

    green_site = m.is_green(x, y)
    green_h, green_v = hl.Func("green_h"), hl.Func("green_v")
    own = raw[x, y]
    # Equation 1: the five-tap filter (-1/4, 1/2, 1/2, 1/2, -1/4).
    green_h[x, y] = hl.select(
        green_site,
        own,
        0.5 * (raw[x - 1, y] + own + raw[x + 1, y]) - 0.25 * (raw[x - 2, y] + raw[x + 2, y]),
    )
    green_v[x, y] = hl.select(
        green_site,
        own,
        0.5 * (raw[x, y - 1] + own + raw[x, y + 1]) - 0.25 * (raw[x, y - 2] + raw[x, y + 2]),
    )
    # Colour differences live at red and blue sites; their gradients two sites on (equations 3 and 4).
    diff_h, diff_v = hl.Func("diff_h"), hl.Func("diff_v")
    diff_h[x, y] = hl.select(green_site, 0.0, own - green_h[x, y])
    diff_v[x, y] = hl.select(green_site, 0.0, own - green_v[x, y])
    grad_h, grad_v = hl.Func("grad_h"), hl.Func("grad_v")
    grad_h[x, y] = hl.abs(diff_h[x, y] - diff_h[x + 2, y])
    grad_v[x, y] = hl.abs(diff_v[x, y] - diff_v[x, y + 2])

    def horizontal(g: Any) -> Any:
        """Sum over the 5x5 window, the pixel's own row counted three times (equation 5)."""
        return (
            3.0 * (g[x - 2, y] + g[x, y]) + g[x - 2, y - 2] + g[x, y - 2] + g[x - 2, y + 2] + g[x, y + 2]
            + g[x - 1, y - 1] + g[x - 1, y + 1]
        )  # fmt: skip

    def vertical(g: Any) -> Any:
        return (
            3.0 * (g[x, y - 2] + g[x, y]) + g[x - 2, y - 2] + g[x - 2, y] + g[x + 2, y - 2] + g[x + 2, y]
            + g[x - 1, y - 1] + g[x + 1, y - 1]
        )  # fmt: skip

    # The paper takes the smoother direction whole; weighing both by the inverse fourth power of their variation does
    # the same along edges and, where nothing but noise tells them apart, averages it away.
    across = hl.Func("across")  # weight of the horizontal estimate, 0..1
    rough_h, rough_v = horizontal(grad_h), vertical(grad_v)
    rough_h, rough_v = rough_h * rough_h, rough_v * rough_v
    across[x, y] = (rough_v + 1e-18) * inverse(rough_h + rough_v + 2e-18)

    def chosen(h: Any, v: Any) -> Any:
        return v + (h - v) * across[x, y]

    green = hl.Func("green")
    green[x, y] = chosen(green_h[x, y], green_v[x, y])

    # The difference to green of the site's own colour; zero at green sites.
    chroma = hl.Func("chroma")
    chroma[x, y] = hl.select(green_site, 0.0, raw[x, y] - green[x, y])
    # Refining step (section IV): the high frequencies of green follow the chosen direction once more.
    smooth_h = (chroma[x - 2, y] + 2.0 * chroma[x, y] + chroma[x + 2, y]) * 0.25
    smooth_v = (chroma[x, y - 2] + 2.0 * chroma[x, y] + chroma[x, y + 2]) * 0.25
    refined = hl.Func("refined")
    refined[x, y] = hl.select(
        green_site,
        green[x, y],
        raw[x, y] - chosen(smooth_h, smooth_v),
    )
    delta = hl.Func("delta")
    delta[x, y] = hl.select(green_site, 0.0, raw[x, y] - refined[x, y])

    # Differences of both colours everywhere: own, from the row or the column at green sites; at sites of the opposite
    # colour red minus blue is smooth along the better direction (equation 8).
    row, column = 0.5 * (delta[x - 1, y] + delta[x + 1, y]), 0.5 * (delta[x, y - 1] + delta[x, y + 1])
    between = hl.Func("between")  # the column's colour minus the row's, at green sites
    between[x, y] = column - row
    other = delta[x, y] + chosen(
        0.5 * (between[x - 1, y] + between[x + 1, y]),
        -0.5 * (between[x, y - 1] + between[x, y + 1]),
    )
    red_row = m.is_red_row(y)
    red = hl.select(
        green_site,
        hl.select(red_row, row, column),
        hl.select(m.is_red(x, y), delta[x, y], other),
    )
    blue = hl.select(
        green_site,
        hl.select(red_row, column, row),
        hl.select(m.is_red(x, y), other, delta[x, y]),
    )
    out = hl.Func("bayer")
    g = refined[x, y]
    root = hl.select(c == RED, g + red, c == GREEN, g, g + blue)
    out[x, y, c] = root * root * root - lift

    yo, yi, xo, xi = hl.Var("yo"), hl.Var("yi"), hl.Var("xo"), hl.Var("xi")
    out.bound(c, 0, 3)
    out.tile(x, y, xo, yo, xi, yi, 256, 32, tail=hl.TailStrategy.GuardWithIf).reorder(c, xi, yi, xo, yo).unroll(c)
    out.vectorize(xi, together()).parallel(yo)
    m.schedule(raw, out, xo)
    for stage in (green_h, green_v, grad_h, grad_v, across, green, refined, delta, between):
        stage.compute_at(out, xo).vectorize(x, together(), hl.TailStrategy.RoundUp)
    planar(out)
    return Kernel("bayer", out, m.arguments)


def bayer_half() -> Kernel:
    """Half-resolution RGB without demosaicing: each 2x2 cell's colours interpolated to the centre of the cell."""
    m = Mosaic()
    x, y, c = hl.Var("x"), hl.Var("y"), hl.Var("c")
    raw = hl.Func("raw")
    raw[x, y] = m.lit()[x, y]

    def at_centre(site_x: Any, site_y: Any) -> Any:
        """Bilinear estimate at the cell's centre of the colour whose site is (site_x, site_y) in the cell."""
        px, py = 2 * x + site_x, 2 * y + site_y
        # The centre lies half a pixel from the site towards the cell's middle; the next site is two pixels on.
        nx, ny = px + 2 - 4 * site_x, py + 2 - 4 * site_y
        return 0.5625 * raw[px, py] + 0.1875 * (raw[nx, py] + raw[px, ny]) + 0.0625 * raw[nx, ny]

    red = at_centre(m.red_x, m.red_y)
    blue = at_centre(1 - m.red_x, 1 - m.red_y)
    green = 0.5 * (raw[2 * x + 1 - m.red_x, 2 * y + m.red_y] + raw[2 * x + m.red_x, 2 * y + 1 - m.red_y])
    out = hl.Func("bayer_half")
    out[x, y, c] = hl.select(c == RED, red, c == GREEN, green, blue)
    yo, yi = hl.Var("yo"), hl.Var("yi")
    out.bound(c, 0, 3).reorder(c, x, y).unroll(c).split(y, yo, yi, 16, hl.TailStrategy.GuardWithIf).parallel(yo)
    m.schedule(raw, out, yi)
    out.vectorize(x, together(), hl.TailStrategy.GuardWithIf)
    planar(out)
    return Kernel("bayer_half", out, m.arguments)


def _rgb(name: str, light: Any, arguments: tuple[Any, ...], samples: Any) -> Kernel:
    x, y, c = hl.Var("x"), hl.Var("y"), hl.Var("c")
    samples.dim(0).set_stride(3)
    samples.dim(2).set_stride(1)
    samples.dim(2).set_bounds(0, 3)
    out = hl.Func(name)
    out[x, y, c] = light(samples[x, y, c], c)
    out.bound(c, 0, 3).reorder(c, x, y).unroll(c)
    out.vectorize(x, LANES, hl.TailStrategy.GuardWithIf).parallel(y, 16, hl.TailStrategy.GuardWithIf)
    planar(out)
    return Kernel(name, out, arguments)


def rgb_camera() -> Kernel:
    """Linear camera RGB samples (x, y, c interleaved uint16) to light: (sample - black) * gain per channel."""
    samples = image(hl.UInt(16), 3, "samples")
    uniforms = image(hl.Float(32), 1, "uniforms")
    return _rgb(
        "rgb_camera",
        lambda v, c: (hl.f32(v) - uniforms[c]) * uniforms[3 + c],
        (samples, uniforms),
        samples,
    )


def rgb_table(bits: int) -> Kernel:
    """Encoded samples of a rendered file (interleaved) to light through one table per channel (code, channel)."""
    kind = hl.UInt(bits)
    samples = image(kind, 3, "samples")
    table = image(hl.Float(32), 2, "table")
    return _rgb(f"rgb_table_{bits}", lambda v, c: table[hl.i32(v), c], (samples, table), samples)


def rgb_float() -> Kernel:
    """Linear float samples (interleaved) to planes; what is not finite becomes 0."""
    samples = image(hl.Float(32), 3, "samples")
    return _rgb(
        "rgb_float",
        lambda v, c: hl.select(hl.abs(v) < 1e6, v, 0.0),
        (samples,),
        samples,
    )


def halve() -> Kernel:
    """Half the size by averaging 2x2 pixels, the edge repeated where a size is odd."""
    source = image(hl.Float(32), 3, "source")
    width, height = integer("width"), integer("height")
    read = clamped(source, width, height)
    x, y, c = hl.Var("x"), hl.Var("y"), hl.Var("c")
    out = hl.Func("halve")
    out[x, y, c] = 0.25 * (
        read(2 * x, 2 * y, c) + read(2 * x + 1, 2 * y, c) + read(2 * x, 2 * y + 1, c) + read(2 * x + 1, 2 * y + 1, c)
    )
    out.vectorize(x, LANES, hl.TailStrategy.GuardWithIf).parallel(y, 16, hl.TailStrategy.GuardWithIf)
    planar(out)
    return Kernel("halve", out, (source, width, height))


KERNELS: tuple[Callable[[], Kernel], ...] = (
    bayer,
    bayer_half,
    rgb_camera,
    lambda: rgb_table(8),
    lambda: rgb_table(16),
    rgb_float,
    halve,
)
