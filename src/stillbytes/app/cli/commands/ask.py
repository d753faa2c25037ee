"""`stillbytes ask`: a change in words, as a proposal or applied."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stillbytes.app.cli.output import error_fields, json_option, print_json
from stillbytes.core.errors import StillbytesError

if TYPE_CHECKING:
    from stillbytes.assistant.proposal import Proposal

MANY = 2


@click.command("ask")
@click.argument("photos", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PHOTO...")
@click.argument("request")
@click.option("--apply/--dry-run", "apply", default=False, help="Write it to the sidecar, or only tell it (default).")
@click.option("--yes", is_flag=True, help="Do not ask before more than one photo is changed.")
@click.option("--engine", default="auto", show_default=True, metavar="ENGINE", help="vocabulary, auto, or a URL.")
@json_option()
def ask(photos: Sequence[Path], request: str, apply: bool, yes: bool, engine: str, as_json: bool) -> int:
    """Tell what REQUEST would change in PHOTO, or change it: “warmer”, “darken the sky”, “crop to 4:5”.

    Common requests are understood in English, German and Spanish without any model. A change is one step of the
    photo's history, in its sidecar. A folder stands for the photos in it. “find five-star owls from 2024” looks in the
    library and prints where they are.
    """
    from stillbytes.app.cli.commands.develop import listed  # noqa: PLC0415 - after the arguments were found right
    from stillbytes.assistant import asking  # noqa: PLC0415

    found = listed(photos)
    many = len(found) >= MANY
    if (looked := asking.elsewhere(request)) is not None:
        return _found(looked, as_json)
    if many and apply and not yes:
        if as_json or not sys.stdin.isatty():
            raise click.UsageError(f"{len(found)} photos would be changed; add --yes if that is meant.")
        click.confirm(f"Change {len(found)} photos?", abort=True, err=True)
    with _watched(len(found)) as began:
        answers = [_one(photo, request, apply, engine, many, began) for photo in found]
    if as_json:
        told = [{"photo": str(photo), **_told(answer)} for photo, (answer, _) in zip(found, answers, strict=True)]
        print_json(told if many else _told(answers[0][0]))
    else:
        for photo, (answer, notes) in zip(found, answers, strict=True):
            print(f"{photo}: {answer.message}" if many else answer.message)
            for note in notes:
                print(f"stillbytes: {photo.name}: {note}", file=sys.stderr)
    failed = any(isinstance(answer, StillbytesError) for answer, _ in answers)
    return 1 if failed or (apply and not all(getattr(answer, "understood", False) for answer, _ in answers)) else 0


def _told(answer: Proposal | StillbytesError) -> dict[str, Any]:
    return {"error": error_fields(answer)} if isinstance(answer, StillbytesError) else answer.to_json()


def _one(
    photo: Path, request: str, apply: bool, engine: str, many: bool, began: Callable[[Path], None]
) -> tuple[Proposal | StillbytesError, list[str]]:
    """One photo that fails costs the others nothing."""
    try:
        return _answered(photo, request, apply, engine, began)
    except StillbytesError as error:
        if not many:
            raise
        return error, [error.remedy] if error.remedy else []


def _found(looked: Proposal, as_json: bool) -> int:
    """Photos of the library: their paths, one a line."""
    if as_json:
        print_json(looked.to_json())
        return 0
    paths = [one["path"] for step in looked.steps for one in (step.task or {})["found"]["photos"]]
    print("\n".join(paths) or looked.message)
    return 0


@contextlib.contextmanager
def _watched(photos: int) -> Iterator[Callable[[Path], None]]:
    """Called with each photo that begins: for many of them a bar on a terminal."""
    if photos < MANY or not sys.stderr.isatty():
        yield lambda photo: None
        return
    from rich.console import Console  # noqa: PLC0415 - only where it is shown
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("", total=photos)
        begun = -1

        def began(photo: Path) -> None:
            nonlocal begun
            begun += 1
            progress.update(bar, completed=begun, description=photo.name)

        yield began


def _answered(
    photo: Path, request: str, apply: bool, engine: str, began: Callable[[Path], None]
) -> tuple[Proposal, list[str]]:
    import stillbytes  # noqa: PLC0415
    from stillbytes.assistant import asking  # noqa: PLC0415
    from stillbytes.edit.document import Document  # noqa: PLC0415
    from stillbytes.gpu.access import shared_access  # noqa: PLC0415

    began(photo)
    document = Document(stillbytes.open(photo))
    notes = [document.problem] if document.problem else []
    proposal = asking.propose(request, asking.situation(document.photo, document.history), engine, document.photo)
    if any(step.tool == "export" for step in proposal.steps):
        notes.append("Nothing is exported here: `stillbytes develop` does that.")
    if apply and proposal.understood:
        found: list[Any] = asking.apply(document, proposal, shared_access)
        document.save()
        notes += [
            f"{told.adjustment} was found without a model: look whether it is right."
            for told in found
            if "classical" in told.result.used
        ]
    return proposal, notes


def command() -> click.Command:
    return ask
