"""An adjustment: a mask and what is added to the settings where it is. What a mask means, `stillbytes.masks` knows."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from stillbytes.core.errors import InvalidSetting
from stillbytes.core.saying import said

MOST = 64
MOST_NAME = 200
MOST_AMOUNT = 2.0
MOST_BYTES = 4 << 20
"""Of one mask as JSON: some thousand long strokes."""
_FIELDS = ("id", "name", "mask", "delta", "amount", "enabled")


@dataclass(frozen=True)
class Adjustment:
    """mask: as JSON, see `masks.mask.Mask`. delta: local parameter -> what is added where the mask is 1: a number,
    points of a curve, or point colours.

    amount: 0..2, how much of the delta. id: unique among the adjustments of a version, stays through its life.
    """

    id: str
    name: str = ""
    mask: Mapping[str, Any] = field(default_factory=dict)
    delta: Mapping[str, Any] = field(default_factory=dict)
    amount: float = 1.0
    enabled: bool = True

    @classmethod
    def of(cls, given: Any) -> Adjustment:
        """From JSON that anybody may have written. Raises InvalidSetting."""
        from stillbytes.develop import local_parameters  # noqa: PLC0415 - the operations themselves use Settings

        if not isinstance(given, Mapping):
            raise _refused("An adjustment", given, "an object with " + ", ".join(_FIELDS))
        for name in given:
            if name not in _FIELDS:
                raise InvalidSetting(
                    said("An adjustment has no {name!r}.", name=str(name)[:40]),
                    said("It has {these}.", these=", ".join(_FIELDS)),
                )
        id, name, mask, delta = given.get("id"), given.get("name", ""), given.get("mask", {}), given.get("delta", {})
        amount, enabled = given.get("amount", 1.0), given.get("enabled", True)
        if not isinstance(id, str) or not 0 < len(id) <= MOST_NAME:
            raise _refused("The id of an adjustment", id, f"a text of at most {MOST_NAME} characters")
        if not isinstance(name, str) or len(name) > MOST_NAME:
            raise _refused("The name of an adjustment", name, f"a text of at most {MOST_NAME} characters")
        if not isinstance(mask, Mapping) or len(json.dumps(mask)) > MOST_BYTES:
            raise _refused("The mask of an adjustment", type(mask).__name__, f"an object of at most {MOST_BYTES} bytes")
        if not isinstance(delta, Mapping):
            raise _refused("The delta of an adjustment", delta, "an object: parameter -> value")
        if isinstance(amount, bool) or not isinstance(amount, int | float) or not 0 <= amount <= MOST_AMOUNT:
            raise _refused("The amount of an adjustment", amount, f"a number from 0 to {MOST_AMOUNT:g}")
        if not isinstance(enabled, bool):
            raise _refused("Whether an adjustment is enabled", enabled, "true or false")
        known = local_parameters()
        checked: dict[str, Any] = {}
        for parameter, value in delta.items():
            if parameter not in known:
                raise InvalidSetting(
                    said("An adjustment cannot change {parameter!r}.", parameter=str(parameter)[:40]),
                    said("It can change {these}.", these=", ".join(known)),
                )
            canonical = known[parameter].check(value)
            if canonical != known[parameter].neutral:
                checked[parameter] = canonical
        ordered = {parameter: checked[parameter] for parameter in known if parameter in checked}
        return cls(id, name, mask, ordered, float(amount), enabled)

    def to_json(self) -> dict[str, Any]:
        """Complete, in canonical order."""
        return {
            "id": self.id,
            "name": self.name,
            "mask": self.mask,
            "delta": dict(self.delta),
            "amount": self.amount,
            "enabled": self.enabled,
        }

    @cached_property
    def mask_digest(self) -> bytes:
        """Equal for equal masks."""
        return hashlib.blake2b(json.dumps(self.mask).encode(), digest_size=16).digest()

    @cached_property
    def effective(self) -> Mapping[str, Any]:
        """The delta at this amount; empty when it changes nothing."""
        if not self.enabled or not self.amount:
            return {}
        from stillbytes.develop import local_parameters  # noqa: PLC0415 - the operations themselves use Settings

        return {name: local_parameters()[name].times(value, self.amount) for name, value in self.delta.items()}


def canonical(value: Any) -> tuple[Mapping[str, Any], ...]:
    """A list of adjustments as settings hold it. Raises InvalidSetting."""
    if not isinstance(value, list | tuple) or len(value) > MOST:
        raise _refused("Adjustments", type(value).__name__, f"a list of at most {MOST}")
    found = [Adjustment.of(finite(one)) for one in value]
    if len({one.id for one in found}) != len(found):
        raise InvalidSetting("Two adjustments have the same id.", "Give each its own.")
    return tuple(one.to_json() for one in found)


def finite(value: Any) -> Any:
    """A copy as JSON has it. Raises InvalidSetting for what JSON cannot hold."""
    if isinstance(value, float) and not math.isfinite(value):
        raise _refused("A number", value, "a finite number")
    if isinstance(value, Mapping):
        return {str(key): finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [finite(one) for one in value]
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise _refused("A value", type(value).__name__, "what JSON can hold")


def _refused(what: str, value: Any, allowed: str) -> InvalidSetting:
    return InvalidSetting(
        said("{what} cannot be {value!r}.", what=what, value=str(value)[:80]), said("Use {allowed}.", allowed=allowed)
    )
