"""`stillbytes serve`: the editor's server, for other programs to start."""

from __future__ import annotations

from pathlib import Path

import click

from stillbytes.app.cli.output import json_option


@click.command("serve")
@click.argument("place", type=click.Path(path_type=Path), default=Path(), metavar="[FOLDER|PHOTO]")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port on this machine; 0 for any free one.")
@json_option()
@click.option("--no-browser", is_flag=True, help="Do not open the page.")
@click.option("--exit-with-parent", is_flag=True, help="Stop when standard input closes.")
def serve_editor(place: Path, port: int, as_json: bool, no_browser: bool, exit_with_parent: bool) -> int:
    """Start the server; with --json its first line of output has its addresses."""
    from stillbytes.app.server import serve  # noqa: PLC0415 - the web framework loads only for this

    return serve(place.expanduser(), port=port, json=as_json, browser=not no_browser, exit_with_parent=exit_with_parent)


def command() -> click.Command:
    return serve_editor
