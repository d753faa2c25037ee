"""`stillbytes heal`: round spots that take their pixels from another place of the photo."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from stillbytes.app.cli.output import json_option, print_json


class Numbers(click.ParamType[Any]):
    """So many numbers, apart by commas."""

    def __init__(self, names: str) -> None:
        self.name = names

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, ...]:
        if isinstance(value, tuple):
            return value
        try:
            found = tuple(float(part) for part in value.split(","))
        except ValueError:
            found = ()
        if len(found) != self.name.count(",") + 1:
            self.fail(f"{value!r} is not {self.name}.", param, ctx)
        return found


@click.command("heal")
@click.argument("photo", type=click.Path(path_type=Path))
@click.option(
    "--spot",
    "spots",
    type=Numbers("X,Y,R"),
    multiple=True,
    required=True,
    help="Middle and radius, in units of the photo's long edge, from its top left corner; may be given many times.",
)
@click.option("--from", "source", type=Numbers("X,Y"), help="Middle of the source; by default the best one nearby.")
@click.option("--clone", is_flag=True, help="Show the source as it is, instead of in the light around the spot.")
@click.option("--feather", type=click.FloatRange(0, 100), help="Part of the radius over which a spot fades.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Also export the picture to this file.")
@click.option("--dry-run", is_flag=True, help="Only tell what would be done; nothing is written.")
@json_option()
def heal_spots(
    photo: Path,
    spots: tuple[tuple[float, ...], ...],
    source: tuple[float, ...] | None,
    clone: bool,
    feather: float | None,
    output: Path | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Heal round spots of PHOTO, such as dust, or clone over them. Needs no model.

    The spots go into the photo's sidecar as one step of its history. They are evaluated on the photo's own light, so
    that exposure, white balance and everything else change them like the rest.
    """
    import stillbytes  # noqa: PLC0415 - after the arguments were found right
    from stillbytes.edit.document import Document  # noqa: PLC0415
    from stillbytes.edit.exporting.formats import format_of  # noqa: PLC0415
    from stillbytes.edit.patching import spotted  # noqa: PLC0415
    from stillbytes.edit.photo import Edit  # noqa: PLC0415
    from stillbytes.generate.spot import FEATHER, Spot, Task  # noqa: PLC0415

    if source is not None and len(spots) > 1:
        raise click.UsageError("--from is the source of one --spot.")
    if output is not None:
        format_of(output)  # before the work
    task: Task = "clone" if clone else "heal"
    opened = stillbytes.open(photo.expanduser())
    document = Document(opened)
    settings = document.settings
    place = None if source is None else (source[0], source[1])
    for x, y, radius in spots:
        spot = Spot((x, y), radius, place, FEATHER if feather is None else feather)
        settings = spotted(opened, settings, task, spot)
    made = [patch.recipe for patch in settings.patches[-len(spots) :]]
    told: dict[str, Any] = {
        "photo": str(photo), "task": task, "spots": made, "note": document.problem, "sidecar": None, "target": None,
    }  # fmt: skip
    if not dry_run:
        document.commit(settings, f"{task.capitalize()} {len(spots)} spot{'s' if len(spots) > 1 else ''}")
        told["sidecar"] = str(document.save())
        if output is not None:
            told["target"] = str(Edit(opened, settings).export(output.expanduser()))
    if as_json:
        print_json(told)
        return 0
    for recipe in made:
        places = [f"{x:.4f}, {y:.4f}" for x, y in (recipe["centre"], recipe["source"])]
        print(f"{'Would ' if dry_run else ''}{task} {places[0]} from {places[1]}")
    for written in ("sidecar", "target"):
        if told[written]:
            print(told[written])
    if told["note"]:
        print(f"stillbytes: {photo.name}: {told['note']}", file=sys.stderr)
    return 0


def command() -> click.Command:
    return heal_spots
