"""`stillbytes app [PHOTO|FOLDER]...`: the editor in its own window."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from stillbytes.app.desktop.window import Kind


@click.command("app")
@click.argument("places", type=click.Path(path_type=Path), nargs=-1, metavar="[PHOTO|FOLDER]...")
@click.option(
    "--window", "kind", type=click.Choice(get_args(Kind)),
    help="What shows the page: the system's web view (the extra `desktop`), a Chromium without bars, or a tab of the"
    " usual browser. The best that there is when left out.",
)  # fmt: skip
def open_window(places: tuple[Path, ...], kind: Kind | None) -> int:
    """Open the editor in its own window; there is one, and what is opened later appears in it.

    Without a place it shows what was open last. Closing the window ends the program after everything is written.
    """
    from stillbytes.app.desktop import open_app  # noqa: PLC0415 - the server loads only for this

    return open_app(places, kind)


def command() -> click.Command:
    return open_window
