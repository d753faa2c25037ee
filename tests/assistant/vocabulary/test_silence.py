"""Where it is not sure, nothing is done: what is pointed at, described, weighed, offered or told of something else."""

from __future__ import annotations

import pytest
from assistant.talk import mask, say, settings

from stillbytes.assistant import asking
from stillbytes.assistant.situation import Situation


@pytest.mark.parametrize(
    "words",
    [
        "brighten up this area",
        "a bit brighter here",
        "lower the contrast on the right",
        "the blurry areas sharper",
        "die linke Seite heller",
        "hier etwas dunkler",
        "aclara esta zona",
    ],
)
def test_what_is_pointed_at_cannot_be_told(words):
    assert not say(words).understood


@pytest.mark.parametrize(
    "words",
    [
        "those are too dark",
        "it's too bright for my eyes",
        "it is too cold for us",
        "mir ist zu warm",
        "es wird kälter",
        "the camera is too dark",
        "warmer today",
        "they want it brighter",
        "the water isn't warm enough",
    ],
)
def test_a_statement_of_something_else_is_none_of_the_photo(words):
    assert not say(words).understood


@pytest.mark.parametrize(
    "words",
    [
        "this one is too dark",
        "honestly it still looks a bit too dark to me",
        "my face is too dark",
        "the photo has an ugly green cast",
        "das Bild ist mir immer noch zu dunkel",
        "la foto todavía está demasiado oscura",
    ],
)
def test_a_statement_of_the_photo_is_mended(words):
    assert say(words).understood


@pytest.mark.parametrize(
    "words",
    [
        "too warm?",
        "can it be too sharp?",
        "could it be any darker?",
        "would you go darker?",
        "rather black and white?",
        "zu dunkel?",
        "lieber schwarzweiß?",
        "¿demasiado oscura?",
    ],
)
def test_what_is_weighed_or_offered_is_not_asked_for(words):
    assert not say(words).understood


@pytest.mark.parametrize(
    "words", ["could it be brighter?", "is it possible to lift the shadows?", "kann man das aufhellen?"]
)
def test_a_polite_question_asks_for_it(words):
    assert say(words).understood


@pytest.mark.parametrize(
    "words",
    ["more contrast would kill it", "it will turn yellow", "qué oscuro", "what a blue sky", "super!", "how dark"],
)
def test_what_would_be_and_exclamations_ask_for_nothing(words):
    assert not say(words).understood
    assert not say("warmer", words).understood


@pytest.mark.parametrize(
    "words",
    [
        "add colourful flowers",
        "a very dark sky",
        "clipped highlights",
        "dark grey",
        "very dark",
        "take a blurry",
        "for more details",
        "blauer Himmel",
        "un cielo muy azul",
        "highlight the dog",
        "sharpen it to make the dog pop",
        "brighten it, that will make it sharper",
        "a bit dark",
        "black and white bowls",
        "sand it smoother",
        "I need a warmer dress",
        "darken everything around the people",
        "recover the dog",
    ],
)
def test_names_of_things_and_purposes_are_no_changes(words):
    assert not say(words).understood


@pytest.mark.parametrize(
    "words",
    [
        "make it too bright",
        "no more sharpening",
        "sharpen 10 %",
        "add more shadows",
        "reduce the blue hue",
        "remove the tone",
        "exposure up, highlights only",
        "increase exposure and intensity",
        "vignette 30",
        "oranges luminance +15, saturation -10",
        "raise the shadows and the blacks 10",
        "enhance the green",
        "brighten it by 3",
        "increase exposure for more contrast",
    ],
)
def test_what_could_be_meant_in_two_ways_is_left_alone(words):
    assert not say(words).understood


def test_no_more_of_what_a_picture_can_be_without_takes_it_away():
    assert settings("no more noise")["noise_luminance"] > 0
    assert settings("vignette -20", "no more vignette").get("vignette_amount", 0) == 0


@pytest.mark.parametrize(
    ("words", "sliders"),
    [
        ("brighten and sharpen it a bit", {"exposure": 0.25, "sharpen_amount": 50}),
        ("increase the brightness and contrast by a little", {"exposure": 0.25, "contrast": 10}),
        ("increase contrast and brighten it a bit", {"contrast": 20, "exposure": 0.25}),
        ("increase the colour saturation", {"saturation": 20}),
        ("exposure +1½", {"exposure": 1.5}),
        ("brighter by 1 1/3 stops", {"exposure": 1.33}),
        ("brighten it a lot, it is too dark", {"exposure": 1.0}),
    ],
)
def test_how_much_belongs_to_all_that_it_follows(words, sliders):
    assert settings(words) == pytest.approx(sliders)


def test_how_far_it_is_to_go_is_of_the_part_that_is_complained_of():
    where, delta = mask("the sky is a little too bright; bring it down by a third of a stop")
    assert where["components"][0]["kind"]["kind"] == "sky"
    assert delta == {"exposure": pytest.approx(-0.33, abs=0.01)}


@pytest.mark.parametrize("words", ["make it softer", "darker", "too dark"])
def test_a_word_that_may_be_of_the_vignette_is_not_taken_for_the_picture(words):
    assert say(words).understood
    assert not say("vignette -20", words).understood


@pytest.mark.parametrize("words", ["warmer", "and warmer", "also a bit bluer"])
def test_after_a_change_of_a_part_alone_it_is_not_clear_where(words):
    assert not say("brighten the faces", words).understood


def test_but_only_is_where_and_not_what_is_left_out():
    where, _ = mask("brighter but the sky")
    assert where["inverted"]
    assert not say("half a stop brighter but only the faces").understood


@pytest.mark.parametrize("words", ["der Schäfer", "sharp", "deep red"])
def test_a_word_by_itself_is_no_slip_and_no_request(words):
    assert not say(words).understood


def test_more_does_not_fade_out():
    steps = [settings(*["sharpen", *["more"] * times])["sharpen_amount"] for times in (1, 2, 3)]
    assert steps[2] - steps[1] > 6


def test_why_tones_are_moved_is_no_further_change():
    assert settings("bring up the shadows, they're way too dark") == {"shadows": 20}
    assert not say("lower the shadows, they're too dark").understood


def test_black_and_white_is_not_made_warmer_in_words():
    assert not say("black and white", "warmer").understood
    assert settings("black and white", "temperature 4000") == {"temperature": 4000}


def test_a_bit_back_takes_some_of_the_last_change_away():
    warm = settings("warmer")["temperature"]
    assert settings("warmer", "back a little")["temperature"] < warm
    assert settings("warmer", "a touch back")["temperature"] < warm
    assert settings("wärmer", "ein bisschen zurück")["temperature"] < warm


def test_a_bit_more_is_seen():
    assert settings("warmer", "a bit more")["temperature"] - settings("warmer")["temperature"] > 200


@pytest.mark.parametrize("words", ["", "   ", "?!", "🙂🙂", "\u0000\u202e", "..."])
def test_where_nothing_is_said_it_is_told_what_can_be(words):
    answer = say(words)
    assert not answer.understood and answer.message.startswith("Nothing was asked")


@pytest.mark.parametrize("engine", ["auto", "vocabulary", "http://127.0.0.1:9"])
def test_where_nothing_is_said_no_model_is_asked(engine):
    assert asking.propose("  ", Situation(), engine).message.startswith("Nothing was asked")


@pytest.mark.parametrize(
    "words",
    ["it's too sharp, soften it a bit", "it's a little grainy, can you smooth that?", "too noisy, smooth it"],
)
def test_a_word_for_mending_what_is_complained_of_is_no_further_change(words):
    assert not say(words).understood


@pytest.mark.parametrize("words", ["la aclaré un poco", "ya la aclaré", "bajé las sombras"])
def test_an_accent_that_tells_of_the_past_asks_for_nothing(words):
    assert not say(words).understood


@pytest.mark.parametrize(
    "words",
    ["I find the colours rather pale", "we find the sky pale", "ich finde die Farben blass", "me parece más clara"],
)
def test_an_opinion_is_no_request(words):
    assert not say(words).understood


@pytest.mark.parametrize("words", ["give her darker hair", "give the man a darker suit"])
def test_what_somebody_is_to_be_given_is_a_thing(words):
    assert not say(words).understood


@pytest.mark.parametrize(
    "words",
    [
        "the brighter the sky, the darker the face",
        "could you turn the light down?",
        "turn off the lights",
        "brightness 80%",
    ],
)
def test_a_saying_a_lamp_and_a_share_of_nothing_are_left_alone(words):
    assert not say(words).understood


@pytest.mark.parametrize("words", ["that one, darker", "ya oscurece"])
def test_what_is_pointed_at_and_what_happens_by_itself_are_left_alone(words):
    assert not say(words).understood
