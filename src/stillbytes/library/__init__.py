"""Many photos: folders, previews and batches."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stillbytes.library.catalogue import Catalogue as Catalogue
    from stillbytes.library.catalogue import open as open
    from stillbytes.library.lightroom import import_lightroom as import_lightroom


def __getattr__(name: str) -> Any:
    """`open`, `Catalogue`, `ingest`, `import_lightroom`, loaded when first used: a server of a folder does without."""
    if name == "ingest":
        return importlib.import_module("stillbytes.library.ingest")
    if name in ("open", "Catalogue"):
        from stillbytes.library import catalogue  # noqa: PLC0415

        return getattr(catalogue, name)
    if name == "import_lightroom":
        from stillbytes.library import lightroom  # noqa: PLC0415

        return lightroom.import_lightroom
    raise AttributeError(f"module 'stillbytes.library' has no attribute {name!r}")
