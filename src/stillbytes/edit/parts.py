"""Long texts that steps of a history repeat, such as the strokes of a brush: written once, referred to by number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

LONG = 48
"""Characters from which a repeated text is worth a reference."""
REFERENCE = "#part"


def packed(values: Sequence[Any]) -> tuple[list[Any], list[str]]:
    """The JSON values with references, and the texts these stand for."""
    counted = Counter(text for value in values for text in _texts(value) if len(text) >= LONG)
    parts = [text for text, count in counted.items() if count > 1]
    numbers = {text: number for number, text in enumerate(parts)}

    def short(value: Any) -> Any:
        if isinstance(value, str) and value in numbers:
            return {REFERENCE: numbers[value]}
        return _mapped(value, short)

    return [short(value) for value in values], parts


def unpacked(value: Any, parts: Sequence[str]) -> Any:
    """The JSON value with its texts. Raises ValueError for a reference to a text that is not there."""
    if isinstance(value, dict) and value.keys() == {REFERENCE}:
        number = value[REFERENCE]
        if not isinstance(number, int) or not 0 <= number < len(parts):
            raise ValueError(f"there is no part {number!r}")
        return parts[number]
    return _mapped(value, lambda inner: unpacked(inner, parts))


def _mapped(value: Any, change: Any) -> Any:
    if isinstance(value, dict):
        return {key: change(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [change(inner) for inner in value]
    return value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
