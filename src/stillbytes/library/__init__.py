"""Many photos: folders, previews and batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stillbytes.library.catalogue import Catalogue as Catalogue
    from stillbytes.library.catalogue import open as open


def __getattr__(name: str) -> Any:
    """`open` and `Catalogue`, loaded when first used: a server that only shows a folder does without them."""
    if name in ("open", "Catalogue"):
        from stillbytes.library import catalogue  # noqa: PLC0415

        return getattr(catalogue, name)
    raise AttributeError(f"module 'stillbytes.library' has no attribute {name!r}")
