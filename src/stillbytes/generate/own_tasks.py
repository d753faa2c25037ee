"""A person's own workflows as tasks: each does what its header says, with that graph alone."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any

from pydantic import Field

from stillbytes.generate.task import Task
from stillbytes.generate.tasks.create import Create
from stillbytes.generate.tasks.expand import Expand
from stillbytes.generate.tasks.fill import Fill
from stillbytes.generate.tasks.remove import Remove
from stillbytes.generate.tasks.restyle import Restyle
from stillbytes.generate.tasks.upscale import Upscale
from stillbytes.generate.workflows import graph, own

KINDS: Mapping[graph.Task, type[Task]] = {
    "create": Create,
    "fill": Fill,
    "expand": Expand,
    "remove": Remove,
    "restyle": Restyle,
    "edit": Restyle,
    "upscale": Upscale,
}
"""By what a header says that a graph is for."""
AFTER = 100
"""In menus they come after those that are declared."""


def own_tasks() -> Mapping[str, type[Task]]:
    """By the name in the header, as the files are now."""
    return {one.name: _task(one) for one in own.found().graphs}


def _task(one: graph.Graph) -> type[Task]:
    (draws,) = one.tasks("")
    kind = KINDS[draws]

    def body(held: dict[str, Any]) -> None:
        held |= {
            "__module__": __name__,
            "__annotations__": {"model": str},
            "name": one.name,
            "label": one.title[:60],
            "says": f"Your own workflow: {kind.says}",
            "draws": draws,
            "engines": ("auto", "comfyui"),
            "takes": kind.takes & one.takes,
            "order": AFTER + kind.order,
            "seldom": kind.seldom | {"model", "quality"},
            "model": Field(one.name, max_length=200, title="Model", description="The workflow itself."),
        }

    made: type[Task] = types.new_class(kind.__name__, (kind,), {}, body)
    return made
