"""`stillbytes mcp`: the editor for other programs' assistants."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path

import click

from stillbytes.core.errors import StillbytesError


@click.command("mcp")
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--read-only", is_flag=True, help="Only tools that change nothing.")
def serve_mcp(folders: Sequence[Path], read_only: bool) -> int:
    """Let an assistant see and edit the photos in FOLDERS, over the Model Context Protocol (standard input and output).

    It can look, change settings, masks and crop, undo, and export new files beside the photos; nothing is deleted or
    overwritten, and nothing outside of FOLDERS is reached.
    """
    if importlib.util.find_spec("mcp") is None:
        raise StillbytesError("The package `mcp` is not installed.", "`pip install stillbytes[mcp]` brings it.")
    from stillbytes.app.mcp.server import serve  # noqa: PLC0415

    serve(folders, read_only=read_only)
    return 0


def command() -> click.Command:
    return serve_mcp
