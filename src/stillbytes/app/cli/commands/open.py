"""`stillbytes [FOLDER|PHOTO]`: the editor in the browser."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("open")
@click.argument("place", type=click.Path(path_type=Path), default=Path(), metavar="[FOLDER|PHOTO]")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port on this machine; 0 for any free one.")
@click.option("--no-browser", is_flag=True, help="Do not open the page, only print its address.")
def open_editor(place: Path, port: int, no_browser: bool) -> int:
    """Open the editor on a folder, or on a photo and its neighbours."""
    from stillbytes.app.server import serve  # noqa: PLC0415 - the web framework loads only for this

    return serve(place.expanduser(), port=port, json=False, browser=not no_browser, exit_with_parent=False)


def command() -> click.Command:
    return open_editor
