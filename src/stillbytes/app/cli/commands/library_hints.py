"""`stillbytes library hints`: what is noticed in photos' pictures, with the reason."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stillbytes.app.cli.commands.library_options import PAGE, opened, query_of
from stillbytes.app.cli.output import json_option, print_json, print_table
from stillbytes.app.cli.progress import told

if TYPE_CHECKING:
    from stillbytes.library.catalogue import Catalogue, Entry


@click.command("hints", context_settings={"ignore_unknown_options": True})
@click.argument("query", nargs=-1, metavar="[QUERY...]")
@click.option("--all", "all_measures", is_flag=True, help="What was measured of every photo, not only what is told.")
@click.option("--again", is_flag=True, help="Look at pictures anew that were looked at already.")
@click.option("--no-look", is_flag=True, help="Only tell what is known; look at nothing.")
@click.option("--kinds", is_flag=True, help="List the kinds of hints, and how many photos each is about.")
@json_option()
@click.pass_obj
def hints(
    place: Path | None,
    query: Sequence[str],
    all_measures: bool,
    again: bool,
    no_look: bool,
    kinds: bool,
    as_json: bool,
) -> int:
    """Look at photos for what helps to choose: blurred, eyes shut, clipped, underexposed. Nothing is rated or rejected.

    \b
    stillbytes library hints "in:/home/me/Pictures/2024"
    stillbytes library search hint:blurred
    stillbytes library search is:sharpest

    The photos of the query are looked at first, as far as they were not; each with its value, the threshold and a
    sentence.
    """
    if again and no_look:
        raise click.UsageError("--again and --no-look exclude each other.")
    asked = query_of(query)
    with opened(place) as catalogue:
        seen = None
        if not no_look:
            with told(as_json) as control:
                seen = catalogue.look(asked, control, again=again)
        if kinds:
            return _kinds(catalogue, asked, as_json)
        looked, unreadable, _ = catalogue.looks.looked(asked)
        found = list(_noted(catalogue, asked, all_measures))
    if as_json:
        print_json(
            {
                "looked": looked,
                "unreadable": unreadable,
                "now": None if seen is None else dataclasses.asdict(seen),
                "photos": [_fields(*one) for one in found],
            }
        )
        return 0
    rows = [
        (str(photo.path), note.label if note.fires else f"({note.label.lower()})", note.reason)
        for photo, notes, _ in found
        for note in notes
    ]
    rows += [(str(photo.path), "Not seen", problem) for photo, _, problem in found if problem]
    if rows:
        print_table(("Photo", "Hint", "Why"), rows)
    if seen is not None and seen.photos:
        print(f"{seen.photos} photos looked at in {seen.seconds:.1f} s.")
    print(f"{looked} photos were looked at, {sum(any(n.fires for n in notes) for _, notes, _ in found)} have hints.")
    return 0


def _noted(catalogue: Catalogue, query: str, all_measures: bool) -> Iterator[tuple[Entry, Sequence[Any], str]]:
    numbers = catalogue.numbers(query, sort="path", descending=False)
    for at in range(0, len(numbers), PAGE):
        part = numbers[at : at + PAGE]
        notes, problems = catalogue.looks.noted(part, all_measures=all_measures), catalogue.looks.problems(part)
        for photo in catalogue.photos([number for number in part if number in notes or number in problems]):
            yield photo, notes.get(photo.number, ()), problems.get(photo.number, "")


def _fields(photo: Entry, notes: Sequence[Any], problem: str) -> dict[str, Any]:
    found = {"number": photo.number, "path": str(photo.path), "sharpest": photo.sharpest}
    return found | {"hints": [dataclasses.asdict(note) for note in notes], "problem": problem}


def _kinds(catalogue: Catalogue, query: str, as_json: bool) -> int:
    from stillbytes.library.hints import hints as declared  # noqa: PLC0415 - the help does without

    looked, unreadable, photos = catalogue.looks.looked(query)
    if as_json:
        told_of = [
            {"kind": kind, "label": one.label, "says": one.says, "threshold": one.threshold, "above": one.above,
             "unit": one.unit, "photos": photos[kind]}
            for kind, one in declared().items()
        ]  # fmt: skip
        print_json({"looked": looked, "unreadable": unreadable, "kinds": told_of})
        return 0
    rows = [(f"hint:{kind}", str(photos[kind]), one.says) for kind, one in declared().items()]
    print_table(("Search", "Photos", ""), rows)
    return 0
