"""The everyday requests of the benchmark: right in what is answered, and most of them answered."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks/assistant"


@pytest.mark.parametrize(
    ("name", "wrong_at_most", "answered_at_least"),
    [
        ("open", 0.0, 0.9),
        ("voices", 0.0, 0.8),
        ("everyday", 0.01, 0.9),
        ("trades", 0.0, 0.85),
        ("typed", 0.0, 0.9),
        ("rooms", 0.0, 0.8),
        ("probes", 0.0, 0.7),
        ("desk", 0.0, 0.85),
        ("club", 0.0, 0.65),
        ("lessons", 0.0, 0.8),
        ("letters", 0.0, 0.8),
        ("shops", 0.0, 0.8),
        ("papers", 0.0, 0.75),
        ("studio", 0.0, 0.8),
    ],
)
def test_the_open_requests_are_answered_right(monkeypatch, name, wrong_at_most, answered_at_least):
    monkeypatch.syspath_prepend(str(BENCHMARK))
    from expected import cases, problem  # noqa: PLC0415
    from vocabulary import asked  # noqa: PLC0415

    found = [(case, *asked(case)[:2]) for case in cases(BENCHMARK / f"requests/{name}.txt")]
    answered = [(case, answer, before) for case, answer, before in found if answer.understood]
    wrong = [case.turns for case, answer, before in answered if problem(case, answer, before)]
    wanted = [case for case, _, _ in found if not case.refuse]
    assert len(wrong) <= wrong_at_most * len(answered), wrong
    assert len(answered) - len(wrong) >= answered_at_least * len(wanted)
    for module in ("expected", "vocabulary"):
        sys.modules.pop(module, None)
