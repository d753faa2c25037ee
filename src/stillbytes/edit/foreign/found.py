"""What could be taken over from another program, and what could not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stillbytes.core.errors import InvalidSetting
from stillbytes.develop import parameters
from stillbytes.develop.settings import Settings


@dataclass(frozen=True, slots=True)
class Foreign:
    """unmapped: what the other program does besides, in words. rating: -1..5, None where it does not say."""

    settings: Settings
    unmapped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    rating: int | None = None


def fitting(values: Mapping[str, Any], notes: list[str]) -> Settings:
    """The values brought into their ranges. notes: gets what had to be changed or left out."""
    kept: dict[str, Any] = {}
    for name, value in values.items():
        parameter = parameters()[name]
        if parameter.kind == "number":
            kept[name] = parameter.clamped(value)
            if abs(kept[name] - value) > 1e-6:
                notes.append(f"{parameter.label} {value:g} was brought into its range.")
        else:
            kept[name] = value
    try:
        return Settings(kept)
    except InvalidSetting as error:
        notes.append(f"{error.message} It was left out.")
        return Settings()
