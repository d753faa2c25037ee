"""`stillbytes params`: the reference of all develop parameters, made from their declarations."""

from __future__ import annotations

from typing import Any

import click

from stillbytes.app.cli.output import json_option, print_json, print_table
from stillbytes.develop import groups
from stillbytes.develop.parameter import Parameter

HEADINGS = ("Option", "Values", "Default", "XMP field", "Meaning")


@click.command("params")
@click.option(
    "--format", type=click.Choice(["table", "markdown"]), default="table", help="For the terminal or for a page."
)
@json_option()
def list_parameters(format: str, as_json: bool) -> None:
    """List all develop parameters with their ranges and meaning."""
    if as_json:
        print_json({"groups": [{"name": g.name, "parameters": [fields(p) for p in g.parameters]} for g in groups()]})
    elif format == "markdown":
        print(markdown())
    else:
        for group in groups():
            print_table(HEADINGS, [row(p) for p in group.parameters], title=f"\n{group.name}")


def markdown() -> str:
    """The reference page."""
    lines = ["# Develop parameters", ""]
    for group in groups():
        lines += [f"## {group.name}", "", f"| {' | '.join(HEADINGS)} |", "| --- | --- | --- | --- | --- |"]
        lines += [f"| `{option}` | {' | '.join(rest)} |" for option, *rest in map(row, group.parameters)]
        lines.append("")
    return "\n".join(lines).rstrip()


def fields(parameter: Parameter) -> dict[str, Any]:
    """The declaration in JSON's types."""
    names = ("name", "label", "group", "operation", "kind", "default", "unit", "scale", "xmp", "says")
    found: dict[str, Any] = {name: getattr(parameter, name) for name in names}
    if parameter.kind == "number":
        found |= {name: getattr(parameter, name) for name in ("minimum", "maximum", "step")}
    if parameter.kind == "choice":
        found["choices"] = parameter.choices
    return found | {"option": option(parameter), "schema": parameter.json_schema()}


def row(parameter: Parameter) -> tuple[str, str, str, str, str]:
    return option(parameter), values(parameter), default(parameter), parameter.xmp, parameter.says


def option(parameter: Parameter) -> str:
    return f"--{parameter.name.replace('_', '-')}"


def values(parameter: Parameter) -> str:
    """What it may be, in words."""
    if parameter.kind == "number":
        sign = "+" if parameter.minimum < 0 else ""
        return f"{parameter.minimum:g} to {sign}{parameter.maximum:g} {parameter.unit}".strip()
    if parameter.kind == "choice":
        return ", ".join(parameter.choices)
    if parameter.kind == "colours":
        return "sampled colours, each with hue, saturation, luminance, variance and range"
    if parameter.kind == "lut":
        return "a look-up table, see `stillbytes luts`"
    if parameter.kind == "dcp":
        return "a camera profile, see `stillbytes profiles`"
    if parameter.kind == "adjustments":
        return "masks, see `stillbytes mask`"
    if parameter.kind == "patches":
        return "patches, see `stillbytes remove`"
    if parameter.kind == "text":
        return "a name"
    return "on or off" if parameter.kind == "toggle" else "points x,y from 0 to 255"


def default(parameter: Parameter) -> str:
    if isinstance(parameter.default, tuple):
        return " ".join(f"{x:g},{y:g}" for x, y in parameter.default)
    if isinstance(parameter.default, bool):
        return "on" if parameter.default else "off"
    if parameter.default is None:
        return "as shot"
    if parameter.default == "":
        return "none"
    return f"{parameter.default:g}" if isinstance(parameter.default, float) else str(parameter.default)


def command() -> click.Command:
    return list_parameters
