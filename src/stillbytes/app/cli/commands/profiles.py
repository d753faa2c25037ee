"""`stillbytes profiles`: camera profiles, those of a photo and those of one's own."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from stillbytes.app.cli.output import error_fields, json_option, print_json, print_table
from stillbytes.core.errors import StillbytesError
from stillbytes.edit.camera_profiles import CameraProfiles, Kept
from stillbytes.edit.photo import Photo

_path = click.Path(path_type=Path)
WHOSE = {"photo": "in the photo", "folder": "beside the photo", "yours": "yours", "Adobe": "Adobe's", "system": "found"}


@click.group("profiles")
def profiles() -> None:
    """List, import and remove camera profiles (.dcp). `stillbytes develop --camera-profile NAME` uses them."""


@profiles.command("list")
@click.argument("photo", required=False, type=_path)
@json_option()
def list_profiles(photo: Path | None, as_json: bool) -> int:
    """Show your own camera profiles, or all that fit the camera of PHOTO."""
    every = CameraProfiles().all() if photo is None else Photo(photo.expanduser()).profiles.all()
    if as_json:
        print_json({"profiles": [_told(one) for one in every]})
        return 0
    rows = [(one.name, one.camera, WHOSE[one.place], str(one.path)) for one in every]
    print_table(("Profile", "Camera", "Where", "File"), rows)
    return 0


@profiles.command("import")
@click.argument("files", nargs=-1, required=True, type=_path)
@json_option()
def import_profiles(files: Sequence[Path], as_json: bool) -> int:
    """Take over .dcp files. A folder stands for those below it."""
    kept: list[Kept] = []
    failed: list[StillbytesError] = []
    for given in files:
        place = given.expanduser()
        for path in sorted(place.rglob("*.[dD][cC][pP]")) if place.is_dir() else [place]:
            try:
                kept.append(CameraProfiles().take(path))
            except StillbytesError as problem:
                failed.append(problem)
    if as_json:
        errors = [error_fields(problem) for problem in failed]
        print_json({"imported": [_told(one) for one in kept], "errors": errors})
        return 1 if failed else 0
    for one in kept:
        print(f"{one.name} ({one.camera or 'any camera'})")
    for failure in failed:
        print(f"stillbytes: {failure}", file=sys.stderr)
    return 1 if failed else 0


@profiles.command("remove")
@click.argument("name")
@json_option()
def remove(name: str, as_json: bool) -> int:
    """Remove a camera profile of your own. Edits still name it."""
    one = CameraProfiles().remove(name)
    print_json(_told(one)) if as_json else print(one.name)
    return 0


def command() -> click.Command:
    return profiles


def _told(one: Kept) -> dict[str, Any]:
    return {
        "name": one.name,
        "camera": one.camera,
        "place": one.place,
        "file": str(one.path),
        "value": one.value,
    }
