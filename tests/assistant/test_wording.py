"""How the parts of a request hang together: what one says of another, and what it does not."""

from __future__ import annotations

import pytest
from assistant.talk import say, settings

from stillbytes.assistant.situation import Situation
from stillbytes.assistant.vocabulary import understand


@pytest.mark.parametrize(
    ("said", "start", "wanted"),
    [
        ("sharpening off", {}, {"sharpen_amount": 0}), ("turn sharpening off", {}, {"sharpen_amount": 0}),
        ("Schärfen aus", {}, {"sharpen_amount": 0}), ("sin enfoque", {}, {"sharpen_amount": 0}),
        ("colour noise reduction off", {}, {"noise_colour": 0}),
        ("turn off noise reduction", {"noise_luminance": 30}, {"noise_luminance": 0, "noise_colour": 0}),
        ("keine Rauschreduzierung", {}, {"noise_luminance": 0, "noise_colour": 0}),
        ("warmer, no sharpening", {}, {"temperature": 6150, "sharpen_amount": 0}),
        ("no vignette, more contrast", {"vignette_amount": -25}, {"vignette_amount": 0, "contrast": 20}),
        ("remove the vignette", {"vignette_amount": -25}, {"vignette_amount": 0}),
    ],
)  # fmt: skip
def test_none_of_it_is_none_and_not_what_is_on_from_the_start(said, start, wanted):
    assert settings(said, **start) == wanted


def test_a_vignette_that_nobody_put_in_is_the_lens_s():
    assert settings("remove the vignette") == {"lens_profile": True}


@pytest.mark.parametrize("said", ["remove the contrast", "Kontrast raus", "contrast off"])
def test_what_is_not_there_and_could_be_less_is_asked_about(said):
    answer = say(said)
    assert not answer.understood
    assert "already" in answer.message


@pytest.mark.parametrize("said", ["no haze", "ohne Dunst", "sin neblina", "no vignette"])
def test_none_of_what_was_never_put_in_may_be_how_it_is(said):
    assert not say(said).understood


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("shadows up, highlights down, bit of clarity", {"shadows": 20, "highlights": -20, "clarity": 10}),
        ("remove the haze and a bit of vignette", {"dehaze": 25, "vignette_amount": -10}),
        ("un poco de viñeta pero baja las luces", {"vignette_amount": -10, "highlights": -20}),
        ("more contrast and a bit of clarity", {"contrast": 20, "clarity": 10}),
    ],
)  # fmt: skip
def test_a_bit_of_something_is_more_of_it_whatever_stands_beside(said, wanted):
    assert settings(said) == wanted


def test_a_bit_after_less_is_asked_about():
    assert not say("less contrast and a bit of clarity").understood


@pytest.mark.parametrize(
    ("said", "masks"),
    [
        ("brighten the faces, then darken everything except the person", [("person", 0.5), ("not person", -0.5)]),
        ("todo más oscuro menos la cara y aclara la cara", [("not person", -0.5), ("person", 0.5)]),
        ("everything but the sky darker, and brighten the sky", [("not sky", -0.5), ("sky", 0.5)]),
    ],
)
def test_everything_but_something_is_of_its_own_part(said, masks):
    found = say(said).applied().adjustments
    kinds = [("not " if a.mask.get("inverted") else "") + a.mask["components"][0]["kind"]["kind"] for a in found]
    assert [len(a.mask["components"]) for a in found] == [1] * len(masks)
    assert [(kind, a.delta["exposure"]) for kind, a in zip(kinds, found, strict=True)] == masks


def test_what_follows_is_of_everything_but_that_too():
    (found,) = say("everything but the sky warmer and darker").applied().adjustments
    assert set(found.delta) == {"local_temperature", "exposure"}


def test_a_part_of_what_is_to_stay_cannot_change():
    assert not say("brighten the faces except the person").understood


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("oranges brighter and more saturated", {"luminance_orange": 20, "saturation_orange": 20}),
        ("blues darker and less saturated", {"luminance_blue": -20, "saturation_blue": -20}),
        ("greens darker and more contrast", {"luminance_green": -20, "contrast": 20}),
    ],
)
def test_what_is_said_of_a_colour_goes_on_with_and(said, wanted):
    assert settings(said) == wanted


@pytest.mark.parametrize("said", ["it's too dark, and way overexposed", "too dark, darker"])
def test_what_is_complained_of_is_not_then_asked_for(said):
    assert not say(said).understood


def test_a_phrase_with_a_gap_ends_where_the_next_thing_to_do_begins():
    answer = say("darken the edges slightly then pull the sky down by a stop")
    (sky,) = answer.applied().adjustments
    assert sky.delta == {"exposure": -1}
    assert settings("bring the shadows and the highlights up") == {"shadows": 20, "highlights": 20}


@pytest.mark.parametrize("said", ["darker too", "make it darker too please", "dunkler"])
def test_too_at_the_end_says_also(said):
    assert settings(said) == {"exposure": -0.5}


@pytest.mark.parametrize(
    "said",
    [
        "no auto white balance", "don't use the portrait profile", "nicht Weißabgleich Blitz", "sin perfil neutro",
        "don't turn sharpening off", "warmer instead of cooler", "warmer for all my photos", "alle Fotos heller",
        "más claro en todas las fotos", "brighter in the corner", "deepen the shadows in the corners",
        "is the sky too dark", "was it too dark", "ist der Himmel zu dunkel", "por qué está demasiado oscura",
    ],
)  # fmt: skip
def test_what_turns_a_request_into_another_is_not_passed_over(said):
    assert not say(said).understood


@pytest.mark.parametrize(
    ("said", "angle"),
    [("straighten 0.7° ccw", 0.7), ("rotate -3 degrees", 3), ("rotate 2 degrees", -2), ("gira 1,5 grados", -1.5)],
)
def test_degrees_have_a_side_or_a_sign(said, angle):
    assert settings(said)["crop_angle"] == angle


def test_a_sign_and_a_side_at_once_are_asked_about():
    assert not say("rotate -3 degrees to the left").understood


def test_an_apostrophe_is_of_a_thing_or_tells_how_it_is():
    (sky,) = say("the sky's highlights down 20").applied().adjustments
    assert sky.delta == {"highlights": -20}
    (sky,) = say("the sky's too dark").applied().adjustments
    assert sky.delta == {"exposure": 0.5}
    assert not say("the sky's dark").understood


@pytest.mark.parametrize("said", ["sharpen 60", "sharpening 60", "sharpen by 20"])
def test_a_bare_number_of_what_begins_at_nothing_is_its_value(said):
    assert settings(said) == {"sharpen_amount": 60}


@pytest.mark.parametrize("said", ["no quites la viñeta", "no oscurezcas el cielo", "no subas el contraste"])
def test_what_is_forbidden_in_spanish_is_left(said):
    assert not say(said).understood
    assert settings(f"más cálido, {said}") == {"temperature": 6150}


def test_the_reason_is_told_in_the_language_that_knows_most_of_the_words():
    answer = understand("haz el cielo un poco más esponjoso", Situation())
    assert "esponjoso" in answer.message


@pytest.mark.parametrize("said", ["raise exposure by a third", "Belichtung um ein Drittel anheben"])
def test_a_third_of_the_light_is_a_third_of_a_stop(said):
    assert settings(said) == {"exposure": 0.33}


@pytest.mark.parametrize("said", ["kein Schwarzweiß", "don't mirror it", "turn off the lens profile"])
def test_what_is_off_already_is_not_switched_off(said):
    assert not say(said).understood
    assert settings(f"{said}, contrast +10") == {"contrast": 10}


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("sky darker and bluer", {"exposure", "local_temperature"}),
        ("el cielo más oscuro y con más contraste", {"exposure", "contrast"}),
        ("everything but the people in black and white", {"saturation"}),
    ],
)
def test_what_goes_on_about_a_part_is_of_that_part(said, names):
    answer = say(said)
    (found,) = answer.applied().adjustments
    assert set(found.delta) == names
    assert not answer.to_json()["settings"]


def test_a_white_point_after_a_temperature_is_asked_about():
    assert not say("too yellow, white balance cloudy").understood
    assert settings("white balance cloudy, warmer")["white_balance"] == "cloudy"
