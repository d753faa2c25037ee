"""The everyday requests of the benchmark: right in what is answered, and most of them answered."""

from __future__ import annotations

import sys
from pathlib import Path

BENCHMARK = Path(__file__).parents[2] / "benchmarks/assistant"


def test_the_open_requests_are_answered_right(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARK))
    from expected import cases, problem  # noqa: PLC0415
    from vocabulary import asked  # noqa: PLC0415

    found = [(case, *asked(case)[:2]) for case in cases(BENCHMARK / "requests/open.txt")]
    answered = [(case, answer, before) for case, answer, before in found if answer.understood]
    wrong = [case.turns for case, answer, before in answered if problem(case, answer, before)]
    wanted = [case for case, _, _ in found if not case.refuse]
    assert len(wrong) <= 0.02 * len(answered), wrong
    assert len(answered) - len(wrong) >= 0.6 * len(wanted)
    for name in ("expected", "vocabulary"):
        sys.modules.pop(name, None)
