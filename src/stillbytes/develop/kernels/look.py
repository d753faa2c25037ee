"""The look stage: every slider, in one pass from white-balanced camera RGB to encoded pixels."""

from __future__ import annotations

from typing import Any

import halide as hl

from stillbytes.develop.kernels.colour import Colour, dot
from stillbytes.develop.kernels.context import Context, Uniforms
from stillbytes.develop.kernels.kernel import LANES, Kernel, clamped, image, integer, interleaved
from stillbytes.develop.kernels.layout import GRID_CELL, GRID_DEPTH, GRID_Z0, look_operations, places

STRIP = 32
"""Rows that one task computes."""


class Look:
    """Builds the look kernel from the operations of the catalogue."""

    def __init__(self) -> None:
        self.source = image(hl.Float(32), 3, "source")
        self.grid = image(hl.Float(32), 4, "grid")
        self.uniforms = image(hl.Float(32), 1, "uniforms")
        self.width, self.height = integer("width"), integer("height")
        self.grid_width, self.grid_height = integer("grid_width"), integer("grid_height")
        self.x, self.y = hl.Var("x"), hl.Var("y")
        frame_places, self._places, _ = places()
        self.frame: Any = Uniforms(self.uniforms, dict(frame_places))

    @property
    def arguments(self) -> tuple[Any, ...]:
        return (
            self.source, self.grid, self.uniforms, self.width, self.height, self.grid_width, self.grid_height
        )  # fmt: skip

    def bases(self, own: Any) -> tuple[Any, Any]:
        """The two edge-aware bases at this pixel: trilinear look-up in the bilateral grid."""
        x, y, frame = hl.f32(self.x), hl.f32(self.y), self.frame
        gx = hl.clamp(frame.grid_x[0] * x + frame.grid_x[1] * y + frame.grid_x[2], 0.0, hl.f32(self.grid_width) - 1.001)
        gy = hl.clamp(frame.grid_y[0] * x + frame.grid_y[1] * y + frame.grid_y[2], 0.0, hl.f32(self.grid_height) - 1.001)
        gz = hl.clamp((own - GRID_Z0) / GRID_CELL, 0.0, GRID_DEPTH - 1.001)
        ix, iy, iz = hl.i32(gx), hl.i32(gy), hl.i32(gz)
        iz = hl.clamp(iz, 0, GRID_DEPTH - 2)
        ix, iy = hl.clamp(ix, 0, self.grid_width - 2), hl.clamp(iy, 0, self.grid_height - 2)
        fx, fy, fz = gx - hl.f32(ix), gy - hl.f32(iy), gz - hl.f32(iz)

        def mix(a: Any, b: Any, t: Any) -> Any:
            return a + (b - a) * t

        def at(c: int) -> Any:
            def column(i: int, j: int) -> Any:
                return mix(self.grid[iz, ix + i, iy + j, c], self.grid[iz + 1, ix + i, iy + j, c], fz)

            return mix(mix(column(0, 0), column(1, 0), fx), mix(column(0, 1), column(1, 1), fx), fy)

        return at(0), at(1)

    def pixel(self) -> tuple[list[Any], list[Any]]:
        """Encoded output channels (0..1) and the intermediate images that they read."""
        x, y, frame = self.x, self.y, self.frame
        source = hl.Func("base")
        c = hl.Var("c")
        source[x, y, c] = clamped(self.source, self.width, self.height)(x, y, c)
        ctx = Context(x, y, frame, frame.luma)
        luminance = ctx.luminance_at(source, x, y)
        own = ctx.log2(ctx.larger(luminance, 1e-6) / 0.18)
        ctx.bases(*self.bases(own), own)
        rgb = [source[x, y, i] for i in range(3)]
        colour: Any = Colour(rgb)
        for operation, (_, held) in zip(look_operations(), self._places, strict=True):
            uniforms = Uniforms(self.uniforms, dict(held))
            if operation.stage == "detail":
                colour = colour.scaled(operation.build(source, uniforms, ctx))
            else:
                colour = operation.build(colour, uniforms, ctx)
        return self.encoded(colour), ctx.stages

    def encoded(self, colour: Any) -> list[Any]:
        """Linear Rec.2020 display light to encoded values of the output space, brought into its gamut."""
        frame = self.frame
        rgb = colour.transformed(frame.matrix).rgb
        grey = hl.clamp(
            frame.luminance[0] * rgb[0] + frame.luminance[1] * rgb[1] + frame.luminance[2] * rgb[2], 0.0, 1.0
        )
        # How far the colour leaves the gamut, as a part of the way from grey to its boundary; a soft knee keeps
        # differences that clipping would flatten, and moving along the way to grey keeps luminance.
        beyond = [(grey - v) / hl.max(grey, 1e-5) for v in rgb] + [(v - grey) / hl.max(1.0 - grey, 1e-5) for v in rgb]
        reach = beyond[0]
        for other in beyond[1:]:
            reach = hl.max(reach, other)
        knee = 0.94
        over = hl.max(reach - knee, 0.0) / (1.0 - knee)
        # Below the knee over is 0 and the colour is untouched.
        target = knee + (1.0 - knee) * over / (1.0 + over)
        keep = hl.select(reach > knee, target / hl.max(reach, 1e-5), 1.0)
        inside = [hl.clamp(grey + (v - grey) * keep, 0.0, 1.0) for v in rgb]
        t = frame.transfer  # gamma inverse, a, b, c, linear value at the bend
        out = []
        for v in inside:
            bent = (hl.fast_exp(hl.fast_log(hl.max(v, 1e-9)) * t[0]) - t[2]) / t[1]
            out.append(hl.select(v < t[4], v * t[3], bent))
        return out


def look(kind: str) -> Kernel:
    """`kind` "byte": interleaved uint8 with dither; "float": interleaved float32, 0..1."""
    look = Look()
    x, y, c = look.x, look.y, hl.Var("c")
    channels, stages = look.pixel()
    encoded = hl.Func("encoded")
    out = hl.Func(f"look_{kind}")
    if kind == "byte":
        # Interleaved gradient noise (J. Jimenez, "Next generation post processing in Call of Duty", SIGGRAPH 2014).
        inner = 0.06711056 * hl.f32(x) + 0.00583715 * hl.f32(y)
        inner = 52.9829189 * (inner - hl.floor(inner))
        noise = (inner - hl.floor(inner) - 0.5) * look.frame.dither
        encoded[x, y] = hl.Tuple(
            [hl.u8(hl.clamp(v * look.frame.steps + noise + 0.5, 0.0, look.frame.steps)) for v in channels]
        )
    else:
        encoded[x, y] = hl.Tuple(channels)
    value = encoded[x, y]
    out[x, y, c] = hl.select(c == 0, value[0], c == 1, value[1], value[2])
    yo, yi = hl.Var("yo"), hl.Var("yi")
    out.bound(c, 0, 3).split(y, yo, yi, STRIP, hl.TailStrategy.GuardWithIf).reorder(c, x, yi, yo).unroll(c)
    out.parallel(yo)
    out.vectorize(x, LANES, hl.TailStrategy.GuardWithIf)
    encoded.compute_at(out, yi).vectorize(x, LANES, hl.TailStrategy.RoundUp)
    for stage in stages:
        sx, sy = stage.args()
        stage.compute_at(out, yo).store_at(out, yo).vectorize(sx, LANES, hl.TailStrategy.RoundUp)
    interleaved(out, 3)
    return Kernel(f"look_{kind}", out, look.arguments)


KERNELS = (lambda: look("byte"), lambda: look("float"))
