"""Background: all that the subject is not."""

from __future__ import annotations

from dataclasses import dataclass

from stillbytes.masks.kind import Found


@dataclass(frozen=True)
class Background(Found, group="found", label="Background", says="All that the subject is not.", edged=True):
    pass
