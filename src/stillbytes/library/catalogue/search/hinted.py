"""What was noticed in photos' pictures, for those of a page."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from stillbytes.library.hints.find import hints
from stillbytes.library.hints.hint import Measure, Noted


def noted(
    db: sqlite3.Connection, numbers: Sequence[int], *, all_measures: bool = False
) -> dict[int, tuple[Noted, ...]]:
    """By number, in the order of the declarations. all_measures: what is within its threshold, too."""
    sql = (
        "SELECT p.id, h.kind, h.value, h.fires, h.facts FROM json_each(?) w JOIN photos p ON p.id = w.value "
        f"JOIN hints h ON h.content = p.content {'' if all_measures else 'WHERE h.fires'} ORDER BY w.key"
    )
    declared = hints()
    found: dict[int, list[Noted]] = {}
    for number, kind, value, fires, facts in db.execute(sql, (json.dumps(list(numbers)),)):
        if kind in declared:  # one of an older release may be there
            measure = Measure(value, json.loads(facts))
            found.setdefault(number, []).append(declared[kind].noted(measure, bool(fires)))
    order = list(declared)
    return {number: tuple(sorted(some, key=lambda one: order.index(one.kind))) for number, some in found.items()}
