"""Generative tasks carried out for the command line: told before, shown on the way, told after."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stillbytes.app import generating
from stillbytes.app.cli.output import print_json
from stillbytes.core.errors import InvalidSetting, UnreadablePhoto
from stillbytes.generate.larger import Larger
from stillbytes.generate.painters.painter import Tell
from stillbytes.generate.task import Prompted, Task
from stillbytes.generate.tasks.create import Create
from stillbytes.generate.tasks.restyle import Restyle

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from stillbytes.edit.document import Document
    from stillbytes.edit.photo import Photo
    from stillbytes.gpu.access import Access
    from stillbytes.masks.mask import Mask


def carry_out(
    task: Task,
    photo: Path | None = None,
    mask: Path | None = None,
    like: Path | None = None,
    start: Path | None = None,
    output: Path | None = None,
    dry_run: bool = False,
    as_json: bool = False,
) -> int:
    """Do the task, or with `dry_run` tell what would be done. Raises what the task raises; then nothing was written."""
    from stillbytes.edit.exporting.formats import format_of  # noqa: PLC0415
    from stillbytes.gpu.access import shared_access  # noqa: PLC0415

    if output is not None:
        format_of(output)  # before the work
    if like is not None and isinstance(task, Prompted):
        task = task.like(_reference(like))
    if start is not None and isinstance(task, Create):
        task = task.begun(_start(start, task))
    access, begun = shared_access(), time.monotonic()
    with _shown(as_json or dry_run) as tell:
        if isinstance(task, Create | Larger):
            assert output is not None  # the option is required
            told = generating.picture(task, photo, output, access, tell, dry_run)
        elif isinstance(task, Restyle) and task.into == "settings":
            assert photo is not None
            told = generating.restyle(task, _document(photo), output, access, tell, dry_run)
        else:
            assert photo is not None
            document = _document(photo)
            tree = _mask(task, document.photo, mask, access)
            told = generating.patch(task, document, tree, output, access, tell, dry_run, partial(_warned, photo))
    if as_json:
        print_json(told)
    else:
        print(_in_words(task, told, None if dry_run else time.monotonic() - begun))
        if told.get("note"):
            print(f"stillbytes: {told['photo']}: {told['note']}", file=sys.stderr)
    return 0


def _warned(photo: Path, doubt: str) -> None:
    """Before the work, which can be stopped then."""
    print(f"stillbytes: {photo.name}: {doubt} {_MENDS}", file=sys.stderr, flush=True)


NO_TIME = "a time that is not known before it was done once on this machine"
MINUTES_FROM = 100
"""Seconds from which on a time is told in minutes."""
_MENDS = "`stillbytes mask` shows what was found; --mask takes a corrected one."


def _document(path: Path) -> Document:
    import stillbytes  # noqa: PLC0415
    from stillbytes.edit.document import Document  # noqa: PLC0415

    return Document(stillbytes.open(path.expanduser()))


def _mask(task: Task, photo: Photo, path: Path | None, access: Access) -> Mask | None:
    from stillbytes.masks.kinds.picture import MOST_BYTES, imported  # noqa: PLC0415
    from stillbytes.masks.mask import Mask  # noqa: PLC0415

    if path is not None:
        content = _read(path, MOST_BYTES)
        return Mask.of(imported(content, photo.pipeline.frame, photo.rasters, keep=False))
    if not task.covers:
        return None
    from stillbytes.edit.finding import complete_mask  # noqa: PLC0415 - looks for it
    from stillbytes.masks.kinds import kinds  # noqa: PLC0415

    return complete_mask(photo, Mask.of(kinds()[task.covers]()), lambda: access, keep=False)


def _reference(path: Path) -> bytes:
    import stillbytes  # noqa: PLC0415
    from stillbytes.edit.reference import reference  # noqa: PLC0415

    return reference(stillbytes.open(path.expanduser()).edit())


def _start(path: Path, task: Create) -> NDArray[np.uint8]:
    import stillbytes  # noqa: PLC0415
    from stillbytes.edit.reference import start  # noqa: PLC0415

    return start(stillbytes.open(path.expanduser()).edit(), max(task.width, task.height))


def _read(path: Path, most: int) -> bytes:
    try:
        with path.expanduser().open("rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        raise InvalidSetting(f"{path} cannot be read: {error.strerror or error}.", "Check the path.") from error
    if len(content) > most:
        raise UnreadablePhoto(f"{path} is too large.", f"At most {most >> 20} MiB are read.")
    return content


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


def _duration(seconds: float) -> str:
    return f"{round(seconds, 1):g} s" if seconds < MINUTES_FROM else f"{seconds / 60:.0f} min"


def _in_words(task: Task, told: Mapping[str, Any], took: float | None) -> str:
    """took: seconds; None for what was only told."""
    dry_run = took is None
    how = {
        "classical": "with the photo's own pixels, without a model",
        "onnx": f"with {told['model']}",
        "comfyui": f"with {told['model']} in ComfyUI",
    }[str(told["engine"])]
    what = f"{told['pixels'] / 1e6:.2f} megapixels " if "pixels" in told else ""
    lines = [f"{task.label}{' would be done' if dry_run else ''}: {what}{how}."]
    if took is not None:
        lines.append(f"It took {_duration(took)}.")
    else:
        memory = f", at most {told['memory_mib'] / 1024:.1f} GiB" if told.get("memory_mib") else ""
        seconds = f"about {_duration(told['seconds'])}" if told.get("seconds") else NO_TIME
        pictures = f" for {told['pictures']} pictures" if told["pictures"] > 1 else ""
        lines.append(f"Estimated: {seconds}{pictures}{memory}.")
    if dry_run and told.get("covered"):
        lines.append(f"It changes {100 * told['covered']:.1f} % of the picture.")
    if dry_run and told.get("doubt"):
        lines.append(f"{told['doubt']} {_MENDS}")
    if told.get("missing"):
        lines.append(str(told["missing"]))
    if told.get("difference"):
        from stillbytes.edit.looks import in_words  # noqa: PLC0415

        several = len(told["variants"]) > 1
        for one in told["variants"]:
            lines.append((f"Seed {one['seed']}. " if several else "") + in_words(one["difference"]))
        if several:
            lines.append("Each is a step of the history; the last is in effect, and undo shows the one before it.")
    if told.get("seeds"):
        lines.append(f"Seeds: {', '.join(map(str, told['seeds']))}")
    files = told.get("targets") or [told.get("target")]
    lines += [str(made) for made in (told.get("sidecar"), *files) if made]
    return "\n".join(lines)
