"""What a photo's picture gives away to who chooses among many: hints, each with its reason. They decide nothing.

One file in `kinds` declares one hint; the search, the badge, the command and the docs are made from it.
"""

from __future__ import annotations

from stillbytes.library.hints.find import hint, hints
from stillbytes.library.hints.hint import Hint, Measure, Noted, Sight

__all__ = ["Hint", "Measure", "Noted", "Sight", "hint", "hints"]
