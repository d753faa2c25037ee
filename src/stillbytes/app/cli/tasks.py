"""The commands of the generative tasks. Every option derives from a field of the task."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from stillbytes.generate.task import Task
from stillbytes.generate.tasks import task_of, tasks

PATH = click.Path(path_type=Path)
Schema = Mapping[str, Any]


def command_of(name: str) -> click.Command:
    """`stillbytes NAME` for the task of that name."""
    kind = tasks()[name]

    def run(**given: Any) -> int:
        from stillbytes.app.cli.generating import carry_out  # noqa: PLC0415 - after the arguments were found right

        fields = {field: given.pop(field) for field in kind.model_fields if field in given}
        said = {field: value for field, value in fields.items() if value is not None}
        return carry_out(task_of(name, said), **given)

    return click.Command(name, params=[*_arguments(kind), *_options(kind)], callback=run, help=_help(kind))


def _arguments(kind: type[Task]) -> list[click.Parameter]:
    if "photo" in kind.needs:
        return [click.Argument(["photo"], type=PATH)]
    return [click.Argument(["prompt"])] if "prompt" in kind.model_fields else []


def _options(kind: type[Task]) -> list[click.Parameter]:
    options: list[click.Parameter] = []
    if "mask" in kind.needs:
        says = "A grey PNG or TIFF over the whole photo, white where it is done."
        options.append(click.Option(["--mask"], type=PATH, required=True, help=says))
    if kind.covers:
        options.append(click.Option(["--mask"], type=PATH, help=f"Where; without it the {kind.covers} is looked for."))
    if "reference" in kind.takes:
        options.append(click.Option(["--like"], type=PATH, metavar="PHOTO", help="A picture to be like."))
    if "picture" in kind.takes:
        says = "A picture to begin with: a photo as its sidecar develops it. See --strength."
        options.append(click.Option(["--from", "start"], type=PATH, metavar="PHOTO", help=says))
    picture = kind.result == "picture"
    says = "The new picture; the ending tells the format." if picture else "Also export the picture to this file."
    options.append(click.Option(["-o", "--output"], type=PATH, required=picture, help=says))
    shown = kind.model_json_schema()["properties"]
    taken = {argument.name for argument in _arguments(kind)}
    options += [_option(field, shown[field], kind) for field in kind.model_fields if field not in taken]
    says = "Only tell what would be done, with what, how long it takes and in how much memory."
    options.append(click.Option(["--dry-run"], is_flag=True, help=says))
    options.append(click.Option(["--json", "as_json"], is_flag=True, help="Print JSON for programs."))
    return options


def _option(field: str, schema: Schema, kind: type[Task]) -> click.Option:
    says = str(schema.get("description", ""))
    found = next((one for one in schema.get("anyOf", ()) if one.get("type") != "null"), schema)
    default = schema.get("default")
    choices = kind.engines if field == "engine" else found.get("enum")
    kept: click.ParamType[Any]
    if found.get("type") == "boolean":
        return click.Option([f"--{field.replace('_', '-')}"], is_flag=True, default=None, help=says)
    if choices and all(isinstance(choice, str) for choice in choices):
        kept = click.Choice(list(choices))
    elif choices:
        kept = click.Choice([str(choice) for choice in choices])
    elif found.get("type") == "integer":
        kept = click.IntRange(found.get("minimum"), found.get("maximum"))
    elif found.get("type") == "number":
        kept = click.FloatRange(found.get("minimum"), found.get("maximum"))
    else:
        kept = click.STRING
    numbers = bool(choices) and not isinstance(next(iter(choices or ())), str)
    convert = (lambda ctx, param, value: None if value is None else int(value)) if numbers else None
    if default not in (None, ""):
        says = f"{says}  [default: {default}]"
    return click.Option([f"--{field.replace('_', '-')}"], type=kept, callback=convert, help=says)


def _help(kind: type[Task]) -> str:
    where = {
        "patch": "The result is a patch in the photo's sidecar, one step of its history: exposure, white balance and "
        "everything else change it like the rest, and it can be faded, switched off and made again.",
        "settings": "The result becomes settings in the photo's sidecar, one step of its history.",
        "picture": "The result is a new file; no photo is changed.",
    }
    return f"{kind.says}\n\n{where[kind.result]}"
