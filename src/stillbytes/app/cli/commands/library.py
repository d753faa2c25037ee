"""`stillbytes library`: many photos in one index: adding folders, searching, checking, making it again."""

from __future__ import annotations

import csv
import dataclasses
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from stillbytes.app.cli.commands.library_options import PAGE, likest, meant, opened, query_of
from stillbytes.app.cli.output import error_fields, json_option, print_error, print_json, print_table
from stillbytes.app.cli.progress import told
from stillbytes.core.tables import harmless
from stillbytes.library.catalogue.search.run import SORTS

if TYPE_CHECKING:
    from stillbytes.library.catalogue import Catalogue, Entry, Folder, Scanned

CSV_COLUMNS = (
    "path", "kind", "size", "width", "height", "taken", "camera", "lens", "iso", "exposure", "aperture", "focal",
    "latitude", "longitude", "altitude", "rating", "flag", "label", "title", "caption", "creator", "copyright",
    "keywords", "edited",
)  # fmt: skip


@click.group("library")
@click.option(
    "--catalogue",
    "place",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the index; by default one for all your photos.",
)
@click.pass_context
def library(context: click.Context, place: Path | None) -> None:
    """Add folders of photos, search them, check them.

    The folders are the truth: the index only makes finding quick, and `rebuild` makes it again from them.
    """
    context.obj = place


@library.command("add")
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="DIR...")
@json_option()
@click.pass_obj
def add(place: Path | None, folders: Sequence[Path], as_json: bool) -> int:
    """Take in folders and all below them, or bring them up to date."""
    with opened(place) as catalogue, told(as_json) as control:
        found = [(folder, catalogue.add(folder, control)) for folder in folders]
    if as_json:
        print_json([{"folder": str(folder), **dataclasses.asdict(one)} for folder, one in found])
    else:
        for folder, one in found:
            print(f"{folder}: {_said(one)}")
        _hint(found[-1][1])
    return 0


@library.command("status")
@json_option()
@click.pass_obj
def status(place: Path | None, as_json: bool) -> int:
    """Show the folders, the collections, and what could not be read."""
    with opened(place) as catalogue:
        folders, collections, problems = catalogue.folders(), catalogue.collections.all(), catalogue.problems()
        where = catalogue.place
    if as_json:
        print_json(
            {
                "catalogue": str(where),
                "photos": sum(folder.photos for folder in folders),
                "folders": [{**dataclasses.asdict(folder), "path": str(folder.path)} for folder in folders],
                "collections": [dataclasses.asdict(one) for one in collections],
                "problems": [dataclasses.asdict(one) for one in problems],
            }
        )
        return 0
    if not folders:
        print("The library is empty. `stillbytes library add DIR` takes in a folder.")
    rows = [(str(f.path), str(f.photos), str(f.missing or ""), _state(f)) for f in folders]
    if rows:
        print_table(("Folder", "Photos", "Missing", ""), rows)
    if collections:
        print_table(("Collection", "Photos", "Search"), [(c.name, str(c.photos), c.query or "") for c in collections])
    if problems:
        print_table(("Not read", "Why", "What to do"), [(p.path, p.message, p.remedy) for p in problems])
    return 0


@library.command("search", context_settings={"ignore_unknown_options": True})
@click.argument("query", nargs=-1, metavar="[QUERY...]")
@click.option(
    "--limit", type=click.IntRange(0), default=100, show_default=True, metavar="N", help="Most photos to show."
)
@click.option("--offset", type=click.IntRange(0), default=0, metavar="N", help="Photos to leave out first.")
@click.option("--sort", type=click.Choice(list(SORTS)), default="taken", show_default=True)
@click.option("--ascending", is_flag=True, help="The least or oldest first.")
@click.option("--tops", is_flag=True, help="Of a RAW and its JPEG only the RAW, of a burst its top.")
@click.option("--like", type=click.Path(path_type=Path), metavar="PHOTO", help="Those most like this photo first.")
@click.option("--meaning", is_flag=True, help="Free words are what is meant, in any words; needs a network for that.")
@json_option()
@click.pass_obj
def search(
    place: Path | None,
    query: Sequence[str],
    limit: int,
    offset: int,
    sort: str,
    ascending: bool,
    tops: bool,
    like: Path | None,
    meaning: bool,
    as_json: bool,
) -> int:
    """Find photos: words, "words in a row", fields, -not, OR, brackets.

    \b
    stillbytes library search owl camera:d750 "rating:>=3"
    stillbytes library search date:2024-05..2024-06 keyword:birds -is:edited
    stillbytes library search --meaning red car at night "rating:>=3"
    """
    if meaning and like is not None:
        raise click.UsageError("--meaning and --like exclude each other.")
    with opened(place) as catalogue:
        asked = query_of(query)
        if meaning:
            found = meant(catalogue, asked, limit, offset)
        elif like is not None:
            found = likest(catalogue, asked, like, limit, offset, tops)
        else:
            found = catalogue.search(asked, sort=sort, descending=not ascending, limit=limit, offset=offset, tops=tops)
    if as_json:
        print_json({"total": found.total, "offset": found.offset, "photos": [one.fields() for one in found.photos]})
        return 0
    print_table(("Photo", "Taken", "Camera", "Rating", "Title"), map(_row, found.photos))
    print(f"{found.total} photos" + (f", {len(found.photos)} shown" if len(found.photos) < found.total else ""))
    return 0


@library.command("rebuild")
@json_option()
@click.pass_obj
def rebuild(place: Path | None, as_json: bool) -> int:
    """Make the index again from the folders; a damaged one is set aside. No photo or sidecar is changed."""
    from stillbytes.library.catalogue.mend import opened_anew  # noqa: PLC0415

    with opened_anew(place) as catalogue, told(as_json) as control:
        found = catalogue.rebuild(control)
    if as_json:
        print_json(dataclasses.asdict(found))
    else:
        print(f"Read again: {found.photos} photos in {found.seconds:.1f} s.")
        _hint(found)
    return 0


@library.command("verify")
@click.option("--quick", is_flag=True, help="Leave the photos' contents out.")
@json_option()
@click.pass_obj
def verify(place: Path | None, quick: bool, as_json: bool) -> int:
    """Check the index, and every byte of every photo against the last time. Exit status 1 for any damage."""
    with opened(place) as catalogue, told(as_json) as control:
        found = catalogue.verify(control, quick=quick)
    if as_json:
        print_json({"clean": found.clean, **dataclasses.asdict(found)})
    else:
        for one in found.damage:
            print_error(f"{one.path}: {one.message}", one.remedy, False)
        state = "Clean" if found.clean else f"{len(found.damage)} damaged"
        print(f"{state}: {found.photos} photos, {found.hashed} read whole, {found.first} of them for the first time.")
        if found.pending:
            print(f"{found.pending} photos are new, changed, gone or back: `stillbytes library add` takes that in.")
        if found.problems:
            print(f"{len(found.problems)} could not be read: `stillbytes library status` lists them.")
    return 0 if found.clean else 1


@library.command("export-metadata", context_settings={"ignore_unknown_options": True})
@click.argument("query", nargs=-1, metavar="[QUERY...]")
@click.option(
    "--format", "format", type=click.Choice(("json", "jsonl", "csv", "xmp")), default="jsonl", show_default=True
)
@click.option(
    "--to", type=click.Path(dir_okay=False, path_type=Path), help="File to write; standard output by default."
)
@json_option()
@click.pass_obj
def export_metadata(
    place: Path | None,
    query: Sequence[str],
    format: Literal["json", "jsonl", "csv", "xmp"],
    to: Path | None,
    as_json: bool,
) -> int:
    """Write what is known about photos; all of them without a query.

    xmp: into each photo's sidecar, for other programs: ratings, labels, texts and keywords that so far stood only in
    the photo itself.
    """
    if format == "xmp" and to is not None:
        raise click.UsageError("--format xmp writes beside the photos and takes no --to.")
    with opened(place) as catalogue:
        if format == "xmp":
            return _into_sidecars(catalogue, query_of(query), as_json)
        count = _exported(_all(catalogue, query_of(query)), "json" if as_json and to is None else format, to)
    if to is not None:
        if as_json:
            print_json({"photos": count, "path": str(to)})
        else:
            print(f"{count} photos in {to}.")
    return 0


def _into_sidecars(catalogue: Catalogue, query: str, as_json: bool) -> int:
    photos = list(_all(catalogue, query))
    outcomes = []
    for one in photos:
        known = {
            name: getattr(one, name) for name in ("rating", "flag", "label", "title", "caption", "creator", "copyright")
        }
        remarks = {name: value for name, value in known.items() if value}
        if one.keywords:
            remarks["keywords"] = list(one.keywords)
        if remarks:
            outcomes += catalogue.describe([one.number], **remarks)
    failed = [change for change in outcomes if change.error is not None]
    if as_json:
        errors = [{"number": c.number, "error": error_fields(c.error)} for c in failed if c.error is not None]
        print_json({"photos": len(photos), "written": len(outcomes) - len(failed), "failed": errors})
    else:
        for change in failed:
            if change.error is not None:
                print_error(change.error.message, change.error.remedy, False)
        print(f"{len(outcomes) - len(failed)} sidecars written for {len(photos)} photos.")
    return 1 if failed else 0


def _all(catalogue: Catalogue, query: str) -> Iterator[Entry]:
    numbers = catalogue.numbers(query, sort="path", descending=False)
    for at in range(0, len(numbers), PAGE):
        yield from catalogue.photos(numbers[at : at + PAGE])


def _exported(photos: Iterator[Entry], format: str, to: Path | None) -> int:
    """Returns how many."""
    from stillbytes.core.files import atomic_path  # noqa: PLC0415

    if to is None:
        return _write(photos, format, sys.stdout)
    with atomic_path(to) as part, part.open("w", encoding="utf-8", newline="") as file:
        return _write(photos, format, file)


def _write(photos: Iterator[Entry], format: str, out: Any) -> int:
    listed = (one.fields() for one in photos)
    if format == "json":
        held = list(listed)
        out.write(json.dumps(held, indent=2) + "\n")
        return len(held)
    table, count = csv.writer(out), 0
    if format == "csv":
        table.writerow(CSV_COLUMNS)
    for count, fields in enumerate(listed, start=1):  # noqa: B007 - the last one is the result
        if format == "csv":
            fields["keywords"] = "; ".join(fields["keywords"])
            table.writerow(["" if fields[name] is None else harmless(fields[name]) for name in CSV_COLUMNS])
        else:
            out.write(json.dumps(fields) + "\n")
    return count


def _row(one: Entry) -> tuple[str, ...]:
    return (str(one.path), one.taken.replace("T", " ")[:16], one.camera, "*" * one.rating, one.title)


def _state(folder: Folder) -> str:
    if not folder.online:
        return "out of reach"
    return f"up to date as of {folder.scanned}" if folder.scanned else "not looked through to the end"


def _said(one: Scanned) -> str:
    parts = [f"{one.photos} photos"]
    for name in ("added", "changed", "moved", "missing"):
        if count := getattr(one, name):
            parts.append(f"{count} {name}")
    return f"{', '.join(parts)}; {one.seconds:.1f} s."


def _hint(found: Scanned) -> None:
    for path in found.offline:
        print(f"{path} is out of reach; what is known of it stays.")
    if found.problems:
        print(f"{found.problems} could not be read: `stillbytes library status` lists them.")


def command() -> click.Command:
    from stillbytes.app.cli.commands.library_alike import duplicates, top  # noqa: PLC0415
    from stillbytes.app.cli.commands.library_captions import captions  # noqa: PLC0415
    from stillbytes.app.cli.commands.library_hints import hints  # noqa: PLC0415
    from stillbytes.app.cli.commands.lightroom import import_lightroom  # noqa: PLC0415 - it is a command of this group

    library.add_command(import_lightroom)
    library.add_command(hints)
    library.add_command(captions)
    library.add_command(duplicates)
    library.add_command(top)
    return library
