"""`stillbytes luts`: colour look-up tables of one's own."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from stillbytes.app.cli.output import error_fields, json_option, print_json, print_table
from stillbytes.core.errors import StillbytesError
from stillbytes.develop import parameters
from stillbytes.develop.parameter import Value
from stillbytes.edit.luts import Kept, Luts

_path = click.Path(path_type=Path)


@click.group("luts")
def luts() -> None:
    """List, import and remove colour look-up tables. `stillbytes develop --lut NAME` uses them."""


@luts.command("list")
@json_option()
def list_luts(as_json: bool) -> int:
    """Show the look-up tables that there are."""
    every = Luts().all()
    if as_json:
        print_json({"luts": [_told(one) for one in every]})
        return 0
    print_table(("LUT", "File"), [(one.name, str(one.path)) for one in every])
    return 0


@luts.command("import")
@click.argument("files", nargs=-1, required=True, type=_path)
@json_option()
def import_luts(files: Sequence[Path], as_json: bool) -> int:
    """Take over .cube, .3dl and HaldCLUT (.png) files. A folder stands for those below it."""
    from stillbytes.photo.lut import EXTENSIONS  # noqa: PLC0415 - only to import

    kept: list[Kept] = []
    failed: list[StillbytesError] = []
    for given in files:
        place = given.expanduser()
        inside = sorted(p for p in place.rglob("*") if p.suffix.lower() in EXTENSIONS) if place.is_dir() else [place]
        for path in inside:
            try:
                kept.append(Luts().take(path))
            except StillbytesError as problem:
                failed.append(problem)
    if as_json:
        errors = [error_fields(problem) for problem in failed]
        print_json({"imported": [_told(one) for one in kept], "errors": errors})
        return 1 if failed else 0
    for one in kept:
        print(one.name)
    for failure in failed:
        print(f"stillbytes: {failure}", file=sys.stderr)
    return 1 if failed else 0


@luts.command("remove")
@click.argument("name")
@json_option()
def remove(name: str, as_json: bool) -> int:
    """Remove a look-up table of your own. Photos that use it keep their copy."""
    one = Luts().remove(name)
    print_json(_told(one)) if as_json else print(one.name)
    return 0


def chosen(text: str) -> dict[str, Value]:
    """The settings that FILE[:PERCENT] means; FILE is one, or the name of one that was imported.

    Raises UnreadableLut, InvalidSetting, click.BadParameter.
    """
    name, colon, percent = text.rpartition(":")
    found: dict[str, Value] = {}
    if colon and percent.replace(".", "", 1).isdigit():
        amount = parameters()["lut_amount"]
        if float(percent) > amount.maximum:
            raise click.BadParameter(f"{percent!r} is no percentage from 0 to {amount.maximum:g}.", param_hint="--lut")
        found["lut_amount"] = float(percent)
    else:
        name = text
    path = Path(name).expanduser()
    found["lut"] = (Luts().take(path) if path.is_file() else Luts().find(name)).value
    return found


def command() -> click.Command:
    return luts


def _told(one: Kept) -> dict[str, Any]:
    return {"name": one.name, "file": str(one.path), "value": one.value}
