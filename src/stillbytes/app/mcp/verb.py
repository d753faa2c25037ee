"""One tool of the protocol, whatever it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Schema = Mapping[str, Any]
Arguments = Mapping[str, Any]
PHOTO: Schema = {"type": "string", "description": "Path of the photo, as list_photos gives it."}


@dataclass(frozen=True, slots=True)
class Done:
    """What a verb came to: JSON, and JPEGs if it has pictures."""

    told: Mapping[str, Any]
    pictures: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Verb:
    """properties: argument -> JSON schema. required: those that must be given. changes: whether it writes anything."""

    name: str
    says: str
    properties: Mapping[str, Schema]
    required: tuple[str, ...]
    changes: bool
    do: Callable[[Arguments], Done]

    @property
    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": dict(self.properties),
            "required": list(self.required),
            "additionalProperties": False,
        }
