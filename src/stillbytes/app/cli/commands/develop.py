"""`stillbytes develop`: photos in, pictures out, every develop parameter an option."""

from __future__ import annotations

import contextlib
import re
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stillbytes.app.cli import export_options
from stillbytes.app.cli.commands.versions import in_version
from stillbytes.app.cli.output import error_fields, print_error, print_json
from stillbytes.app.cli.values import parsed, shape
from stillbytes.core import memory
from stillbytes.core.errors import ExportError, InvalidSetting, StillbytesError
from stillbytes.core.filenames import made_plain
from stillbytes.develop import groups
from stillbytes.develop.kernels.load import library
from stillbytes.develop.parameter import Parameter, Value
from stillbytes.develop.settings import Settings
from stillbytes.edit import sidecar
from stillbytes.edit.exporting import Spec
from stillbytes.edit.exporting.formats import format_of
from stillbytes.edit.photo import Photo
from stillbytes.library.batch import Outcome, export
from stillbytes.photo.formats import is_photo

if TYPE_CHECKING:
    from stillbytes.edit.presets import Preset
    from stillbytes.generate.larger import Larger

Start = Callable[[Photo], Settings]
_LIKE_EXTENSION = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,3}")


class Declared(click.ParamType[Any]):
    """The values that a develop parameter allows, written as text."""

    def __init__(self, parameter: Parameter) -> None:
        self.name = parameter.kind
        self.parameter = parameter

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Value:
        if self.parameter.kind in ("lut", "dcp"):
            return str(value)  # perhaps a file, which `_files` opens
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
                sections.setdefault(getattr(option, "group", "Options"), []).append(record)
        for section in ("Options", *(name for name in sections if name != "Options")):
            with formatter.section(section):
                formatter.write_dl(sections[section])


def command() -> click.Command:
    path = click.Path(path_type=Path)
    parameters: list[click.Parameter] = [
        click.Argument(["photos"], nargs=-1, required=True, type=path, metavar="PHOTO..."),
        click.Option(
            ["-o", "--output"], required=True, type=path, help="A folder; for one photo also a file with an extension."
        ),
        click.Option(
            ["--settings"], type=path, metavar="FILE", help="Start from the settings of this sidecar (.xmp, .pp3)."
        ),
        click.Option(
            ["--version"], metavar="NAME", help="A version of each photo by name or number, or all for every version."
        ),
        click.Option(["--ignore-sidecar"], is_flag=True, help="Start from nothing, not from the photo's own sidecar."),
        click.Option(["--upscale"], type=click.Choice(["2", "4"]), help="So many times as large, drawn by a network."),
        click.Option(["--enhance"], type=click.FloatRange(0.05, 1), help="Less noise, clearer detail: so much of it."),
        click.Option(["--json", "as_json"], is_flag=True, help="Print JSON for programs."),
    ]
    parameters.append(
        click.Option(
            ["--preset", "presets"],
            multiple=True,
            metavar="NAME[:PERCENT]",
            help="Settings with a name, as `stillbytes presets list` shows; may be given many times.",
        )
    )
    parameters.append(
        click.Option(
            ["--auto"],
            multiple=True,
            metavar="NAME",
            help="Find a setting by looking at the photo: tone, white-balance, level, or an option below by its name.",
        )
    )
    parameters.append(
        click.Option(
            ["--mask", "masks"],
            multiple=True,
            metavar="KIND:NAME=VALUE,...",
            help="An adjustment where a mask is, as in sky:exposure=-0.7; may be given many times.",
        )
    )
    parameters += export_options.options()
    parameters += [Setting(p) for group in groups() for p in group.parameters if not p.listed]
    return Develop("develop", callback=develop, params=parameters, help=develop.__doc__)


def develop(
    photos: Sequence[Path],
    output: Path,
    settings: Path | None,
    version: str | None,
    ignore_sidecar: bool,
    upscale: str | None,
    enhance: float | None,
    as_json: bool,
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
    memory.keep_freed()
    threading.Thread(target=_load_kernels, daemon=True).start()
    found, without = in_version(listed(photos), version)
    exports = export_options.specs(how := export_options.taken(values), export_presets, keep_export)
    several = len(exports) > 1
    first = next(iter(exports.values()))
    chosen_format = how.get("format") or (first.format if export_presets else None)
    target, format = destination([photo.path for photo in found], output.expanduser(), chosen_format, folder=several)
    changes = dict(_files({name: value for name, value in values.items() if value is not None}))
    if changes.get("lens"):  # who names a lens wants it corrected
        changes.setdefault("lens_profile", True)
    _check_automatic(auto)
    named = _presets(presets)
    more = _adjustments(masks)
    begin = start(settings.expanduser() if settings else None, ignore_sidecar)
    notes: dict[tuple[Path, str], str] = {}
    for path in without:
        print(f"stillbytes: {path.name} has no version {version!r} and was left out.", file=sys.stderr)

    def settings_for(photo: Photo) -> Settings:
        edit = begin(photo)
        for preset, amount in named:
            edit = preset.applied(edit, amount)
        said: list[str] = []
        if auto:
            try:
                edit = photo.edit(edit).auto(*auto).settings
            except InvalidSetting as problem:
                said.append(str(problem))
        edit = edit.changed(**changes)
        if "lut" in edit and photo.table(str(edit["lut"])) is None:
            said.append(f"The look-up table {str(edit['lut']).partition(' ')[2]} is not there and was left out.")
        if more:
            edit = edit.changed(adjustments=[*(a.to_json() for a in edit.adjustments), *more])
        if settings is None and not ignore_sidecar and photo.sidecar_note:
            said.append(photo.sidecar_note)
        said += photo.optical_notes(edit) + photo.profile_notes(edit)
        if "adjustments" in edit:
            from stillbytes.edit.finding import complete  # noqa: PLC0415 - only for photos with masks
            from stillbytes.gpu.access import shared_access  # noqa: PLC0415

            edit, found = complete(photo, edit, shared_access, keep=False)
            guessed = [told.adjustment for told in found if "classical" in told.result.used]
            said += [f"{name} was found without a model: look whether it is right." for name in guessed]
        if said:
            notes[photo.path, photo.version_name] = " ".join(said)
        return edit

    network = _network(upscale, enhance)
    outcomes: list[Outcome] = []
    watched = len(found) > 1 and sys.stderr.isatty()
    for name, spec in exports.items():
        place = _folder_in(target, name) if several else target
        chosen = spec if several else spec.changed(format=format)
        outcomes += _export(found, place, chosen, settings_for, network, watched=watched)
    (_report_json if as_json else _report)(outcomes, notes)
    return 1 if any(outcome.error for outcome in outcomes) else 0


def _network(upscale: str | None, enhance: float | None) -> Larger | None:
    """What --upscale and --enhance put on the way to the files. Raises click.BadParameter for both."""
    if upscale is None and enhance is None:
        return None
    from stillbytes.generate.tasks.enhance import Enhance  # noqa: PLC0415 - loads OpenCV
    from stillbytes.generate.tasks.upscale import Upscale  # noqa: PLC0415

    if upscale is None:
        return Enhance.model_validate({"amount": enhance})
    if enhance is not None:
        raise click.BadParameter("the same network enhances already.", param_hint="--upscale")
    return Upscale.model_validate({"scale": int(upscale)})


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


def start(file: Path | None, ignore_sidecar: bool) -> Start:
    """What each photo's settings begin with. Raises SidecarError for a file that cannot be read."""
    if file is not None:
        found = sidecar.read_file(file).settings  # at once, so that a bad file ends the command before the work
        if not any(name.startswith("crop") for name in found):
            return lambda photo: found
        return lambda photo: sidecar.read_file(file, *photo.upright).settings  # Adobe's crop depends on the photo
    return (lambda photo: Settings()) if ignore_sidecar else (lambda photo: photo.settings)


def _presets(given: Sequence[str]) -> list[tuple[Preset, float]]:
    """What is meant by NAME[:PERCENT]. Raises click.BadParameter, InvalidSetting for one that there is not."""
    if not given:
        return []
    from stillbytes.edit.presets import Presets  # noqa: PLC0415 - only where it is asked for
    from stillbytes.edit.presets.preset import MOST  # noqa: PLC0415

    found = []
    for text in given:
        name, colon, percent = text.rpartition(":")
        try:
            amount = float(percent) / 100 if colon else 1.0
        except ValueError:
            amount = -1.0
        if not 0 <= amount <= MOST:
            raise click.BadParameter(f"{percent!r} is no percentage from 0 to {100 * MOST:g}.", param_hint="--preset")
        found.append((Presets().find(name if colon else text), amount))
    return found


def _files(changes: Mapping[str, Value]) -> Mapping[str, Value]:
    """With the look-up table that --lut FILE[:PERCENT] names, and the camera profile of --camera-profile FILE.

    Raises UnreadableLut, UnreadableProfile, InvalidSetting.
    """
    found = dict(changes)
    if "lut" in found:
        from stillbytes.app.cli.commands.luts import chosen  # noqa: PLC0415 - only where it is asked for

        found = chosen(str(found.pop("lut"))) | found
    if "camera_profile" in found:
        from stillbytes.edit.camera_profiles import CameraProfiles  # noqa: PLC0415 - only where it is asked for

        path = Path(str(found["camera_profile"])).expanduser()
        if path.is_file():
            found["camera_profile"] = CameraProfiles().take(path).value
    return found


def _check_automatic(names: Sequence[str]) -> None:
    """Raises click.BadParameter for a name that nothing can be found for."""
    if names:
        from stillbytes.edit.automatic import chosen  # noqa: PLC0415 - only where it is asked for

        try:
            chosen(names)
        except InvalidSetting as problem:
            raise click.BadParameter(str(problem), param_hint="--auto") from problem


def _adjustments(masks: Sequence[str]) -> list[dict[str, Any]]:
    """The --mask options as settings hold them. Raises InvalidSetting."""
    if not masks:
        return []
    from stillbytes.app.cli.commands.mask import adjustment  # noqa: PLC0415 - only for photos with masks
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
