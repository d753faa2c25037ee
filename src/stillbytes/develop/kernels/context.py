"""What an operation's `build` may use: shared quantities of the pixel and the functions of its vocabulary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import halide as hl
import numpy as np

from stillbytes.develop.kernels import functions
from stillbytes.develop.kernels.listed import Listed
from stillbytes.develop.kernels.vocabulary import Vocabulary
from stillbytes.develop.tables import ENTRIES, MIDDLE, OCTAVES, STEPS_BITS

Range = tuple[float, float] | None


class Uniforms:
    """The uniforms of one operation as attributes: scalars as expressions, arrays as indexable readers.

    added: name -> what adjustments add at this pixel, with the range that the sum is kept in; of arrays a list. Such an
    array has no part that is the same for all pixels. lists: by name; under that of a table it is what is added to it.
    """

    def __init__(
        self,
        buffer: Any,
        places: dict[str, tuple[int, int]],
        added: Mapping[str, tuple[Any, Range]] | None = None,
        lists: Mapping[str, Listed] | None = None,
    ) -> None:
        for name, (start, length) in places.items():
            setattr(self, name, buffer[start] if length == 0 else Reader(buffer, start))
        for name, things in (lists or {}).items():
            if name in places:
                getattr(self, name).listed = things
            else:
                setattr(self, name, things)
        for name, (here, limits) in (added or {}).items():
            total = getattr(self, name) + here if name in places else here
            setattr(self, name, total if limits is None else hl.clamp(total, *map(hl.f32, limits)))


class Reader:
    """A run of the uniforms' buffer: `reader[i]` for a number or an expression i."""

    listed: Listed | None = None

    def __init__(self, buffer: Any, start: int) -> None:
        self._buffer, self._start = buffer, start

    def __getitem__(self, index: Any) -> Any:
        return self._buffer[self._start + index]


class Context(Vocabulary):
    """x, y: the developed grid's coordinates. across, down: position in the developed frame, -1..1 edge to edge.

    base_ev: the edge-aware base of log2 luminance over middle grey at this pixel, exposure included.
    detail_ev: log2 luminance minus a finer base, the middle-sized detail.
    mixed: in kernels with adjustments, EV that red, green and blue get besides where masks cover a pixel in part.
    prepared: what `prepare` of the operation that is being built worked out for this pixel.
    """

    prepared: Any = None
    mixed: Sequence[Any] = ()

    def __init__(self, x: Any, y: Any, frame: Any) -> None:
        self.x, self.y = x, y
        self.across = hl.f32(x) * frame.across[0] + frame.across[1]
        self.down = hl.f32(y) * frame.down[0] + frame.down[1]
        self._added = hl.f32(0.0)
        self._base: Any = None
        self._fine: Any = None
        self._own: Any = None
        self._weights: list[Any] | None = None
        self.rows: list[Any] = []
        self.loads: list[Any] = []

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

    def stored(self, expressions: Sequence[Any]) -> list[Any]:
        """The expressions, computed once per row and kept in its buffer: for what is read by several tables."""
        f = hl.Func("stored")
        f[self.x, self.y] = hl.Tuple([hl.f32(e) for e in expressions])
        self.rows.append(f)
        if len(expressions) == 1:
            return [hl.Expr(f[self.x, self.y])]
        return [hl.Expr(f[self.x, self.y][i]) for i in range(len(expressions))]

    def indices(self, expressions: Sequence[Any]) -> list[Any]:
        """Integer expressions, computed once per row and kept, for `loaded`."""
        f = hl.Func("indices")
        f[self.x, self.y] = hl.Tuple([hl.i32(e) for e in expressions])
        self.rows.append(f)
        if len(expressions) == 1:
            return [hl.Expr(f[self.x, self.y])]
        return [hl.Expr(f[self.x, self.y][i]) for i in range(len(expressions))]

    def loaded(self, word: Any) -> Any:
        """A load at computed places, as a loop of its own over the row."""
        f = hl.Func("loaded")
        f[self.x, self.y] = word
        self.loads.append(f)
        return hl.Expr(f[self.x, self.y])

    def table(self, entries: Any, light: Any) -> Any:
        """The function behind a table of `develop.tables`, at a light that should be `stored`.

        The loads are a loop of their own over the row: gathers inside wide vector code are several times slower.
        """
        first = 127 + OCTAVES[0] << STEPS_BITS
        light = hl.clamp(light, hl.f32(2.0 ** OCTAVES[0]), hl.f32(2.0 ** OCTAVES[1]))
        bits = hl.reinterpret(hl.Int(32), light)
        (index,) = self.indices([(bits >> (23 - STEPS_BITS)) - first])
        word = self.loaded(entries[hl.unsafe_promise_clamped(index, 0, ENTRIES - 1)])
        low, high = _halves(word)
        part = hl.f32(bits & ((1 << 23 - STEPS_BITS) - 1)) * hl.f32(2.0 ** (STEPS_BITS - 23))
        found = (low + (high - low) * part) * hl.f32(1 / 65535)
        things = entries.listed
        if things is None:
            return found
        place = hl.Var("place")
        load = hl.Func("added_word")
        load[self.x, self.y, place] = things.numbers[hl.unsafe_promise_clamped(index, 0, ENTRIES - 1) + 1, place]

        def more(thing: Any) -> list[Any]:
            left, right = _halves(load[self.x, self.y, thing])
            return [(left + (right - left) * part - hl.f32(MIDDLE)) * things.numbers[0, thing]]

        return hl.clamp(found + things.sums(more, [load])[0], 0.0, 1.0)

    # Hue, as directions in the plane of Oklab's a and b

    def _direction(self, a: Any, b: Any) -> tuple[Any, Any]:
        # A floor far below any visible chroma keeps neutrals out of every band.
        inverse = functions.inverse_sqrt(a * a + b * b + 1e-7)
        return a * inverse, b * inverse

    def hue_weights(self, value: Any, degrees: Sequence[float]) -> list[Any]:
        """One weight per band centred on a hue angle; they sum to 1 and fade out at the band's farther neighbour.

        The bands are those of the colour as the first operation that asks finds it, so that all mixers agree.
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
            self._weights = [lobe * total for lobe in lobes]
        return self._weights


def _halves(word: Any) -> tuple[Any, Any]:
    """An entry of a table and the next."""
    pair = hl.reinterpret(hl.UInt(32), word)
    return hl.f32(hl.i32(pair & 0xFFFF)), hl.f32(hl.i32(pair >> 16))
