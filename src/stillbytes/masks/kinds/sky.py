"""Sky."""

from __future__ import annotations

from dataclasses import dataclass

from stillbytes.masks.kind import Found


@dataclass(frozen=True)
class Sky(Found, group="found", label="Sky", says="The sky, between twigs and wires too.", edged=True):
    pass
