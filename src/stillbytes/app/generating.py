"""Generative tasks carried out on photos: what the command line and other programs' assistants share."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stillbytes.core.errors import ExportError, ModelError
from stillbytes.core.saying import said
from stillbytes.generate.larger import Larger
from stillbytes.generate.painters.painter import Tell
from stillbytes.generate.task import Task
from stillbytes.generate.tasks.create import Create
from stillbytes.generate.tasks.restyle import Restyle

if TYPE_CHECKING:
    from stillbytes.edit.document import Document
    from stillbytes.generate.painters.diffusion import Diffusion
    from stillbytes.gpu.access import Access
    from stillbytes.masks.mask import Mask


def patch(
    task: Task,
    document: Document,
    tree: Mask | None,
    output: Path | None,
    access: Access,
    tell: Tell,
    dry_run: bool,
    warn: Callable[[str], None] = lambda doubt: None,
) -> dict[str, Any]:
    """The task's patch, in the document's history and in its file. warn: told, before it begins, what is to be said of
    the place where it works."""
    from stillbytes.edit.generating import added, cost, made, prepared  # noqa: PLC0415
    from stillbytes.edit.photo import Edit  # noqa: PLC0415

    photo = document.photo
    who, missing = _who(task, access, dry_run)
    work = prepared(photo, document.settings, task, tree, access, painter=who if missing else None)
    rect = work.hole.rect
    told: dict[str, Any] = {
        "photo": str(photo.path),
        "task": task.name,
        "engine": work.engine,
        "model": work.model,
        "pixels": int(work.hole.covered.sum()),
        "rect": [rect.x, rect.y, rect.width, rect.height],
        **dataclasses.asdict(cost(work)),
        "missing": missing,
        "note": document.problem,
        "seeds": [],
        "sidecar": None,
        "target": None,
    }
    if dry_run:
        return told
    if told["doubt"]:
        warn(told["doubt"])
    patch = made(photo, work, keep=True, tell=tell)
    settings = added(document.settings, work, patch)
    told["seeds"] = list(patch.recipe.get("seeds", ()))
    document.commit(settings, work.label)
    told["sidecar"] = str(document.save())
    if output is not None:
        told["target"] = str(Edit(photo, settings).export(output.expanduser()))
    return told


def restyle(
    task: Restyle, document: Document, output: Path | None, access: Access, tell: Tell, dry_run: bool
) -> dict[str, Any]:
    """Settings that make the photo look as the model drew it, in the document's history and in its file; of several
    variants each is a step, and the last is in effect."""
    from stillbytes.edit import looks  # noqa: PLC0415
    from stillbytes.edit.generating import of_pictures  # noqa: PLC0415
    from stillbytes.edit.photo import Edit  # noqa: PLC0415

    photo = document.photo
    edit = Edit(photo, document.settings)
    who, missing = _who(task, access, dry_run)
    assert who is not None  # only remove does without
    told: dict[str, Any] = {
        "photo": str(photo.path),
        "task": task.name,
        "engine": who.engine,
        "model": who.model,
        **dataclasses.asdict(of_pictures(who, edit.size, len(task.seeds), task.denoise)),
        "missing": missing,
        "settings": {},
        "difference": None,
        "variants": [],
        "note": document.problem,
        "seeds": [],
        "sidecar": None,
        "target": None,
        "targets": [],
    }
    if dry_run:
        return told
    variants = looks.styled(photo, document.settings, task, who, access, tell)
    looks.committed(document, task, variants)
    each = [one.told() for one in variants]
    told |= {
        "settings": each[-1]["settings"],
        "difference": each[-1]["difference"],
        "variants": each,
        "seeds": [one.seed for one in variants],
        "sidecar": str(document.save()),
    }
    if output is not None:
        for number, one in enumerate(variants):
            place = numbered(output.expanduser(), number, len(variants))
            told["targets"].append(str(Edit(photo, one.settings).export(place)))
        told["target"] = told["targets"][-1]
    return told


def picture(
    task: Create | Larger, path: Path | None, output: Path, access: Access, tell: Tell, dry_run: bool
) -> dict[str, Any]:
    """A new file, or one for each variant."""
    import stillbytes  # noqa: PLC0415
    from stillbytes.edit.created import Order  # noqa: PLC0415

    output = output.expanduser()
    edit = stillbytes.open(path.expanduser()).edit() if path is not None else None
    if edit is not None and output.resolve() == edit.photo.path.resolve():
        raise ExportError(
            said("{output} is the original.", output=output.name), "Choose another name; originals are never written."
        )
    who, missing = _who(task, access, dry_run)
    assert who is not None  # ComfyUI only
    order = Order(task, who, edit)
    told: dict[str, Any] = {
        **({"photo": str(path)} if path else {}),
        "task": task.name, "engine": who.engine, "model": who.model,
        "width": order.size.width, "height": order.size.height,
        **dataclasses.asdict(order.cost),
        "missing": missing,
        "seeds": [], "target": None, "targets": [],
    }  # fmt: skip
    if dry_run:
        return told
    made = order.made(lambda number, count: numbered(output, number, count), access, tell)
    return told | {
        "seeds": [recipe["seed"] for _, recipe in made] if isinstance(task, Create) else [],
        "target": str(made[0][0]),
        "targets": [str(target) for target, _ in made],
    }


def _who(task: Task, access: Access, dry_run: bool) -> tuple[Diffusion | None, str]:
    """Who does the task in ComfyUI, None for others; for a dry run also who could, and what is missing for that."""
    from stillbytes.generate.painters.choose import could, painter  # noqa: PLC0415
    from stillbytes.generate.painters.diffusion import Diffusion  # noqa: PLC0415

    try:
        found = painter(task, access)
        return (found if isinstance(found, Diffusion) else None), ""
    except ModelError as error:
        who = could(task, access) if dry_run and not task.model and task.engine != "onnx" else None
        if who is None:
            raise
        return who, str(error)


def numbered(path: Path, number: int, count: int) -> Path:
    """Of one of so many variants."""
    return path if count == 1 else path.with_stem(f"{path.stem}-{number + 1}")
