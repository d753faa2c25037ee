"""Numbers, ranges and dates as people write them, as bounds."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, timedelta

from stillbytes.core.saying import said
from stillbytes.library.catalogue.errors import InvalidQuery

Bounds = tuple[float | None, bool, float | None, bool]
"""(least, whether it counts itself, most, whether it counts itself); None without a limit."""
END_OF_TIME = "~"
"""After every date as text."""
_COMPARED = re.compile(r"(>=|<=|>|<|=|≥|≤)?(.*)", re.DOTALL)
_NUMBER = re.compile(r"f?/?(\d{1,12}(?:\.\d{1,12})?)(?:/(\d{1,9}(?:\.\d{1,9})?))?(mm|s|ev|mp)?", re.IGNORECASE)


def bounds(field: str, text: str, tolerance: float = 0.0) -> Bounds:
    """A number, a comparison (">=3") or a range ("1..3", "3.."). tolerance: of a single number, as a share of it.

    Raises InvalidQuery.

    >>> bounds("iso", ">=800"), bounds("rating", "1..3")
    ((800.0, True, None, False), (1.0, True, 3.0, True))
    """
    least, dots, most = text.partition("..")
    if dots:
        low, high = (_number(field, part) if part else None for part in (least, most))
        if low is None and high is None:
            raise _unclear(field, text)
        return low, True, high, True
    compared = _COMPARED.fullmatch(text)
    sign, value = (compared[1] or "=", _number(field, compared[2])) if compared else ("=", 0.0)
    slack = value * tolerance
    return {
        "=": (value - slack, True, value + slack, True),
        ">=": (value - slack, True, None, False),
        "≥": (value - slack, True, None, False),
        "<=": (None, False, value + slack, True),
        "≤": (None, False, value + slack, True),
        ">": (value + slack, False, None, False),
        "<": (None, False, value - slack, False),
    }[sign]


def span(text: str, today: Callable[[], date] = date.today) -> tuple[str, str]:
    """(first, end) of the days meant, as ISO texts, the end not among them. Raises InvalidQuery.

    A year, a month, a day, "today", "yesterday"; a range of them ("2024-05..2024-06", "2023.."), or a comparison.

    >>> span("2024-05..2024-06"), span(">=2023")
    (('2024-05-01', '2024-07-01'), ('2023-01-01', '~'))
    """
    first, dots, last = text.partition("..")
    if dots:
        if not first and not last:
            raise _unclear("date", text)
        return _period(first, today)[0] if first else "", _period(last, today)[1] if last else END_OF_TIME
    compared = _COMPARED.fullmatch(text)
    sign, value = (compared[1] or "=", compared[2]) if compared else ("=", text)
    begin, end = _period(value, today)
    return {
        "=": (begin, end),
        ">=": (begin, END_OF_TIME),
        "≥": (begin, END_OF_TIME),
        ">": (end, END_OF_TIME),
        "<": ("", begin),
        "<=": ("", end),
        "≤": ("", end),
    }[sign]


def _period(text: str, today: Callable[[], date]) -> tuple[str, str]:
    name = text.strip().lower()
    if name in ("today", "yesterday"):
        day = today() - timedelta(days=name == "yesterday")
        return day.isoformat(), (day + timedelta(days=1)).isoformat()
    parts = re.fullmatch(r"([0-9]{4})(?:[-/.]([0-9]{1,2})(?:[-/.]([0-9]{1,2}))?)?", name)
    if parts is None:
        raise _unclear("date", text)
    year, month, day_of = (int(part) if part else None for part in parts.groups())
    assert year is not None
    try:
        first = date(year, month or 1, day_of or 1)
        if day_of:
            end = first + timedelta(days=1)
        elif month:
            end = date(year + month // 12, month % 12 + 1, 1)
        else:
            end = date(year + 1, 1, 1)
    except OverflowError:
        return first.isoformat(), END_OF_TIME
    except ValueError:
        if year == 9999 and (month or 12) == 12 and not day_of:
            return f"9999-{month or 1:02}-01", END_OF_TIME
        raise _unclear("date", text) from None
    return first.isoformat(), end.isoformat()


def _number(field: str, text: str) -> float:
    found = _NUMBER.fullmatch(text.strip())
    value = float(found[1]) if found else math.nan
    if found and found[2]:
        value = value / float(found[2]) if float(found[2]) else math.nan
    if not math.isfinite(value):
        raise _unclear(field, text)
    return value


def _unclear(field: str, text: str) -> InvalidQuery:
    examples = {"date": "2024, 2024-05, 2024-05-12 or 2024-05..2024-06", "exposure": "1/250, >=0.5 or 1..30"}
    return InvalidQuery(
        said("{field}:{text} is not understood.", field=field, text=text[:60]),
        said("Write {examples} after the colon.", examples=examples.get(field, "3, >=3 or 1..3")),
    )
