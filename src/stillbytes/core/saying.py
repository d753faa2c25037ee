"""Sentences that remember how they were made, so that they can be told in another language.

>>> found = said("{count} photo from {place} | {count:,} photos from {place}", count=1500, place="a card")
>>> found
'1,500 photos from a card'
>>> found.told({found.form: "{count} Foto von {place} | {count:,} Fotos von {place}"}, COMMA)
'1.500 Fotos von a card'
"""

from __future__ import annotations

import os
import string
from collections.abc import Callable, Iterable, Mapping
from typing import Any

POINT: Mapping[int, str] = {}
COMMA: Mapping[int, str] = str.maketrans({",": ".", ".": ",", "%": "\N{NO-BREAK SPACE}%"})
"""How numbers are written: English, and where a comma stands before decimals."""
FORMS = " | "
"""Between the form for one and that for any other `count`."""


class Said(str):
    """English, as every other text.

    form: with a place in braces for each of the values, and two forms where it depends on the value `count`. A value
    may be one itself.
    """

    __slots__ = ("form", "values")
    form: str
    values: Mapping[str, Any]

    def __new__(cls, form: str, values: Mapping[str, Any]) -> Said:
        made = super().__new__(cls, _filled(form, values, POINT))
        made.form, made.values = form, values
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return Said, (self.form, self.values)

    def each(self, change: Callable[[str], str]) -> Said:
        """The same with every text among its values changed."""
        values = {name: change(one) if isinstance(one, str) else one for name, one in self.values.items()}
        return Said(self.form, values)

    def told(self, known: Mapping[str, str], numbers: Mapping[int, str]) -> str:
        """In the language whose forms are known by the English ones; what is not known stays English."""
        values = {
            name: value.told(known, numbers) if isinstance(value, Said) else value
            for name, value in self.values.items()
        }
        return _filled(known.get(self.form, self.form), values, numbers)


def said(form: str, /, **values: Any) -> Said:
    """A sentence of this form. What it says in other languages is in `app/languages`, by the form."""
    return Said(form, {name: os.fspath(one) if isinstance(one, os.PathLike) else one for name, one in values.items()})


def joined(parts: Iterable[str], between: str = " ") -> Said:
    """Sentences one after the other."""
    values = {f"part{number}": part for number, part in enumerate(parts)}
    return Said(between.join(f"{{{name}}}" for name in values), values)


def about(name: str, what: str) -> str:
    """What is told of a thing, with its name, unless that is in it.

    >>> about("a.dng", "It cannot be read."), about("a.dng", "a.dng cannot be read.")
    ('a.dng: It cannot be read.', 'a.dng cannot be read.')
    """
    return what if name in what else joined((name, what), ": ")


def _filled(form: str, values: Mapping[str, Any], numbers: Mapping[int, str]) -> str:
    if not values:
        return form
    if "count" in values:
        one, _, many = form.partition(FORMS)
        form = many if many and values["count"] != 1 else one
    return _Filling(numbers).vformat(form, (), values)


class _Filling(string.Formatter):
    def __init__(self, numbers: Mapping[int, str]) -> None:
        self._numbers = numbers

    def get_field(self, field_name: str, args: Any, kwargs: Mapping[str, Any]) -> tuple[Any, str]:
        return kwargs[field_name], field_name  # by name only: values are what they are, without their insides

    def format_field(self, value: Any, format_spec: str) -> str:
        text = str(super().format_field(value, format_spec))
        return text.translate(self._numbers) if isinstance(value, int | float) else text
