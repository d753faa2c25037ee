"""What is wrong with the samples themselves: hot and dead pixels, banding, clipped highlights, missing colours.

All of it is put right where samples are read (see `develop.samples`), and only in the mosaic of a Bayer sensor. Clipped
highlights are worked out from the other channels of the pixel, or get the colour of their surroundings with the
brightness of the channels that are not clipped: better in large areas of one colour, as of petals and lamps, and worse
where a clipped thing has another colour than what is around it. Missing colours are what demosaicing finds, see
`kernels.lmmse`.

Cost: samples are looked through once for a photo, for what is asked for; then only what was found is put right where it
is read.
"""

from __future__ import annotations

from dataclasses import dataclass

from stillbytes.develop.operation import Operation, Scene, Uniforms
from stillbytes.develop.parameter import choice, parameter, process
from stillbytes.develop.settings import Settings


class Repair(Operation, stage="sensor", order=10, version=1, group="Detail"):
    hot_pixels = choice(
        "auto",
        ("auto", "off"),
        xmp="sb:HotPixels",
        label="Hot pixels",
        says="Single pixels that shine, or stay dark, whatever they see are replaced; off keeps them.",
    )
    banding = parameter(
        0.0,
        0,
        100,
        xmp="sb:Banding",
        label="Banding",
        says="Takes away stripes along rows and columns that sensors leave in deep shadows.",
    )
    blown_highlights = choice(
        "pixel",
        ("pixel", "surroundings"),
        xmp="sb:BlownHighlights",
        label="Blown highlights",
        labels=("By their pixels", "By their surroundings"),
        says="Where clipped highlights take their colour from; surroundings suit large areas, as of petals and lamps.",
    )
    demosaic_process = process(
        xmp="sb:DemosaicProcess",
        says="2 finds missing colours by what is likely; 1 is for edits made before it.",
    )

    def uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        return {}

    def active(self, settings: Settings) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Repaired:
    """spots: whether hot and dead pixels are replaced. banding: how much of it is taken away, 0..1. surroundings:
    whether they tell the colour of highlights. lmmse: whether missing colours are found by what is likely."""

    spots: bool = False
    banding: float = 0.0
    surroundings: bool = False
    lmmse: bool = True

    @classmethod
    def of(cls, settings: Settings) -> Repaired:
        return cls(
            settings.value("hot_pixels") == "auto",
            settings.number("banding") / 100,
            settings.value("blown_highlights") == "surroundings",
            settings.value("demosaic_process") != "1",
        )
