"""How pictures become files: size, colours, sharpening, watermark, metadata, names, and presets of all that."""

from stillbytes.edit.exporting.spec import Spec

__all__ = ["Spec"]
