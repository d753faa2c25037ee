"""Numbers as they are spoken: of several words, and with a decimal point in words."""

from __future__ import annotations

import pytest
from assistant.talk import mask, say, settings


@pytest.mark.parametrize(
    ("words", "name", "value"),
    [
        ("increase exposure by zero point four", "exposure", 0.4),
        ("exposure point four", "exposure", 0.4),
        ("exposure minus one point two five", "exposure", -1.25),
        ("exposure plus a third", "exposure", 0.33),
        ("exposure minus two thirds", "exposure", -0.67),
        ("contrast one hundred", "contrast", 100),
        ("set temperature to five thousand four hundred", "temperature", 5400),
        ("temperature fifty four hundred", "temperature", 5400),
        ("temperature five thousand two hundred and fifty", None, None),
        ("Belichtung plus null Komma fünf", "exposure", 0.5),
        ("Belichtung plus ein Drittel", "exposure", 0.33),
        ("Temperatur fünftausendvierhundert", "temperature", 5400),
        ("Kontrast achtzehn", "contrast", 18),
        ("exposición más cero coma siete", "exposure", 0.7),
        ("temperatura cinco mil cuatrocientos", "temperature", 5400),
        ("contraste dieciséis", "contrast", 16),
    ],
)
def test_a_number_of_several_words_is_one(words, name, value):
    if name is None:
        assert not say(words).understood
    else:
        assert settings(words)[name] == value


def test_each_of_two_spoken_numbers_is_of_its_own_slider():
    assert settings("shadows plus thirty highlights minus twenty five") == {"shadows": 30, "highlights": -25}


@pytest.mark.parametrize("words", ["contrast up ten points", "raise contrast by ten points"])
def test_points_are_no_decimal_point(words):
    assert settings(words) == {"contrast": 10}


def test_it_is_so_of_a_part_too():
    assert mask("darken the sky by zero point three EV")[1] == {"exposure": -0.3}


@pytest.mark.parametrize("words", ["noise reduction 30/20", "exposure 1/250", "contrast 40/60"])
def test_what_nobody_writes_as_a_fraction_is_none(words):
    assert not say(words).understood


@pytest.mark.parametrize(
    ("words", "changes"),
    [
        ("grain twenty size thirty five", {"grain_amount": 20, "grain_size": 35}),
        ("exposure minus one and two thirds", {"exposure": -1.67}),
        ("contrast twenty and half a stop brighter", {"contrast": 20, "exposure": 0.5}),
    ],
)
def test_where_a_spoken_number_ends_is_told_by_what_follows(words, changes):
    assert settings(words) == changes
