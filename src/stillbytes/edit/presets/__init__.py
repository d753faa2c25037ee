"""Presets: settings with a name, our own and those of Adobe's programs."""

from stillbytes.edit.presets.files import load, opened, stored
from stillbytes.edit.presets.preset import Preset, of_settings
from stillbytes.edit.presets.store import Presets

__all__ = ["Preset", "Presets", "load", "of_settings", "opened", "stored"]
