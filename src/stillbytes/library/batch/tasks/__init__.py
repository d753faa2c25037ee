"""The tasks, one file each."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from stillbytes.core.errors import InvalidSetting
from stillbytes.core.saying import said
from stillbytes.library.batch.tasks.ask import Ask
from stillbytes.library.batch.tasks.edit import Edit
from stillbytes.library.batch.tasks.export import Export
from stillbytes.library.batch.tasks.heal import Heal
from stillbytes.library.batch.tasks.mask import Mask
from stillbytes.library.batch.tasks.match import Match

AnyTask = Annotated[Export | Edit | Mask | Ask | Heal | Match, Field(discriminator="kind")]
_ADAPTER: TypeAdapter[AnyTask] = TypeAdapter(AnyTask)

__all__ = ["AnyTask", "Ask", "Edit", "Export", "Heal", "Mask", "Match", "task_of"]


def task_of(document: Any) -> AnyTask:
    """From what `model_dump` gave. Raises InvalidSetting."""
    try:
        return _ADAPTER.validate_python(document)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"][1:])
        raise InvalidSetting(
            said(
                "The task of the batch is not understood: {place}{first}.",
                place=place + ": " if place else "",
                first=first["msg"],
            ),
            "See docs/batch.md.",
        ) from error
