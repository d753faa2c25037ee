"""`stillbytes develop`: photos in, pictures out, every develop parameter an option."""

from __future__ import annotations

import contextlib
import re
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from stillbytes.app.cli import change_options as options
from stillbytes.app.cli import export_options
from stillbytes.app.cli.commands.versions import in_version
from stillbytes.app.cli.output import error_fields, print_error, print_json
from stillbytes.core.device import Device, chosen
from stillbytes.core.errors import ExportError, StillbytesError
from stillbytes.core.filenames import made_plain
from stillbytes.develop.kernels.load import library
from stillbytes.develop.settings import Settings
from stillbytes.edit import sidecar
from stillbytes.edit.changes import Changes
from stillbytes.edit.exporting import Spec
from stillbytes.edit.exporting.formats import format_of
from stillbytes.edit.photo import Photo
from stillbytes.library.batch import Outcome, export
from stillbytes.photo.formats import is_photo

if TYPE_CHECKING:
    from stillbytes.generate.larger import Larger
    from stillbytes.gpu.access import Access

Start = Callable[[Photo], Settings]
_LIKE_EXTENSION = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,3}")


def command() -> click.Command:
    path = click.Path(path_type=Path)
    parameters: list[click.Parameter] = [
        click.Argument(["photos"], nargs=-1, required=True, type=path, metavar="PHOTO..."),
        click.Option(
            ["-o", "--output"], required=True, type=path, help="A folder; for one photo also a file with an extension."
        ),
        click.Option(
            ["--version"], metavar="NAME", help="A version of each photo by name or number, or all for every version."
        ),
        click.Option(["--json", "as_json"], is_flag=True, help="Print JSON for programs."),
        click.Option(
            ["--device"],
            type=click.Choice(get_args(Device)),
            help="What draws; by default what `stillbytes device` says. Nothing is lost where it cannot.",
        ),
    ]
    parameters += export_options.options()
    parameters += options.options()
    return options.Grouped("develop", callback=develop, params=parameters, help=develop.__doc__)


def develop(
    photos: Sequence[Path],
    output: Path,
    settings: Path | None,
    version: str | None,
    ignore_sidecar: bool,
    upscale: str | None,
    enhance: float | None,
    as_json: bool,
    device: Device | None,
    presets: Sequence[str],
    auto: Sequence[str],
    masks: Sequence[str],
    export_presets: Sequence[str],
    keep_export: str | None,
    **values: Any,
) -> int:
    """Develop photos into pictures.

    Each photo starts from its sidecar (or from --settings, or from nothing); the options below change that. Into a
    folder nothing is overwritten. A folder among the photos stands for those in it.
    """
    threading.Thread(target=_load_kernels, daemon=True).start()
    _choose(device)
    found, without = in_version(listed(photos), version)
    exports = export_options.specs(how := export_options.taken(values), export_presets, keep_export)
    several = len(exports) > 1
    first = next(iter(exports.values()))
    chosen_format = how.get("format") or (first.format if export_presets else None)
    target, format = destination([photo.path for photo in found], output.expanduser(), chosen_format, folder=several)
    wanted = options.changes(settings, ignore_sidecar, presets, auto, masks, values)
    begin = start(wanted)
    notes: dict[tuple[Path, str], str] = {}
    for path in without:
        print(f"stillbytes: {path.name} has no version {version!r} and was left out.", file=sys.stderr)

    def settings_for(photo: Photo) -> Settings:
        edit, said = wanted.applied(photo, _networks, begin=begin)
        if said:
            notes[photo.path, photo.version_name] = " ".join(said)
        return edit

    network = export_options.network(upscale, enhance)
    through = network.larger() if network else None
    outcomes: list[Outcome] = []
    watched = len(found) > 1 and sys.stderr.isatty()
    for name, spec in exports.items():
        place = _folder_in(target, name) if several else target
        chosen = spec if several else spec.changed(format=format)
        outcomes += _export(found, place, chosen, settings_for, through, watched=watched)
    (_report_json if as_json else _report)(outcomes, notes)
    return 1 if any(outcome.error for outcome in outcomes) else 0


def _choose(device: Device | None) -> None:
    """What draws. Where that cannot be had, the processor does, and a person is told."""
    wanted = device or chosen()
    if wanted == "cpu" and device is None:
        return
    from stillbytes.gpu.drawing import PROCESSOR, draw_on  # noqa: PLC0415 - most draw on the processor

    try:
        draw_on(wanted)
    except StillbytesError as error:
        draw_on("cpu")
        print(f"stillbytes: {error} {PROCESSOR}", file=sys.stderr)


def listed(places: Sequence[Path]) -> list[Path]:
    """The photos meant by these paths, each once; a folder stands for the photos in it."""
    found: dict[Path, None] = {}
    for place in places:
        path = place.expanduser()
        if path.is_dir():
            found |= dict.fromkeys(sorted(inside for inside in path.iterdir() if is_photo(inside)))
        else:
            found[path] = None
    if not found:
        raise click.BadParameter("there are no photos in it.", param_hint="PHOTO")
    return list(found)


def destination(photos: Sequence[Path], output: Path, format: str | None, *, folder: bool = False) -> tuple[Path, str]:
    """The file or (then existing) folder to write to, and the format. folder: whether it has to be one. Raises
    click.BadParameter, ExportError."""
    known = True
    if not output.is_dir() and output.suffix and not folder:
        try:
            by_extension = format_of(output)
        except ExportError as error:
            known = False
            if format is None and _LIKE_EXTENSION.fullmatch(output.suffix):
                raise click.BadParameter(str(error), param_hint="--output") from error
        if known and len(photos) > 1:
            raise click.BadParameter(f"{output} is a file, for {len(photos)} photos; name a folder.", param_hint="-o")
        if known or (format is not None and len(photos) == 1):
            return output, format or by_extension
    return _made(output), format or "jpeg"


def _folder_in(target: Path, name: str) -> Path:
    return _made(target / made_plain(name))


def _made(folder: Path) -> Path:
    """Raises ExportError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = f"The folder {folder} cannot be made: {error.strerror or error}."
        raise ExportError(problem, "Choose another with --output.") from error
    return folder


def start(wanted: Changes) -> Start:
    """What each photo's settings begin with. Raises SidecarError for a file that cannot be read."""
    if wanted.start is not None:
        found = sidecar.read_file(wanted.start).settings  # at once, so that a bad file ends the command before the work
        if not any(name.startswith("crop") for name in found):
            return lambda photo: found
    return wanted.begin


def _networks() -> Access:
    from stillbytes.gpu.access import shared_access  # noqa: PLC0415 - only for photos with masks

    return shared_access()


def _load_kernels() -> None:
    """While the photo is decoded. An error comes up again, and is told, when they are used."""
    with contextlib.suppress(StillbytesError):
        library()


def _export(
    photos: Sequence[Photo], target: Path, spec: Spec, begin: Start, network: Larger | None, *, watched: bool
) -> list[Outcome]:
    if not watched:
        return export(photos, target, spec, begin, through=network)
    from rich.console import Console  # noqa: PLC0415 - only for many photos
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=len(photos))

        def show(done: int, total: int, path: Path) -> None:
            bar.update(task, completed=done, total=total, description=path.name if done < total else "")

        return export(photos, target, spec, begin, show, through=network)


def _report_json(outcomes: Sequence[Outcome], notes: Mapping[tuple[Path, str], str]) -> None:
    print_json(
        [
            {
                "photo": str(outcome.path),
                "version": outcome.version,
                "target": str(outcome.target) if outcome.target else None,
                "note": " ".join(filter(None, (notes.get((outcome.path, outcome.version)), outcome.warning))),
                "error": error_fields(outcome.error) if outcome.error else None,
            }
            for outcome in outcomes
        ]
    )


def _report(outcomes: Sequence[Outcome], notes: Mapping[tuple[Path, str], str]) -> None:
    for outcome in outcomes:
        if outcome.target is not None:
            print(outcome.target)
    sys.stdout.flush()
    warnings = (((o.path, o.version), o.warning) for o in outcomes if o.warning)
    for (path, version), note in (*notes.items(), *warnings):
        which = f"{path.name} ({version})" if version else path.name
        print(f"stillbytes: {which}: {note}", file=sys.stderr)
    failed = [outcome for outcome in outcomes if outcome.error]
    if failed and len(outcomes) > 1:
        print(f"{len(failed)} of {len(outcomes)} photos failed:", file=sys.stderr)
    for outcome in failed:
        if outcome.error:
            print_error(outcome.error.message, outcome.error.remedy, False)
