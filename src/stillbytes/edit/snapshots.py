"""Named states of one version, to come back to at any time."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from stillbytes.core.errors import InvalidSetting, NotFound
from stillbytes.core.saying import said
from stillbytes.develop import parameters
from stillbytes.develop.parameter import Value
from stillbytes.develop.settings import Settings
from stillbytes.edit import parts, processes
from stillbytes.edit.history import now

LONGEST_NAME = 200
"""Characters in the name of a snapshot or a version."""
_ID = re.compile("[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """id: twelve hexadecimal digits, of this one alone. at: when it was made or last updated, ISO 8601, UTC. values:
    its settings, also of parameters that only a newer release knows. process: that it is of, see `edit.processes`;
    empty for this release's."""

    id: str
    name: str
    at: str
    values: Mapping[str, Value] = field(default_factory=dict)
    process: str = ""

    @property
    def settings(self) -> Settings:
        """Those that this release knows."""
        known = parameters()
        found = Settings({name: value for name, value in self.values.items() if name in known})
        return processes.brought(found, self.process) if self.process else found


@dataclass(frozen=True, slots=True)
class Snapshots:
    """All of one version, oldest first. Immutable: each method gives what there is then."""

    all: tuple[Snapshot, ...] = ()

    def find(self, which: str) -> Snapshot:
        """By id, or by name without regard to case. Raises NotFound."""
        for one in self.all:
            if one.id == which:
                return one
        for one in self.all:
            if one.name.casefold() == which.strip().casefold():
                return one
        there = ", ".join(one.name for one in self.all)
        raise NotFound(
            said("There is no snapshot {which!r}.", which=which),
            said("There are {there}.", there=there) if there else said("None was made yet."),
        )

    def taken(self, name: str, settings: Settings) -> Snapshots:
        """With one more of these settings. Raises InvalidSetting for a name that another one has."""
        return self.put(Snapshot(uuid.uuid4().hex[:12], self._free(name), now(), dict(settings)))

    def renamed(self, which: str, name: str) -> Snapshots:
        """Raises NotFound, InvalidSetting."""
        one = self.find(which)
        return self._with(replace(one, name=self._free(name, one)))

    def updated(self, which: str, settings: Settings) -> Snapshots:
        """With other settings under the same name. Raises NotFound."""
        one = self.find(which)
        return self._with(replace(one, at=now(), values=dict(settings), process=""))

    def without(self, which: str) -> Snapshots:
        """Raises NotFound."""
        one = self.find(which)
        return Snapshots(tuple(other for other in self.all if other.id != one.id))

    def put(self, one: Snapshot) -> Snapshots:
        """With this very one, in its place by time: what was deleted comes back so. Raises InvalidSetting."""
        one = replace(one, name=self._free(one.name, one))
        return Snapshots(tuple(sorted((*(o for o in self.all if o.id != one.id), one), key=lambda other: other.at)))

    def merged(self, base: Snapshots, ours: Snapshots) -> Snapshots:
        """These, as they are in the file now, with what became of `base` in `ours` meanwhile."""
        before = {one.id: one for one in base.all}
        mine = {one.id: one for one in ours.all}
        kept = [mine.get(one.id, one) if mine.get(one.id) != before.get(one.id) else one for one in self.all]
        kept = [one for one in kept if one.id in mine or one.id not in before]
        there = {one.id for one in self.all}
        new = [one for one in ours.all if one.id not in there and before.get(one.id) != one]
        return Snapshots(tuple(sorted((*kept, *new), key=lambda one: one.at)))

    def _with(self, one: Snapshot) -> Snapshots:
        return Snapshots(tuple(one if other.id == one.id else other for other in self.all))

    def _free(self, name: str, own: Snapshot | None = None) -> str:
        wanted = named(name)
        for one in self.all:
            if one.name.casefold() == wanted.casefold() and (own is None or one.id != own.id):
                raise InvalidSetting(
                    said("There is a snapshot {what} already.", what=one.name), "Choose another name, or update it."
                )
        return wanted


def named(name: str) -> str:
    """A name as it is kept: one line of text. Raises InvalidSetting."""
    text = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    if not 1 <= len(text) <= LONGEST_NAME:
        raise InvalidSetting(
            "A name is needed.", said("It has from 1 to {longest_name} characters.", longest_name=LONGEST_NAME)
        )
    return text


def well_formed(one: Snapshot) -> Snapshot:
    """One that was told from outside, its time as we write times. Raises InvalidSetting."""
    if not _ID.fullmatch(one.id):
        raise InvalidSetting("That is no id of a snapshot.", "It has twelve hexadecimal digits.")
    try:
        at = datetime.fromisoformat(one.at)
        if at.tzinfo is None:
            raise ValueError
        return replace(one, at=at.astimezone(UTC).isoformat(timespec="milliseconds"))
    except (ValueError, OverflowError) as error:
        raise InvalidSetting("That is no time of a snapshot.", "It is ISO 8601, with the offset from UTC.") from error


def written(snapshots: Snapshots, process: str) -> tuple[list[str], list[str]]:
    """As a sidecar holds them: a line of JSON for each, and the texts that these refer to. process: of new ones."""
    values, texts = parts.packed([dict(one.values) for one in snapshots.all])
    lines = [
        json.dumps({"id": o.id, "name": o.name, "at": o.at, "process": o.process or process, "settings": packed})
        for o, packed in zip(snapshots.all, values, strict=True)
    ]
    return lines, texts


def read(lines: Sequence[str], texts: Sequence[str]) -> Snapshots:
    """From what a sidecar holds. A damaged one costs itself only."""
    found: dict[str, Snapshot] = {}
    for line in lines:
        try:
            one: Any = json.loads(line)
            values = {str(k): _checked(k, parts.unpacked(v, texts)) for k, v in one["settings"].items()}
            snapshot = Snapshot(str(one["id"]), named(str(one["name"])), str(one["at"]), values, str(one["process"]))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError, InvalidSetting):
            continue
        found[snapshot.id] = snapshot
    return Snapshots(tuple(sorted(found.values(), key=lambda one: one.at)))


def _checked(name: str, value: Any) -> Any:
    known = parameters()
    return known[name].check(value) if name in known else value
