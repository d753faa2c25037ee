"""Luminance ranges. The colour space of the samples in Lightroom's colour ranges is not known: these are left alone."""

from __future__ import annotations

from stillbytes.edit.corrections.forms.form import Form
from stillbytes.edit.corrections.places import Frame
from stillbytes.edit.corrections.structure import Fields, Structure, Unmapped
from stillbytes.masks.kinds.luminance import Luminance

BRIGHT = 2.0
"""`Type` of a range of luminance."""


def _write(kind: Luminance, frame: Frame, inverted: bool) -> Structure:
    if kind.empty:
        raise Unmapped("its range is empty")
    ends = (max(kind.low - kind.soft_low, 0.0), kind.low, kind.high, min(kind.high + kind.soft_high, 100.0))
    return {
        "What": "Mask/RangeMask",
        "CorrectionRangeMask": {
            "Version": "3",
            "Type": "2",
            "Invert": "false",
            "SampleType": "0",
            "LumRange": " ".join(f"{end / 100:.6f}" for end in ends),
        },
    }


def _read(given: Fields, frame: Frame) -> tuple[Luminance, bool]:
    inner = Fields.check(given.of.get("CorrectionRangeMask"))
    if inner.number("Type", 0.0) != BRIGHT:
        raise Unmapped("it is a range of something else than luminance")
    below, low, high, above = (min(max(100 * end, 0.0), 100.0) for end in inner.numbers("LumRange", 4))
    if not below <= low <= high <= above:
        raise Unmapped("LumRange does not ascend")
    kind = Luminance(round(low, 6), round(high, 6), round(low - below, 6), round(above - high, 6))
    return kind, inner.flag("Invert", False)


LUMINANCE = Form((Luminance,), ("Mask/RangeMask",), _write, _read)
