"""What a photo might want, by its numbers: requests that the vocabulary understands, each with its reason."""

from __future__ import annotations

import math
from dataclasses import dataclass

from stillbytes.assistant.light import Light
from stillbytes.core.saying import said
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
        reason = said("Half of the picture is darker than {share} of full brightness.", share=_percent(middle))
        found.append(Suggestion(said("exposure {ev:+g}", ev=ev), reason, 3 * (0.25 - middle) + 1, "dark"))
    elif light.at[0.1] < 0.06 and middle < 0.5:
        reason = said("A tenth of the picture is darker than {share}.", share=_percent(max(light.at[0.1], 0.01)))
        found.append(Suggestion(said("shadows +30"), reason, 0.6, "black"))
    if middle > 0.72 and light.at[0.1] > 0.35:
        ev = min(1.5, max(0.3, -_stops(light, 0.6)))
        reason = said("Half of the picture is brighter than {share}, and little of it is dark.", share=_percent(middle))
        found.append(Suggestion(said("exposure {ev:+g}", ev=-ev), reason, 2 * (middle - 0.72) + 0.8, "bright"))
    if light.clipped > 0.01:
        reason = said(
            "{share} of the picture is at its brightest in at least one colour.", share=_percent(light.clipped)
        )
        spent = settings.number("highlights") <= -80
        request = said("exposure {ev:+g}", ev=-0.5) if spent else said("highlights -50")
        found.append(Suggestion(request, reason, 0.9 + 4 * min(light.clipped, 0.2), "clipped"))
    if light.reach < 0.5:
        reason = said(
            "Nine tenths of the picture lie between {dark} and {bright} of full brightness: little is really dark or "
            "bright.",
            dark=_percent(dark),
            bright=_percent(bright),
        )
        hazy = dark > 0.2 and light.colour < 0.2
        request = said("dehaze +30") if hazy else said("whites +30, blacks -30")
        found.append(Suggestion(request, reason, 2 * (0.5 - light.reach) + 0.7, "hazy" if hazy else "flat"))
    return found


def _colours(light: Light, settings: Settings) -> list[Suggestion]:
    if settings.value("black_and_white"):
        return []
    found = []
    if abs(light.warmth) > 0.05:
        warm = light.warmth > 0
        lot = abs(light.warmth) > 0.12
        share = _percent(abs(light.warmth))
        if warm:
            leans = said("What is nearly grey has {share} more red than blue.", share=share)
            request = said("make it a lot cooler") if lot else said("cooler")
        else:
            leans = said("What is nearly grey has {share} more blue than red.", share=share)
            request = said("make it a lot warmer") if lot else said("warmer")
        found.append(Suggestion(request, leans, 0.5 + 3 * abs(light.warmth), "warm" if warm else "cold"))
    if abs(light.green) > 0.035:
        green = light.green > 0
        share = _percent(abs(light.green))
        if green:
            leans = said("What is nearly grey has {share} more green than the others.", share=share)
        else:
            leans = said("What is nearly grey has {share} less green than the others.", share=share)
        request = said("tint +10") if green else said("tint -10")
        found.append(Suggestion(request, leans, 0.5 + 5 * abs(light.green), "green" if green else "magenta"))
    if light.colour < 0.08 and light.colour > 0.004:
        reason = said("Its colours are {share} from grey on average.", share=_percent(light.colour))
        found.append(Suggestion(said("vibrance +30"), reason, 0.5, "dull"))
    return found


def _shape(light: Light, settings: Settings) -> list[Suggestion]:
    if light.tilt is None or abs(light.tilt) < 0.5:
        return []
    if light.tilt > 0:
        reason = said("Its long lines are turned by {degrees:g}° clockwise.", degrees=light.tilt)
    else:
        reason = said("Its long lines are turned by {degrees:g}° anticlockwise.", degrees=-light.tilt)
    mirrored = settings.value("flip_horizontal") != settings.value("flip_vertical")
    angle = -light.tilt if mirrored else light.tilt  # of the crop, before it is mirrored
    return [
        Suggestion(said("straighten by {angle:g} degrees", angle=angle), reason, 0.8 + 0.1 * abs(light.tilt), "tilted")
    ]


def _noise(settings: Settings, iso: float | None) -> list[Suggestion]:
    if iso is None or iso < NOISY or settings.number("noise_luminance") > 0:
        return []
    amount = min(50, 20 + 10 * round(math.log2(iso / NOISY)))
    return [
        Suggestion(
            said("luminance noise {amount}", amount=amount),
            said("It was taken at ISO {iso:.0f}.", iso=iso),
            0.5 + amount / 100,
            "noisy",
        )
    ]


def _stops(light: Light, wanted: float) -> float:
    """To bring the middle there, but what is bright not beyond white; in tenths."""
    room = math.log2(1 / _linear(max(light.at[0.99], 0.02)))
    ev = math.log2(_linear(wanted) / _linear(max(light.at[0.5], 0.02)))
    return round(min(1.5, max(0.3, min(0.8 * ev, room + 0.5))) if ev > 0 else max(-1.5, ev), 1)


def _linear(encoded: float) -> float:
    """IEC 61966-2-1, near enough."""
    return float(encoded**2.2)


def _percent(share: float) -> str:
    return said("{share:.0%}", share=share) if share >= 0.095 else said("{share:.1%}", share=share)
