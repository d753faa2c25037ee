"""What was done to a version, step by step: unlimited undo and redo that survive a restart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from stillbytes.core.errors import NotFound
from stillbytes.core.saying import said
from stillbytes.develop import parameters
from stillbytes.develop.parameter import Value
from stillbytes.develop.settings import Settings


@dataclass(frozen=True, slots=True)
class Entry:
    """One step. at: ISO 8601, UTC. changes: parameter -> its new value, None for its default."""

    at: str
    label: str
    changes: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class History:
    """entries: all steps, oldest first. position: how many of them are in effect; those after it can be redone."""

    entries: tuple[Entry, ...] = ()
    position: int = 0

    @property
    def settings(self) -> Settings:
        """The settings that the steps in effect lead to."""
        return self.settings_at(self.position)

    def settings_at(self, position: int) -> Settings:
        values: dict[str, Value] = {}
        known = parameters()
        for entry in self.entries[:position]:
            for name, value in entry.changes.items():
                if name in known:  # a step of a newer release may name what this one does not have
                    values[name] = value
        return Settings({name: value for name, value in values.items() if value is not None})

    @property
    def can_undo(self) -> bool:
        return self.position > 0

    @property
    def can_redo(self) -> bool:
        return self.position < len(self.entries)

    def committed(self, settings: Settings, label: str) -> History:
        """With a step that leads to `settings`, in place of those undone before. Unchanged settings add none."""
        changes = difference(self.settings, settings)
        if not changes:
            return self
        return History((*self.entries[: self.position], Entry(now(), label, changes)), self.position + 1)

    def appended(self, settings: Settings, label: str) -> History:
        """With a step after the last one that leads to `settings`; nothing is dropped."""
        changes = difference(self.settings_at(len(self.entries)), settings)
        return History((*self.entries, Entry(now(), label, changes)), len(self.entries) + 1)

    def joined(self, other: History) -> History:
        """With those steps of `other` after the last one that are not in both from the beginning."""
        common = 0
        while common < min(len(self.entries), len(other.entries)) and self.entries[common] == other.entries[common]:
            common += 1
        entries = (*self.entries, *other.entries[common:])
        return History(entries, len(entries))

    def undone(self) -> History:
        return replace(self, position=max(0, self.position - 1))

    def redone(self) -> History:
        return replace(self, position=min(len(self.entries), self.position + 1))

    def at(self, position: int) -> History:
        """Raises NotFound for a step that does not exist."""
        if not 0 <= position <= len(self.entries):
            raise NotFound(
                said("There is no step {position} in the history.", position=position),
                said("It has {number}.", number=len(self.entries)),
            )
        return replace(self, position=position)


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def difference(before: Settings, after: Settings) -> dict[str, Value]:
    """The changes that lead from one set of settings to the other; None stands for the default."""
    changes: dict[str, Value] = {name: value for name, value in after.items() if before.get(name) != value}
    changes |= {name: None for name in before if name not in after}
    return changes
