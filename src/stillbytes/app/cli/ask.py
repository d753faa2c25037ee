"""`stillbytes ask`: a change in words, as a proposal or applied."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stillbytes.app.cli.output import json_option, print_json
from stillbytes.core.errors import SidecarError

if TYPE_CHECKING:
    from stillbytes.assistant.proposal import Proposal


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
    photo's history, in its sidecar. A folder stands for the photos in it.
    """
    from stillbytes.app.cli.develop import listed  # noqa: PLC0415 - after the arguments were found right

    found = listed(photos)
    many = len(found) > 1
    if many and apply and not yes:
        if as_json or not sys.stdin.isatty():
            raise click.UsageError(f"{len(found)} photos would be changed; add --yes if that is meant.")
        click.confirm(f"Change {len(found)} photos?", abort=True, err=True)
    answers = [_answered(photo, request, apply, engine, many and sys.stderr.isatty()) for photo in found]
    if as_json:
        told = [{"photo": str(photo), **answer.to_json()} for photo, (answer, _) in zip(found, answers, strict=True)]
        print_json(told if many else answers[0][0].to_json())
    else:
        for photo, (answer, notes) in zip(found, answers, strict=True):
            print(f"{photo}: {answer.message}" if many else answer.message)
            for note in notes:
                print(f"stillbytes: {photo.name}: {note}", file=sys.stderr)
    return 1 if apply and not all(answer.understood for answer, _ in answers) else 0


def _answered(photo: Path, request: str, apply: bool, engine: str, watched: bool) -> tuple[Proposal, list[str]]:
    import stillbytes  # noqa: PLC0415
    from stillbytes.assistant import asking  # noqa: PLC0415
    from stillbytes.edit.document import Document  # noqa: PLC0415
    from stillbytes.gpu.access import shared_access  # noqa: PLC0415

    if watched:
        print(photo, file=sys.stderr)
    document = Document(stillbytes.open(photo))
    notes = [document.problem] if document.problem else []
    proposal = asking.propose(request, asking.situation(document.photo, document.history), engine, document.photo)
    if apply and proposal.understood:
        found: list[Any] = asking.apply(document, proposal, shared_access)
        document.flush()
        if document.unsaved:
            raise SidecarError(document.problem)
        notes += [
            f"{told.adjustment} was found without a model: look whether it is right."
            for told in found
            if "classical" in told.result.used
        ]
    return proposal, notes


def command() -> click.Command:
    return ask
