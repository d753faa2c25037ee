"""`stillbytes library import-lightroom`: what a catalogue of Lightroom's says, as sidecars."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stillbytes.app.cli.output import json_option, print_json, print_table

if TYPE_CHECKING:
    from stillbytes.library.lightroom import Report, Taken

STATES = {
    "taken": "taken over", "edited": "edited here already, left as they are (--replace takes theirs)",
    "missing": "not where the catalogue says (--moved OLD NEW)",
    "failed": "not taken over",
}  # fmt: skip
MOST_SHOWN = 20


@click.command("import-lightroom")
@click.argument("catalogue", type=click.Path(path_type=Path), metavar="FILE.lrcat")
@click.option("--dry-run", is_flag=True, help="Only say what would be taken over.")
@click.option("--replace", is_flag=True, help="Also where a photo was edited here; that becomes a step to undo.")
@click.option("--moved", nargs=2, multiple=True, metavar="OLD NEW", help="A folder as the catalogue knows it, and now.")
@json_option()
@click.pass_obj
def import_lightroom(
    place: Path | None, catalogue: Path, dry_run: bool, replace: bool, moved: Sequence[tuple[str, str]], as_json: bool
) -> int:
    """Take over the edits, ratings, flags, labels, keywords and collections of a Lightroom catalogue.

    They go into the sidecars of its photos, virtual copies into versions; the catalogue is only read. What has no
    counterpart is listed, and stays in the sidecar. Collections are made of the photos that the library has:
    `stillbytes library add` takes them in.
    """
    from stillbytes.library.lightroom import import_lightroom as take_over  # noqa: PLC0415 - only to import

    report = take_over(catalogue, dry_run=dry_run, replace=replace, moved=moved)
    made = [] if dry_run or not report.collections else _collect(place, report)
    if as_json:
        collections = {name: [str(path) for path in paths] for name, paths in report.collections.items()}
        print_json({"photos": [_told(one) for one in report.photos], "collections": collections, "made": made})
    else:
        _show(report, made, dry_run)
    return 1 if report.count("failed") else 0


def _collect(place: Path | None, report: Report) -> list[str]:
    from stillbytes.library.catalogue import open  # noqa: PLC0415
    from stillbytes.library.lightroom import collect  # noqa: PLC0415

    with open(place) as library:
        return collect(library, report.collections)


def _show(report: Report, made: Sequence[str], dry_run: bool) -> None:
    from stillbytes.edit.unmapped import told  # noqa: PLC0415 - only to import

    counted = Counter[str](one.state for one in report.photos)
    rows = [(str(counted[state]), words) for state, words in STATES.items() if counted[state]]
    print_table(("Photos", ""), rows, title="Nothing was written." if dry_run else "")
    lost = Counter(label for one in report.photos for label in one.unmapped)
    if lost:
        print_table(
            ("Photos", "Not taken over, and kept in the sidecar"), [(str(n), label) for label, n in lost.most_common()]
        )
    said = [(one.path.name, note) for one in report.photos for note in one.notes if note != told(one.unmapped)]
    if said:
        more = [("", f"and {len(said) - MOST_SHOWN} more; --json has them all")] if len(said) > MOST_SHOWN else []
        print_table(("Photo", "Remark"), said[:MOST_SHOWN] + more)
    if made:
        print(f"Collections made: {', '.join(made)}.")
    left = [name for name in report.collections if name not in made]
    if left:
        print(f"Collections not made: {', '.join(left)}.")


def _told(one: Taken) -> dict[str, Any]:
    return {
        "path": str(one.path), "version": one.version, "state": one.state, "settings": dict(one.settings),
        "not_taken_over": list(one.unmapped), "notes": list(one.notes),
    }  # fmt: skip
