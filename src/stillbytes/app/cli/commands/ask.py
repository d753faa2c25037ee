"""`stillbytes ask`: a change in words, as a proposal or applied."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stillbytes.app.cli.output import error_fields, json_option, print_json
from stillbytes.app.cli.stopping import stoppable
from stillbytes.core.errors import Cancelled, StillbytesError

if TYPE_CHECKING:
    from stillbytes.assistant.carrying_out import News
    from stillbytes.assistant.proposal import Proposal
    from stillbytes.edit.document import Document

MANY = 2


@dataclass(frozen=True)
class _Answer:
    """What came of one photo. notes: what else to tell. undone: what was asked for and not done, as it was stopped."""

    proposal: Proposal | StillbytesError
    notes: tuple[str, ...] = ()
    undone: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        return isinstance(self.proposal, StillbytesError) or bool(self.undone)

    @property
    def understood(self) -> bool:
        return not isinstance(self.proposal, StillbytesError) and self.proposal.understood

    def to_json(self) -> dict[str, Any]:
        if isinstance(self.proposal, StillbytesError):
            return {"error": error_fields(self.proposal)}
        return self.proposal.to_json() | ({"undone": list(self.undone)} if self.undone else {})


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
    photo's history, in its sidecar. Ctrl+C stops after the steps that are done, which are kept. A folder stands for
    the photos in it. “find five-star owls from 2024” looks in the library and prints where they are.
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
    with stoppable() as stopped, _watched(len(found)) as began:
        answers = _all(found, request, apply, engine, began, stopped)
    if as_json:
        told = [{"photo": str(photo), **answer.to_json()} for photo, answer in zip(found, answers, strict=False)]
        print_json(told if many else answers[0].to_json())
    for photo, answer in zip(found, answers, strict=False):
        if not as_json:
            said = getattr(answer.proposal, "message", "")
            print(f"{photo}: {said}" if many else said)
        for note in () if as_json else answer.notes:
            print(f"stillbytes: {photo.name}: {note}", file=sys.stderr)
    if left := len(found) - len(answers):
        print(f"stillbytes: Stopped: {left} of {len(found)} photos are as they were.", file=sys.stderr)
    failed = bool(left) or any(answer.failed for answer in answers)
    return 1 if failed or (apply and not all(answer.understood for answer in answers)) else 0


def _all(
    photos: Sequence[Path],
    request: str,
    apply: bool,
    engine: str,
    began: Callable[[Path], None],
    stopped: Callable[[], bool],
) -> list[_Answer]:
    """One answer a photo, as far as nobody stopped it; one that fails costs the others nothing. Raises Cancelled where
    nothing was done."""
    answers: list[_Answer] = []
    for photo in photos:
        try:
            if stopped():
                raise Cancelled()
            answers.append(_answered(photo, request, apply, engine, began, stopped))
        except Cancelled:
            if not answers:
                raise
            break
        except StillbytesError as error:
            if len(photos) < MANY:
                raise
            answers.append(_Answer(error, (error.remedy,) if error.remedy else ()))
    return answers


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
    photo: Path,
    request: str,
    apply: bool,
    engine: str,
    began: Callable[[Path], None],
    stopped: Callable[[], bool],
) -> _Answer:
    import stillbytes  # noqa: PLC0415
    from stillbytes.assistant import asking  # noqa: PLC0415
    from stillbytes.edit.document import Document  # noqa: PLC0415

    began(photo)
    document = Document(stillbytes.open(photo))
    notes = [document.problem] if document.problem else []
    about = asking.situation(document.photo, document.history)
    proposal = asking.propose(request, about, engine, document.photo, stopped)
    if any(step.tool == "export" for step in proposal.steps):
        notes.append("Nothing is exported here: `stillbytes develop` does that.")
    undone: tuple[str, ...] = ()
    if apply and proposal.understood:
        undone, more = _applied(document, proposal, stopped)
        document.save()
        notes += more
    return _Answer(proposal, tuple(notes), undone)


def _applied(document: Document, proposal: Proposal, stopped: Callable[[], bool]) -> tuple[tuple[str, ...], list[str]]:
    """What was not done, and what is to be told of the rest. Of several steps each is told on standard error."""
    from stillbytes.assistant import asking, carrying_out, checking  # noqa: PLC0415
    from stillbytes.gpu.access import shared_access  # noqa: PLC0415

    work = carrying_out.works(proposal, None)
    lines = {place: ", ".join(checking.lines_of(proposal.steps[place], place, {})) for place in work}

    def tell(news: News) -> None:
        if news.state == "done":
            checks = " ".join(news.checks)
            print(f"{work.index(news.place) + 1} of {len(work)} done: {lines[news.place]}. {checks}", file=sys.stderr)

    plan = len(work) > 1 and any(step.tool in ("mask", "task") for step in proposal.steps)
    means = carrying_out.Means(shared_access, cancelled=stopped, tell=tell if plan else None)
    done = asking.carried(document, document.photo, proposal, None, means)
    notes = [
        f"{told.adjustment} was found without a model: look whether it is right."
        for told in done.found
        if "classical" in told.result.used
    ]
    undone = tuple(lines[place] for place in work[len(work) - done.stopped :]) if done.stopped else ()
    if undone:
        kept = f"{len(work) - done.stopped} of {len(work)} steps are kept as one step of the history"
        notes.append(f"Stopped: {kept}; not done: {'; '.join(undone)}.")
    return undone, notes


def command() -> click.Command:
    return ask
