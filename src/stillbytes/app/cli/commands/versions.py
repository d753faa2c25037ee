"""`stillbytes versions`: virtual copies of a photo."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

import stillbytes as sb
from stillbytes.app.cli.output import json_option, print_json, print_table
from stillbytes.core.errors import NotFound
from stillbytes.edit import versions as of_photo
from stillbytes.edit.photo import Photo
from stillbytes.edit.versions import Version

ALL = "all"
"""Stands for every version."""
_photo = click.argument("photo", type=click.Path(path_type=Path))
_version = click.argument("version")


@click.group("versions")
def versions() -> None:
    """List, create, rename and delete versions (virtual copies) of a photo; `--version NAME` of other commands uses
    them. VERSION is a name or a number."""


@versions.command("list")
@click.argument("photos", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PHOTO...")
@json_option()
def list_versions(photos: Sequence[Path], as_json: bool) -> int:
    """Show the versions of photos, and those that were deleted and can be brought back."""
    found = []
    for path in photos:
        place = _place(path)
        there = [_told(place, one) for one in of_photo.listed(place)]
        found += there + [_told(place, one) | {"deleted": True} for one in of_photo.deleted(place)]
    if as_json:
        print_json({"versions": found})
        return 0
    rows = [
        (one["photo"], str(one["number"]), f"{one['name']} (deleted)" if one["deleted"] else one["name"] or "main",
         one["sidecar"] or "none")
        for one in found
    ]  # fmt: skip
    print_table(("Photo", "Number", "Version", "Sidecar"), rows)
    return 0


@versions.command("create")
@_photo
@click.argument("name", required=False, default="")
@click.option("--of", "source", metavar="VERSION", help="Begin as this one is, not as the photo's own version.")
@json_option()
def create(photo: Path, name: str, source: str | None, as_json: bool) -> int:
    """Make a version that begins with the settings, history, rating and keywords of another one."""
    place = _place(photo)
    begins_as = of_photo.find(place, source or "main").number
    return _answer(place, of_photo.create(place, name, begins_as), as_json)


@versions.command("rename")
@_photo
@_version
@click.argument("name")
@json_option()
def rename(photo: Path, version: str, name: str, as_json: bool) -> int:
    """Give a version another name."""
    place = _place(photo)
    return _answer(place, of_photo.rename(place, of_photo.find(place, version).number, name), as_json)


@versions.command("delete")
@_photo
@_version
@json_option()
def delete(photo: Path, version: str, as_json: bool) -> int:
    """Take a version away; `stillbytes versions restore` brings it back."""
    place = _place(photo)
    return _answer(place, of_photo.delete(place, of_photo.find(place, version).number), as_json)


@versions.command("restore")
@_photo
@click.argument("version", required=False)
@json_option()
def restore(photo: Path, version: str | None, as_json: bool) -> int:
    """Bring back a deleted version, by default the last one."""
    place = _place(photo)
    number = None
    if version is not None:
        gone = of_photo.deleted(place)
        found = [one for one in gone if version.casefold() in (one.name.casefold(), str(one.number))]
        if not found:
            there = ", ".join(one.name for one in gone)
            raise NotFound(f"There is no deleted version {version!r}.", f"There are {there}." if there else "")
        number = found[-1].number
    return _answer(place, of_photo.restore(place, number), as_json)


def in_version(photos: Sequence[Path], version: str | None) -> tuple[list[Photo], list[Path]]:
    """The photos in the version of that name or number (ALL: each in every one), and those that have none such. Raises
    NotFound when no photo has it."""
    if version is None:
        return [Photo(path) for path in photos], []
    found: list[Photo] = []
    without: list[Path] = []
    for path in photos:
        if version.casefold() == ALL:
            found += Photo(path).versions()
            continue
        try:
            found.append(Photo(path).version(version))
        except NotFound:
            if len(photos) == 1:
                raise
            without.append(path)
    if not found:
        raise NotFound(f"None of {len(photos)} photos has a version {version!r}.", "`stillbytes versions list` tells.")
    return found, without


def _place(path: Path) -> Path:
    """Raises UnreadablePhoto."""
    return sb.open(path.expanduser()).path


def _told(photo: Path, one: Version) -> dict[str, Any]:
    return {
        "photo": str(photo), "number": one.number, "name": one.name,
        "sidecar": str(one.sidecar) if one.sidecar else None, "deleted": False,
    }  # fmt: skip


def _answer(photo: Path, one: Version, as_json: bool) -> int:
    print_json(_told(photo, one)) if as_json else print(one.name)
    return 0


def command() -> click.Command:
    return versions
