"""Which photos a batch is for: paths, folders, and what a search of the library finds."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from stillbytes.app.cli.commands.versions import in_version
from stillbytes.edit.photo import Photo
from stillbytes.library.catalogue.scan.walk import hidden
from stillbytes.photo.formats import is_photo


def photo_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(photo_parameters()):
        command = option(command)
    return command


def photo_parameters() -> list[Callable[..., Any]]:
    return [
        click.argument("photos", nargs=-1, type=click.Path(path_type=Path), metavar="[PHOTO...]"),
        click.option("--search", metavar="QUERY", help="The photos of the library that `library search` finds."),
        click.option("-r", "--recursive", is_flag=True, help="Of folders, also the photos in those below."),
        click.option("--version", metavar="NAME", help="A version of each by name or number, or all for every one."),
    ]


def chosen(places: Sequence[Path], search: str | None, recursive: bool, version: str | None) -> list[Photo]:
    """Each once, in order. Raises click.BadParameter where there are none, InvalidQuery, LibraryError."""
    paths = list(dict.fromkeys(path for place in places for path in _inside(place.expanduser(), recursive)))
    found: list[Photo] = []
    if paths:
        found, without = in_version(paths, version)
        for path in without:
            print(f"stillbytes: {path.name} has no version {version!r} and was left out.", file=sys.stderr)
    if search is not None:
        from stillbytes.library import catalogue  # noqa: PLC0415 - only where the library is asked

        with catalogue.open() as library:
            entries = library.photos(library.numbers(search))
        found += [Photo(one.path, one.version) for one in entries if not one.missing]
    if not found:
        raise click.BadParameter("there are no photos there.", param_hint="PHOTO")
    return found


def _inside(place: Path, recursive: bool) -> list[Path]:
    if not place.is_dir():
        return [place]
    if not recursive:
        return sorted(path for path in place.iterdir() if is_photo(path))
    found = []
    for folder, below, names in os.walk(place):
        below[:] = sorted(name for name in below if not hidden(name))
        found += [path for name in sorted(names) if not name.startswith(".") and is_photo(path := Path(folder, name))]
    return found
