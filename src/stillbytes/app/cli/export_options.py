"""The options of an export, made from the fields of `edit.exporting.Spec`, and presets of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from stillbytes.edit.exporting import Spec, spec
from stillbytes.edit.exporting.spec import Option
from stillbytes.photo.output.encode import FORMATS
from stillbytes.photo.spaces import SPACES

if TYPE_CHECKING:
    from stillbytes.library.batch.tasks.export import Network

CHOICES: dict[str, list[str]] = {"format": [*FORMATS], "space": [*SPACES]}
"""Fields whose values are names of something declared."""


class ExportOption(click.Option):
    """The option of one field; None when it was not given."""

    group = "Export"

    def __init__(self, option: Option) -> None:
        flag = f"--{option.name.replace('_', '-')}"
        says = f"{option.says} By default {_shown(option.default)}."
        if option.kind is bool:
            super().__init__([f"{flag}/--no-{flag[2:]}", option.name], default=None, help=says)
        else:
            super().__init__([flag, option.name], type=_type(option), default=None, help=says)


def options() -> list[click.Parameter]:
    """One for each field, and those of presets."""
    made: list[click.Parameter] = [ExportOption(option) for option in spec.options()]
    preset = click.Option(
        ["--export-preset", "export_presets"],
        multiple=True,
        metavar="NAME",
        help="An export with a name, which the options here change; of several each makes its files in a folder.",
    )
    keep = click.Option(["--keep-export"], metavar="NAME", help="Keep this export under a name, for --export-preset.")
    upscale = click.Option(["--upscale"], type=click.Choice(["2", "4"]), help="So many times as large, by a network.")
    enhance = click.Option(["--enhance"], type=click.FloatRange(0.05, 1), help="Less noise, clearer detail: how much.")
    return [*made, preset, keep, upscale, enhance]


def taken(values: dict[str, Any]) -> dict[str, Any]:
    """The fields of an export that were given, taken out of `values`."""
    given = {name: values.pop(name) for name in (option.name for option in spec.options())}
    return {name: value for name, value in given.items() if value is not None}


def specs(given: Mapping[str, Any], presets: Sequence[str], keep: str | None) -> dict[str, Spec]:
    """Name of a preset, empty without one -> the export. Raises ExportError."""
    if not presets and not keep:
        return {"": Spec(**given)}
    from stillbytes.edit.exporting.presets import ExportPresets  # noqa: PLC0415 - only where there are some

    bases = {name: ExportPresets().find(name) for name in presets} or {"": Spec()}
    made = {name: base.changed(**given) for name, base in bases.items()}
    if keep:
        if len(made) > 1:
            raise click.BadParameter("there are several exports; name one preset.", param_hint="--keep-export")
        ExportPresets().keep(keep, next(iter(made.values())))
    return made


def network(upscale: str | None, enhance: float | None) -> Network | None:
    """What --upscale and --enhance put on the way to the files. Raises click.BadParameter for both."""
    if upscale is None and enhance is None:
        return None
    from stillbytes.library.batch.tasks.export import Network  # noqa: PLC0415 - few exports have one

    if upscale is None:
        return Network(task="enhance", parameters={"amount": enhance})
    if enhance is not None:
        raise click.BadParameter("the same network enhances already.", param_hint="--upscale")
    return Network(task="upscale", parameters={"scale": int(upscale)})


def _type(option: Option) -> Any:
    choices = CHOICES.get(option.name) or option.choices
    if choices:
        return click.Choice(list(choices))
    if option.kind is int:
        return click.IntRange(_whole(option.least), _whole(option.most))
    return click.FloatRange(option.least, option.most) if option.kind is float else str


def _whole(limit: float | None) -> int | None:
    return None if limit is None else int(limit)


def _shown(default: Any) -> str:
    if isinstance(default, bool):
        return "on" if default else "off"
    return "none" if default in (None, "") else f"{default:g}" if isinstance(default, float | int) else str(default)
