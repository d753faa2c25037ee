"""`stillbytes library duplicates` and `top`: the same photo more than once, and which of a burst is shown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from stillbytes.app.cli.commands.library_options import number_of, opened, query_of
from stillbytes.app.cli.output import json_option, print_json, print_table
from stillbytes.app.cli.progress import told


@click.command("duplicates", context_settings={"ignore_unknown_options": True})
@click.argument("query", nargs=-1, metavar="[QUERY...]")
@click.option("--no-look", is_flag=True, help="Compare only pictures that were looked at already.")
@json_option()
@click.pass_obj
def duplicates(place: Path | None, query: Sequence[str], no_look: bool, as_json: bool) -> int:
    """List photos that are there more than once: the same bytes, or the same picture in another size or file.

    A RAW and its JPEG, the versions of a photo and the photos of a burst are none. Nothing is deleted.
    """
    asked = query_of(query)
    with opened(place) as catalogue, told(as_json) as control:
        if not no_look:
            catalogue.look(asked, control)
        found = catalogue.alike.duplicates(asked, control)
    if as_json:
        groups = [{"how": one.how, "reason": one.reason, "photos": [p.fields() for p in one.photos]} for one in found]
        print_json({"groups": groups})
        return 0
    rows = [
        (
            str(place + 1),
            str(photo.path),
            f"{photo.width} x {photo.height}",
            one.reason if photo is one.photos[0] else "",
        )
        for place, one in enumerate(found)
        for photo in one.photos
    ]
    if rows:
        print_table(("", "Photo", "Size", "Why"), rows)
    print(f"{len(found)} photos are there more than once, {sum(len(one.photos) - 1 for one in found)} files too many.")
    return 0


@click.command("top")
@click.argument("photo", type=click.Path(path_type=Path))
@json_option()
@click.pass_obj
def top(place: Path | None, photo: Path, as_json: bool) -> int:
    """Have a photo be the one that is shown of its burst."""
    with opened(place) as catalogue:
        number = number_of(catalogue, photo)
        catalogue.alike.put_on_top(number)
        (one,) = catalogue.photos([number])
    if as_json:
        print_json(one.fields())
    else:
        print(f"{photo} is on top of its burst.")
    return 0
