"""`stillbytes models`: what models there are, and getting, checking and removing them."""

from __future__ import annotations

import dataclasses
import itertools
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from stillbytes.app.cli.output import json_option, print_json, print_table
from stillbytes.core.errors import ModelError
from stillbytes.gpu.models import actions, folders
from stillbytes.gpu.models.fetch.download import CONTINUES, gigabytes
from stillbytes.gpu.models.fetch.sources import described
from stillbytes.gpu.models.model import Kind, Model, Task
from stillbytes.gpu.models.registry import find
from stillbytes.gpu.models.store import Store, open_store

if TYPE_CHECKING:
    from rich.progress import Progress

names_argument = click.argument("names", nargs=-1, required=True, metavar="MODEL...")


@click.group("models")
def models() -> None:
    """List, download, check and remove AI models.

    A model is named by its id ("qwen3.5-9b-q4_k_m") or by what comes close ("qwen3.5 9b", "sdxl").
    """


@models.command("list")
@click.option("--task", type=click.Choice(get_args(Task)), help="Only models for this task.")
@click.option("--kind", type=click.Choice(get_args(Kind)), help="Only models of this kind.")
@click.option("--installed", is_flag=True, help="Only models that are on this computer.")
@click.option("--all", "each", is_flag=True, help="A line for each precision, not for each family.")
@json_option()
def list_(task: Task | None, kind: Kind | None, installed: bool, each: bool, as_json: bool) -> int:
    """Show the models there are, and which of them are on this computer."""
    listed = actions.list_models(_store(), kind=kind, task=task)
    shown = [one for one in listed if one.installed or not installed]
    if as_json:
        print_json([_fields(one) for one in shown])
    elif each:
        print_table(("Model", "Size", "Here", "For", "Paid work", "Licence"), map(_row, shown))
    else:
        families = [list(group) for _, group in itertools.groupby(shown, key=lambda one: one.model.family)]
        print_table(("Family", "Precisions", "Here", "For", "Paid work", "Licence"), map(_family_row, families))
    if not as_json:
        for one in shown:
            if one.damage:
                print(f"{one.damage} `stillbytes models pull {one.model.id}` downloads it again.")
        print("Sizes with ~ are estimates. `stillbytes models pull MODEL` downloads one.")
    return 0


@models.command("pull")
@names_argument
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@json_option()
def pull(names: Sequence[str], yes: bool, as_json: bool) -> int:
    """Download models and what they need."""
    if as_json and not yes:
        raise click.UsageError("--json needs --yes: there is nobody to ask.")
    store, wanted = _store(), [find(name) for name in names]
    with _told(as_json) as control:
        plan = actions.plan_pull(store, wanted, control)
    if not as_json:
        _show(plan, store)
    if plan.missing and not yes:
        click.confirm("Download?", abort=True)
    try:
        with _told(as_json) as control:
            said = actions.pull(store, plan, control)
    except KeyboardInterrupt:
        raise ModelError("The download was stopped.", CONTINUES) from None
    if as_json:
        print_json({"message": said, "models": [_fields(one) for one in _of(store, plan.models)]})
    else:
        print(said)
    return 0


@models.command("add")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--id", default="", help="What to call it; after its file without.")
@json_option()
def add(path: Path, id: str, as_json: bool) -> int:
    """Use a safetensors file of your own: a checkpoint, network, LoRA, ControlNet or upscaler.

    What it is is read from the file. It stays where it is, and is never changed; `models remove` forgets it again.
    """
    store = _store()
    model = actions.add(store, path, id)
    (listed,) = _of(store, [model])
    lacking = actions.plan_pull(store, [model])
    if as_json:
        print_json(_fields(listed))
        return 0
    print(f"{model.id}: {model.kind} of the family {model.family}, {model.precision}, {gigabytes(model.size)}.")
    if lacking.missing:
        what = ", ".join(dict.fromkeys(needed.id for needed, _ in lacking.missing))
        print(f"It needs {what} too ({gigabytes(lacking.size)}): `stillbytes models pull {model.id}`.")
    return 0


@models.command("verify")
@click.argument("names", nargs=-1, metavar="[MODEL...]")
@json_option()
def verify(names: Sequence[str], as_json: bool) -> int:
    """Read models' files and compare them with what was published; all installed ones unless some are named."""
    store = _store()
    wanted = [find(name) for name in names] or [one.model for one in actions.list_models(store) if one.installed]
    with _told(as_json) as control:
        results = [(model, one) for model in wanted for one in actions.verify(store, model, control)]
    if as_json:
        print_json(
            [
                {
                    "model": model.id,
                    "file": one.file.name,
                    "path": str(one.path) if one.path else None,
                    "verdict": one.verdict,
                    "says": one.says,
                }
                for model, one in results
            ]
        )
    else:
        print_table(
            ("Model", "File", "Verdict", ""), [(m.id, one.file.name, one.verdict, one.says) for m, one in results]
        )
        damaged = sorted({model.id for model, one in results if one.verdict == "damaged"})
        if damaged:
            print(f"`stillbytes models pull {' '.join(damaged)}` downloads again what is damaged.")
    return 1 if any(one.verdict in ("missing", "damaged") for _, one in results) else 0


@models.command("remove")
@names_argument
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@json_option()
def remove(names: Sequence[str], yes: bool, as_json: bool) -> int:
    """Remove models that Stillbytes downloaded, and forget those that you added. Files that others put here stay."""
    store, wanted = _store(), [find(name) for name in names]
    if not yes:
        if as_json:
            raise click.UsageError("--json needs --yes: there is nobody to ask.")
        click.confirm(f"Remove {', '.join(model.title for model in wanted)}?", abort=True)
    done = [actions.remove(store, model) for model in wanted]
    removed = [path for one in done for path in one.removed]
    freed = sum(one.freed for one in done)
    kept = {path: reason for one in done for path, reason in one.kept}
    if as_json:
        print_json({"removed": [str(p) for p in removed], "freed": freed, "kept": {str(p): r for p, r in kept.items()}})
    else:
        print_table(("", ""), [(str(path), f"kept: {reason}") for path, reason in kept.items()])
        print(f"Removed {len(removed)} files, {gigabytes(freed)}." if removed else "Nothing was removed.")
    return 0


@models.command("where")
@click.argument("names", nargs=-1, metavar="[MODEL...]")
@json_option()
def where(names: Sequence[str], as_json: bool) -> int:
    """Show where models' files are; without a name, the folders that are looked into."""
    if not names:
        places = folders.known(_preferences())
        if as_json:
            print_json([{"path": str(place.path), "kind": place.kind} for place in places])
        else:
            print_table(("", ""), [(folders.TITLES[place.kind], str(place.path)) for place in places])
            if not folders.ours().is_dir():
                print(f"Downloads go to {folders.ours()}.")
        return 0
    store = _store()
    found = {model.id: actions.where(store, model) for model in map(find, names)}
    if as_json:
        print_json({id: {role: str(path) for role, path in files.items()} for id, files in found.items()})
    else:
        print_table(
            ("", "", ""), [(id, role, str(path)) for id, files in found.items() for role, path in files.items()]
        )
    return 0


def _preferences() -> Any:
    from stillbytes.core import preferences  # noqa: PLC0415

    return preferences.load()


def _store() -> Store:
    return open_store(_preferences())


def _of(store: Store, wanted: Sequence[Model]) -> list[actions.Listed]:
    ids = {model.id for model in wanted}
    return [one for one in actions.list_models(store) if one.model.id in ids]


def _row(one: actions.Listed) -> tuple[str, ...]:
    model = one.model
    return (model.id, _size(one), _here(one), ", ".join(model.tasks) or model.kind, _paid(model), model.licence.name)


def _family_row(ones: Sequence[actions.Listed]) -> tuple[str, ...]:
    """All precisions of one family in a line."""
    model = ones[0].model
    precisions = ", ".join(f"{one.model.precision} {_size(one)}" for one in ones)
    here = ", ".join(f"{one.model.precision} ({_here(one)})" for one in ones if one.places)
    return (model.family, precisions, here, ", ".join(model.tasks) or model.kind, _paid(model), model.licence.name)


def _size(one: actions.Listed) -> str:
    return f"{'~' if one.model.estimated and not one.installed else ''}{gigabytes(one.size)}"


def _here(one: actions.Listed) -> str:
    places = ", ".join(folders.TITLES[place] for place in one.places)
    if one.damage:
        return f"damaged: {places}"
    return places if one.installed or not places else f"in part: {places}"


def _paid(model: Model) -> str:
    return "yes" if model.licence.commercial else "NO"


def _fields(one: actions.Listed) -> dict[str, Any]:
    model = one.model
    return {
        "id": model.id,
        "family": model.family,
        "title": model.title,
        "kind": model.kind,
        "engine": model.engine,
        "tasks": list(model.tasks),
        "precision": model.precision,
        "installed": one.installed,
        "places": list(one.places),
        "damage": one.damage,
        "size": one.size,
        "estimated": model.estimated and not one.installed,
        "licence": dataclasses.asdict(model.licence),
        "needs": list(model.needs),
        "quality": model.quality,
        "files": [
            {"role": file.role, "name": file.name, "size": file.size, "sha256": file.sha256} for file in model.files
        ],
    }


def _show(plan: actions.Pull, store: Store) -> None:
    """What will be downloaded, under which licences, and what is here already."""
    for path in plan.found:
        print(f"Already here: {path}")
    if not plan.missing:
        return
    rows = [
        (
            model.title,
            file.name.rpartition("/")[2],
            f"{'~' if file.estimated else ''}{gigabytes(file.size)}",
            described(file.source),
            model.licence.name,
            _paid(model),
        )
        for model, file in plan.missing
    ]
    print_table(("Model", "File", "Size", "From", "Licence", "Paid work"), rows)
    for licence in plan.licences:
        print(f"{licence.name}: {licence.url}")
    home = store.home
    while not home.exists() and home != home.parent:
        home = home.parent
    size = f"{'about ' if plan.estimated else ''}{gigabytes(plan.size)}"
    free = gigabytes(shutil.disk_usage(home).free)
    print(f"In all {size}, to {store.home}, where {free} are free.")


class _Bar:
    """A control that draws a bar on the terminal."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task = bar.add_task("", total=None)

    def progress(self, done: int, total: int, message: str) -> None:
        self._bar.update(self._task, completed=done, total=total or None, description=message)

    def cancelled(self) -> bool:
        return False


class _Lines:
    """A control that writes a line at each tenth, for logs and pipes."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write, self._told = write, ""

    def progress(self, done: int, total: int, message: str) -> None:
        line = f"{message} {100 * done // total // 10 * 10} %" if total else message
        if line != self._told:
            self._told = line
            self._write(line)

    def cancelled(self) -> bool:
        return False


@contextmanager
def _told(as_json: bool) -> Iterator[_Bar | _Lines]:
    """What shows progress: nothing for programs, a bar on a terminal, lines elsewhere. On standard error."""
    if as_json:
        yield _Lines(lambda line: None)
    elif not sys.stderr.isatty():
        yield _Lines(lambda line: print(line, file=sys.stderr, flush=True))
    else:
        from rich.console import Console  # noqa: PLC0415
        from rich.progress import (  # noqa: PLC0415
            BarColumn,
            DownloadColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )

        columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn())
        with Progress(
            *columns, TransferSpeedColumn(), TimeRemainingColumn(), console=Console(stderr=True), transient=True
        ) as bar:
            yield _Bar(bar)


def command() -> click.Command:
    return models
