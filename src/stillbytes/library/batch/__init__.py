"""The same for many photos: exports at once, and a queue of tasks that goes on after whatever stopped it.

>>> from stillbytes.library import batch
>>> queue = batch.Queue()                                                     # doctest: +SKIP
>>> made = queue.add(batch.Export(folder="web", how={"size": 2048}), photos)   # doctest: +SKIP
>>> batch.run(queue, made.id).done                                            # doctest: +SKIP
412
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from stillbytes.edit.exporting import Spec
from stillbytes.library.batch.exporting import Outcome, export, free_place

if TYPE_CHECKING:
    from stillbytes.library.batch.queue import Batch, Item, Note, Queue
    from stillbytes.library.batch.running import run
    from stillbytes.library.batch.tasks import Ask, Edit, Export, Heal, Mask, Match, task_of

__all__ = [
    "Ask", "Batch", "Edit", "Export", "Heal", "Item", "Mask", "Match", "Note", "Outcome", "Queue", "Spec", "export",
    "free_place", "run", "task_of",
]  # fmt: skip
_HOMES = {
    **dict.fromkeys(("Batch", "Item", "Note", "Queue"), "queue"),
    **dict.fromkeys(("Ask", "Edit", "Export", "Heal", "Mask", "Match", "task_of"), "tasks"),
    "run": "running",
}


def __getattr__(name: str) -> Any:
    """Loaded when first used: an export does without the queue."""
    if name in _HOMES:
        return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
