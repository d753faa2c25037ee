"""Colours that the space of the output cannot hold: how they are brought into it, see `kernels.gamut`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stillbytes.develop.operation import Operation
from stillbytes.develop.parameter import process
from stillbytes.develop.settings import Settings


class Gamut(Operation, stage="display", order=5, version=1, group="Profile", seldom=True):
    gamut_process = process(
        xmp="sb:GamutProcess",
        says="2 keeps the hue of colours that the picture's space cannot hold; 1 is for edits made before it.",
    )

    def active(self, settings: Settings) -> bool:
        return settings.value("gamut_process") == "1"

    def switches(self, settings: Settings) -> Sequence[bool]:
        return (self.active(settings),)

    def build(self, value: Any, u: Any, ctx: Any) -> Any:
        ctx.hue_turns = u.switches[0]
        return value
