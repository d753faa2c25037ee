"""The view for a display that shows light above its white, beside the usual one: what gain maps are made from.

Up to KNEE both are the same. Above it the usual curve bends the light of the scene together until display white; here
it goes over, within SPREAD, into a straight line through the knee, which keeps highlights as far apart as they were.
ROLL under the headroom it bends towards that, and never reaches it. Colour, curves and grain that come after the view
are for display light of 0..1, and left out of both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop.kernels import layout
from stillbytes.develop.local import Local
from stillbytes.develop.operation import Scene, Uniforms
from stillbytes.develop.operations.view import CURVES, GREY, View, log_logistic
from stillbytes.develop.settings import Settings
from stillbytes.develop.tables import table

KNEE = 0.5
"""Display light."""
SPREAD = 1.5
"""EV of the scene."""
ROLL = 0.5
"""Stops, or half of the headroom if that is less."""


def bare(settings: Settings, local: Sequence[Local]) -> tuple[Settings, list[Local]]:
    """Without what comes after the view."""
    after = _after()
    if settings.value("vignette_style") != "highlight":  # its amount is of what lies over the finished picture
        after |= {"vignette_amount"}
    left = [Local(one.key, d, one.coverage, one.mixture) for one in local if (d := _without(one.delta, after))]
    return settings.changed(**{name: None for name in after if name in settings}), left


def coloured(settings: Settings, local: Sequence[Local]) -> bool:
    """Whether something after the view may give light another colour."""
    names = {name for one in local for name in one.delta}
    return any(
        operation.name not in ("view", "grain")
        and (operation.active(settings) or any(p.name in names for p in operation.parameters))
        for operation in layout.look_operations()
        if operation.stage in ("view", "display")
    )


def uniforms(settings: Settings, scene: Scene, stops: float) -> list[Uniforms]:
    """Those of each operation of the look, of `bare` settings; display white is 1 / 2^stops. No stops: the usual view
    up to display white."""
    plain = replace(scene, profiled=None)
    found = []
    for operation in layout.look_operations():
        own = operation.uniforms(settings, plain)
        found.append(_extended(own, settings, stops) if isinstance(operation, View) and stops > 0 else own)
    return found


def grids(settings: Settings, scene: Scene) -> list[NDArray[Any] | int]:
    """As `layout.pack_grids`, of `bare` settings."""
    return layout.pack_grids(settings, replace(scene, profiled=None), whole=True)


def _after() -> frozenset[str]:
    return frozenset(p.name for o in layout.look_operations() if o.stage == "display" for p in o.parameters)


def _without(delta: Any, names: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in delta.items() if name not in names}


def _extended(usual: Uniforms, settings: Settings, stops: float) -> Uniforms:
    straight = float(np.max(usual["linear"])) > 0.5
    curve = _straight(stops) if straight else _curve(str(settings.value("profile")), stops)
    return {**usual, "linear": 0.0, "curve": curve}


@lru_cache(16)
def _curve(profile: str, stops: float) -> NDArray[np.float32]:
    return _table(above(log_logistic(*CURVES.get(profile, CURVES["standard"])), stops), stops)


@lru_cache(4)
def _straight(stops: float) -> NDArray[np.float32]:
    return _table(above(lambda light: light, stops), stops)


def _table(curve: Callable[[NDArray[np.float64]], NDArray[np.float64]], stops: float) -> NDArray[np.float32]:
    return table(lambda light: np.sqrt(curve(light) / 2.0**stops))


def above(
    bend: Callable[[NDArray[np.float64]], NDArray[np.float64]], stops: float
) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """A curve from scene light to display light for a display that shows `stops` above its white."""
    low, high = 0.0, 8 * GREY
    for _ in range(60):  # bisection: where the curve is at the knee
        knee = (low + high) / 2
        low, high = (knee, high) if bend(np.array(knee)) < KNEE else (low, knee)
    roll = min(ROLL, stops / 2)
    start = stops - roll

    def shown(light: NDArray[np.float64]) -> NDArray[np.float64]:
        usual = bend(light)
        at = np.maximum(light, knee)
        t = np.minimum(np.log2(at / knee) / SPREAD, 1.0)
        weight = t * t * (3 - 2 * t)
        ev = np.log2(np.maximum(usual, 1e-9)) * (1 - weight) + np.log2(KNEE * at / knee) * weight
        ev = np.where(ev > start, start + roll * (1 - np.exp((start - ev) / roll)), ev)
        return np.where(light > knee, 2.0**ev, usual)

    return shown
