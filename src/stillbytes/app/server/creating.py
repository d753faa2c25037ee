"""Tasks that make new pictures: foreseen, and carried out as jobs whose files lie beside the photo."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stillbytes.app.server.drawing import developed, telling
from stillbytes.app.server.models import readable
from stillbytes.core.saying import said
from stillbytes.edit.created import Order
from stillbytes.edit.exporting import Spec
from stillbytes.generate.pictures import diffusion
from stillbytes.generate.tasks.create import Create
from stillbytes.library.batch import free_place

if TYPE_CHECKING:
    from stillbytes.app.server.drawing import Asked
    from stillbytes.app.server.workspace import Workspace
    from stillbytes.core.jobs import Control
    from stillbytes.edit.document import Document
    from stillbytes.gpu.access import Access


def forecast(workspace: Workspace, document: Document, asked: Asked) -> dict[str, Any]:
    """What it would take. Raises as `create` does before it draws."""
    order = _order(workspace, document, asked, workspace.networks())
    return {"engine": order.who.engine, "model": order.who.model, **dataclasses.asdict(order.cost)}


def create(workspace: Workspace, document: Document, asked: Asked, control: Control) -> str:
    """Make the pictures. Returns their names."""
    id, access = document.photo.id, workspace.networks()
    control.progress(0, 0, said("Looking at the photo"))
    order = _order(workspace, document, asked, access)
    # What is created is small and there is no original of it; for other formats of the rest there are exports.
    spec = Spec(format="png16" if isinstance(order.task, Create) else "jpeg", suffix=f"-{order.task.name}")
    taken: set[Path] = set()

    def place(number: int, count: int) -> Path:
        path = free_place(document.photo.path.parent, document.photo, spec, taken)
        taken.add(path)
        return path

    made = order.made(place, access, telling(workspace, id, control), control.cancelled)
    for path, _ in made:
        workspace.picture_made(id, path)
    names = ", ".join(readable(path.name) for path, _ in made)
    return said("{files}, made with {model}", files=names, model=order.who.model)


def _order(workspace: Workspace, document: Document, asked: Asked, access: Access) -> Order:
    task = asked.complete(workspace)
    edit = developed(workspace, document) if "photo" in task.needs else None
    return Order(task, diffusion(task, access), edit)
