"""What an operation's `build` may use: shared quantities of the pixel and the functions of its vocabulary."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import halide as hl
import numpy as np

from stillbytes.develop.kernels import functions
from stillbytes.develop.kernels.gamut import at_constant_hue, into_gamut
from stillbytes.develop.kernels.grid import Grid
from stillbytes.develop.kernels.lanes import together
from stillbytes.develop.kernels.layout import KNEE
from stillbytes.develop.kernels.listed import Listed, Tabled
from stillbytes.develop.kernels.texture import Texture
from stillbytes.develop.kernels.vocabulary import Vocabulary
from stillbytes.develop.tables import ENTRIES, OCTAVES, STEPS_BITS

Range = tuple[float, float] | None
ROUND_UP = hl.TailStrategy.RoundUp


class Uniforms:
    """The uniforms of one operation as attributes: scalars as expressions, arrays as indexable readers.

    grid, drawing, switches: the look-up table, the small picture and the switches of an operation that has some.

    added: name -> what adjustments add at this pixel, with the range that the sum is kept in; of arrays a list. Such an
    array has no part that is the same for all pixels. lists: by name; under that of a table it is what is added to it.
    """

    grid: Grid | None = None
    drawing: Texture | None = None
    switches: Switches | None = None

    def __init__(
        self,
        buffer: Any,
        places: dict[str, tuple[int, int]],
        added: Mapping[str, tuple[Any, Range]] | None = None,
        lists: Mapping[str, Listed | Tabled] | None = None,
    ) -> None:
        for name, (start, length) in places.items():
            setattr(self, name, buffer[start] if length == 0 else Reader(buffer, start))
        for name, things in (lists or {}).items():
            if isinstance(things, Tabled):
                getattr(self, name).tabled = things
            else:
                setattr(self, name, things)
        for name, (here, limits) in (added or {}).items():
            total = getattr(self, name) + here if name in places else here
            setattr(self, name, total if limits is None else hl.clamp(total, *map(hl.f32, limits)))


class Switches:
    """`switches[i]`: 1 or 0, the same for all pixels."""

    def __init__(self, bits: Any, start: int) -> None:
        self._bits, self._start = bits, start

    def __getitem__(self, number: int) -> Any:
        return (self._bits >> (self._start + number)) & 1


class Reader:
    """A run of the uniforms' buffer: `reader[i]` for a number or an expression i."""

    tabled: Tabled | None = None

    def __init__(self, buffer: Any, start: int) -> None:
        self._buffer, self._start = buffer, start

    def __getitem__(self, index: Any) -> Any:
        return self._buffer[self._start + index]


@dataclass
class Sometimes:
    """A row of pixels: one thing, or another if there is a pass over `times`, its update of that number; and what only
    that one reads."""

    row: Any
    times: Any
    number: int = 0
    rows: list[Any] = field(default_factory=list)
    loads: list[Any] = field(default_factory=list)

    def schedule(self, keep: Callable[..., Any]) -> list[Any]:
        """keep: computes and stores a stage where the kernel's are, or else for a loop of another. Returns the
        stages."""
        x, times = self.row.args()[0], self.times.x
        if self.number == 0:
            keep(self.row).vectorize(x, together(), ROUND_UP)
        self.row.update(self.number).reorder(x, times).vectorize(x, together())
        for f in self.rows:
            keep(f, self.row, times).vectorize(x, together(), ROUND_UP)
        for f in self.loads:
            keep(f, self.row, times).unroll(x, 8, ROUND_UP)
        return [*([] if self.number else [self.row]), *self.rows, *self.loads]


class Rows(Vocabulary):
    """What is worked out once per row of pixels and kept for what reads it.

    x, y: the coordinates of a pixel. place: the variables that they depend on, where they are no variables themselves.
    """

    def __init__(self, x: Any, y: Any, place: tuple[Any, ...] = ()) -> None:
        self.x, self.y = x, y
        self.place = place or (x, y)
        self.rows: list[Any] = []
        self.loads: list[Any] = []
        self.sometimes: list[Sometimes] = []
        self._kept: list[Any] = []

    def stored(self, expressions: Sequence[Any]) -> list[Any]:
        """The expressions, computed once per row and kept in its buffer: for what is read by several tables."""
        if all(any(e is kept for kept in self._kept) for e in expressions):
            return list(expressions)
        f = hl.Func("stored")
        f[self.place] = hl.Tuple([hl.f32(e) for e in expressions])
        self.rows.append(f)
        return self._read(f, len(expressions))

    def _read(self, row: Any, count: int) -> list[Any]:
        here = row[self.place]
        found = [hl.Expr(here)] if count == 1 else [hl.Expr(here[i]) for i in range(count)]
        self._kept += found
        return found

    def indices(self, expressions: Sequence[Any]) -> list[Any]:
        """Integer expressions, computed once per row and kept, for `loaded`."""
        f = hl.Func("indices")
        # As bits: what the compiler knows of their range it would have every load check.
        f[self.place] = hl.Tuple([hl.reinterpret(hl.UInt(32), hl.i32(e)) for e in expressions])
        self.rows.append(f)
        kept = [f[self.place]] if len(expressions) == 1 else [f[self.place][i] for i in range(len(expressions))]
        return [hl.reinterpret(hl.Int(32), hl.u32(one)) for one in kept]

    def loaded(self, word: Any) -> Any:
        """A load at computed places, as a loop of its own over the row."""
        f = hl.Func("loaded")
        f[self.place] = word
        self.loads.append(f)
        return hl.Expr(f[self.place])

    def replaced_if(self, on: Any, usual: Sequence[Any], build: Callable[[], Sequence[Any]]) -> list[Any]:
        """The `usual` expressions, or what `build` gives where `on`, the same for all pixels, is 1 and not 0. What only
        that reads is not worked out otherwise."""
        return self._ways([(on, build)], usual)

    def one_of(self, on: Any, build: Callable[[], Sequence[Any]], otherwise: Callable[[], Sequence[Any]]) -> list[Any]:
        """What `build` gives where `on`, the same for all pixels, is 1; what `otherwise` does where it is 0. Of both
        only that is worked out."""
        return self._ways([(on, build), (1 - on, otherwise)])

    def _ways(
        self, ways: Sequence[tuple[Any, Callable[[], Sequence[Any]]]], usual: Sequence[Any] | None = None
    ) -> list[Any]:
        row = hl.Func("replaced")
        built = []
        for number, (chosen, make) in enumerate(ways):
            times = hl.RDom([(0, chosen)])
            held, self.rows, self.loads = (self.rows, self.loads), [], []
            made = [hl.f32(e) + hl.f32(times.x) for e in make()]  # which is 0: an update has to say its loop
            built.append((made, Sometimes(row, times, number, self.rows, self.loads)))
            self.rows, self.loads = held
        count = len(built[0][0])
        row[self.place] = hl.Tuple([hl.undef(hl.Float(32))] * count if usual is None else [hl.f32(e) for e in usual])
        for made, way in built:
            row[self.place] = hl.Tuple(made)
            self.sometimes.append(way)
        return self._read(row, count)

    def table(self, entries: Any, light: Any, exact: tuple[Any, Any] | None = None) -> Any:
        """The function behind a table of `develop.tables`, at a light that should be `stored`. exact: where the first
        is true, what the table itself gives is the second.

        The loads are a loop of their own over the row: gathers inside wide vector code are several times slower.
        """
        first = 127 + OCTAVES[0] << STEPS_BITS
        light = hl.clamp(light, hl.f32(2.0 ** OCTAVES[0]), hl.f32(2.0 ** OCTAVES[1]))
        bits = hl.reinterpret(hl.Int(32), light)
        (index,) = self.indices([(bits >> (23 - STEPS_BITS)) - first])
        word = self.loaded(entries[hl.unsafe_promise_clamped(index, 0, ENTRIES - 1)])
        low, high = _halves(word)
        rest = bits & ((1 << 23 - STEPS_BITS) - 1)
        part = hl.f32(rest) * hl.f32(2.0 ** (STEPS_BITS - 23))
        found = (low + (high - low) * part) * hl.f32(1 / 65535)
        if exact is not None:
            found = hl.select(exact[0], exact[1], found)
        if entries.tabled is None:
            return found
        return hl.clamp(found + entries.tabled.sum(index, rest >> (23 - STEPS_BITS - 15)), 0.0, 1.0)


class Context(Rows):
    """x, y: the developed grid's coordinates. across, down: position in the developed frame, -1..1 edge to edge.

    base_ev: the edge-aware base of log2 luminance over middle grey at this pixel, exposure included.
    detail_ev: log2 luminance minus a finer base, the middle-sized detail.
    mixed: in kernels with adjustments, EV that red, green and blue get besides where masks cover a pixel in part, and
    what is added to the saturation, 1 for twice as much.
    prepared: what `prepare` of the operation that is being built worked out for this pixel.
    light: three expressions, the scene light before the view transform, once that is built. hue_turns: 1 where colours
    are brought into the gamut in the older way; None in kernels that have only the newer one.
    """

    prepared: Any = None
    light: Sequence[Any] = ()
    hue_turns: Any = None
    mixed: Sequence[Any] = ()

    def __init__(self, x: Any, y: Any, frame: Any, place: tuple[Any, ...] = ()) -> None:
        super().__init__(x, y, place)
        self.across = hl.f32(x) * frame.across[0] + frame.across[1]
        self.down = hl.f32(y) * frame.down[0] + frame.down[1]
        self._added = hl.f32(0.0)
        self._base: Any = None
        self._fine: Any = None
        self._own: Any = None
        self._weights: list[Any] | None = None

    # Shared quantities of the pixel

    def bases(self, base: Any, fine: Any, own: Any) -> None:
        """Set by the pipeline: base, finer base and log2 luminance of the pixel before any operation."""
        self._base, self._fine, self._own = base, fine, own

    def brightened(self, ev: Any) -> None:
        """Note that the whole picture became brighter by `ev`, so that the base follows."""
        self._added = self._added + ev

    @property
    def base_ev(self) -> Any:
        return self._base + self._added

    @property
    def detail_ev(self) -> Any:
        return self._own - self._fine

    def replaced(self, rgb: Sequence[Any], ends: tuple[Any, Any], new: tuple[Any, Any]) -> list[Any]:
        """RGB whose smallest and largest channel become `new`; the third keeps its place between them, and so the hue.

        The way of the DNG specification's ProfileToneCurve. `ends`: the smallest and the largest of `rgb`.
        """
        stretch = (new[1] - new[0]) * functions.inverse(hl.max(ends[1] - ends[0], 1e-9))
        return [new[0] + (c - ends[0]) * stretch for c in rgb]

    def into_gamut(self, value: Any, rgb: Sequence[Any], roots: Any, luminance: Sequence[Any]) -> list[Any]:
        """A colour, and its light in the space that it is brought into: see `kernels.gamut`."""
        kept = at_constant_hue(self.stored(value.lab), roots, KNEE)
        if self.hue_turns is None:
            return kept
        turned = into_gamut(rgb, luminance, KNEE)
        return [hl.select(self.hue_turns == 1, old, new) for old, new in zip(turned, kept, strict=True)]

    # Hue, as directions in the plane of Oklab's a and b

    def _direction(self, a: Any, b: Any) -> tuple[Any, Any]:
        # A floor far below any visible chroma keeps neutrals out of every band.
        inverse = functions.inverse_sqrt(a * a + b * b + 1e-7)
        return a * inverse, b * inverse

    def hue_weights(self, value: Any, degrees: Sequence[float], *, kept: bool = False) -> list[Any]:
        """One weight per band centred on a hue angle; they sum to 1 and fade out at the band's farther neighbour.

        The bands are those of the colour as the first operation that asks finds it, so that all mixers agree.
        kept: whether operations behind something `stored` ask for them, too.
        """
        if self._weights is None:
            _, a, b = value.lab
            along, across = self._direction(a, b)
            lobes = []
            for i, centre in enumerate(degrees):
                before = (centre - degrees[i - 1]) % 360
                after = (degrees[(i + 1) % len(degrees)] - centre) % 360
                angle, edge = np.deg2rad(centre), float(np.cos(np.deg2rad(max(before, after))))
                # 0 at the edge of the lobe, 1 at its centre, in units of the cosine.
                scale = 1 / (1 - edge)
                near = hl.f32(np.cos(angle) * scale) * along + hl.f32(np.sin(angle) * scale) * across
                rest = hl.max(near - hl.f32(edge * scale), 0.0)
                lobes.append(rest * rest)
            total = functions.inverse(sum(lobes) + 1e-6)
            weights = [lobe * total for lobe in lobes]
            self._weights = self.stored(weights) if kept else weights
        return self._weights


def _halves(word: Any) -> tuple[Any, Any]:
    """An entry of a table and the next."""
    pair = hl.reinterpret(hl.UInt(32), word)
    return hl.f32(hl.i32(pair & 0xFFFF)), hl.f32(hl.i32(pair >> 16))
