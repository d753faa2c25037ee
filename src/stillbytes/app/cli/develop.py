"""`stillbytes develop`: photos in, pictures out, every develop parameter an option."""

from __future__ import annotations

import contextlib
import re
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from stillbytes.app.cli.output import error_fields, print_error, print_json
from stillbytes.app.cli.values import parsed, shape
from stillbytes.core import memory
from stillbytes.core.errors import ExportError, InvalidSetting, StillbytesError
from stillbytes.develop import groups
from stillbytes.develop.kernels.load import library
from stillbytes.develop.parameter import Parameter, Value
from stillbytes.develop.settings import Settings
from stillbytes.edit import sidecar
from stillbytes.edit.photo import Photo, format_of
from stillbytes.library.batch import Outcome, Spec, export
from stillbytes.photo.encode import FORMATS
from stillbytes.photo.formats import is_photo
from stillbytes.photo.spaces import SPACES

Start = Callable[[Photo], Settings]
_LIKE_EXTENSION = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,3}")


class Declared(click.ParamType[Any]):
    """The values that a develop parameter allows, written as text."""

    def __init__(self, parameter: Parameter) -> None:
        self.name = parameter.kind
        self.parameter = parameter

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Value:
        try:
            return self.parameter.check(parsed(self.parameter, value) if isinstance(value, str) else value)
        except InvalidSetting as error:
            self.fail(str(error), param, ctx)
        except ValueError:
            self.fail(f"{value!r} is not a {self.parameter.kind}; write it as {shape(self.parameter)}.", param, ctx)


class Setting(click.Option):
    """The option of one develop parameter; None when it was not given."""

    def __init__(self, parameter: Parameter) -> None:
        self.group = parameter.group
        name = f"--{parameter.name.replace('_', '-')}"
        if parameter.kind == "toggle":
            super().__init__([f"{name}/--no-{name[2:]}", parameter.name], default=None, help=parameter.says)
        else:
            kind = Declared(parameter)
            super().__init__([name, parameter.name], type=kind, metavar=shape(parameter), help=parameter.says)


class Develop(click.Command):
    """Shows the develop parameters as the panel groups them."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        sections: dict[str, list[tuple[str, str]]] = {}
        for option in self.get_params(ctx):
            record = None if isinstance(option, click.Argument) else option.get_help_record(ctx)
            if record is not None:
                sections.setdefault(option.group if isinstance(option, Setting) else "Options", []).append(record)
        for section in ("Options", *(name for name in sections if name != "Options")):
            with formatter.section(section):
                formatter.write_dl(sections[section])


def command() -> click.Command:
    path = click.Path(path_type=Path)
    quality = click.IntRange(1, 100)
    parameters: list[click.Parameter] = [
        click.Argument(["photos"], nargs=-1, required=True, type=path, metavar="PHOTO..."),
        click.Option(
            ["-o", "--output"], required=True, type=path, help="A folder; for one photo also a file with an extension."
        ),
        click.Option(["--settings"], type=path, metavar="FILE.xmp", help="Start from the settings of this sidecar."),
        click.Option(["--ignore-sidecar"], is_flag=True, help="Start from nothing, not from the photo's own sidecar."),
        click.Option(["--size"], type=click.IntRange(1, 65535), help="Long edge in pixels; never enlarged."),
        click.Option(["--format"], type=click.Choice(list(FORMATS)), help="By default JPEG, or as OUTPUT ends."),
        click.Option(["--quality"], type=quality, default=92, show_default=True, help="Of JPEG, WebP and AVIF."),
        click.Option(["--space"], type=click.Choice(list(SPACES)), default="srgb", show_default=True, help="Colours."),
        click.Option(["--gps/--no-gps"], default=True, help="Whether the picture tells the place."),
        click.Option(["--suffix"], default="", help="Added to the name of each file in a folder."),
        click.Option(["--json", "as_json"], is_flag=True, help="Print JSON for programs."),
    ]
    parameters.append(
        click.Option(
            ["--mask", "masks"],
            multiple=True,
            metavar="KIND:NAME=VALUE,...",
            help="An adjustment where a mask is, as in sky:exposure=-0.7; may be given many times.",
        )
    )
    parameters += [Setting(p) for group in groups() for p in group.parameters if not p.listed]
    return Develop("develop", callback=develop, params=parameters, help=develop.__doc__)


def develop(
    photos: Sequence[Path],
    output: Path,
    settings: Path | None,
    ignore_sidecar: bool,
    size: int | None,
    format: str | None,
    quality: int,
    space: str,
    gps: bool,
    suffix: str,
    as_json: bool,
    masks: Sequence[str],
    **values: Value,
) -> int:
    """Develop photos into pictures.

    Each photo starts from its sidecar (or from --settings, or from nothing); the options below change that. Into a
    folder nothing is overwritten. A folder among the photos stands for those in it.
    """
    memory.keep_freed()
    threading.Thread(target=_load_kernels, daemon=True).start()
    found = listed(photos)
    target, format = destination(found, output.expanduser(), format)
    changes = {name: value for name, value in values.items() if value is not None}
    more = _adjustments(masks)
    begin = start(settings.expanduser() if settings else None, ignore_sidecar)
    notes: dict[Path, str] = {}

    def settings_for(photo: Photo) -> Settings:
        chosen = begin(photo).changed(**changes)
        if more:
            chosen = chosen.changed(adjustments=[*(a.to_json() for a in chosen.adjustments), *more])
        said = [photo.sidecar_note] if settings is None and not ignore_sidecar and photo.sidecar_note else []
        if "adjustments" in chosen:
            from stillbytes.edit.finding import complete  # noqa: PLC0415 - only for photos with masks
            from stillbytes.gpu.access import shared_access  # noqa: PLC0415

            chosen, found = complete(photo, chosen, shared_access, keep=False)
            guessed = [told.adjustment for told in found if "classical" in told.result.used]
            said += [f"{name} was found without a model: look whether it is right." for name in guessed]
        if said:
            notes[photo.path] = " ".join(said)
        return chosen

    spec = Spec(format, size, quality, space, gps, suffix)
    outcomes = _export(found, target, spec, settings_for, watched=len(found) > 1 and sys.stderr.isatty())
    (_report_json if as_json else _report)(outcomes, notes)
    return 1 if any(outcome.error for outcome in outcomes) else 0


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


def destination(photos: Sequence[Path], output: Path, format: str | None) -> tuple[Path, str]:
    """The file or (then existing) folder to write to, and the format. Raises click.BadParameter, ExportError."""
    known = True
    if not output.is_dir() and output.suffix:
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
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = f"The folder {output} cannot be made: {error.strerror or error}."
        raise ExportError(problem, "Choose another with --output.") from error
    return output, format or "jpeg"


def start(file: Path | None, ignore_sidecar: bool) -> Start:
    """What each photo's settings begin with. Raises SidecarError for a file that cannot be read."""
    if file is not None:
        found = sidecar.read_file(file).settings  # at once, so that a bad file ends the command before the work
        if not any(name.startswith("crop") for name in found):
            return lambda photo: found
        return lambda photo: sidecar.read_file(file, *photo.upright).settings  # Adobe's crop depends on the photo
    return (lambda photo: Settings()) if ignore_sidecar else (lambda photo: photo.settings)


def _adjustments(masks: Sequence[str]) -> list[dict[str, Any]]:
    """The --mask options as settings hold them. Raises InvalidSetting."""
    if not masks:
        return []
    from stillbytes.app.cli.mask import adjustment  # noqa: PLC0415 - only for photos with masks
    from stillbytes.masks.mask import Mask  # noqa: PLC0415

    given = (adjustment(text) for text in masks)
    return [
        {"id": f"mask-{number}", "name": kind.label, "mask": Mask.of(kind).to_json(), "delta": delta}
        for number, (kind, delta) in enumerate(given, 1)
    ]


def _load_kernels() -> None:
    """While the photo is decoded. An error comes up again, and is told, when they are used."""
    with contextlib.suppress(StillbytesError):
        library()


def _export(photos: Sequence[Path], target: Path, spec: Spec, begin: Start, *, watched: bool) -> list[Outcome]:
    if not watched:
        return export(photos, target, spec, begin, lambda done, total, path: None)
    from rich.console import Console  # noqa: PLC0415 - only for many photos
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=len(photos))

        def show(done: int, total: int, path: Path) -> None:
            bar.update(task, completed=done, total=total, description=path.name if done < total else "")

        return export(photos, target, spec, begin, show)


def _report_json(outcomes: Sequence[Outcome], notes: Mapping[Path, str]) -> None:
    print_json(
        [
            {
                "photo": str(outcome.path),
                "target": str(outcome.target) if outcome.target else None,
                "note": " ".join(filter(None, (notes.get(outcome.path), outcome.warning))),
                "error": error_fields(outcome.error) if outcome.error else None,
            }
            for outcome in outcomes
        ]
    )


def _report(outcomes: Sequence[Outcome], notes: Mapping[Path, str]) -> None:
    for outcome in outcomes:
        if outcome.target is not None:
            print(outcome.target)
    sys.stdout.flush()
    said = [*notes.items(), *((outcome.path, outcome.warning) for outcome in outcomes if outcome.warning)]
    for path, note in said:
        print(f"stillbytes: {path.name}: {note}", file=sys.stderr)
    failed = [outcome for outcome in outcomes if outcome.error]
    if failed and len(outcomes) > 1:
        print(f"{len(failed)} of {len(outcomes)} photos failed:", file=sys.stderr)
    for outcome in failed:
        if outcome.error:
            print_error(outcome.error.message, outcome.error.remedy, False)
