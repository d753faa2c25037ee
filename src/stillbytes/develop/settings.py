"""The immutable set of develop parameters of a version; only what differs from default is stored."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from typing import Any, cast

from stillbytes.core.errors import InvalidSetting
from stillbytes.core.saying import said
from stillbytes.develop.adjustment import Adjustment
from stillbytes.develop.parameter import Parameter, Value
from stillbytes.develop.patch import Patch


class Settings(Mapping[str, Value]):
    """Parameter name -> value, holding only values that differ from their default.

    >>> Settings(exposure=0.7).changed(contrast=20, exposure=None)
    Settings(contrast=20.0)

    Raises InvalidSetting for a parameter that does not exist or a value that it does not allow.
    """

    def __init__(self, values: Mapping[str, Any] | None = None, /, **more: Any) -> None:
        declared = _declared()
        checked: dict[str, Value] = {}
        for name, value in {**(values or {}), **more}.items():
            if name not in declared:
                raise InvalidSetting(
                    said("There is no parameter {name!r}.", name=name), "`stillbytes params` lists them all."
                )
            canonical = declared[name].check(value)
            if canonical != declared[name].default:
                checked[name] = canonical
        self._values = {name: checked[name] for name in declared if name in checked}

    def __getitem__(self, name: str) -> Value:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Settings) and self._values == other._values

    def __repr__(self) -> str:
        return f"Settings({', '.join(f'{name}={value!r}' for name, value in self._values.items())})"

    def value(self, name: str) -> Value:
        """The value of `name`, its default when it was not set."""
        return self._values[name] if name in self._values else _declared()[name].default

    @cached_property
    def adjustments(self) -> tuple[Adjustment, ...]:
        """The masks and what they add, first to last."""
        return tuple(Adjustment.of(one) for one in cast("tuple[Any, ...]", self.value("adjustments")))

    @property
    def patches(self) -> tuple[Patch, ...]:
        """The patches, the lowest first."""
        return tuple(Patch.of(one) for one in cast("tuple[Any, ...]", self.value("patches")))

    def number(self, name: str) -> float:
        """The value of a numeric parameter; 0 where the default is "as the photo says"."""
        value = self.value(name)
        return float(value) if isinstance(value, int | float) else 0.0

    def changed(self, **changes: Any) -> Settings:
        """A copy with those values; None puts a parameter back to its default. What stays was checked before."""
        found = Settings(changes)
        kept = {**{name: value for name, value in self._values.items() if name not in changes}, **found._values}
        found._values = {name: kept[name] for name in _declared() if name in kept}
        if "adjustments" not in changes and "adjustments" in self._values:
            found.__dict__["adjustments"] = self.adjustments  # read once for all copies
        return found

    def only(self, groups: Iterable[str]) -> Settings:
        """The values of the parameters of these groups."""
        chosen = set(groups)
        return Settings({n: v for n, v in self._values.items() if _declared()[n].group in chosen})

    def without(self, groups: Iterable[str]) -> Settings:
        """The values of the parameters outside these groups."""
        left_out = set(groups)
        return Settings({n: v for n, v in self._values.items() if _declared()[n].group not in left_out})

    @cached_property
    def digest(self) -> str:
        """A short text that is equal for equal settings."""
        return hashlib.blake2b(json.dumps(self._values).encode(), digest_size=12).hexdigest()


@cache
def _declared() -> Mapping[str, Parameter]:
    from stillbytes.develop import parameters  # noqa: PLC0415 - the operations themselves use Settings

    return parameters()
