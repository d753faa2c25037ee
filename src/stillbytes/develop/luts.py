"""Look-up tables as the look kernel reads them, and how both operations that have one build it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop.colour import REC2020_LUMINANCE, REC2020_TO_LMS
from stillbytes.develop.lut_spaces import LUT_SPACES, SCENE_SCALE
from stillbytes.develop.operation import Scene, Uniforms
from stillbytes.develop.settings import Settings
from stillbytes.develop.tables import ENTRIES, table
from stillbytes.photo.lut import Lut
from stillbytes.photo.spaces import SPACES

Words = NDArray[np.uint64]
CHANNELS = ("red", "green", "blue")
_NOTHING: dict[str, Any] = {
    "matrix": np.zeros(9, np.float32), "luminance": np.zeros(3, np.float32), "roots": np.zeros(9, np.float32),
    "scale": 1.0,
    **{channel: np.zeros(ENTRIES, np.float32) for channel in CHANNELS},
    "transfer": np.zeros(5, np.float32), "back": np.zeros(9, np.float32), "amount": 0.0,
}  # fmt: skip


def grid_of(lut: Lut | None) -> tuple[Words, tuple[int, int, int]] | None:
    """The nodes in words, red running fastest, and how many along each axis. Curves alone have the two nodes of a cube
    that changes nothing."""
    return None if lut is None else _grid(lut)


@lru_cache(4)
def _grid(lut: Lut) -> tuple[Words, tuple[int, int, int]]:
    nodes = lut.nodes
    if nodes is None:
        axis = np.array([0.0, 1.0])
        blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")
        nodes = np.stack([red, green, blue], -1)
    codes = np.rint(np.clip(nodes, 0, 1) * 65535).astype(np.uint64).reshape(-1, 3)
    places = np.array([0, 16, 32], np.uint64)
    return np.asarray((codes << places).sum(1, dtype=np.uint64), np.uint64), (len(nodes),) * 3


def uniforms_of(settings: Settings, scene: Scene) -> Uniforms:
    """Uniforms by name.

    matrix: linear Rec.2020 -> linear light in the table's gamut; luminance: that gamut's weights. roots: cubes of what
    Oklab is linear in -> the same light. scale: of it before it is looked up. red, green, blue: light -> place among
    the nodes. transfer, back: from what the table gives to linear Rec.2020.
    """
    if scene.table is None:
        return _NOTHING
    name = str(settings.value("lut_space"))
    space = LUT_SPACES[name]
    t = space.space.transfer
    return {
        "matrix": space.from_rec2020.astype(np.float32).ravel(),
        "luminance": (REC2020_LUMINANCE @ np.linalg.inv(space.from_rec2020)).astype(np.float32),
        "roots": (space.from_rec2020 @ np.linalg.inv(REC2020_TO_LMS)).astype(np.float32).ravel(),
        "scale": SCENE_SCALE if space.scene else 1.0,
        **dict(zip(CHANNELS, _shapers(scene.table, name), strict=True)),
        "transfer": np.array([t.gamma, t.a, t.b, t.c, t.d], np.float32),
        "back": space.to_rec2020.astype(np.float32).ravel(),
        "amount": settings.number("lut_amount") / 100,
    }


def holds(settings: Settings, scene: Scene, space: str) -> bool:
    """Whether a table gave colours that the output's gamut holds."""
    if scene.table is None:
        return False
    given = LUT_SPACES[str(settings.value("lut_space"))].space.primaries
    return given in (SPACES["srgb"].primaries, SPACES[space].primaries)


@lru_cache(16)
def _shapers(lut: Lut, name: str) -> tuple[NDArray[np.float32], ...]:
    """Of each channel: light -> code -> through the curves -> place 0..1 along the axis."""
    space = LUT_SPACES[name]
    low, high = (np.array(end) for end in lut.node_range)

    def shaper(channel: int) -> NDArray[np.float32]:
        def place(light: NDArray[np.float64]) -> NDArray[np.float64]:
            code = space.encode(light / SCENE_SCALE if space.scene else np.minimum(light, 1.0))
            through = lut.curved(np.repeat(code[:, None], 3, 1))[:, channel]
            return np.asarray((through - low[channel]) / (high[channel] - low[channel]))

        return table(place)

    return tuple(map(shaper, range(3)))


def build(value: Any, light: Sequence[Any] | None, u: Any, ctx: Any) -> Any:
    """The colour `value`, and instead of it what the table makes of it, as much as the amount says. light: of the
    scene, for a table that takes this instead.

    Both are mixed as square roots of display light, which is even to the eye, and beyond 1 carries on.
    """
    rgb = ctx.stored(value.rgb)
    return value.of(ctx.replaced_if(u.grid.on, rgb, lambda: _looked_up(value.of(rgb), light, u, ctx)))


def _looked_up(value: Any, light: Sequence[Any] | None, u: Any, ctx: Any) -> Sequence[Any]:
    rgb = value.rgb
    given = rgb if light is None else light
    turned = [sum(u.matrix[3 * i + k] * given[k] for k in range(3)) * u.scale for i in range(3)]
    if light is None:
        turned = ctx.into_gamut(value, ctx.stored(turned), u.roots, [u.luminance[i] for i in range(3)])
    places = ctx.stored([ctx.larger(t, 0.0) for t in turned])
    at = [ctx.table(entries, c) for entries, c in zip((u.red, u.green, u.blue), places, strict=True)]
    codes = ctx.stored(u.grid.between(ctx.stored(at), ctx))
    t = u.transfer
    shown = ctx.stored(
        [ctx.select(c >= t[4], ctx.power(ctx.larger(t[1] * c + t[2], 1e-9), t[0]), t[3] * c) for c in codes]
    )

    def back(colour: Sequence[Any]) -> list[Any]:
        return [ctx.larger(sum(u.back[3 * i + k] * colour[k] for k in range(3)), 0.0) for i in range(3)]

    # At amount 0 what is in the table's gamut, as at 100 with a table that changes nothing.
    before = [ctx.larger(c, 0.0) for c in rgb] if light is not None else back(places)
    pairs = zip(ctx.stored(before), ctx.stored(back(shown)), strict=True)
    mixed = ctx.stored([ctx.larger(ctx.mix(ctx.sqrt(a), ctx.sqrt(b), u.amount), 0.0) for a, b in pairs])
    return [ctx.smaller(root * root, 1.0) for root in mixed]
