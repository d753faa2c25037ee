"""Curves through points."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from stillbytes.develop.operations.tone_curve import monotone_cubic

DRAWN = Path(__file__).parents[2] / "web/src/develop/curves.json"
"""What the page's own tests hold its drawing against."""


def test_the_page_draws_the_line_that_the_pipeline_follows() -> None:
    told = json.loads(DRAWN.read_text())
    at = np.array(told["at"], np.float64)
    for curve in told["curves"]:
        points = tuple((x, y) for x, y in curve["points"])
        np.testing.assert_allclose(monotone_cubic(points, at), curve["values"], atol=1e-6)
