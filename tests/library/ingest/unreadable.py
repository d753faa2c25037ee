"""Files of a card that cannot be read. Root, as whom tests run in containers, may read everything: so it is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from stillbytes.library.catalogue.scan.pool import Readers, look_at

Photos = Sequence[tuple[str, str | None]]
PATCH = """
from library.ingest.unreadable import except_for
from stillbytes.library.ingest import card
card.look_at = except_for(*{names!r})
"""
"""Code for a process that is to see a card so."""


def except_for(*names: str) -> Callable[[Readers, Photos], list[dict[str, Any] | None]]:
    """`look_at` as it is where these cannot be read."""

    def look(readers: Readers, photos: Photos) -> list[dict[str, Any] | None]:
        def seen(path: str, row: dict[str, Any] | None) -> dict[str, Any] | None:
            bad = next((name for name in names if path.endswith(name)), None)
            return row if bad is None else {"error": f"{bad} cannot be read: Input/output error."}

        return [seen(path, row) for (path, _), row in zip(photos, look_at(readers, photos), strict=True)]

    return look
