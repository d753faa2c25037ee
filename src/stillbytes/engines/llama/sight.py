"""How large a picture a vision-language model can be shown."""

from __future__ import annotations

import math

from stillbytes.engines.llama.client import Properties

LEAST, MOST = 128, 1024
"""Tokens of a picture: with fewer nothing is recognised; more are not needed for light, colours and things."""
CELL = 28
"""Pixels on each side that become one token in the common vision towers (14 by 14, joined in fours)."""
LARGEST = 1024


def edge(properties: Properties | None, beside: int) -> int:
    """Pixels of the long edge of a 3:2 picture that fits beside so many tokens of words; 0 where none does, or where
    the model has no eyes.
    """
    if properties is None or not properties.vision:
        return 0
    tokens = min(MOST, properties.context - beside)
    if tokens < LEAST:
        return 0
    return min(LARGEST, int(math.sqrt(tokens * CELL * CELL * 3 / 2)) // CELL * CELL)
