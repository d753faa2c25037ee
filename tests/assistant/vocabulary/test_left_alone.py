"""What is left alone, since not every part of it is understood."""

from __future__ import annotations

import pytest
from assistant.talk import say, settings
from hypothesis import example, given
from hypothesis import strategies as st

from stillbytes.assistant.situation import Situation
from stillbytes.assistant.vocabulary import understand


@pytest.mark.parametrize(
    "request_",
    [
        "make it look like a Monet painting",
        "brighter than yesterday",
        "is it too dark?",
        "the sky is dark",
        "contrast 20 K",
        "temperature 20 degrees",
        "plus lumineux",
        "più caldo",
        "warmer y más contraste",
        "remove the person on the left",
        "asdf qwer brighter",
        "50% vignette",
        "reduce contrast by half",
        "darken the sky but brighten the sky",
        "brighter and darker",
        "exposure +0.7 -0.3",
        "don't make it brighter",
        "increase",
        "the shadows",
        "sky",
        "20",
        "more shadows",
        "crop to 0:5",
        "black cat, white wall",
        "add a vignette in the sky",
        "vibrance of the car banana",
        "",
        "   ",
        "!!!",
        "and and and",
        "if it is too bright darken it",
        "don't make the sky darker, just warmer",
        "make it brighter and then undo",
        "more contrast but keep the contrast",
        "find all photos of Anna",
        "exposure 1e9",
        "exposure +99999999999999999999",
        "crop to 99999:1",
        "½ 1/0 exposure 1/0",
    ],
)
def test_what_is_not_understood_in_every_part_changes_nothing(request_):
    answer = say(request_)
    assert not answer.understood
    assert answer.message
    told = answer.to_json()
    assert (told["settings"], told["masks"], told["steps"]) == ({}, [], [])


WORDS = st.sampled_from(
    [
        "brighter",
        "warmer",
        "the",
        "sky",
        "and",
        "but",
        "not",
        "don't",
        "touch",
        "more",
        "less",
        "20",
        "-5",
        "4:5",
        "%",
        "K",
        "contrast",
        "shadows",
        "too",
        "much",
        "bit",
        "a",
        "lot",
        "undo",
        "crop",
        "leave",
        "alone",
        "except",
        ",",
        ".",
        "?",
        "face",
        "blue",
        "blues",
        "darken",
        "of",
        "to",
        "by",
        "reset",
        "half",
        "stop",
        "keep",
        "it",
        "them",
        "not",
        "kill",
        "dark",
        "and then",
        "fine",
        "first",
        "not that",
        "hoch",
        "más",
        "…",
        "½",
        "°",
    ]
)


@given(st.lists(WORDS, max_size=14).map(" ".join) | st.text(max_size=80))
@example("much and brighter")
def test_whatever_is_said_the_answer_is_valid_or_empty(request_):
    answer = understand(request_, Situation())
    if not answer.understood:
        assert not answer.steps
    answer.applied()  # raises for a value that a parameter does not allow


def test_too_long_is_told():
    assert "longer" in understand("brighter and " * 100, Situation()).message


@pytest.mark.parametrize("words", ["its dark", "that's dark", "it came out dark", "so dark", "cool", "thanks, great"])
def test_what_tells_how_it_is_or_praises_changes_nothing(words):
    assert not say(words).understood


@pytest.mark.parametrize(
    "said", ["bigger", "make it finer", "size 40", "more chromatic aberration", "turn it off", "finer grain 40"]
)
def test_words_that_need_another_say_nothing_alone(said):
    assert not say(said).understood


@pytest.mark.parametrize(
    "said",
    [
        "it is a bit dark, tone it down", "it's too dark, lower it", "it's a bit underexposed, reduce it",
        "tone it down, it is a bit dark", "it is too bright, raise it",
    ],
)  # fmt: skip
def test_what_is_wrong_and_what_is_asked_for_may_contradict_each_other(said):
    assert not say(said).understood


def test_less_haze_is_no_contradiction():
    assert settings("it's a bit hazy, reduce it")["dehaze"] > 0
    assert settings("it's cold, tone it down")["temperature"] > 5500


@pytest.mark.parametrize(
    "said",
    [
        "crop to 4:5 and 16:9",
        "crop to 2000x1000",
        "10:30",
        "black and white with more saturated reds",
        "black and white and more saturation",
        "anything but black and white",
        "more converging verticals",
        "more crooked horizon",
        "straighten up",
        "soften the light",
        "cooler milky way",
        "by half a stop",
        "lower highlights 20, whites 10",
        "set the black point to 0.02",
        "feathers need more texture",
        "fringes",
        "save face",
        "look on the bright side",
        "pull up lurid",
        "no quites la viñeta",
        "undo undo",
    ],
)
def test_what_contradicts_itself_or_means_something_else_is_left(said):
    assert not say(said).understood


@pytest.mark.parametrize(
    "said",
    [
        "",
        " \n\t",
        "\0",
        "\x1b[31mwarmer\x1b[0m",
        "a" * 10_000,
        "warmer " * 2000,
        "🙂",
        "🙂🙂🙂",
        "\U0001f469\u200d\U0001f467 🌇",
        "?!…",
        "plus lumineux",
        "più luminoso",
        "mais claro",
        "ярче",
        "明るく",
        "أكثر سطوعا",
        "निखारो",
        "<script>warmer()</script>",
        '{"exposure": 1}',
        "exposure " + "9" * 400,
        "½ ½ ½ stop",
    ],
)
def test_odd_input_has_a_reply_and_no_effect(said):
    told = say(said).to_json()
    assert set(told) >= {"engine", "understood", "settings", "masks", "steps", "message"}
    assert told["understood"] is False and told["message"]
    assert (told["settings"], told["masks"], told["steps"]) == ({}, [], [])


@pytest.mark.parametrize(
    "word", ["tasty", "feathers up", "brighten the planet", "dance brighter", "raised shadows", "brighten the bridge"]
)
def test_another_word_is_no_slip_of_the_fingers(word):
    assert "not known" in say(word).message
