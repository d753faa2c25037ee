"""Models that the person brought: what they are, told by the file itself, and where that is kept."""

from __future__ import annotations

from stillbytes.gpu.models.own.kept import add, forget, known, models

__all__ = ["add", "forget", "known", "models"]
