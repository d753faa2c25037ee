"""Generative tasks carried out for the command line: told before, shown on the way, told after."""

from __future__ import annotations

import contextlib
import dataclasses
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stillbytes.app.cli.output import print_json
from stillbytes.core.errors import ExportError, InvalidSetting, ModelError, SidecarError, UnreadablePhoto
from stillbytes.generate.painters.painter import News, Tell
from stillbytes.generate.task import Prompted, Task
from stillbytes.generate.tasks.create import Create
from stillbytes.generate.tasks.restyle import Restyle
from stillbytes.generate.tasks.upscale import Upscale

if TYPE_CHECKING:
    from stillbytes.edit.photo import Photo
    from stillbytes.generate.painters.diffusion import Diffusion
    from stillbytes.gpu.access import Access
    from stillbytes.masks.mask import Mask

MOST_REFERENCE = 64 << 20
"""Bytes of a picture to be like."""


def carry_out(
    task: Task,
    photo: Path | None = None,
    mask: Path | None = None,
    like: Path | None = None,
    output: Path | None = None,
    dry_run: bool = False,
    as_json: bool = False,
) -> int:
    """Do the task, or with `dry_run` tell what would be done. Raises what the task raises; then nothing was written."""
    from stillbytes.edit.photo import format_of  # noqa: PLC0415
    from stillbytes.gpu.access import shared_access  # noqa: PLC0415

    if output is not None:
        format_of(output)  # before the work
    if like is not None and isinstance(task, Prompted):
        task = task.like(_read(like))
    access = shared_access()
    with _shown(as_json or dry_run) as tell:
        if isinstance(task, Create):
            assert output is not None  # the option is required
            told = _create(task, output, access, tell, dry_run)
        elif isinstance(task, Upscale):
            assert output is not None and photo is not None
            told = _upscale(task, photo, output, access, tell, dry_run)
        elif isinstance(task, Restyle) and task.into == "settings":
            assert photo is not None
            told = _restyle(task, photo, output, access, tell, dry_run)
        else:
            assert photo is not None
            told = _patch(task, photo, mask, output, access, tell, dry_run)
    if as_json:
        print_json(told)
    else:
        print(_in_words(task, told, dry_run))
        if told.get("note"):
            print(f"stillbytes: {told['photo']}: {told['note']}", file=sys.stderr)
    return 0


def _patch(
    task: Task, path: Path, mask: Path | None, output: Path | None, access: Access, tell: Tell, dry_run: bool
) -> dict[str, Any]:
    import stillbytes  # noqa: PLC0415
    from stillbytes.edit.document import Document  # noqa: PLC0415
    from stillbytes.edit.generating import added, cost, made, prepared  # noqa: PLC0415
    from stillbytes.edit.photo import Edit  # noqa: PLC0415

    photo = stillbytes.open(path.expanduser())
    document = Document(photo)
    tree = _mask(task, photo, mask, access)
    who, missing = _who(task, access, dry_run)
    work = prepared(photo, document.settings, task, tree, access, painter=who if missing else None)
    rect = work.hole.rect
    told: dict[str, Any] = {
        "photo": str(path),
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
    patch = made(photo, work, keep=True, tell=tell)
    settings = added(document.settings, work, patch)
    told["seeds"] = list(patch.recipe.get("seeds", ()))
    document.commit(settings, task.title)
    document.flush()
    if document.unsaved:
        raise SidecarError(document.problem)
    told["sidecar"] = str(document.path)
    if output is not None:
        told["target"] = str(Edit(photo, settings).export(output.expanduser()))
    return told


def _restyle(
    task: Restyle, path: Path, output: Path | None, access: Access, tell: Tell, dry_run: bool
) -> dict[str, Any]:
    import stillbytes  # noqa: PLC0415
    from stillbytes.edit.document import Document  # noqa: PLC0415
    from stillbytes.edit.generating import of_pictures  # noqa: PLC0415
    from stillbytes.edit.photo import Edit  # noqa: PLC0415
    from stillbytes.generate.look.fit import fit  # noqa: PLC0415
    from stillbytes.generate.pictures import restyled  # noqa: PLC0415

    photo = stillbytes.open(path.expanduser())
    document = Document(photo)
    edit = Edit(photo, document.settings)
    who, missing = _who(task, access, dry_run)
    assert who is not None  # only remove does without
    width, height = who.candidate.graph.size(edit.size.width, edit.size.height)
    told: dict[str, Any] = {
        "photo": str(path),
        "task": task.name,
        "engine": who.engine,
        "model": who.model,
        **dataclasses.asdict(of_pictures(who, edit.size, denoise=task.denoise)),
        "missing": missing,
        "settings": {},
        "difference": None,
        "note": document.problem,
        "seeds": [],
        "sidecar": None,
        "target": None,
    }
    if dry_run:
        return told
    made = restyled(task, edit.render(max(width, height)), access, tell, with_=who)
    tell(News(1.0, "Fits settings to it"))
    fitted = fit(photo.pipeline, document.settings, made.pixels)
    document.commit(fitted.settings, task.title)
    document.flush()
    if document.unsaved:
        raise SidecarError(document.problem)
    told |= {
        "settings": dict(fitted.settings),
        "difference": {"before": round(fitted.before.mean, 2), "after": round(fitted.after.mean, 2)},
        "seeds": [made.recipe["seed"]],
        "sidecar": str(document.path),
    }
    if output is not None:
        told["target"] = str(Edit(photo, fitted.settings).export(output.expanduser()))
    return told


def _create(task: Create, output: Path, access: Access, tell: Tell, dry_run: bool) -> dict[str, Any]:
    from stillbytes.core.geometry import Size  # noqa: PLC0415
    from stillbytes.edit.created import save  # noqa: PLC0415
    from stillbytes.edit.generating import of_pictures  # noqa: PLC0415
    from stillbytes.generate.pictures import created  # noqa: PLC0415

    who, missing = _who(task, access, dry_run)
    assert who is not None
    size = Size(*who.candidate.graph.size(task.width, task.height))
    told: dict[str, Any] = {
        "task": task.name, "engine": who.engine, "model": who.model, "width": size.width, "height": size.height,
        **dataclasses.asdict(of_pictures(who, size, task.variants)),
        "missing": missing,
        "seeds": [], "target": None, "targets": [],
    }  # fmt: skip
    if dry_run:
        return told
    made = created(task, access, tell, with_=who)
    targets = [_numbered(output.expanduser(), number, len(made)) for number in range(len(made))]
    for one, target in zip(made, targets, strict=True):
        save(target, one)
    return told | {
        "seeds": [one.recipe["seed"] for one in made],
        "target": str(targets[0]),
        "targets": [str(target) for target in targets],
    }


def _upscale(task: Upscale, path: Path, output: Path, access: Access, tell: Tell, dry_run: bool) -> dict[str, Any]:
    import numpy as np  # noqa: PLC0415

    import stillbytes  # noqa: PLC0415
    from stillbytes.edit.created import save  # noqa: PLC0415
    from stillbytes.generate.pictures import upscaled  # noqa: PLC0415

    photo = stillbytes.open(path.expanduser())
    if output.expanduser().resolve() == photo.path.resolve():
        raise ExportError(f"{output.name} is the original.", "Choose another name; originals are never written.")
    edit, (who, missing) = photo.edit(), _who(task, access, dry_run)
    assert who is not None
    told: dict[str, Any] = {
        "photo": str(path), "task": task.name, "engine": who.engine, "model": who.model,
        "width": edit.size.width * task.scale, "height": edit.size.height * task.scale, "missing": missing,
        "target": None,
    }  # fmt: skip
    if dry_run:
        return told
    made = upscaled(task, np.asarray(edit.render()), access, tell, with_=who)
    save(output.expanduser(), made, of=photo.path)
    return told | {"target": str(output.expanduser())}


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


def _mask(task: Task, photo: Photo, path: Path | None, access: Access) -> Mask | None:
    from stillbytes.masks.kinds.picture import MOST_BYTES, imported  # noqa: PLC0415
    from stillbytes.masks.mask import Mask  # noqa: PLC0415

    if path is not None:
        content = _read(path, MOST_BYTES)
        return Mask.of(imported(content, photo.pipeline.frame, photo.rasters, keep=False))
    covers = getattr(task, "covers", "")
    if not covers:
        return None
    from stillbytes.edit.finding import complete_mask  # noqa: PLC0415 - looks for it
    from stillbytes.masks.kinds import kinds  # noqa: PLC0415

    return complete_mask(photo, Mask.of(kinds()[covers]()), lambda: access, keep=False)


def _read(path: Path, most: int = MOST_REFERENCE) -> bytes:
    try:
        with path.expanduser().open("rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        raise InvalidSetting(f"{path} cannot be read: {error.strerror or error}.", "Check the path.") from error
    if len(content) > most:
        raise UnreadablePhoto(f"{path} is too large.", f"At most {most >> 20} MiB are read.")
    return content


def _numbered(path: Path, number: int, count: int) -> Path:
    return path if count == 1 else path.with_stem(f"{path.stem}-{number + 1}")


@contextlib.contextmanager
def _shown(silently: bool) -> Iterator[Tell]:
    """A progress bar on the error stream, where somebody looks at it."""
    if silently or not sys.stderr.isatty():
        yield lambda news: None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("Begins", total=1.0)
        yield lambda news: progress.update(bar, completed=news.fraction, description=news.says)


def _in_words(task: Task, told: Mapping[str, Any], dry_run: bool) -> str:
    how = {
        "classical": "with the photo's own pixels, without a model",
        "onnx": f"with {told['model']}",
        "comfyui": f"with {told['model']} in ComfyUI",
    }[str(told["engine"])]
    what = f"{told['pixels'] / 1e6:.2f} megapixels " if "pixels" in told else ""
    lines = [f"{task.label}{' would be done' if dry_run else ''}: {what}{how}."]
    if told.get("memory_mib"):
        seconds = f"about {told['seconds']:g} s" if told.get("seconds") else "an unknown time (no card was found)"
        lines.append(f"Estimated: {seconds}, at most {told['memory_mib'] / 1024:.1f} GiB.")
    if told.get("missing"):
        lines.append(str(told["missing"]))
    if told.get("difference"):
        lines.append(
            "Difference from the target: {before:.1f} before, {after:.1f} now (dE2000).".format(**told["difference"])
        )
    if told.get("seeds"):
        lines.append(f"Seeds: {', '.join(map(str, told['seeds']))}")
    lines += [str(told[made]) for made in ("sidecar", "target") if told.get(made)]
    return "\n".join(lines)
