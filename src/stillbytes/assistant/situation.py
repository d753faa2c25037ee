"""What a request is about: the settings now, how they came about, and facts of the photo that are found when needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from stillbytes.core.geometry import Size
from stillbytes.develop.camera import WhitePoint
from stillbytes.develop.parameter import Value
from stillbytes.develop.settings import Settings
from stillbytes.edit.history import History

if TYPE_CHECKING:
    from stillbytes.assistant.vocabulary.presets import Names


@dataclass(frozen=True)
class Situation:
    """history: with the steps in effect. frame: size of the upright uncropped photo. white: the white point of given
    settings, which may take as long as decoding the photo; asked for only when a request moves it. found: what is to
    be changed so that these parameters suit the photo, see `stillbytes.edit.automatic.found`; it takes longer still.
    """

    history: History = field(default_factory=History)
    frame: Callable[[], Size] = lambda: Size(6000, 4000)
    white: Callable[[Settings], WhitePoint] = lambda _: WhitePoint(5500.0, 0.0)
    found: Callable[[Settings, Sequence[str]], Mapping[str, Value]] = lambda settings, names: {}

    @cached_property
    def presets(self) -> Names:
        """The names of the presets that there are."""
        from stillbytes.assistant.vocabulary.presets import known  # noqa: PLC0415 - which speaks of situations

        return known()

    @property
    def settings(self) -> Settings:
        return self.history.settings

    @property
    def before_last(self) -> Settings | None:
        """The settings before the last step; None when there was none."""
        position = self.history.position
        return self.history.settings_at(position - 1) if position > 0 else None
