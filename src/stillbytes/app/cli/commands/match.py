"""`stillbytes match`: a photo gets the look of another picture, as settings."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from stillbytes.app.cli.output import json_option, print_json
from stillbytes.generate.look.table import ALLOWED


@click.command("match")
@click.argument("photo", type=click.Path(path_type=Path))
@click.option("--like", type=click.Path(path_type=Path), required=True, help="The picture whose look to take.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Also export the picture to this file.")
@click.option("--amount", type=click.FloatRange(0, 150), default=100, show_default=True, help="Of the look, percent.")
@click.option("--table", is_flag=True, help=ALLOWED.description)
@click.option("--dry-run", is_flag=True, help="Only tell the settings; nothing is written.")
@json_option()
def match_look(
    photo: Path, like: Path, output: Path | None, amount: float, table: bool, dry_run: bool, as_json: bool
) -> int:
    """Give PHOTO the look of another picture, with the tones and colours of its own scene.

    The look becomes settings in the photo's sidecar, one step of its history. Crop, masks and whatever else is no look
    stay as they are. Without a model; a RAW file as the other picture counts as it was edited.
    """
    import stillbytes  # noqa: PLC0415 - after the arguments were found right
    from stillbytes.edit.document import Document  # noqa: PLC0415
    from stillbytes.edit.exporting.formats import format_of  # noqa: PLC0415
    from stillbytes.edit.looks import REFERENCE_EDGE, matched  # noqa: PLC0415
    from stillbytes.edit.photo import Edit  # noqa: PLC0415

    if output is not None:
        format_of(output)  # before the work
    opened = stillbytes.open(photo.expanduser())
    reference = stillbytes.open(like.expanduser()).edit().render(REFERENCE_EDGE, dtype="float32")
    document = Document(opened)
    settings, found = matched(
        opened, document.settings, reference, like.stem, amount / 100, table=table, keep=not dry_run
    )
    told: dict[str, Any] = {
        "photo": str(photo), "like": str(like), "amount": amount, "settings": dict(settings),
        "table": found.table is not None,
        "distance": {
            "before": round(found.before, 2), "sliders": round(found.sliders, 2), "after": round(found.after, 2),
        },
        "note": document.problem, "sidecar": None, "target": None,
    }  # fmt: skip
    if not dry_run:
        document.commit(settings, f"Look of {like.name}")
        told["sidecar"] = str(document.save())
        if output is not None:
            told["target"] = str(Edit(opened, settings).export(output.expanduser()))
    if as_json:
        print_json(told)
    else:
        print(_in_words(told))
        if told["note"]:
            print(f"stillbytes: {photo.name}: {told['note']}", file=sys.stderr)
    return 0


def command() -> click.Command:
    return match_look


def _in_words(told: Mapping[str, Any]) -> str:
    from stillbytes.develop import parameters  # noqa: PLC0415 - imports every operation

    lines = [f"{parameters()[name].label}: {_shown(value)}" for name, value in told["settings"].items()]
    lines = lines or ["Nothing to change: the look is the same."]
    if told["distance"]["before"] > 0:
        before, sliders, after = (told["distance"][when] for when in ("before", "sliders", "after"))
        with_table = (
            f"{sliders:.1f} with sliders, {after:.1f} with the look-up table" if told["table"] else f"{after:.1f}"
        )
        lines.append(f"Distance of the look: {before:.1f} before, {with_table} with all of it.")
    lines += [str(told[made]) for made in ("sidecar", "target") if told[made]]
    return "\n".join(lines)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):
        return " ".join(f"{x:g},{y:g}" for x, y in value)
    return str(len(value)) if isinstance(value, tuple) else str(value)
