from __future__ import annotations

from library.catalogue.conftest import catalogue, folder

__all__ = ["catalogue", "folder"]
