"""Where Stillbytes keeps what is its own: settings, caches and models. Photos and sidecars stay in their folders."""

from __future__ import annotations

import os
from pathlib import Path


def home() -> Path:
    """STILLBYTES_HOME if set, else the platform's folder for application data."""
    if chosen := os.environ.get("STILLBYTES_HOME"):
        return Path(chosen).expanduser()
    import platformdirs  # noqa: PLC0415 - only needed when the variable is not set

    return platformdirs.user_data_path("stillbytes", appauthor=False)


def preferences() -> Path:
    """The file of what a person chose for this machine."""
    return home() / "preferences.json"


def cache(name: str) -> Path:
    """A folder for data that can be made again, created if missing."""
    folder = home() / "cache" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
