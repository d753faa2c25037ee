"""What a photo might want, by its numbers: requests that the vocabulary understands, each with its reason."""

from __future__ import annotations

import math
from dataclasses import dataclass

from stillbytes.assistant.light import Light
from stillbytes.develop.settings import Settings

MOST = 4
NOISY = 3200
"""ISO from which noise is suggested to be looked at."""
MIDDLE = 0.45
"""Where the middle of an ordinary picture lies, encoded."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """request: as a person would say it. reason: with the numbers that it is derived from. weight: the higher, the
    sooner it is told. about: what it is about, one of `ABOUT`."""

    request: str
    reason: str
    weight: float
    about: str


ABOUT = (
    "dark",
    "bright",
    "clipped",
    "black",
    "flat",
    "hazy",
    "dull",
    "warm",
    "cold",
    "green",
    "magenta",
    "tilted",
    "noisy",
)


def suggestions(light: Light, settings: Settings, iso: float | None = None) -> list[Suggestion]:
    """The weightiest first, at most four. light: of the photo with these settings."""
    found = [*_tones(light, settings), *_colours(light, settings), *_shape(light, settings), *_noise(settings, iso)]
    return sorted(found, key=lambda one: -one.weight)[:MOST]


def _tones(light: Light, settings: Settings) -> list[Suggestion]:
    found = []
    dark, middle, bright = light.at[0.05], light.at[0.5], light.at[0.95]
    if middle < 0.25 and bright < 0.85:
        ev = _stops(light, MIDDLE * 0.85)
        reason = f"Half of the picture is darker than {_percent(middle)} of full brightness."
        found.append(Suggestion(f"exposure +{ev:g}", reason, 3 * (0.25 - middle) + 1, "dark"))
    elif light.at[0.1] < 0.06 and middle < 0.5:
        reason = f"A tenth of the picture is darker than {_percent(max(light.at[0.1], 0.01))}."
        found.append(Suggestion("shadows +30", reason, 0.6, "black"))
    if middle > 0.72 and light.at[0.1] > 0.35:
        ev = min(1.5, max(0.3, -_stops(light, 0.6)))
        reason = f"Half of the picture is brighter than {_percent(middle)}, and little of it is dark."
        found.append(Suggestion(f"exposure -{ev:g}", reason, 2 * (middle - 0.72) + 0.8, "bright"))
    if light.clipped > 0.01:
        reason = f"{_percent(light.clipped)} of the picture is at its brightest in at least one colour."
        spent = settings.number("highlights") <= -80
        request = "exposure -0.5" if spent else "highlights -50"
        found.append(Suggestion(request, reason, 0.9 + 4 * min(light.clipped, 0.2), "clipped"))
    if light.reach < 0.5:
        reason = (
            f"Nine tenths of the picture lie between {_percent(dark)} and {_percent(bright)} of full brightness: "
            "little is really dark or bright."
        )
        hazy = dark > 0.2 and light.colour < 0.2
        request = "dehaze +30" if hazy else "whites +30, blacks -30"
        found.append(Suggestion(request, reason, 2 * (0.5 - light.reach) + 0.7, "hazy" if hazy else "flat"))
    return found


def _colours(light: Light, settings: Settings) -> list[Suggestion]:
    if settings.value("black_and_white"):
        return []
    found = []
    if abs(light.warmth) > 0.05:
        warm = light.warmth > 0
        lot = "a lot " if abs(light.warmth) > 0.12 else ""
        more = "red than blue" if warm else "blue than red"
        leans = f"What is nearly grey has {_percent(abs(light.warmth))} more {more}."
        request = f"{lot}{'cooler' if warm else 'warmer'}"
        found.append(Suggestion(request, leans, 0.5 + 3 * abs(light.warmth), "warm" if warm else "cold"))
    if abs(light.green) > 0.035:
        green = light.green > 0
        leans = (
            f"What is nearly grey has {_percent(abs(light.green))} {'more' if green else 'less'} green than the others."
        )
        request = f"tint {'+' if green else '-'}10"
        found.append(Suggestion(request, leans, 0.5 + 5 * abs(light.green), "green" if green else "magenta"))
    if light.colour < 0.08 and light.colour > 0.004:
        reason = f"Its colours are {_percent(light.colour)} from grey on average."
        found.append(Suggestion("vibrance +30", reason, 0.5, "dull"))
    return found


def _shape(light: Light, settings: Settings) -> list[Suggestion]:
    if light.tilt is None or abs(light.tilt) < 0.5:
        return []
    way = "clockwise" if light.tilt > 0 else "anticlockwise"
    reason = f"Its long lines are turned by {abs(light.tilt):g}° {way}."
    mirrored = settings.value("flip_horizontal") != settings.value("flip_vertical")
    angle = -light.tilt if mirrored else light.tilt  # of the crop, before it is mirrored
    return [Suggestion(f"straighten by {angle:g} degrees", reason, 0.8 + 0.1 * abs(light.tilt), "tilted")]


def _noise(settings: Settings, iso: float | None) -> list[Suggestion]:
    if iso is None or iso < NOISY or settings.number("noise_luminance") > 0:
        return []
    amount = min(50, 20 + 10 * round(math.log2(iso / NOISY)))
    return [Suggestion(f"luminance noise {amount}", f"It was taken at ISO {iso:g}.", 0.7, "noisy")]


def _stops(light: Light, wanted: float) -> float:
    """To bring the middle there, but what is bright not beyond white; in tenths."""
    room = math.log2(1 / _linear(max(light.at[0.99], 0.02)))
    ev = math.log2(_linear(wanted) / _linear(max(light.at[0.5], 0.02)))
    return round(min(1.5, max(0.3, min(0.8 * ev, room + 0.5))) if ev > 0 else max(-1.5, ev), 1)


def _linear(encoded: float) -> float:
    """IEC 61966-2-1, near enough."""
    return float(encoded**2.2)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.095 else f"{100 * share:.1f} %"
