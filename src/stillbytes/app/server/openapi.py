"""Prints the OpenAPI document from which the page's and the clients' types are made; `dev.py api` keeps it."""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any

from stillbytes.app.server.application import create_app
from stillbytes.app.server.workspace import Workspace
from stillbytes.library.folder import Folder


def document() -> dict[str, Any]:
    """OpenAPI 3.1 of the REST interface."""
    with tempfile.TemporaryDirectory() as folder:
        return create_app(Workspace(Folder(Path(folder))), asyncio.Event()).openapi()


if __name__ == "__main__":
    print(json.dumps(document(), indent=2))
