"""The local server: REST, the live preview socket and events, for this machine only."""

from __future__ import annotations

from pathlib import Path


def serve(
    path: Path, *, port: int = 0, json: bool = False, browser: bool = True, exit_with_parent: bool = False
) -> int:
    """See `stillbytes.app.server.start.serve`, which loads the web framework only now."""
    from stillbytes.app.server import start  # noqa: PLC0415

    return start.serve(path, port=port, json=json, browser=browser, exit_with_parent=exit_with_parent)
