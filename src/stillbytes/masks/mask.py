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
from numpy.typing import NDArray

from stillbytes.core.errors import InvalidSetting
from stillbytes.core.saying import said
from stillbytes.develop.local import Mixture
from stillbytes.develop.resampling.frame_grid import FrameGrid
from stillbytes.masks import mixing
from stillbytes.masks.blur import feathered, shifted
from stillbytes.masks.kind import Floats, Found, Kind, Rasters, kind_of
from stillbytes.masks.kinds import kinds

Combine = Literal["add", "subtract", "intersect"]
MOST_COMPONENTS = 64
LIMITS = {"feather": (0.0, 0.5), "shift": (-0.1, 0.1), "amount": (0.0, 1.0)}
MOST_NAME = 100
PURE = 1e-4
"""Of a pixel: where one side has no more of it than this, as by rounding, there is no edge."""
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

    def shares(self, covered: Floats, places: NDArray[np.int32], grid: FrameGrid, rasters: Rasters) -> Floats:
        """(4, n): the part of red, green and blue light and of chroma in place of the part of the area, see
        `masks.mixing`.

        covered: what `coverage` says at `places`, (n,).
        """
        assert isinstance(self.kind, Found)
        area = covered / np.float32(self.amount)
        area = np.clip(1 - area if self.inverted else area, 0, 1)
        found = mixing.shares(area, places, rasters[self.kind.raster], self.kind.raster, grid)
        return np.asarray((1 - found if self.inverted else found) * np.float32(self.amount), np.float32)

    @property
    def edged(self) -> bool:
        """Whether light is mixed at its edges; not when they were feathered or moved."""
        return self.kind.edged and self.enabled and self.amount > 0 and not self.feather and not self.shift

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
            raise InvalidSetting(
                said("A part of a mask cannot be {given!r}.", given=str(given)[:60]),
                said("Use {these}.", these=", ".join(_FIELDS)),
            )
        values: dict[str, Any] = {name: given[name] for name in _FIELDS[1:] if name in given}
        if values.get("combine", "add") not in get_args(Combine):
            raise InvalidSetting(
                "Parts of a mask cannot be joined so.", said("Use {these}.", these=", ".join(get_args(Combine)))
            )
        for name in ("inverted", "enabled"):
            if not isinstance(values.get(name, True), bool):
                raise InvalidSetting(said("{name} of a part of a mask must be true or false.", name=name))
        if not isinstance(values.get("name", ""), str) or len(values.get("name", "")) > MOST_NAME:
            raise InvalidSetting(
                "The name of a part of a mask must be a text.", said("Use at most {most} characters.", most=MOST_NAME)
            )
        for name, (low, high) in LIMITS.items():
            value = values.get(name, low)
            if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
                raise InvalidSetting(
                    said("{name} of a part of a mask cannot be {value!r}.", name=name, value=value),
                    said("Use {low:g} to {high:g}.", low=low, high=high),
                )
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
        given = {} if rasters is None else rasters
        total: Floats = np.full((grid.height, grid.width), self._start, np.float32)
        for component in self._active:
            total = _joined(total, component.coverage(grid, given), component.combine)
        return 1 - total if self.inverted else total

    def mixture(self, grid: FrameGrid, rasters: Rasters) -> Mixture | None:
        """The pixels at its edges; None when there are none. Raises NotFound when a raster is not there."""
        planes = [component.coverage(grid, rasters).ravel() for component in self._active]
        mixed = np.zeros(grid.height * grid.width, bool)
        for component, plane in zip(self._active, planes, strict=True):
            if component.edged:
                mixed |= (plane > PURE * component.amount) & (plane < (1 - PURE) * component.amount)
        places = np.flatnonzero(mixed).astype(np.int32)
        if not places.size:
            return None
        area: Floats = np.full(places.size, self._start, np.float32)
        light: Floats = np.full((4, places.size), self._start, np.float32)
        for component, plane in zip(self._active, planes, strict=True):
            covered = plane[places]
            area = _joined(area, covered, component.combine)
            shares = component.shares(covered, places, grid, rasters) if component.edged else covered
            light = _joined(light, shares, component.combine)
        more = light - area
        return Mixture(places, np.asarray(-more if self.inverted else more, np.float32))

    @property
    def edged(self) -> bool:
        """Whether light is mixed at edges of it."""
        return any(component.edged for component in self.components)

    @property
    def _start(self) -> float:
        """What its components are joined to."""
        return 1.0 if self._active and self._active[0].combine != "add" else 0.0

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
            raise InvalidSetting(
                said("A mask cannot be {given!r}.", given=str(given)[:60]), "Use components and inverted."
            )
        components, inverted = given.get("components", []), given.get("inverted", False)
        if not isinstance(components, Sequence) or isinstance(components, str) or len(components) > MOST_COMPONENTS:
            raise InvalidSetting(
                "The components of a mask must be a list.", said("Use at most {most}.", most=MOST_COMPONENTS)
            )
        if not isinstance(inverted, bool):
            raise InvalidSetting("inverted of a mask must be true or false.")
        return cls(tuple(Component.from_json(one) for one in components), inverted)


def _joined(total: Floats, covered: Floats, combine: Combine) -> Floats:
    if combine == "add":
        return np.maximum(total, covered)
    return np.minimum(total, covered if combine == "intersect" else 1 - covered)
