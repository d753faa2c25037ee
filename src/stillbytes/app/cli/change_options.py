"""The options that say what is done to photos' settings: every develop parameter, presets, automatic ones and masks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from stillbytes.app.cli.values import parsed, shape
from stillbytes.core.errors import InvalidSetting
from stillbytes.develop import groups
from stillbytes.develop.parameter import Parameter, Value
from stillbytes.edit.changes import Changes, UsedPreset


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


class Grouped(click.Command):
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


def options() -> list[click.Parameter]:
    """Of everything that `changes` takes."""
    path = click.Path(path_type=Path)
    parameters: list[click.Parameter] = [
        click.Option(
            ["--settings"], type=path, metavar="FILE", help="Start from the settings of this sidecar (.xmp, .pp3)."
        ),
        click.Option(["--ignore-sidecar"], is_flag=True, help="Start from nothing, not from the photo's own sidecar."),
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
    parameters += [Setting(p) for group in groups() for p in group.parameters if not p.listed]
    return parameters


def changes(
    settings: Path | None,
    ignore_sidecar: bool,
    presets: Sequence[str],
    auto: Sequence[str],
    masks: Sequence[str],
    values: Mapping[str, Value | None],
) -> Changes:
    """What the options ask for. values: of parameters, None where an option was not given. Raises click.BadParameter,
    InvalidSetting."""
    given = dict(_files({name: value for name, value in values.items() if value is not None}))
    if given.get("lens"):  # who names a lens wants it corrected
        given.setdefault("lens_profile", True)
    _check_automatic(auto)
    file = settings.expanduser() if settings else None
    return Changes(file, ignore_sidecar, tuple(_presets(presets)), tuple(auto), given, tuple(_adjustments(masks)))


def _presets(given: Sequence[str]) -> list[UsedPreset]:
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
        preset = Presets().find(name if colon else text)
        found.append(UsedPreset(preset.name, dict(preset.settings), amount))
    return found


def _files(given: Mapping[str, Value]) -> Mapping[str, Value]:
    """With the look-up table that --lut FILE[:PERCENT] names, and the camera profile of --camera-profile FILE.

    Raises UnreadableLut, UnreadableProfile, InvalidSetting.
    """
    found = dict(given)
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
