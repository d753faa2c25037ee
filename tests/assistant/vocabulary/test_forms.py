"""Sentences of known words that tell, name or weigh: their form says that nothing is asked for."""

from __future__ import annotations

import pytest
from assistant.talk import say, settings


@pytest.mark.parametrize(
    "words",
    [
        "that jacket is too red",
        "the bottle is too green",
        "a warmer dress",
        "give her a lighter jacket",
        "cool down everybody",
        "cool the water",
        "the dog is noisy",
        "una chaqueta más clara",
        "eine wärmere Jacke",
    ],
)
def test_how_things_are_by_themselves_is_not_changed(words):
    assert not say(words).understood


@pytest.mark.parametrize(
    "words", ["brighten the dog", "the dog is too dark", "a darker sky", "the skin is too red", "sharpen the bird"]
)
def test_how_they_are_in_the_light_is(words):
    assert say(words).understood


@pytest.mark.parametrize(
    "words",
    [
        "darker now",
        "much brighter, thanks!",
        "viel heller, danke!",
        "¡Mucho más clara, gracias!",
        "it looks flatter",
        "se ve más plana",
        "must be warmer",
        "get softer",
        "so dull",
        "lots of contrast",
        "the grain is strong",
        "the light is too red",
        "hay poca luz en la casa",
        "it is too dark in the water",
        "más nítida que el lago",
        "keep it cool and dark",
        "too dark for my taste, but nice",
        "go warm up",
        "less drama",
    ],
)
def test_what_is_told_asks_for_nothing(words):
    assert not say(words).understood


@pytest.mark.parametrize(
    "words",
    [
        "the darker sky",
        "the brighter, please",
        "die hellere bitte",
        "la más clara, por favor",
        "a picture with more contrast would be better",
        "dark and muted",
        "dramatic!",
        "lighter make-up",
        "bright, brighter",
        "both too dark",
    ],
)
def test_what_is_named_asks_for_nothing(words):
    assert not say(words).understood


@pytest.mark.parametrize(
    "words",
    [
        "background -0.3 EV, saturation -10",
        "the sky is too bright, darken it and add some contrast",
        "blue less saturated, red more",
        "reds down by two",
        "turn left, then right",
        "clearer",
        "more contrast?",
        "brighter for the face",
        "no haze",
    ],
)
def test_what_may_be_of_this_or_that_is_left_alone(words):
    assert not say(words).understood


def test_a_size_is_of_all_that_it_stands_beside():
    both = {step.name: step.rows[0].after for step in say("lighten the lips and the eyes just a touch").steps}
    assert set(both.values()) == {0.25}
    assert settings("make the greens a little darker and less saturated") == {
        "luminance_green": -10,
        "saturation_green": -10,
    }


def test_only_what_a_picture_can_be_without_is_turned_off():
    assert settings("grain 20", "turn it off") == {"grain_amount": 0}
    assert not say("brighter", "turn it off").understood


def test_less_of_what_was_taken_back_is_not_more_of_it():
    assert not say("brighter", "a bit less", "a bit less").understood
    assert say("brighter", "more", "more").understood


@pytest.mark.parametrize("words", ["cut the noise, please", "kill the blues", "drain the colour", "cut the light"])
def test_an_idiom_is_left_alone(words):
    assert not say(words).understood


def test_an_amount_makes_an_idiom_a_request():
    assert settings("drain the colour a little")["vibrance"] < 0
    assert settings("cut the contrast by 10", contrast=25.0) == {"contrast": 15.0}


@pytest.mark.parametrize("words", ["lighten up", "brighten up", "warm up"])
def test_what_people_are_told_needs_a_thing_to_be_done_to(words):
    assert not say(words).understood
    assert say(f"{words} the picture").understood


@pytest.mark.parametrize(
    "words", ["perhaps it is too dark", "vielleicht ist es zu dunkel", "quizás esté demasiado clara"]
)
def test_what_one_is_not_sure_of_is_no_request(words):
    assert not say(words).understood


def test_it_is_not_told_apart_from_what_was_left_out():
    assert not say("brighten everything except the sky, and warm it up").understood
    assert settings("brighten everything except the sky, and make it black and white")["black_and_white"] is True


def test_colour_has_no_slider_of_its_own_to_set_to_a_number():
    assert settings("more colour") == {"vibrance": 20}
    assert not say("colour 40").understood


@pytest.mark.parametrize("words", ["the flat has lots of light", "the light is too cold", "softer!", "red stronger"])
def test_what_is_a_thing_or_a_voice_or_one_of_two_is_left_alone(words):
    assert not say(words).understood


@pytest.mark.parametrize("words", ["the colours are too dull", "make it softer", "softer skin", "stronger reds"])
def test_what_says_of_what_it_is_asked_is_a_request(words):
    assert say(words).understood


@pytest.mark.parametrize(
    "words",
    ["brighter and then some", "it's a bit dull, can we have stronger colours?", "it looks hazy, more contrast"],
)
def test_a_part_that_leaves_open_what_it_is_about_leaves_all_of_it_open(words):
    assert not say(words).understood


def test_what_is_complained_of_twice_is_mended_twice():
    assert settings("it looks flat and grey").keys() == {"contrast", "vibrance"}
