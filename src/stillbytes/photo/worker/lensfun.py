"""Lensfun's database of lenses, through lensfunpy. Runs in the worker process only: it takes a second to load.

Lensfun (LGPL 3) is a library of its own inside of lensfunpy (MIT); its database is licensed under CC BY-SA 3.0.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import StillbytesError

EDGE = 1025
"""Pixels of the long edge of the picture by which a lens is sampled."""
STEPS = 256
"""From the middle to the corner."""
DEGREE = 6
FAR = 10.0
"""Metres to the subject: files rarely tell it, and it matters little."""
MOST = 50
"""Lenses that one search lists."""
Request = dict[str, Any]


class LensfunMissing(StillbytesError):
    """The library of lenses is not installed."""


@cache
def _database() -> Any:
    try:
        import lensfunpy  # noqa: PLC0415 - heavy, and there are machines that it is not made for
    except ImportError as error:
        raise LensfunMissing(
            "The lens database is not installed, so lens profiles cannot be found.", "Install `lensfunpy`."
        ) from error
    return lensfunpy.Database()


def named(request: Request) -> list[dict[str, Any]]:
    """Lenses in which each word of `query` occurs, those that fit the camera first.

    request: query, make, model.
    """
    words = request["query"].lower().split()
    mounts = {camera.mount for camera in _cameras(request)}
    found = [
        (mounts.isdisjoint(lens.mounts), lens.maker, lens.model, lens)
        for lens in _database().lenses
        if all(word in f"{lens.maker} {lens.model}".lower() for word in words)
    ]
    listed: dict[str, dict[str, Any]] = {}
    for other, maker, model, lens in sorted(found, key=lambda one: one[:3]):
        listed.setdefault(model, {"maker": maker, "model": model, "fits": not other, **_range(lens)})
    return list(listed.values())[:MOST]


def matched(request: Request) -> dict[str, Any] | None:
    """The lens of a photo and its corrections, for `photo.optics.Bend`; None where the database has none.

    request: make, model, lens, focal (mm), focal_35, aperture, width, height, and `chosen`, a name that goes before
    what the file says.
    """
    cameras = _cameras(request)
    lens = _lens(request, cameras[0] if cameras else None)
    focal = request["focal"]
    if lens is None or not focal:
        return None
    factor = cameras[0].crop_factor if cameras else _crop_factor(request) or lens.crop_factor
    return {"maker": lens.maker, "model": lens.model, **_range(lens), **_bend(lens, factor, request)}


def _cameras(request: Request) -> list[Any]:
    if not request["model"]:
        return []
    found = _database().find_cameras(request["make"] or None, request["model"])
    return list(found or _database().find_cameras(None, request["model"]))


def _crop_factor(request: Request) -> float | None:
    focal, focal_35 = request["focal"], request["focal_35"]
    return focal_35 / focal if focal and focal_35 else None


def _lens(request: Request, camera: Any) -> Any:
    database = _database()
    if request["chosen"]:
        words = request["chosen"].lower()
        same = [lens for lens in database.lenses if words in (lens.model.lower(), f"{lens.maker} {lens.model}".lower())]
        fitting = [lens for lens in same if camera is not None and camera.mount in lens.mounts]
        if same:
            return (fitting or same)[0]
        listed = named({**request, "query": request["chosen"]})
        return next((lens for lens in database.lenses if listed and lens.model == listed[0]["model"]), None)
    if camera is None:
        return None
    fitting = [lens for lens in database.lenses if camera.mount in lens.mounts]
    if not request["lens"]:
        return fitting[0] if len(fitting) == 1 else None  # a lens that cannot be taken off
    found = database.find_lenses(camera, None, request["lens"])
    near = [lens for lens in found if _reaches(lens, request["focal"])]
    return near[0] if near else None


def _reaches(lens: Any, focal: float | None) -> bool:
    if not focal or not lens.min_focal:
        return True
    return bool(0.95 * lens.min_focal <= focal <= 1.05 * max(lens.max_focal, lens.min_focal))


def _range(lens: Any) -> dict[str, float]:
    return {"min_focal": float(lens.min_focal or 0), "max_focal": float(lens.max_focal or 0)}


def _bend(lens: Any, crop_factor: float, request: Request) -> dict[str, Any]:
    """Sampled from the middle to a corner, whatever model the lens was measured with."""
    import lensfunpy  # noqa: PLC0415 - see `_database`

    long_edge = max(request["width"], request["height"])
    width, height = (max(3, round(v / long_edge * EDGE)) for v in (request["width"], request["height"]))
    width, height = max(width, height), min(width, height)
    modifier = lensfunpy.Modifier(lens, crop_factor, width, height)
    # As the lens draws: no fisheye is straightened, nothing enlarged.
    modifier.initialize(
        request["focal"], request["aperture"] or 8.0, FAR, scale=1.0, targeom=lens.type, pixel_format=np.float32
    )
    places = modifier.apply_subpixel_geometry_distortion()
    if places is None:
        plain = modifier.apply_geometry_distortion()
        places = None if plain is None else np.repeat(plain[:, :, None], 3, axis=2)
    light = np.ones((height, width, 3), np.float32)
    lit = modifier.apply_color_modification(light)
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    x = np.arange(width // 2, width)
    y = np.rint(middle[1] + (x - middle[0]) * (height - 1) / (width - 1)).astype(np.int64)
    distance = np.hypot(x - middle[0], y - middle[1])
    known = distance > EDGE / 50
    at, steps = distance[known] / np.hypot(*middle), np.linspace(0, 1, STEPS + 1)
    factors: tuple[tuple[float, ...], ...] = ()
    if places is not None:
        away = np.hypot(*np.moveaxis(places[y, x] - middle, -1, 0))[known] / distance[known, None]
        if np.all(np.isfinite(away)) and away.min() > 0.3 and away.max() < 3:
            factors = tuple(_curve(steps, at, away[:, channel]) for channel in range(3))
    gains: tuple[float, ...] = ()
    if lit:
        values = light[y, x, 1][known].astype(np.float64)
        if np.all(np.isfinite(values)) and values.min() > 0.1 and values.max() < 20:
            gains = tuple(round(float(v), 8) for v in np.interp(steps, at, values))
    return {"factors": factors, "gains": gains}


def _curve(steps: NDArray[np.float64], at: NDArray[np.float64], values: NDArray[np.float64]) -> tuple[float, ...]:
    """A polynomial through the samples, as Lensfun's models of distortion are such: its arithmetic is good to 1e-4."""
    curve = np.polynomial.Polynomial.fit(at, values, DEGREE, domain=[0, 1])
    return tuple(round(float(v), 8) for v in curve(steps))
