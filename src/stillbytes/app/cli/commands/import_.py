"""`stillbytes import`: photos from a card or a folder, copied, verified and taken into the library."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stillbytes.app.cli.output import json_option, print_error, print_json, print_table
from stillbytes.app.cli.progress import told
from stillbytes.core.errors import StillbytesError
from stillbytes.library.ingest.choices import Choices

if TYPE_CHECKING:
    from stillbytes.library.catalogue import Catalogue
    from stillbytes.library.ingest import Plan, Planned, Report, Unfinished

MOST_SHOWN = 20
_SINGULAR = {"keywords": "keyword"}


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    """An option for everything that can be chosen."""
    for name, field in reversed(Choices.model_fields.items()):
        more: dict[str, Any] = {"help": field.description}
        if field.annotation is bool:
            more["is_flag"] = True
        elif field.annotation is int:
            more |= {"type": int, "default": field.default, "show_default": True}
        elif field.annotation in (Path, Path | None):
            more |= {"type": click.Path(file_okay=False, path_type=Path), "metavar": "FOLDER"}
        elif field.annotation is str:
            more |= {"default": field.default, "show_default": bool(field.default), "metavar": "TEXT"}
        else:
            more |= {"multiple": True, "metavar": "WORD"}
        command = click.option(f"--{_SINGULAR.get(name, name).replace('_', '-')}", name, **more)(command)
    return command


@click.command("import")
@click.argument("source", required=False, type=click.Path(path_type=Path), metavar="[SOURCE]")
@_options
@click.option("--dry-run", is_flag=True, help="Only show what would be copied where.")
@click.option("--resume", "resuming", is_flag=True, help="Go on with every import that was stopped.")
@click.option("--forget", is_flag=True, help="Leave the rest of every stopped import undone.")
@click.option(
    "--catalogue",
    "place",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the library's index; by default one for all your photos.",
)
@json_option()
def import_photos(
    source: Path | None,
    dry_run: bool,
    resuming: bool,
    forget: bool,
    place: Path | None,
    as_json: bool,
    **choices: Any,
) -> int:
    """Copy photos from a card or a folder, verify every byte, and add them to the library.

    SOURCE: by default the one card that is in. What is in the library or below the destination already is left out;
    RAW, JPEG and sidecars stay together; nothing is overwritten, and nothing on the card is changed. An import that
    was stopped goes on when it is run again.

    \b
    stillbytes import /media/EOS_DIGITAL --to ~/Pictures --second-copy /mnt/backup
    stillbytes import --to ~/Pictures --name "{year}/{date:%m-%d} Rome/{camera}_{sequence:04}" --dry-run
    """
    from stillbytes.library import catalogue, ingest  # noqa: PLC0415 - the help does without

    with catalogue.open(place) as library:
        if forget:
            return _forgotten(library, as_json)
        if resuming:
            return _resumed(library, ingest.unfinished(library), as_json)
        if choices["to"] is None:
            raise click.UsageError("Say where the photos are copied to: --to FOLDER.")
        chosen = ingest.chosen(**choices)
        where = (source or _only_card()).expanduser().resolve()
        same = [one for one in ingest.unfinished(library) if (one.source, one.choices.to) == (where, chosen.to)]
        status = 0
        if same and not dry_run:
            status = _resumed(library, same, as_json, quiet=as_json)
        with told(as_json) as control:
            planned = ingest.plan(ingest.look(where, control), chosen, library, control=control)
        status = 1 if planned.unread else status
        if dry_run:
            _show_plan(planned, as_json)
            return status
        with told(as_json) as control:
            report = ingest.carry_out(planned, library, control)
    if as_json:
        print_json({**_plan_fields(planned), "report": _report_fields(report)})
    else:
        _say(report, planned)
    return 1 if report.failed else status


def _only_card() -> Path:
    from stillbytes.library.ingest import sources  # noqa: PLC0415

    found = sources()
    if len(found) == 1:
        return found[0].path
    if not found:
        raise click.UsageError("No card is in. Name the folder to import from.")
    raise click.UsageError(f"Which one? {', '.join(str(one.path) for one in found)}")


def _forgotten(library: Catalogue, as_json: bool) -> int:
    from stillbytes.library.ingest import forget, unfinished  # noqa: PLC0415

    left = unfinished(library)
    for one in left:
        forget(library, one.id)
    if as_json:
        print_json({"forgotten": [_left_fields(one) for one in left]})
    else:
        print(f"{len(left)} stopped imports forgotten. What they copied stays.")
    return 0


def _resumed(library: Catalogue, left: list[Unfinished], as_json: bool, quiet: bool = False) -> int:
    from stillbytes.library.ingest import resume  # noqa: PLC0415

    reports, status = [], 0
    for one in left:
        if not as_json:
            print(f"Going on with the import from {one.source}: {one.copied} of {one.files} files are copied.")
        try:
            with told(as_json) as control:
                report = resume(library, one.id, control)
        except StillbytesError as error:
            if len(left) == 1:
                raise
            print_error(error.message, error.remedy, as_json)
            status = 1
            continue
        reports.append({**_left_fields(one), "report": _report_fields(report)})
        if not as_json:
            _say(report)
        status = 1 if report.failed else status
    if as_json and not quiet:
        print_json({"resumed": reports})
    elif not left:
        print("No import was stopped.")
    return status


def _show_plan(planned: Plan, as_json: bool) -> None:
    from stillbytes.library.ingest.run import told as size_of  # noqa: PLC0415

    if as_json:
        print_json(_plan_fields(planned))
        return
    new = [copy for copy in planned.copies if copy.source is not None]
    rows = [(copy.source.name, copy.target) for copy in new[:MOST_SHOWN] if copy.source is not None]
    more = [(f"and {len(new) - MOST_SHOWN} more", "")] if len(new) > MOST_SHOWN else []
    if rows:
        print_table(("File", f"In {planned.choices.to}"), [*rows, *more])
    print(f"{_counts(planned)}; {size_of(planned.size)} to copy. Nothing was copied.")
    _say_unread(planned)


def _say_unread(planned: Plan) -> None:
    if planned.unread:
        print_table(("Cannot be read, and is not copied", "Why"), planned.unread)


def _counts(planned: Plan) -> str:
    words = {"new": "new", "duplicate": "there already", "unreadable": "cannot be read"}
    parts = [f"{planned.count(state)} {said}" for state, said in words.items() if planned.count(state)]
    return ", ".join(parts) or "No photos"


def _say(report: Report, planned: Plan | None = None) -> None:
    from stillbytes.library.ingest.run import told as size_of  # noqa: PLC0415

    if planned is not None:
        print(f"{_counts(planned)}.")
        _say_unread(planned)
    speed = f", {size_of(round(report.size / report.seconds))}/s" if report.seconds > 1 else ""
    twice = f", {report.doubled} of them twice" if report.doubled else ""
    print(f"{report.photos} photos copied and verified ({report.files} files, {size_of(report.size)}{twice}{speed}).")
    if report.added:
        print(f"{report.added} photos are new in the library.")
    if report.waiting:
        print(f"They are not in the library yet: {report.waiting}")
    told_of = [(str(one.path), one.message) for one in (*report.failed, *report.remarks)]
    if told_of:
        print_table(("File", "Why"), told_of)
    if report.failed:
        print("`stillbytes import --resume` tries what failed again, `--forget` gives it up.")


def _plan_fields(planned: Plan) -> dict[str, Any]:
    return {
        "source": str(planned.source),
        "to": str(planned.choices.to),
        "size": planned.size,
        "photos": [_shot_fields(one) for one in planned.shots],
        "problems": [{"path": path, "message": message} for path, message in planned.problems],
    }


def _shot_fields(one: Planned) -> dict[str, Any]:
    return {
        "name": one.shot.name,
        "state": one.state,
        "files": [str(file.path) for file in (*one.shot.photos, *one.shot.beside)],
        "taken": one.shot.facts.taken.isoformat() if one.shot.facts.taken else None,
        "camera": one.shot.facts.camera,
        "already": str(one.already) if one.already else None,
        "problem": one.shot.problem,
        "copies": [{"source": str(c.source) if c.source else None, "target": c.target} for c in one.copies],
    }


def _report_fields(report: Report) -> dict[str, Any]:
    def listed(failed: Any) -> list[dict[str, str]]:
        return [{"path": str(one.path), "message": one.message} for one in failed]

    return {
        "photos": report.photos, "files": report.files, "size": report.size, "second_copies": report.doubled,
        "added": report.added, "failed": listed(report.failed), "remarks": listed(report.remarks),
        "folders": [str(folder) for folder in report.folders], "waiting": report.waiting,
        "seconds": round(report.seconds, 2),
    }  # fmt: skip


def _left_fields(one: Unfinished) -> dict[str, Any]:
    return {
        "id": one.id, "begun": one.begun, "source": str(one.source), "to": str(one.choices.to),
        "files": one.files, "copied": one.copied,
    }  # fmt: skip


def command() -> click.Command:
    return import_photos
