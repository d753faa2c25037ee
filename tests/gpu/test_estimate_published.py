"""The estimates beside what others measured, every card judged by constants that have not seen it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from stillbytes.gpu.cards import find
from stillbytes.gpu.estimate.constants import FITTED
from stillbytes.gpu.estimate.plausible import doubts_generation, doubts_image, doubts_memory, doubts_prompt

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "estimates_vs_published.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("estimates_vs_published", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def judged(script: Any) -> list[Any]:
    rows = script.rows()
    return list(script.judge([row for row in rows if row.split != "suspect"], script.leave_one_out(rows)))


def ours(script: Any, judged: list[Any], group: str) -> list[Any]:
    return [e for e in judged if e.row.group == group and e.row.engine in script.OURS and "old" not in e.row.settings]


@pytest.mark.parametrize("group", ["generation", "memory", "image memory", "image"])
def test_the_median_error_is_within_its_limit(script: Any, judged: list[Any], group: str) -> None:
    mine = ours(script, judged, group)
    assert len(mine) >= 30
    assert script.median_error(mine) <= script.LIMITS[group]


@pytest.mark.parametrize("group", ["generation", "memory", "image memory", "image"])
def test_rows_that_nothing_was_fitted_on_are_within_the_limit_too(script: Any, judged: list[Any], group: str) -> None:
    unseen = [e for e in ours(script, judged, group) if e.row.split == "check"]
    assert len(unseen) >= 20
    assert script.median_error(unseen) <= script.LIMITS[group]


def test_cards_with_12_gb_are_no_exception(script: Any, judged: list[Any]) -> None:
    mine = [e for e in ours(script, judged, "generation") if find(e.row.card).vram_mib == 12288]
    assert len({e.row.card for e in mine}) >= 4
    assert script.median_error(mine) <= script.LIMITS["generation"]


def test_the_constants_are_those_that_the_rows_give(script: Any) -> None:
    made = script.fit(script.usable(script.rows()))
    for name in ("read", "read_experts", "layer_s", "layer_experts_s", "prompt", "step", "moved", "decode_tflop"):
        assert getattr(FITTED, name) == pytest.approx(getattr(made, name), rel=0.02), name


def test_every_row_says_where_it_comes_from(script: Any) -> None:
    assert all(row.source for row in script.rows())


def doubts(script: Any, row: Any) -> list[str]:
    model, settings, card = script._weights(row.model, row.precision), script._language_settings(row), find(row.card)
    if row.metric == "prompt":
        return doubts_prompt(row.value, model, card, row.engine)
    return doubts_generation(row.value, model, settings, card, row.engine)


def test_figures_that_cannot_be_true_are_told(script: Any) -> None:
    suspects = [row for row in script.rows() if row.split == "suspect"]
    assert len(suspects) >= 25
    assert all(doubts(script, row) for row in suspects)


def test_sound_figures_are_believed(script: Any) -> None:
    rows = [row for row in script.usable(script.rows()) if row.metric in ("generation", "prompt")]
    doubted = [row for row in rows if doubts(script, row)]
    assert len(doubted) <= len(rows) * 0.03


def test_memory_below_the_weights_and_pictures_faster_than_arithmetic_are_doubted(script: Any) -> None:
    model = script._weights("Qwen3-14B", "Q4_K_M")
    assert doubts_memory(5000, model, script.languages.Settings())
    assert not doubts_memory(9500, model, script.languages.Settings())
    sdxl, settings = script._picture("sdxl", "fp16", "fp16"), script.images.ImageSettings(steps=30)
    assert doubts_image(1.0, sdxl, settings, find("RTX 3060"))
    assert not doubts_image(25.0, sdxl, settings, find("RTX 3060"))
