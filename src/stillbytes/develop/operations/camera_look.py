"""What a camera profile has behind exposure: its look table, and its tone curve in the place of the view's.

Both are for linear ProPhoto RGB (DNG 1.7.1.0, ProfileLookTableData and ProfileToneCurve) whose 1 is the sensor's
saturation: half a stop under the scale of the pipeline. What they make takes the place of what the view transform made;
where the profile has no curve, it is that of the view. A look-up table for the light of the scene stands above both.
Cost: seven table look-ups per pixel and the way to HSV and back, none where there is no such profile.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop import hsv_tables
from stillbytes.develop.hsv_tables import FROM_PROPHOTO, TO_PROPHOTO, UNCHANGED, rows
from stillbytes.develop.operation import BASELINE_EV, Operation, Scene, Uniforms
from stillbytes.develop.operations.scene_lut import SceneLut
from stillbytes.develop.operations.view import KEPT, View, shown
from stillbytes.develop.settings import Settings
from stillbytes.develop.tables import table
from stillbytes.photo.dcp import CameraProfile

PLAIN: hsv_tables.Grid = np.zeros(1, np.uint64), (1, 1, 1)
"""A table of one node, for a profile that has a curve alone."""
SPLINE = 400
"""Points up to which a curve is smooth between them; more lie so close that straight lines do."""


class CameraLook(Operation, stage="view", order=15, version=1, group="Profile", seldom=True, gridded=True):
    def uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        """Those of the view, and: into, back: linear Rec.2020 to what the table is for, and to what the curve is for.
        kept: see `view.KEPT`. low, span, encoded: of the table."""
        baked = None if scene.profiled is None else scene.profiled.look
        scale = 2.0**-BASELINE_EV
        numbers: dict[str, Any] = {
            **View().uniforms(settings, scene),
            **(UNCHANGED if baked is None else baked.uniforms),
            "into": rows(TO_PROPHOTO * scale),
            "back": rows(FROM_PROPHOTO / scale),
            "kept": KEPT,
        }
        if scene.profiled is not None and own_curve(settings, scene):
            own: dict[str, Any] = {
                "curve": _curve(scene.profiled.profile),
                "colour": rows(FROM_PROPHOTO),
                "linear": 0.0,
            }
            numbers |= own | {"back": rows(np.eye(3)), "kept": 1.0}
        return numbers

    def active(self, settings: Settings) -> bool:
        return "camera_profile" in settings

    def grid(self, settings: Settings, scene: Scene) -> hsv_tables.Grid | None:
        if SceneLut().grid(settings, scene) is not None:
            return None
        baked = None if scene.profiled is None else scene.profiled.look
        return baked.grid if baked is not None else PLAIN if own_curve(settings, scene) else None

    def build(self, value: Any, u: Any, ctx: Any) -> Any:
        light = ctx.light

        def looked() -> list[Any]:
            changed = hsv_tables.build(ctx.stored(hsv_tables.turned(light, u.into)), u, ctx)
            back = hsv_tables.turned(ctx.stored(changed), u.back)
            return shown(ctx.stored([ctx.larger(c, 0.0) for c in back]), u, ctx, u.kept)

        return value.of(ctx.one_of(u.grid.on, looked, lambda: value.rgb))


def own_curve(settings: Settings, scene: Scene) -> bool:
    """Whether the tone curve of the camera profile takes the place of the view's: of the standard one, and of the one
    that stands for that profile where it is not there ("neutral" for "Camera Neutral")."""
    if scene.profiled is None or scene.profiled.profile.curve is None:
        return False
    chosen = str(settings.value("profile"))
    return chosen == "standard" or scene.profiled.profile.name.casefold() == f"camera {chosen}"


@lru_cache(8)
def _curve(profile: CameraProfile) -> NDArray[np.float32]:
    """The table of the square root of display light; it rises."""
    assert profile.curve is not None
    bent = spline(profile.curve.astype(np.float64))
    return table(lambda light: np.sqrt(np.maximum.accumulate(np.clip(bent(light), 0, 1))))


def spline(points: NDArray[np.float64]) -> Any:
    """The natural cubic spline through (x, y) points with rising x, constant beyond them."""
    x, y = points.T
    if len(x) < 3 or len(x) > SPLINE:
        return lambda at: np.interp(at, x, y)
    step, slope = np.diff(x), np.diff(y) / np.diff(x)
    system = np.diag(2 * (step[:-1] + step[1:])) + np.diag(step[1:-1], 1) + np.diag(step[1:-1], -1)
    bend = np.concatenate([[0.0], np.linalg.solve(system, 6 * np.diff(slope)), [0.0]])

    def between(at: NDArray[np.float64]) -> NDArray[np.float64]:
        inside = np.clip(at, x[0], x[-1])
        i = np.clip(np.searchsorted(x, inside, "right") - 1, 0, len(x) - 2)
        h, a, b = step[i], x[i + 1] - inside, inside - x[i]
        curved = (bend[i] * (a**3 / h - a * h) + bend[i + 1] * (b**3 / h - b * h)) / 6
        return np.asarray((y[i] * a + y[i + 1] * b) / h + curved)

    return between
