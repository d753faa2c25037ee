"""`stillbytes snapshots`: named states of a photo's version."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

import stillbytes as sb
from stillbytes.app.cli.output import json_option, print_json, print_table
from stillbytes.edit.document import Document
from stillbytes.edit.snapshots import Snapshot

_snapshot = click.argument("snapshot")


def _of_version(command: Callable[..., int]) -> Callable[..., int]:
    command = click.option("--version", metavar="NAME", default="", help="Of this version, not the photo's own.")(
        command
    )
    return click.argument("photo", type=click.Path(path_type=Path))(command)


@click.group("snapshots")
def snapshots() -> None:
    """List, take, apply, rename, update and delete snapshots: named states of a photo's edit. SNAPSHOT is a name or an
    id."""


@snapshots.command("list")
@_of_version
@json_option()
def list_snapshots(photo: Path, version: str, as_json: bool) -> int:
    """Show the snapshots of a photo."""
    found = _document(photo, version).snapshots.all
    if as_json:
        print_json({"snapshots": [_told(one) for one in found]})
        return 0
    print_table(("Snapshot", "Taken", "Id"), [(one.name, one.at, one.id) for one in found])
    return 0


@snapshots.command("take")
@_of_version
@click.argument("name")
@json_option()
def take(photo: Path, version: str, name: str, as_json: bool) -> int:
    """Keep the settings as they are now under a name."""
    document = _document(photo, version)
    return _saved(document, document.take_snapshot(name), as_json)


@snapshots.command("apply")
@_of_version
@_snapshot
@json_option()
def apply(photo: Path, version: str, snapshot: str, as_json: bool) -> int:
    """Have its settings again, as a step of the history that can be undone."""
    document = _document(photo, version)
    document.apply_snapshot(snapshot)
    return _saved(document, document.snapshots.find(snapshot), as_json)


@snapshots.command("rename")
@_of_version
@_snapshot
@click.argument("name")
@json_option()
def rename(photo: Path, version: str, snapshot: str, name: str, as_json: bool) -> int:
    """Give a snapshot another name."""
    document = _document(photo, version)
    return _saved(document, document.rename_snapshot(snapshot, name), as_json)


@snapshots.command("update")
@_of_version
@_snapshot
@json_option()
def update(photo: Path, version: str, snapshot: str, as_json: bool) -> int:
    """Keep the settings as they are now in its place."""
    document = _document(photo, version)
    return _saved(document, document.update_snapshot(snapshot), as_json)


@snapshots.command("delete")
@_of_version
@_snapshot
@json_option()
def delete(photo: Path, version: str, snapshot: str, as_json: bool) -> int:
    """Forget a snapshot. With --json its settings are printed, from which it can be made again."""
    document = _document(photo, version)
    return _saved(document, document.delete_snapshot(snapshot), as_json)


def _document(photo: Path, version: str) -> Document:
    """Raises UnreadablePhoto, NotFound."""
    return Document(sb.open(photo.expanduser()).version(version))


def _saved(document: Document, one: Snapshot, as_json: bool) -> int:
    """Raises SidecarError."""
    document.save()
    print_json(_told(one)) if as_json else print(one.name)
    return 0


def _told(one: Snapshot) -> dict[str, Any]:
    return {"id": one.id, "name": one.name, "at": one.at, "settings": dict(one.values)}


def command() -> click.Command:
    return snapshots
