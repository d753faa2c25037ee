"""Captions and keywords that a model with eyes suggests for photos. They are offered, never written by themselves."""

from __future__ import annotations

from stillbytes.library.captions.words import Suggestion

__all__ = ["Suggestion"]
