"""What can be made: one file each, found by being there. Forms, options, schemas and tools derive from the fields."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from functools import cache

from stillbytes.core.errors import InvalidSetting
from stillbytes.core.saying import said
from stillbytes.generate.task import Task

__all__ = ["Task", "declared", "task_of", "tasks"]


def tasks() -> Mapping[str, type[Task]]:
    """Every task by its name, in the order in which people are offered them; a person's own workflows last."""
    from stillbytes.generate.own_tasks import own_tasks  # noqa: PLC0415 - it knows the tasks

    found = {**own_tasks(), **declared()}
    return dict(sorted(found.items(), key=lambda pair: (pair[1].order, pair[0])))


@cache
def declared() -> Mapping[str, type[Task]]:
    """Those that come with Stillbytes."""
    found: dict[str, type[Task]] = {}
    for info in pkgutil.iter_modules(__path__):
        for member in vars(importlib.import_module(f"{__name__}.{info.name}")).values():
            if inspect.isclass(member) and issubclass(member, Task) and hasattr(member, "name"):
                found[member.name] = member
    return found


def task_of(name: str, fields: Mapping[str, object]) -> Task:
    """A task with its parameters, from anywhere. Raises InvalidSetting for what it does not take."""
    from pydantic import ValidationError  # noqa: PLC0415 - loaded by the declarations

    kind = tasks().get(name)
    if kind is None:
        raise InvalidSetting(
            said("There is no task {name!r}.", name=str(name)[:40]),
            said("There are {these}.", these=", ".join(tasks())),
        )
    try:
        return kind.model_validate(dict(fields))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "it"
        wrong = first["msg"].removeprefix("Value error, ")
        raise InvalidSetting(
            said("{task} does not take that: {where}: {why}.", task=said(kind.label), where=where, why=wrong),
            kind.options(),
        ) from error
