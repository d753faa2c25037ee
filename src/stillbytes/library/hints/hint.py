"""What a hint is, and what it is judged by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from stillbytes.library.hints.edges import Edges
    from stillbytes.library.hints.faces import Seen


@dataclass(frozen=True, slots=True)
class Tones:
    """Shares of the picture's pixels, 0..1. clipped: without any detail in the lights. bright: how light the lightest
    fiftieth of it is, as encoded for sRGB."""

    clipped: float
    bright: float


@dataclass(frozen=True, slots=True)
class Sight:
    """What is seen in the camera's picture of a photo, whatever its edit.

    faces: None where they were not looked for.
    """

    edges: Edges
    tones: Tones
    faces: tuple[Seen, ...] | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """value: what is compared with the hint's threshold. facts: numbers that the reason is told with."""

    value: float
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Noted:
    """A hint about one photo, as people read it. fires: whether the value is beyond the threshold."""

    kind: str
    label: str
    value: float
    threshold: float
    unit: str
    reason: str
    fires: bool = True


class Hint:
    """Base of all hints: one file in `kinds`.

    kind: its name in searches; was: in those of older releases, where it had another one. label: on the badge. says:
    what it is about, for lists. above: whether a value above the threshold is told, else one below it. unit: of value
    and threshold.
    """

    kind: ClassVar[str]
    was: ClassVar[str] = ""
    label: ClassVar[str]
    says: ClassVar[str]
    threshold: ClassVar[float]
    above: ClassVar[bool] = True
    unit: ClassVar[str] = ""

    def measure(self, sight: Sight) -> Measure | None:
        """None where there is nothing to judge."""
        raise NotImplementedError

    def reason(self, measure: Measure) -> str:
        """Why, in a sentence."""
        raise NotImplementedError

    def fires(self, measure: Measure) -> bool:
        return measure.value > self.threshold if self.above else measure.value < self.threshold

    def noted(self, measure: Measure, fires: bool) -> Noted:
        reason = self.reason(measure)
        return Noted(self.kind, self.label, measure.value, self.threshold, self.unit, reason, fires)
