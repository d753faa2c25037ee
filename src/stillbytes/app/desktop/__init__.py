"""The editor as a program of the desktop: its own window, one of it, opened by the photos themselves."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from stillbytes.app.desktop.window import Kind


def open_app(places: Sequence[Path], kind: Kind | None = None) -> int:
    """Show these places in the window that is there, or in a new one until it is closed; returns the exit status.

    Without places the new one shows what was open last. kind: of the window; None for the best that can be had.
    Raises StillbytesError for places that are none, and where no window can be shown.
    """
    from stillbytes.app.desktop.instance import first_or_hand_over  # noqa: PLC0415

    places = [Path(os.path.abspath(place.expanduser())) for place in places]  # noqa: PTH100 - links stay as they are
    first = first_or_hand_over(places)
    if first is None:
        print("Opened in the window that is there already.", flush=True)
        return 0
    with first:
        from stillbytes.app.desktop.run import show  # noqa: PLC0415 - the server, which a second start does not need

        show(first, places, kind)
    return 0
