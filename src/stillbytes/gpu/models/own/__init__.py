"""Models that the person brought: what they are, told by the file itself, where that is kept, how ComfyUI sees them."""

from __future__ import annotations

from stillbytes.gpu.models.own.kept import add, forget, known, models
from stillbytes.gpu.models.own.links import visible

__all__ = ["add", "forget", "known", "models", "visible"]
