"""The generative tasks, one tool each: their schemas derive from the fields of the tasks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stillbytes.app import generating
from stillbytes.app.mcp.changing import NAME
from stillbytes.app.mcp.folders import Folders, shown
from stillbytes.app.mcp.verb import PHOTO, Arguments, Done, Schema, Verb
from stillbytes.assistant import tools
from stillbytes.assistant.vocabulary.meaning import kind_for
from stillbytes.core.errors import InvalidSetting
from stillbytes.edit.photo import Photo
from stillbytes.generate.larger import Larger
from stillbytes.generate.task import Task
from stillbytes.generate.tasks import task_of, tasks
from stillbytes.generate.tasks.create import Create
from stillbytes.generate.tasks.restyle import Restyle
from stillbytes.gpu.access import Access, shared_access
from stillbytes.masks.kinds import kinds
from stillbytes.masks.kinds.lasso import Lasso
from stillbytes.masks.mask import Mask

DRY = {"type": "boolean", "description": "Only tell what would be done, with what, in which time and memory."}


def verbs(folders: Folders) -> list[Verb]:
    return [_verb(folders, kind) for kind in tasks().values()]


def _verb(folders: Folders, kind: type[Task]) -> Verb:
    schema = kind.model_json_schema()["properties"]
    properties: dict[str, Schema] = {} if kind.result == "picture" and issubclass(kind, Create) else {"photo": PHOTO}
    required = [*properties]
    if "mask" in kind.needs or kind.covers:
        properties["where"] = _where()
        required += ["where"] if "mask" in kind.needs else []
    if kind.result == "picture":
        properties["name"] = NAME
        required.append("name")
    fields = {name: {k: v for k, v in schema[name].items() if k != "title"} for name in kind.model_fields}
    asked = tuple(
        dict.fromkeys((*required, *(name for name in ("prompt",) if name in kind.model_fields and not kind.needs)))
    )
    return Verb(kind.name.replace("-", "_"), kind.says, {**properties, **fields, "dry_run": DRY}, asked, True,
                _doing(folders, kind))  # fmt: skip


def _where() -> Schema:
    number = {"type": "number", "minimum": 0, "maximum": 1}
    box = {"type": "array", "items": number, "minItems": 4, "maxItems": 4}
    return {
        "description": "A part of the picture by its name, or a box: left, top, right, bottom as fractions of the "
        "photo's width and height before any crop.",
        "oneOf": [{"type": "string", "enum": list(tools.targets())}, box],
    }


def _doing(folders: Folders, kind: type[Task]) -> Callable[[Arguments], Done]:
    def do(arguments: Arguments) -> Done:
        dry = arguments.get("dry_run", False)
        if not isinstance(dry, bool):
            raise InvalidSetting("dry_run is true or false.")
        task = task_of(kind.name, {name: value for name, value in arguments.items() if name in kind.model_fields})
        access = shared_access()
        if isinstance(task, Create | Larger):
            path = folders.path(arguments["photo"]) if "photo" in arguments else None
            target = folders.new_file(arguments["name"], path)
            for number in range(len(task.seeds)):  # each variant has a file of its own
                folders.new_file(generating.numbered(target, number, len(task.seeds)).name, path)
            return Done(generating.picture(task, path, target, access, _nobody, dry))
        document = folders.document(arguments)
        if isinstance(task, Restyle) and task.into == "settings":
            told = generating.restyle(task, document, None, access, _nobody, dry)
        else:
            tree = _tree(task, arguments.get("where"), document.photo, access)
            told = generating.patch(task, document, tree, None, access, _nobody, dry)
        return Done(told) if dry else shown(document, told)

    return do


def _nobody(news: Any) -> None:
    """Nobody watches."""


def _tree(task: Task, where: Any, photo: Photo, access: Access) -> Mask | None:
    """Where the task works. Raises InvalidSetting, NotFound."""
    covers = task.covers
    if where is None:
        if not covers:
            return None
        kind = kinds()[covers]()
    elif isinstance(where, str) and where in tools.targets():
        kind = kind_for(tools.targets()[where])
    elif isinstance(where, list) and len(where) == 4 and all(_fraction(one) for one in where):
        return Mask.of(_box(where, photo))
    else:
        raise InvalidSetting("where is a part of the picture or a box of four fractions.", "See the tool's schema.")
    from stillbytes.edit.finding import complete_mask  # noqa: PLC0415 - looks for it

    return complete_mask(photo, Mask.of(kind), lambda: access, keep=False)


def _fraction(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _box(where: list[float], photo: Photo) -> Lasso:
    """In the frame, whose long edge is 1."""
    _, size = photo.upright
    long = max(size.width, size.height)
    across, down = size.width / long, size.height / long
    left, top, right, bottom = where[0] * across, where[1] * down, where[2] * across, where[3] * down
    if right <= left or bottom <= top:
        raise InvalidSetting("The box is empty.", "Its right is greater than its left, its bottom than its top.")
    return Lasso(points=((left, top), (right, top), (right, bottom), (left, bottom)))
