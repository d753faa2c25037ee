"""What is offered while one types is understood, whatever was typed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillbytes.assistant.completing import completions
from stillbytes.assistant.situation import Situation
from stillbytes.assistant.vocabulary import understand
from stillbytes.develop.settings import Settings
from stillbytes.edit.history import History

HERE = Situation(History().committed(Settings(contrast=10), "Contrast"))


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("darken the sk", "darken the sky"),
        ("a bit war", "a bit warmer"),
        ("warmer and less sat", "warmer and less saturation"),
        ("black and wh", "black and white"),
        ("und", "undo"),
        ("etwas wärm", "etwas warmer"),
        ("un poco más cál", "un poco más calida"),
    ],
)
def test_the_last_words_become_a_phrase_that_begins_like_them(typed, offered):
    found = {understand(one, HERE).message for one in completions(typed, HERE)}
    assert understand(offered, HERE).message in found
    assert len(found) == len(completions(typed, HERE))  # each means something else


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="abdehiklmnorstuw ,+1", max_size=14))
def test_whatever_is_offered_is_understood(typed):
    offered = completions(typed, HERE)
    assert len(offered) <= 6
    assert all(understand(one, HERE).understood and one.startswith(typed) for one in offered)


def test_what_was_asked_before_comes_first_and_complete_requests_offer_nothing_odd():
    assert completions("make it", HERE, ["make it look like a Monet", "warmer"])[0] == "make it look like a Monet"
    assert "warmer" not in completions("warmer", HERE, ["warmer"])
    assert completions("", HERE, ["warmer"]) == []
    assert completions("x" * 3000, HERE) == []
