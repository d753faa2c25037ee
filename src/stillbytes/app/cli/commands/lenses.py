"""`stillbytes lenses`: the lenses whose corrections are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from stillbytes.app.cli.output import json_option, print_json, print_table


@click.command("lenses")
@click.argument("words", nargs=-1, metavar="[WORD...]")
@click.option("--photo", type=click.Path(path_type=Path), help="List those first that fit this photo's camera.")
@json_option()
def list_lenses(words: Sequence[str], photo: Path | None, as_json: bool) -> int:
    """List lenses of Lensfun's database by parts of their names, for `develop --lens`."""
    import stillbytes as sb  # noqa: PLC0415 - only with a photo
    from stillbytes.photo.lens import found  # noqa: PLC0415 - starts a worker

    listed = found(" ".join(words), sb.open(photo.expanduser()).metadata if photo else None)
    if as_json:
        print_json([asdict(lens) for lens in listed])
        return 0
    rows = [(lens.model, lens.maker, _range(lens.min_focal, lens.max_focal)) for lens in listed]
    print_table(("Lens", "Maker", "Focal length"), rows)
    return 0


def _range(shortest: float, longest: float) -> str:
    if not shortest:
        return ""
    return f"{shortest:g} mm" if longest <= shortest else f"{shortest:g} to {longest:g} mm"


def command() -> click.Command:
    return list_lenses
