"""A mask: components of any kinds, joined one after the other by add, subtract and intersect.

add is the larger of two, intersect the smaller, subtract the smaller of one and the inverse of the other (Zadeh 1965):
adding a mask to itself changes nothing, the order does not matter, and De Morgan's laws hold.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np

from stillbytes.core.errors import InvalidSetting
from stillbytes.develop.frame_grid import FrameGrid
from stillbytes.masks.blur import feathered, shifted
from stillbytes.masks.kind import Floats, Found, Kind, Rasters, kind_of
from stillbytes.masks.kinds import kinds

Combine = Literal["add", "subtract", "intersect"]
MOST_COMPONENTS = 64
LIMITS = {"feather": (0.0, 0.5), "shift": (-0.1, 0.1), "amount": (0.0, 1.0)}
MOST_NAME = 100
_FIELDS = ("kind", "combine", "inverted", "feather", "shift", "amount", "enabled", "name")


@dataclass(frozen=True)
class Component:
    """One kind in a mask. shift: moves its edge outwards, feather: blurs it (standard deviation); both in frame units.

    First the shift, then the feather, then inverted, then times amount (0..1). name: what a person called it.
    """

    kind: Kind
    combine: Combine = "add"
    inverted: bool = False
    feather: float = 0.0
    shift: float = 0.0
    amount: float = 1.0
    enabled: bool = True
    name: str = ""

    def coverage(self, grid: FrameGrid, rasters: Rasters) -> Floats:
        def plain(at: FrameGrid) -> Floats:
            return self.kind.coverage(at, rasters)

        def moved(at: FrameGrid) -> Floats:
            return shifted(plain, at, self.shift) if self.shift else plain(at)

        covered = feathered(moved, grid, self.feather) if self.feather else moved(grid)
        covered = 1 - covered if self.inverted else covered
        return covered * np.float32(self.amount) if self.amount != 1 else covered

    @property
    def empty(self) -> bool:
        """Whether it is certainly 0 everywhere."""
        return not self.enabled or not self.amount or (self.kind.empty and not self.inverted)

    def to_json(self) -> dict[str, Any]:
        usual = Component(self.kind)
        return {"kind": self.kind.to_json()} | {
            name: getattr(self, name) for name in _FIELDS[1:] if getattr(self, name) != getattr(usual, name)
        }

    @classmethod
    def from_json(cls, given: Any) -> Component:
        """Raises InvalidSetting."""
        if not isinstance(given, Mapping) or any(name not in _FIELDS for name in given):
            raise InvalidSetting(f"A part of a mask cannot be {str(given)[:60]!r}.", f"Use {', '.join(_FIELDS)}.")
        values: dict[str, Any] = {name: given[name] for name in _FIELDS[1:] if name in given}
        if values.get("combine", "add") not in get_args(Combine):
            raise InvalidSetting("Parts of a mask cannot be joined so.", f"Use {', '.join(get_args(Combine))}.")
        for name in ("inverted", "enabled"):
            if not isinstance(values.get(name, True), bool):
                raise InvalidSetting(f"{name} of a part of a mask must be true or false.")
        if not isinstance(values.get("name", ""), str) or len(values.get("name", "")) > MOST_NAME:
            raise InvalidSetting("The name of a part of a mask must be a text.", f"Use at most {MOST_NAME} characters.")
        for name, (low, high) in LIMITS.items():
            value = values.get(name, low)
            if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
                raise InvalidSetting(f"{name} of a part of a mask cannot be {value!r}.", f"Use {low:g} to {high:g}.")
            if name in values:
                values[name] = float(value)
        return cls(kind_of(given.get("kind"), kinds()), **values)


@dataclass(frozen=True)
class Mask:
    """components: joined in their order, beginning with nothing (with all, if the first is not added)."""

    components: tuple[Component, ...] = ()
    inverted: bool = False

    @classmethod
    def of(cls, *kinds: Kind) -> Mask:
        """All of these together."""
        return cls(tuple(Component(kind) for kind in kinds))

    def coverage(self, grid: FrameGrid, rasters: Rasters | None = None) -> Floats:
        """(height, width) float32, 0..1. Raises NotFound when a raster is not there."""
        active = [component for component in self.components if component.enabled]
        starts_full = bool(active) and active[0].combine != "add"
        total: Floats = np.full((grid.height, grid.width), 1.0 if starts_full else 0.0, np.float32)
        for component in active:
            covered = component.coverage(grid, {} if rasters is None else rasters)
            if component.combine == "add":
                total = np.maximum(total, covered)
            else:
                total = np.minimum(total, covered if component.combine == "intersect" else 1 - covered)
        return 1 - total if self.inverted else total

    @property
    def empty(self) -> bool:
        """Whether it is certainly 0 everywhere."""
        return not self.inverted and all(
            component.empty for component in self.components if component.combine == "add"
        ) and not (self._active and self._active[0].combine != "add")  # fmt: skip

    @property
    def _active(self) -> list[Component]:
        return [component for component in self.components if component.enabled]

    @property
    def found(self) -> tuple[Found, ...]:
        """The kinds in it that have to be looked for."""
        return tuple(c.kind for c in self.components if isinstance(c.kind, Found))

    @property
    def pending(self) -> bool:
        """Whether something in it was not looked for yet."""
        return any(kind.pending for kind in self.found)

    def forgotten(self) -> Mask:
        """The same for another photo: what was found has to be looked for there."""
        return replace(
            self,
            components=tuple(
                replace(c, kind=c.kind.forgotten()) if isinstance(c.kind, Found) else c for c in self.components
            ),
        )

    @cached_property
    def digest(self) -> str:
        """A short text that is equal for equal masks."""
        return hashlib.blake2b(json.dumps(self.to_json()).encode(), digest_size=12).hexdigest()

    def to_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {"components": [component.to_json() for component in self.components]}
        return found | {"inverted": True} if self.inverted else found

    @classmethod
    def from_json(cls, given: Any) -> Mask:
        """Raises InvalidSetting."""
        if not isinstance(given, Mapping) or any(name not in ("components", "inverted") for name in given):
            raise InvalidSetting(f"A mask cannot be {str(given)[:60]!r}.", "Use components and inverted.")
        components, inverted = given.get("components", []), given.get("inverted", False)
        if not isinstance(components, Sequence) or isinstance(components, str) or len(components) > MOST_COMPONENTS:
            raise InvalidSetting("The components of a mask must be a list.", f"Use at most {MOST_COMPONENTS}.")
        if not isinstance(inverted, bool):
            raise InvalidSetting("inverted of a mask must be true or false.")
        return cls(tuple(Component.from_json(one) for one in components), inverted)
