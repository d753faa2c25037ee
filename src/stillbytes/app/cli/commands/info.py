"""`stillbytes info`: what is known about photos and their edits."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

import stillbytes as sb
from stillbytes.app.cli.output import error_fields, json_option, print_error, print_json, print_table
from stillbytes.core.errors import SidecarError, StillbytesError
from stillbytes.develop import parameters
from stillbytes.edit import sidecar
from stillbytes.photo.formats import kind


@click.command("info")
@click.argument("photos", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PHOTO...")
@json_option()
def show_photos(photos: Sequence[Path], as_json: bool) -> int:
    """Show the metadata, size and settings of photos."""
    found: list[dict[str, Any]] = []
    failed = False
    for path in photos:
        try:
            facts = about(sb.open(path.expanduser()))
            if not as_json:
                _show(facts)
        except StillbytesError as error:
            failed = True
            facts = {"path": str(path), "error": error_fields(error)}
            if not as_json:
                print_error(error.message, error.remedy, False)
        found.append(facts)
    if as_json:
        print_json(found)
    return 1 if failed else 0


def about(photo: sb.Photo) -> dict[str, Any]:
    """Everything in JSON's types. Raises UnreadablePhoto."""
    metadata = photo.metadata
    left_out = ("width", "height", "orientation")
    fields = {k: v for k, v in dataclasses.asdict(metadata).items() if v not in (None, "", ()) and k not in left_out}
    beside = sidecar.path_for(photo.path)
    return {
        "path": str(photo.path),
        "id": photo.id,
        "kind": kind(photo.path),
        "summary": metadata.summary(),
        "frame": {"width": metadata.width, "height": metadata.height},
        "metadata": {k: v.isoformat() if isinstance(v, datetime) else v for k, v in fields.items()},
        "lens_profile": _profile(photo),
        "settings": dict(photo.settings),
        "versions": [{"number": one.number, "name": one.version_name} for one in photo.versions()],
        "snapshots": [one.name for one in photo.snapshots],
        "sidecar": {"path": str(beside), "exists": beside.exists(), "note": photo.sidecar_note},
        "not_taken_over": _unmapped(photo),
    }


def _unmapped(photo: sb.Photo) -> list[str]:
    """What other programs' settings in the sidecar do that has no counterpart here, in words."""
    try:
        found = sidecar.read(photo.path, *photo.upright)
    except SidecarError:
        return []
    return list(found.unmapped) if found else []


def _profile(photo: sb.Photo) -> dict[str, Any] | None:
    """What the database knows of its lens."""
    try:
        found = photo.lens(photo.settings)
    except StillbytesError:
        return None
    return None if found is None else {"maker": found.maker, "model": found.model, "corrects": list(found.corrects)}


def _show(facts: dict[str, Any]) -> None:
    rows = [("File", facts["path"]), ("Kind", facts["kind"])]
    rows.append(("Size", f"{facts['frame']['width']} x {facts['frame']['height']}"))
    rows += [(name.replace("_", " ").capitalize(), _text(value)) for name, value in facts["metadata"].items()]
    if facts["lens_profile"]:
        profile = facts["lens_profile"]
        used = "on" if facts["settings"].get("lens_profile") else "off"
        rows.append(("Lens profile", f"{profile['model']}: {', '.join(profile['corrects'])} ({used})"))
    rows.append(("Sidecar", facts["sidecar"]["path"] if facts["sidecar"]["exists"] else "none"))
    if len(facts["versions"]) > 1:
        rows.append(("Versions", ", ".join(one["name"] for one in facts["versions"][1:])))
    if facts["snapshots"]:
        rows.append(("Snapshots", ", ".join(facts["snapshots"])))
    if facts["sidecar"]["note"]:
        rows.append(("", facts["sidecar"]["note"]))
    if facts["not_taken_over"]:
        rows.append(("Not taken over", ", ".join(facts["not_taken_over"])))
    print_table(("", ""), rows)
    if facts["settings"]:
        settings = [(parameters()[name].label, _text(value)) for name, value in facts["settings"].items()]
        print_table(("", ""), settings, title="Settings")
    print()


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k} {v:g}" for k, v in value.items() if v is not None)
    if isinstance(value, tuple | list):
        return ", ".join(_text(v) for v in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def command() -> click.Command:
    return show_photos
