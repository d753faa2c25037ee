"""docs/models.md says what the declarations say."""

from __future__ import annotations

import doctest
import importlib
import runpy
from pathlib import Path

import pytest

from stillbytes.gpu.models.registry import declared

DOCS = Path(__file__).parents[3] / "docs"


def test_the_page_is_up_to_date() -> None:
    made = runpy.run_path(str(DOCS / "make_models.py"))
    text = (DOCS / "models.md").read_text(encoding="utf-8")
    assert made["page"](text) == text, "run docs/make_models.py"
    assert all(f"| {model.family} |" in text for model in declared())


@pytest.mark.parametrize("name", ["quantised", "fetch.download"])
def test_the_examples_in_the_documentation_are_true(name: str) -> None:
    done = doctest.testmod(importlib.import_module(f"stillbytes.gpu.models.{name}"))
    assert done.attempted > 0
    assert done.failed == 0
