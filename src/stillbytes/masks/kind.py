"""A kind of mask: what it is called, its fields, and how much of it there is at a place, in one class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import InvalidSetting
from stillbytes.core.saying import said
from stillbytes.develop.resampling.frame_grid import FrameGrid, Raster
from stillbytes.masks import fields

Group = Literal["drawn", "range", "found"]
Floats = NDArray[np.float32]
Rasters = Mapping[str, Raster]
"""Content address -> pixels over the whole frame."""


@dataclass(frozen=True)
class Kind:
    """Base of all kinds. A subclass is one file in `masks/kinds`, and named as that."""

    name: ClassVar[str]
    group: ClassVar[Group]
    label: ClassVar[str]
    says: ClassVar[str]
    edged: ClassVar[bool] = False
    """Whether it is the part of each pixel's area that something in the photo has, so that at its edges light is mixed
    (see `masks.mixing`); not for what is soft by intention."""

    def __init_subclass__(
        cls, *, group: Group | None = None, label: str = "", says: str = "", edged: bool = False
    ) -> None:
        if group is not None:
            cls.group, cls.label, cls.says, cls.edged = group, label, says, edged
            cls.name = cls.__module__.rsplit(".", 1)[-1]

    def __post_init__(self) -> None:
        given = {name: getattr(self, name) for name in fields.fields_of(self)}
        for name, value in fields.checked(type(self), given, f"The mask “{self.label}”").items():
            object.__setattr__(self, name, value)

    def coverage(self, grid: FrameGrid, rasters: Rasters) -> Floats:
        """(height, width) float32, 0..1. Raises NotFound when a raster is not there."""
        raise NotImplementedError

    @property
    def empty(self) -> bool:
        """Whether it is certainly 0 everywhere."""
        return False

    def to_json(self) -> dict[str, Any]:
        """All fields that differ from their default."""
        default = type(self)()
        values = {name: getattr(self, name) for name in fields.fields_of(self)}
        return {"kind": self.name} | {
            name: fields.to_json(value) for name, value in values.items() if value != getattr(default, name)
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Self:
        """Raises InvalidSetting naming the field that makes no sense."""
        known = fields.fields_of(cls)
        for name in given:
            if name != "kind" and name not in known:
                raise InvalidSetting(
                    said("The mask “{label}” has no {name!r}.", label=cls.label, name=str(name)[:40]),
                    said("It has {these}.", these=", ".join(known)),
                )
        return cls(**{name: value for name, value in given.items() if name != "kind"})

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """JSON Schema (2020-12) of the kind."""
        known = {name: dict(field.schema) for name, field in fields.fields_of(cls).items()}
        return {
            "type": "object",
            "description": cls.says,
            "properties": {"kind": {"const": cls.name}, **known},
            "required": ["kind"],
            "additionalProperties": False,
        }


@dataclass(frozen=True, kw_only=True)
class Found(Kind):
    """Found by a model or a classical method: holds what was found as the content address of a raster.

    raster: "" while it was not looked for. recipe: what found it, with which model and prompt, to find it again.
    """

    raster: str = fields.text(says="Where the pixels are that were found.", hidden=True)
    recipe: Mapping[str, Any] = fields.json_object(says="What found it.")

    def coverage(self, grid: FrameGrid, rasters: Rasters) -> Floats:
        return grid.sampled(rasters[self.raster])

    @property
    def pending(self) -> bool:
        """Whether it has to be looked for."""
        return not self.raster

    def forgotten(self) -> Self:
        """The same, to be looked for again: in another photo, say."""
        given = {k: v for k, v in self.to_json().items() if k not in ("raster", "recipe")}
        return self.from_json(given)


def smooth(t: Floats) -> Floats:
    """0 below 0, 1 above 1, smooth between."""
    t = np.clip(t, 0, 1)
    return t * t * (3 - 2 * t)


def kind_of(given: Any, known: Mapping[str, type[Kind]]) -> Kind:
    """The kind that JSON describes. Raises InvalidSetting."""
    if not isinstance(given, Mapping):
        raise InvalidSetting(
            said("A mask cannot be {given!r}.", given=str(given)[:60]), "Use an object with its kind and fields."
        )
    name = given.get("kind")
    if not isinstance(name, str) or name not in known:
        remedy = said("Use {these}; or update Stillbytes, if a newer release made it.", these=", ".join(known))
        raise InvalidSetting(said("There is no mask of the kind {name!r}.", name=str(name)[:40]), remedy)
    return known[name].from_json(given)
