"""What asks, tells, names or praises something, and requests no change."""

from __future__ import annotations

import pytest
from assistant.talk import say, settings


@pytest.mark.parametrize(
    "words",
    [
        "should it be warmer",
        "should the sky be darker?",
        "does it need more contrast",
        "do I need more contrast here?",
        "has it too much contrast",
        "hey, is it too dark",
        "is it sharp enough?",
        "black and white?",
        "vignette?",
        "soll das heller werden?",
        "muss der Himmel dunkler sein?",
        "¿necesito más contraste?",
        "¿está muy oscura?",
    ],
)
def test_a_question_changes_nothing(words):
    assert not say(words).understood


@pytest.mark.parametrize("words", ["it should be warmer", "the sky should be darker", "jetzt ist es zu scharf"])
def test_the_same_words_in_another_order_are_no_question(words):
    assert say(words).understood


@pytest.mark.parametrize(
    "words",
    [
        "a sharp suit",
        "beautiful dark sky",
        "dark sky",
        "a warm dress",
        "cold water",
        "blue sky",
        "red car",
        "clear the bed",
        "strong colours!",
        "high contrast",
        "ein scharfer Hund",
        "ein heller Himmel",
        "agua fría",
        "cielo oscuro",
    ],
)
def test_a_thing_that_is_described_is_not_asked_for(words):
    assert not say(words).understood


@pytest.mark.parametrize(
    "words",
    ["a darker sky", "darker sky", "ein dunklerer Himmel", "cielo más oscuro", "make it a dark sky", "warm the sky"],
)
def test_a_thing_that_is_compared_is_asked_for(words):
    assert say(words).understood


@pytest.mark.parametrize(
    "words", ["claro", "alles klar", "klar doch", "look sharp", "stay cool", "dark", "moody", "punchy", "fine, thanks"]
)
def test_a_word_that_compares_nothing_says_nothing_alone(words):
    assert not say(words).understood


@pytest.mark.parametrize("words", ["make it moody", "punchier", "make it dark", "überbelichtet"])
def test_a_look_a_fault_and_a_wish_are_requests(words):
    assert say(words).understood


@pytest.mark.parametrize("words", ["they cropped it to 4:5", "she raised the shadows", "I sharpen it"])
def test_what_somebody_did_is_not_asked_for(words):
    assert not say(words).understood


@pytest.mark.parametrize("words", ["brighter? no.", "more contrast, nope", "heller, nein"])
def test_what_is_taken_back_at_once_changes_nothing(words):
    assert not say(words).understood
    assert say("no, brighter").understood


@pytest.mark.parametrize(
    "words", ["I want the background out of focus", "make it overexposed", "give it blown highlights"]
)
def test_a_fault_that_is_wished_for_is_not_mended(words):
    assert not say(words).understood


@pytest.mark.parametrize("words", ["make it pink", "make the car red", "blau machen", "paint it green"])
def test_a_colour_itself_is_not_more_of_it(words):
    assert not say(words).understood
    assert settings("make it more pink") and settings("bluer")


def test_what_is_fine_is_left():
    (step,) = say("face OK, background too light").steps
    assert step.name == "Background"
    assert not say("the contrast is fine").understood
    assert not say("face OK").understood


@pytest.mark.parametrize(
    "words", ["plus lumineux, s'il te plaît", "più caldo, per favore", "もっと明るく", "сделай теплее"]
)
def test_another_language_is_told_which_are_understood(words):
    answer = say(words)
    assert not answer.understood and not answer.steps
    assert "English, German and Spanish" in answer.message


@pytest.mark.parametrize(
    "words",
    ["the mountains were hazy", "it was too dark", "der Hund war zu dunkel", "the backdrop is grey", "my hair is flat"],
)
def test_what_was_or_is_so_without_a_fault_is_left(words):
    assert not say(words).understood


@pytest.mark.parametrize(
    "words", ["can you make me look warmer?", "make me brighter", "¿el fondo está demasiado claro?"]
)
def test_a_person_or_a_statement_that_is_questioned_is_left(words):
    assert not say(words).understood


@pytest.mark.parametrize("words", ["good picture, warm colours", "nice, warm light", "perfect, deep shadows"])
def test_praise_and_how_it_is_are_no_request(words):
    assert not say(words).understood


@pytest.mark.parametrize("words", ["good picture, but too dark", "nice, brighter please", "fine, warm it a bit"])
def test_a_request_beside_praise_is_one(words):
    assert say(words).understood
