"""Tables for spreadsheets."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


def harmless(value: T) -> T | str:
    """A text that a spreadsheet would take for a formula is marked as a text (OWASP, CSV injection).

    >>> harmless("=1+1"), harmless("a"), harmless(-2)
    ("'=1+1", 'a', -2)
    """
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
