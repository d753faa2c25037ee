"""What a request is about: the settings now, how they came about, and facts of the photo that are found when needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from stillbytes.core.geometry import Size
from stillbytes.develop.camera import WhitePoint
from stillbytes.develop.settings import Settings
from stillbytes.edit.history import History


@dataclass(frozen=True)
class Situation:
    """history: with the steps in effect. frame: size of the upright uncropped photo. white: the white point of given
    settings, which may take as long as decoding the photo; asked for only when a request moves it.
    """

    history: History = field(default_factory=History)
    frame: Callable[[], Size] = lambda: Size(6000, 4000)
    white: Callable[[Settings], WhitePoint] = lambda _: WhitePoint(5500.0, 0.0)

    @property
    def settings(self) -> Settings:
        return self.history.settings

    @property
    def before_last(self) -> Settings | None:
        """The settings before the last step; None when there was none."""
        position = self.history.position
        return self.history.settings_at(position - 1) if position > 0 else None
