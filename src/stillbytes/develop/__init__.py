"""The develop pipeline: arrays and numbers in, arrays out. Parameters come from `develop.operations`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from stillbytes.develop.parameter import Group, Parameter, Scope


@cache
def parameters() -> Mapping[str, Parameter]:
    """Every develop parameter by name, in the order of the panel."""
    return MappingProxyType({p.name: p for group in groups() for p in group.parameters})


@cache
def local_parameters() -> Mapping[str, Parameter]:
    """Every parameter that an adjustment may add to where its mask is, by name, in the order of the panel."""
    return MappingProxyType({p.name: p for group in _sections("local", "both") for p in group.parameters})


@cache
def groups() -> tuple[Group, ...]:
    """The sections of the develop panel with their parameters, in the order in which photographers work."""
    return _sections("global", "both")


def _sections(*scopes: Scope) -> tuple[Group, ...]:
    from stillbytes.develop.operations import PANEL, catalogue  # noqa: PLC0415 - imports every operation

    found: dict[str, list[Parameter]] = {name: [] for name in PANEL}
    for operation in catalogue():
        found.setdefault(operation.group, []).extend(p for p in operation.parameters if p.scope in scopes)
    return tuple(Group(name, tuple(held)) for name, held in found.items() if held)
