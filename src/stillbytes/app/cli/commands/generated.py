"""`stillbytes generated`: whether pixels that a model made are shown and made on this machine."""

from __future__ import annotations

import click

from stillbytes.app.cli.output import json_option, print_json
from stillbytes.core import preferences


@click.command("generated")
@click.option("--on/--off", "wanted", default=None, help="Switch it; without, only tell.")
@json_option()
def switch_generated(wanted: bool | None, as_json: bool) -> int:
    """Whether generated pixels are wanted.

    Off leaves out all patches that a model made, in renderings, exports and thumbnails, and refuses to make more.
    Heal, clone and what is filled from the photo itself stay. Nothing is deleted.
    """
    if wanted is not None:
        preferences.change(generated=wanted)
    on = preferences.load().generated
    if as_json:
        print_json({"generated": on})
    elif on:
        print("Generated pixels are shown and made.")
    else:
        print("Generated pixels are left out everywhere, and none are made.")
    return 0


def command() -> click.Command:
    return switch_generated
