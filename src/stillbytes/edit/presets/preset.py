"""A preset: what it sets, and how much of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace

from stillbytes.core.errors import InvalidSetting
from stillbytes.core.filenames import FORBIDDEN, made_plain
from stillbytes.core.filenames import MOST as MOST_LETTERS
from stillbytes.core.saying import said
from stillbytes.develop import groups, parameters
from stillbytes.develop.parameter import Value
from stillbytes.develop.settings import Settings

LEFT_OUT = ("Crop", "Patches")
"""Groups that belong to one photo."""
MOST = 2.0
"""The largest amount."""
TURN = 360
"""A number that goes so far is a hue: half of it is another one."""


@dataclass(frozen=True, slots=True)
class Preset:
    """settings: what it sets; everything else it leaves as it is. own: whether it can be removed here.

    notes: what was in its file and could not be taken over, in words.
    """

    name: str
    settings: Settings
    group: str = "My presets"
    own: bool = True
    notes: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Group and name: what it is called by where a name alone could mean two."""
        return f"{self.group}/{self.name}"

    def applied(self, settings: Settings, amount: float = 1.0) -> Settings:
        """The settings with that much of the preset, 0..2.

        Numbers are so many times as far from their defaults, within their ranges; curves likewise. What has no half,
        such as a temperature in kelvin or a profile, is set with any amount but 0. Masks are added. Raises
        InvalidSetting for an amount out of range.
        """
        if not 0 <= amount <= MOST:
            raise InvalidSetting(
                said("The amount of a preset cannot be {amount!r}.", amount=amount),
                said("Use 0 to {most:g}, 1 is all of it.", most=MOST),
            )
        if amount == 0:
            return settings
        changes: dict[str, Value] = {}
        for name, value in self.settings.items():
            parameter = parameters()[name]
            if name == "adjustments":
                added = [
                    replace(one, id=uuid.uuid4().hex[:12], amount=min(one.amount * amount, MOST)).to_json()
                    for one in self.settings.adjustments
                ]
                changes[name] = (*(one.to_json() for one in settings.adjustments), *added)
            elif name in changes:
                continue  # went with another
            elif isinstance(value, float) and isinstance(parameter.default, float) and parameter.maximum < TURN:
                given = (
                    value
                    if amount == 1
                    else round(parameter.default + amount * (value - parameter.default), parameter.decimals)
                )
                changes[name] = parameter.clamped(given)
            elif parameter.kind in ("curve", "colours"):
                changes[name] = parameter.times(value, amount)
            elif parameter.kind == "lut":
                changes[name] = value
                of_it = parameters()[f"{name}_amount"]
                changes[of_it.name] = of_it.clamped(round(self.settings.number(of_it.name) * amount))
            else:
                changes[name] = value
        return settings.changed(**changes)


def of_settings(name: str, settings: Settings, chosen: Iterable[str] | None = None) -> Preset:
    """A preset of what is set. chosen: names of groups; all that do not belong to one photo when None.

    Raises InvalidSetting for a name that is none, and when nothing is set.
    """
    if made_plain(name) != name.strip():
        remedy = said("Use at most {most} characters without {these}.", most=MOST_LETTERS, these=" ".join(FORBIDDEN))
        raise InvalidSetting(said("A preset cannot be called {name!r}.", name=name[:MOST_LETTERS]), remedy)
    every = [group.name for group in groups()] if chosen is None else list(chosen)
    kept = settings.only([group for group in every if group not in LEFT_OUT])
    if not kept:
        raise InvalidSetting("There is nothing in it to keep as a preset.", "Change a setting first.")
    return Preset(name.strip(), kept)
