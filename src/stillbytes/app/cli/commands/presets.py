"""`stillbytes presets`: settings with a name."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from stillbytes.app.cli.output import json_option, print_json, print_table
from stillbytes.core.errors import ExportError, SidecarError
from stillbytes.core.files import write_atomically
from stillbytes.edit.presets import Preset, Presets, of_settings, stored

_path = click.Path(path_type=Path)


@click.group("presets")
def presets() -> None:
    """List, import, save and remove presets. `stillbytes develop --preset NAME` uses them."""


@presets.command("list")
@json_option()
def list_presets(as_json: bool) -> int:
    """Show the presets that there are."""
    every = Presets().all()
    if as_json:
        print_json({"presets": [_told(preset) for preset in every]})
        return 0
    rows = [(one.name, one.group, "yours" if one.own else "", f"{len(one.settings)} settings") for one in every]
    print_table(("Preset", "Group", "", ""), rows)
    return 0


@presets.command("import")
@click.argument("files", nargs=-1, required=True, type=_path)
@click.option("--group", default="", help="Where files do not name one; by default the name of their folder.")
@json_option()
def import_presets(files: Sequence[Path], group: str, as_json: bool) -> int:
    """Take over presets of Adobe's programs (.xmp, .lrtemplate). A folder stands for those below it."""
    from stillbytes.edit.presets.files import EXTENSIONS, load  # noqa: PLC0415 - only to import

    kept: list[Preset] = []
    failed: list[SidecarError] = []
    store = Presets()
    for given in files:
        place = given.expanduser()
        inside = sorted(p for p in place.rglob("*") if p.suffix.lower() in EXTENSIONS) if place.is_dir() else [place]
        for path in inside:
            try:
                kept.append(store.keep(load(path, group or path.parent.name)))
            except SidecarError as problem:
                failed.append(problem)
    if as_json:
        errors = [{"message": problem.message, "remedy": problem.remedy} for problem in failed]
        print_json({"imported": [_told(preset) for preset in kept], "errors": errors})
        return 1 if failed else 0
    for preset in kept:
        print(preset.id)
    for preset in kept:
        for note in preset.notes:
            print(f"stillbytes: {preset.name}: {note}", file=sys.stderr)
    for failure in failed:
        print(f"stillbytes: {failure}", file=sys.stderr)
    return 1 if failed else 0


@presets.command("save")
@click.argument("name")
@click.argument("photo", type=_path)
@click.option("--group", "groups", multiple=True, help="Only these groups of settings, such as Tone.")
@json_option()
def save(name: str, photo: Path, groups: Sequence[str], as_json: bool) -> int:
    """Keep the settings of PHOTO as the preset NAME. Crop and patches stay with the photo."""
    import stillbytes  # noqa: PLC0415 - after the arguments were found right

    preset = Presets().keep(of_settings(name, stillbytes.open(photo.expanduser()).settings, groups or None))
    _tell(preset, as_json)
    return 0


@presets.command("export")
@click.argument("name")
@click.option("-o", "--output", required=True, type=_path, help="A file that ends in .xmp, or a folder.")
@json_option()
def export(name: str, output: Path, as_json: bool) -> int:
    """Write a preset as a file that Adobe's programs read too."""
    preset, target = Presets().find(name), output.expanduser()
    if target.is_dir():
        target = target / f"{preset.name}.xmp"
    try:
        write_atomically(target, stored(preset))
    except OSError as error:
        problem = f"{target} could not be written: {error.strerror or error}."
        raise ExportError(problem, "Check the folder and the free space.") from error
    print_json({"target": str(target)}) if as_json else print(target)
    return 0


@presets.command("remove")
@click.argument("name")
@json_option()
def remove(name: str, as_json: bool) -> int:
    """Remove a preset of your own."""
    _tell(Presets().remove(name), as_json)
    return 0


def command() -> click.Command:
    return presets


def _tell(preset: Preset, as_json: bool) -> None:
    print_json(_told(preset)) if as_json else print(preset.id)


def _told(preset: Preset) -> dict[str, Any]:
    return {
        "id": preset.id, "name": preset.name, "group": preset.group, "own": preset.own,
        "settings": dict(preset.settings), "notes": list(preset.notes),
    }  # fmt: skip
