"""What is said about the last change."""

from __future__ import annotations

import pytest
from assistant.talk import mask, say, settings

from stillbytes.develop.settings import Settings


@pytest.mark.parametrize(
    ("again", "sign"), [("more", 1), ("a bit more of that", 1), ("less", -1), ("way too much", -1)]
)
def test_follow_ups_are_about_the_last_change(again, sign):
    change = settings("contrast 20", "clarity +10", again)
    assert set(change) == {"clarity"}
    assert (change["clarity"] - 10) * sign > 0


def test_less_ends_where_it_began_and_the_opposite_beyond():
    assert settings("contrast +20", "a lot less")["contrast"] == 0
    assert settings("contrast +20", "the opposite")["contrast"] == -20


def test_follow_ups_need_something_to_follow():
    assert not say("more").understood
    assert not say("warmer", "undo", "less").understood


def test_undo_comes_first_and_the_rest_starts_from_there():
    answer = say("exposure 1", "contrast 20", "undo that and make it warmer instead")
    assert answer.back() == 1
    assert dict(answer.base) == {"exposure": 1}
    assert set(answer.applied()) == {"exposure", "temperature"}


def test_too_much_in_a_language_where_it_is_one_word_with_too():
    assert settings("más contraste", "demasiado")["contrast"] < settings("más contraste")["contrast"]


def test_the_last_change_in_another_part_and_at_another_value():
    assert mask("darken the sky", "the same for the water")[1] == {"exposure": -0.5}
    assert mask("contrast +15", "same for the subject")[1] == {"contrast": 15}
    assert settings("contrast 20", "make it 30") == {"contrast": 30}
    assert not say("warmer, more contrast", "make it 30").understood
    assert not say("contrast 20", "make it 300").understood
    assert not say("square", "the same for the sky").understood


def test_what_was_switched_on_is_switched_off_again():
    assert say("lens profile on", "switch it off again").applied() == Settings()


@pytest.mark.parametrize(
    ("first", "then"),
    [("darken the sky", "too dark"), ("darken the sky", "not that dark"), ("Himmel dunkler", "jetzt zu dunkel")],
)
def test_a_complaint_is_about_the_part_that_was_changed(first, then):
    tree, delta = mask(first, then)
    assert tree["components"][0]["kind"]["kind"] == "sky"
    assert delta.get("exposure", 0.0) > mask(first)[1]["exposure"]
    assert not say(first, "too cold").understood  # that part, or the picture?


def test_what_is_dismissed_has_to_be_there():
    assert say("more contrast", "never mind").back() == 1
    assert not say("never mind").understood
    assert not say("warmer", "redo that").understood
    assert say("warmer", "undo").steps[0].tool == "undo"


def test_undoing_an_undo_is_redoing():
    assert [step.tool for step in say("warmer", "undo the undo").steps] == ["redo"]


def test_a_value_is_reached_from_the_right_side():
    assert settings("contrast 40", "reduce it to 25") == {"contrast": 25}
    assert settings("contrast 20", "up to 30") == {"contrast": 30}
    assert not say("contrast 20", "reduce it to 40").understood


def test_going_on_is_of_the_part_and_a_bare_word_could_be_of_either():
    assert mask("darken the sky", "even darker")[1] == {"exposure": -1.0}
    assert not say("darken the sky", "darker").understood
    assert settings("darken the sky", "the whole picture darker") == {"exposure": -0.5}


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("less haze", "even less"),
        ("brighter", "not that little"),
        ("brighter", "not too much"),
        ("less contrast", "20"),
        ("less contrast", "by 20"),
    ],
)
def test_what_could_go_either_way_is_left(first, then):
    assert not say(first, then).understood


@pytest.mark.parametrize("words", ["a step back, please", "go back", "einen Schritt zurück", "un paso atrás"])
def test_a_step_back_is_one_only_where_there_is_something_to_undo(words):
    assert not say(words).understood
    assert [step.tool for step in say("brighter", words).steps] == ["undo"]


@pytest.mark.parametrize(
    ("words", "tool", "message"),
    [("undo", "undo", "There is nothing to undo."), ("undo the last two", "undo", "There is nothing to undo."),
     ("redo", "redo", "There is nothing to redo.")],
)  # fmt: skip
def test_where_there_is_nothing_to_undo_it_is_said(words, tool, message):
    answer = say(words)
    assert ([step.tool for step in answer.steps], answer.message) == ([tool], message)
    assert not answer.changes and not answer.back()


def test_only_as_many_steps_are_undone_as_there_are():
    assert say("warmer", "undo 3 steps").message == "Undo."
    assert say("warmer", "exposure 1", "undo 3 steps").message == "Undo 2 steps."


@pytest.mark.parametrize(
    ("first", "then", "value"), [("highlights -20", "make that -40", -40), ("highlights +20", "make it -10", -10)]
)
def test_a_value_with_its_sign_is_where_the_last_slider_goes(first, then, value):
    assert settings(first, then) == {"highlights": value}
