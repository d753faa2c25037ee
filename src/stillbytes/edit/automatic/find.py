"""Which settings can be found, and how: one finder for each parameter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import InvalidSetting
from stillbytes.core.saying import said
from stillbytes.develop import parameters
from stillbytes.develop.parameter import Value
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.resampling import perspective, reshaped
from stillbytes.develop.settings import Settings
from stillbytes.edit.automatic import tone, upright
from stillbytes.edit.automatic.level import tilt
from stillbytes.edit.automatic.meter import LUMA, Meter

CROPPED = (
    "crop_left", "crop_top", "crop_right", "crop_bottom", "crop_angle", "rotate", "flip_horizontal", "flip_vertical",
    "constrain_crop",
)  # fmt: skip
LEVEL_EDGE = 900
"""Long edge of the picture in which straight lines are looked for."""
UPRIGHT_EDGE = 1400
"""The same for perspective."""
Finder = Callable[[Meter, Settings], Mapping[str, Value]]
"""The parameter's value for these settings, with what has to change with it. Raises InvalidSetting when it cannot be
told."""


def _temperature(meter: Meter, settings: Settings) -> Mapping[str, Value]:
    return {"temperature": parameters()["temperature"].clamped(round(meter.pipeline.white_balance(_AUTO).temperature))}


def _tint(meter: Meter, settings: Settings) -> Mapping[str, Value]:
    return {"tint": parameters()["tint"].clamped(round(meter.pipeline.white_balance(_AUTO).tint))}


def _angle(meter: Meter, settings: Settings) -> Mapping[str, Value]:
    """The present crop, turned so that the lines of the photo lie level and upright."""
    codes = meter.picture(settings, LEVEL_EDGE) @ LUMA
    found = tilt(np.rint(codes * 255).astype(np.uint8))
    if found is None:
        raise InvalidSetting(
            "The photo has no lines that tell whether it is level.", "Straighten it with the crop tool's angle."
        )
    mirrored = settings.value("flip_horizontal") != settings.value("flip_vertical")
    angle = settings.number("crop_angle") + (-found if mirrored else found)
    frame = meter.pipeline.frame
    return reshaped.straightened(settings, frame, parameters()["crop_angle"].clamped(angle))


def _verticals(meter: Meter, settings: Settings) -> Mapping[str, Value]:
    """The camera turned up or down, and about its axis, so that what is upright stands upright."""
    plain = _unturned(settings)
    camera = _camera(meter.pipeline, settings)
    turns = upright.found_verticals(camera, _grey(meter, plain))
    return {**turns, **_uncropped(meter, settings)}


def _levels(meter: Meter, settings: Settings) -> Mapping[str, Value]:
    """The camera turned left or right so that what is level lies level."""
    present = {name: settings.number(name) for name in perspective.TURNS}
    return upright.found_levels(_camera(meter.pipeline, settings), _grey(meter, _unturned(settings)), present)


def straightened_by(pipeline: Pipeline, settings: Settings, lines: Sequence[Sequence[float]]) -> dict[str, Value]:
    """The settings under which lines of the photo, (x1, y1, x2, y2) in frame units, are upright or level.

    Raises InvalidSetting.
    """
    turns = dict.fromkeys(perspective.TURNS, 0.0) | upright.guided(_camera(pipeline, settings), lines)
    if not settings.number("crop_angle"):
        return dict(turns)
    return {**turns, **reshaped.straightened(settings, pipeline.frame, 0.0)}


def _camera(pipeline: Pipeline, settings: Settings) -> upright.Camera:
    return upright.Camera(pipeline.frame, pipeline.focal(settings), pipeline.form(_unturned(settings)).warp)


def _unturned(settings: Settings) -> Settings:
    """The whole photo without its lens's distortion, as the camera saw it."""
    return settings.changed(**dict.fromkeys((*perspective.NAMES, *CROPPED), None))


def _grey(meter: Meter, settings: Settings) -> NDArray[np.uint8]:
    return np.asarray(np.rint(meter.picture(settings, UPRIGHT_EDGE) @ LUMA * 255), np.uint8)


def _uncropped(meter: Meter, settings: Settings) -> Mapping[str, Value]:
    """The turn of the crop is part of what was found."""
    if not settings.number("crop_angle"):
        return {}
    return reshaped.straightened(settings, meter.pipeline.frame, 0.0)


_AUTO = Settings(white_balance="auto")
SETS: Mapping[str, Mapping[str, Finder]] = {
    "level": {"crop_angle": _angle},
    "upright": {"perspective_vertical": _verticals, "perspective_horizontal": _levels},
    "white-balance": {"temperature": _temperature, "tint": _tint},
    "tone": {
        "exposure": tone.exposure,
        "highlights": tone.highlights,
        "shadows": tone.shadows,
        "whites": tone.whites,
        "blacks": tone.blacks,
        "vibrance": tone.vibrance,
    },
}
"""By set and parameter, in the order in which several are found: each sees what was found before."""
FINDERS: Mapping[str, Finder] = {name: finder for held in SETS.values() for name, finder in held.items()}


def chosen(names: Iterable[str]) -> tuple[str, ...]:
    """The parameters that are meant by names of parameters (with - or _) and of sets; those of "tone" by none.

    Raises InvalidSetting.
    """
    asked = list(names) or ["tone"]
    meant: set[str] = set()
    for name in asked:
        of_set = SETS.get(name.replace("_", "-"))
        if of_set is None and name.replace("-", "_") not in FINDERS:
            known = ", ".join([*SETS, *(n.replace("_", "-") for n in FINDERS)])
            raise InvalidSetting(
                said("{name!r} cannot be found automatically.", name=name), said("Use {known}.", known=known)
            )
        meant.update(of_set or [name.replace("-", "_")])
    return tuple(name for name in FINDERS if name in meant)


def found(meter: Meter, settings: Settings, names: Iterable[str] = ()) -> dict[str, Value]:
    """What to change in these settings. What is found does not depend on the present values of what is looked for.

    names: see `chosen`. Raises InvalidSetting when nothing of it can be told; one among others is left as it is.
    """
    asked = chosen(names)
    present = settings.changed(**{name: None for name in asked if name != "crop_angle"})
    changes: dict[str, Value] = {}
    unknown: InvalidSetting | None = None
    for name in asked:
        try:
            changes |= FINDERS[name](meter, present)
        except InvalidSetting as problem:
            unknown = problem
            changes |= {name: settings[name]} if name in settings else {}
        present = present.changed(**changes)
    if unknown is not None and len(asked) == 1:
        raise unknown
    return changes
