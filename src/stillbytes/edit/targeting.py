"""What parameters have to do with a place of the picture, for tools that change them by dragging on it.

A point curve has the place's tone as its input; of a mixer's colour bands each has a share in the place's colour.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import InvalidSetting
from stillbytes.core.geometry import Rect
from stillbytes.core.saying import said
from stillbytes.develop import parameters
from stillbytes.develop.difference import oklab_of_linear
from stillbytes.develop.frame import Output
from stillbytes.develop.operations import catalogue
from stillbytes.develop.operations.colour_mixer import BANDS, KINDS, ColourMixer
from stillbytes.develop.parameter import Parameter
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.resampling import canvas
from stillbytes.develop.settings import Settings
from stillbytes.photo.spaces import SPACES, SRGB_TRANSFER

EDGE = 1024
"""Long edge of the picture that a place is looked at in."""
AROUND = 1
"""So many of its pixels to each side of the place count, too."""
SPACE = "rec2020"
"""What is looked at is in the space that operations work in."""
CHANNELS = {"curve_red": 0, "curve_green": 1, "curve_blue": 2}
MIXED_FROM = ColourMixer.parameters[0].name
"""All mixers go by the bands of the colour as the colour mixer finds it, being the first."""
GREY = 0.004
"""Chroma in Oklab below which a place has no colour that could be told from noise."""

Floats = NDArray[np.float64]


def band_of(parameter: Parameter) -> str | None:
    """The colour band that a parameter changes; None where it is no mixer's."""
    kind, _, band = parameter.name.partition("_")
    return band if band in BANDS and kind in (*KINDS, "grey") else None


def targeted(parameter: Parameter) -> bool:
    """Whether a place of the picture can tell what to change of it."""
    return parameter.kind == "curve" or band_of(parameter) is not None


def at_place(pipeline: Pipeline, settings: Settings, names: Iterable[str], x: float, y: float) -> dict[str, float]:
    """Parameter -> its input there, 0..255, of a curve; its band's share in the colour, 0..1, of one of a mixer's.

    x, y: 0..1 across and down the developed picture. Raises InvalidSetting for a parameter that a place tells nothing
    of, and where there is only empty canvas.
    """
    declared, found = parameters(), dict[str, float]()
    shares: dict[str, float] | None = None
    for name in names:
        if name not in declared or not targeted(declared[name]):
            raise InvalidSetting(said("A place tells nothing of {name!r}.", name=name), "Name curves or colour bands.")
        band = band_of(declared[name])
        if band is None:
            found[name] = _tone(_light(pipeline, before(settings, name), x, y), name)
            continue
        if shares is None:
            shares = band_shares(_light(pipeline, before(settings, MIXED_FROM), x, y))
        found[name] = shares[band]
    return found


def before(settings: Settings, name: str) -> Settings:
    """Without that display parameter and all that work after it: of the picture they leave what that one is given."""
    display = [p.name for operation in catalogue() if operation.stage == "display" for p in operation.parameters]
    later = set(display[display.index(name) :])
    masks = [
        replace(one, delta={n: v for n, v in one.delta.items() if n not in later}).to_json()
        for one in settings.adjustments
    ]
    return settings.changed(**dict.fromkeys(later & set(settings)), adjustments=masks)


def band_shares(light: Floats) -> dict[str, float]:
    """Band -> its share in a colour, 0..1, as `kernels.context.hue_weights` has it; all 0 where there is no colour.

    light: (3,) linear in `SPACE`. A lobe falls with the cosine to its centre, to 0 at the farther neighbour.
    """
    _, a, b = oklab_of_linear(light, SPACE)
    if np.hypot(a, b) < GREY:
        return dict.fromkeys(BANDS, 0.0)
    centres = np.array([centre for centre, _ in BANDS.values()])
    widths = np.maximum((centres - np.roll(centres, 1)) % 360, (np.roll(centres, -1) - centres) % 360)
    near, edge = np.cos(np.arctan2(b, a) - np.deg2rad(centres)), np.cos(np.deg2rad(widths))
    lobes = np.maximum((near - edge) / (1 - edge), 0) ** 2
    return {band: round(float(share), 4) for band, share in zip(BANDS, lobes / lobes.sum(), strict=True)}


def _tone(light: Floats, name: str) -> float:
    """The input of a curve, 0..255. That of brightness bends the largest and the smallest channel: between them."""
    code = SRGB_TRANSFER.to_encoded(np.clip(light, 0, 1)) * 255
    return round(float(code[CHANNELS[name]] if name in CHANNELS else (code.min() + code.max()) / 2), 1)


def _light(pipeline: Pipeline, settings: Settings, x: float, y: float) -> Floats:
    """(3,) linear in `SPACE`: the mean around a place of the developed picture."""
    size = pipeline.developed_size(settings)
    scale = min(1.0, EDGE / size.long_edge)
    picture = Rect.of(size.scaled(scale))
    column, row = (min(int(part * whole), whole - 1) for part, whole in ((x, picture.width), (y, picture.height)))
    region = Rect(column, row, 1, 1).grown(AROUND).within(picture)
    frame = pipeline.render(settings, scale, region, Output(SPACE, "float32"))
    seen = np.asarray(frame.pixels, np.float32).reshape(-1, 3)
    if frame.known is not None:
        seen = seen[np.ravel(frame.known) == canvas.FULL]
    if not len(seen):
        raise InvalidSetting("This place is outside the picture.", "Click inside it.")
    return np.asarray(SPACES[SPACE].transfer.to_linear(seen).mean(axis=0))
