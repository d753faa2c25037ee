"""What is said of a place that was found before something is made there."""

from __future__ import annotations

import pytest

from stillbytes.edit.doubt import doubts
from stillbytes.masks import Background, Brush, Mask, Sky, Subject


def test_a_subject_that_is_next_to_nothing_is_told() -> None:
    said = doubts(Mask.of(Background(recipe={"sure": 0.93})), 0.993)
    assert said == "This changes 99 % of the picture; the subject that was found is less than 1 % of it."


def test_what_colours_alone_told_is_a_guess() -> None:
    assert doubts(Mask.of(Background(recipe={"sure": 0.0})), 0.7) == (
        "The subject was told by its colours alone, which is often wrong."
    )
    assert "The sky was told by its colours alone" in doubts(Mask.of(Sky(recipe={"sure": 0.0})), 0.3)


def test_a_network_that_is_not_sure_is_told() -> None:
    assert doubts(Mask.of(Subject(recipe={"sure": 0.47})), 0.4) == "The network is only 47 % sure of the subject."


@pytest.mark.parametrize("mask", [Mask.of(Background(recipe={"sure": 0.9})), Mask.of(Sky()), Mask.of(Sky(recipe={}))])
def test_a_usual_place_is_no_matter(mask: Mask) -> None:
    assert doubts(mask, 0.6) == ""


def test_what_somebody_painted_is_meant() -> None:
    assert doubts(Mask.of(Brush()), 1.0) == ""
