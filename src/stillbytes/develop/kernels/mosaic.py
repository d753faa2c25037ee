"""A Bayer array as light: scaled, without stripes, its clipped highlights reconstructed.

Signal 1 is saturation of the green channel; the other channels saturate at their white balance gain.
"""

from __future__ import annotations

from typing import Any

import halide as hl

from stillbytes.develop.kernels.functions import inverse
from stillbytes.develop.kernels.kernel import image, integer
from stillbytes.develop.kernels.lanes import together
from stillbytes.develop.kernels.layout import CELL, OPPOSED, SURROUNDED

RED, GREEN, BLUE = 0, 1, 2
PRIOR = 1e-3
"""How much the surroundings' brightness counts where a channel tells, which counts 1."""
BRIGHTEST = 8.0
"""Times the brightness that the surroundings suggest, at most."""


class Mosaic:
    """The arguments that all kernels reading a Bayer array share, and the array as light.

    `uniforms` (float32): 0..3 black level per site of the 2x2 cell, 4..7 gain per site (white balance / range),
    8..10 signal at which red, green, blue count as clipped, 11..13 chroma of highlights (see `opposed`),
    14 the brightest of the channels' saturation signals, 15 what demosaicing adds before its cube root,
    16..18 a ninth of the variance of noise for each unit of light of red, green, blue, 19..21 of that without light.
    `red_x`, `red_y`: column and row (0 or 1) of the red site in the cell.
    `rows`, `columns` (float32): codes by which each row and column is too bright.
    `clipped`: 0 where nothing is, OPPOSED or SURROUNDED. `around` (float32, (column, row, channel)): see `surrounded`.
    """

    def __init__(self) -> None:
        self.samples = image(hl.UInt(16), 2, "samples")
        self.uniforms = image(hl.Float(32), 1, "uniforms")
        self.red_x, self.red_y = integer("red_x"), integer("red_y")
        self.rows, self.columns = image(hl.Float(32), 1, "rows"), image(hl.Float(32), 1, "columns")
        self.clipped = integer("clipped")
        self.around = image(hl.Float(32), 3, "around")
        self.arguments = (
            self.samples, self.uniforms, self.red_x, self.red_y, self.rows, self.columns, self.clipped, self.around,
        )  # fmt: skip
        self._mirrored = hl.BoundaryConditions.mirror_interior(self.samples)
        self._light: Any = None

    def site(self, x: Any, y: Any) -> Any:
        return (y & 1) * 2 + (x & 1)

    def is_red(self, x: Any, y: Any) -> Any:
        return ((x & 1) == self.red_x) & ((y & 1) == self.red_y)

    def is_red_row(self, y: Any) -> Any:
        return (y & 1) == self.red_y

    def is_green(self, x: Any, y: Any) -> Any:
        return ((x + y) & 1) != ((self.red_x + self.red_y) & 1)

    def colour(self, x: Any, y: Any) -> Any:
        return hl.select(self.is_green(x, y), GREEN, hl.select(self.is_red(x, y), RED, BLUE))

    def lit(self) -> Any:
        """Func (x, y): signal of each site, unbounded below, its highlights reconstructed."""
        x, y = hl.Var("x"), hl.Var("y")
        self._light = light = hl.Func("light")
        site = self.site(x, y)
        row = self.rows[hl.clamp(y, 0, self.rows.dim(0).extent() - 1)]
        column = self.columns[hl.clamp(hl.likely(x), 0, self.columns.dim(0).extent() - 1)]
        light[x, y] = (hl.f32(self._mirrored[x, y]) - self.uniforms[site] - (row + column)) * self.uniforms[4 + site]
        opposed, surrounded = self.opposed(light), self.surrounded(light)
        f = hl.Func("lit")
        f[x, y] = hl.select(
            self.clipped == SURROUNDED, surrounded[x, y], self.clipped == OPPOSED, opposed[x, y], light[x, y]
        )
        return f

    def schedule(self, reader: Any, out: Any, loop: Any) -> None:
        """reader: the stage that reads `lit`, which is not scheduled yet. What a photo does not need costs nothing."""
        for stage in (self._light, reader):
            stage.compute_at(out, loop).vectorize(stage.args()[0], together(), hl.TailStrategy.RoundUp)
        reader.align_bounds(reader.args()[0], CELL)
        for way in (0, SURROUNDED, OPPOSED):
            reader.specialize(self.clipped == way)

    def _near(self, light: Any, x: Any, y: Any) -> tuple[Any, list[Any]]:
        """The mean of the other two colours around a site, and each channel there."""
        corner = 0.25 * (light[x - 1, y - 1] + light[x + 1, y - 1] + light[x - 1, y + 1] + light[x + 1, y + 1])
        across, down = 0.5 * (light[x - 1, y] + light[x + 1, y]), 0.5 * (light[x, y - 1] + light[x, y + 1])
        green_site = self.is_green(x, y)
        # At a green site the neighbours across and down are the other two; elsewhere green is around and the
        # opposite colour on the corners.
        opposed = hl.select(green_site, 0.5 * (across + down), 0.5 * (0.5 * (across + down) + corner))
        own = hl.Expr(light[x, y])
        red_row = self.is_red_row(y)
        beside_red = hl.select(red_row, across, down)
        beside_blue = hl.select(red_row, down, across)
        return opposed, [
            hl.select(green_site, beside_red, self.is_red(x, y), own, corner),
            hl.select(green_site, own, 0.5 * (across + down)),
            hl.select(green_site, beside_blue, self.is_red(x, y), corner, own),
        ]

    def opposed(self, light: Any) -> Any:
        """Func (x, y): clipped sites replaced by what the other two channels suggest, if that is more.

        The opposed mean of the neighbourhood plus the photo's own difference between this channel and the opposed
        mean just below clipping ("inpaint opposed", H. Schleiermacher 2022, described in FIELD.md's sources).
        """
        x, y = hl.Var("x"), hl.Var("y")
        opposed, near = self._near(light, x, y)
        own = hl.Expr(light[x, y])
        colour = self.colour(x, y)
        guess = opposed + self.uniforms[11 + colour]
        # Where everything is clipped there is no colour left to find: fade to white.
        top = self.uniforms[14]
        fill = [value / self.uniforms[8 + channel] for channel, value in enumerate(near)]
        least = hl.min(fill[0], hl.min(fill[1], fill[2]))
        gone = hl.clamp((least - 0.9) * 10.0, 0.0, 1.0)
        guess = guess + (top - guess) * gone
        f = hl.Func("opposed")
        f[x, y] = hl.select(own >= self.uniforms[8 + colour], hl.max(own, guess), own)
        return f

    def surrounded(self, light: Any) -> Any:
        """Func (x, y): clipped sites replaced by the colour of their surroundings, as bright as the channels tell that
        are not clipped; where none is, as bright as `around` says, if that is more.

        `around`: light of each channel relative to where it clips, at nodes CELL pixels apart, see
        `develop.samples.highlights`.
        """
        x, y = hl.Var("x"), hl.Var("y")
        own = hl.Expr(light[x, y])
        _, near = self._near(light, x, y)
        # Between the rows of nodes that a row of pixels lies between, then between two nodes: those of a whole vector.
        columns, rows = self.around.dim(0).extent(), self.around.dim(1).extent()
        line, part = hl.clamp(y / CELL, 0, rows - 2), hl.f32(y % CELL) * (1 / CELL)
        along = hl.f32(x % CELL) * (1 / CELL)
        colours = []
        for k in range(3):
            ends = []
            for i in (0, 1):
                column = hl.clamp(x / CELL + i, 0, columns - 1)
                above, below = self.around[column, line, k], self.around[column, line + 1, k]
                ends.append(above + (below - above) * part)
            colours.append(ends[0] + (ends[1] - ends[0]) * along)
        told, whole = hl.f32(PRIOR), hl.f32(PRIOR)
        for value, expected, k in zip(near, colours, range(3), strict=True):
            fill = value * inverse(self.uniforms[8 + k])
            sure = hl.clamp((1.0 - fill) * 10.0, 0.0, 1.0) * expected
            told, whole = told + sure * fill, whole + sure * expected
        colour = self.colour(x, y)
        mine = hl.select(colour == RED, colours[0], colour == GREEN, colours[1], colours[2])
        clip = self.uniforms[8 + colour]
        guess = hl.min(told * inverse(whole), BRIGHTEST) * mine * clip
        f = hl.Func("surrounded")
        f[x, y] = hl.select(own >= clip, hl.max(own, guess), own)
        return f
