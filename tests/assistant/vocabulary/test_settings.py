"""Sliders by their names, words and numbers."""

from __future__ import annotations

import pytest
from assistant.talk import say, settings

from stillbytes.assistant.situation import Situation
from stillbytes.assistant.vocabulary import understand
from stillbytes.assistant.vocabulary.meaning import meaning
from stillbytes.core.errors import InvalidSetting
from stillbytes.develop import parameters
from stillbytes.develop.settings import Settings

NUMBERS = [p for p in parameters().values() if p.kind == "number" and p.group != "Crop"]


@pytest.mark.parametrize("parameter", NUMBERS, ids=lambda p: p.name)
def test_each_parameter_is_understood_by_its_name_and_its_number(parameter):
    value = parameter.minimum + round(0.6 * (parameter.maximum - parameter.minimum) / parameter.step) * parameter.step
    name = parameter.name.replace("_", " ")
    assert settings(f"set {name} to {value:.6g}") == {parameter.name: pytest.approx(value)}


@pytest.mark.parametrize("parameter", NUMBERS, ids=lambda p: p.name)
def test_each_parameter_is_understood_by_its_label(parameter):
    value = parameter.minimum + round(0.6 * (parameter.maximum - parameter.minimum) / parameter.step) * parameter.step
    said = [f"{parameter.label.lower()} to {value:.6g}", f"{parameter.label} {value:.6g}"]
    for words in said[:1] if parameter.name in meaning().polarity else said:  # is "vignette 20" lighter or darker?
        assert settings(words) == {parameter.name: pytest.approx(value)}
    assert list(settings(f"increase {parameter.label} by {10 * parameter.step:g}")) == [parameter.name]


@pytest.mark.parametrize("parameter", NUMBERS, ids=lambda p: p.name)
def test_a_number_outside_the_range_is_refused_with_the_range(parameter):
    answer = say(f"{parameter.name.replace('_', ' ')} = {parameter.maximum * 3 + 1:.6g}")
    assert not answer.understood
    assert f"{parameter.maximum:g}" in answer.message


@pytest.mark.parametrize(
    ("request_", "wanted"),
    [
        ("exposure +0.7", {"exposure": 0.7}),
        ("Exposure: -1/3", {"exposure": -0.33}),
        ("half a stop darker", {"exposure": -0.5}),
        ("increase contrast and clarity by 10", {"contrast": 10, "clarity": 10}),
        ("shadows 30 highlights -20 contrast 10", {"shadows": 30, "highlights": -20, "contrast": 10}),
        ("warmer by 500K", {"temperature": 6000}),
        ("it's too warm, cool it down a bit", {"temperature": 5200}),
        ("saturation of the yellows down 20", {"saturation_yellow": -20}),
        ("darken the blues", {"luminance_blue": -20}),
        ("black and white, darken the blues", {"black_and_white": True, "grey_blue": -20}),
        ("slightly warmer and darker", {"temperature": 5800, "exposure": -0.25}),
        ("a lot warmer and a little darker", {"temperature": 6900, "exposure": -0.25}),
        ("cooler white balance", {"temperature": 4900}),
        ("contrast to zero", {"contrast": 0}),
        ("white balance cloudy", {"white_balance": "cloudy"}),
        ("add a vignette", {"vignette_amount": -20}),
        ("Kontrast +20, Klarheit 10 und Sättigung -5", {"contrast": 20, "clarity": 10, "saturation": -5}),
        ("Belichtung um eine halbe Blende erhöhen", {"exposure": 0.5}),
        ("waermer", {"temperature": 6150}),
        ("aumenta la exposición medio paso", {"exposure": 0.5}),
        ("sube las sombras y baja las luces", {"shadows": 20, "highlights": -20}),
    ],
)
def test_requests_come_to_these_settings(request_, wanted):
    assert settings(request_) == pytest.approx(wanted)


def test_small_amounts_are_smaller_than_large_ones():
    sizes = [settings(f"brighten it {size}")["exposure"] for size in ("ever so slightly", "a bit", "", "a lot")]
    assert sizes == sorted(sizes)
    assert len(set(sizes)) == len(sizes)


@pytest.mark.parametrize("words", ["less dark", "too dark", "not so dark", "it's not bright enough", "lighten it up"])
def test_what_is_too_dark_gets_brighter(words):
    assert settings(words)["exposure"] > 0


def test_reset_of_some_leaves_the_others():
    assert settings("reset contrast and clarity", contrast=20.0, clarity=5.0, exposure=1.0) == {
        "contrast": 0,
        "clarity": 0,
    }


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("auto", ("tone",)),
        ("auto tone please", ("tone",)),
        ("auto exposure", ("exposure",)),
        ("level the horizon", ("level",)),
        ("straighten the photo", ("level",)),
        ("automatisch", ("tone",)),
        ("endereza el horizonte", ("level",)),
    ],
)
def test_values_are_found_by_looking(words, asked):
    """What was found and is so already is not told of."""
    seen = []

    def look(settings, names):
        seen.append(names)
        return {"exposure": 0.4, "shadows": 0.0}

    answer = understand(words, Situation(found=look))
    assert seen == [asked]
    assert answer.applied() == Settings(exposure=0.4)


def test_a_photo_that_does_not_tell_is_said_to():
    def look(settings, names):
        raise InvalidSetting("It has no lines.", "Straighten it by hand.")

    answer = understand("level the horizon", Situation(found=look))
    assert not answer.understood and "no lines" in answer.message


@pytest.mark.parametrize(("words", "name", "value"), [
    ("white balance 5600", "temperature", 5600), ("wb 4800 K", "temperature", 4800),
])  # fmt: skip
def test_white_balance_takes_kelvin(words, name, value):
    assert settings(words) == {name: value}


@pytest.mark.parametrize(
    ("said", "start", "wanted"),
    [
        ("double the clarity", {"clarity": 20}, {"clarity": 40}),
        ("halve the vibrance", {"vibrance": 30}, {"vibrance": 15}),
        ("cut the contrast in half", {"contrast": 30}, {"contrast": 15}),
        ("raise the contrast by half", {"contrast": 20}, {"contrast": 30}),
        ("reduce the contrast by half", {"contrast": 20}, {"contrast": 10}),
        ("twice as much contrast", {"contrast": -10}, {"contrast": -20}),
        ("triple the dehaze", {"dehaze": 10}, {"dehaze": 30}),
        ("double the exposure", {"exposure": 0.5}, {"exposure": 1.0}),
        ("double the exposure", {}, {"exposure": 1.0}),
        ("make it twice as bright", {}, {"exposure": 1.0}),
        ("Kontrast verdoppeln", {"contrast": 15}, {"contrast": 30}),
        ("reduce la saturación a la mitad", {"saturation": 20}, {"saturation": 10}),
    ],
)
def test_so_many_times_what_there_is(said, start, wanted):
    assert settings(said, **start) == wanted


def test_so_many_times_nothing_is_told():
    answer = say("double the clarity")
    assert not answer.understood and "at 0" in answer.message
    assert not say("double the temperature").understood
    assert not say("double the contrast by 20", contrast=10.0).understood


@pytest.mark.parametrize(
    ("said", "start", "wanted"),
    [
        ("turn off the vignette", {"vignette_amount": -30}, {"vignette_amount": 0}),
        ("no vignette", {"vignette_amount": -30}, {"vignette_amount": 0}),
        ("reduce the colour noise", {"noise_colour": 0}, {"noise_colour": 20}),
        ("Farbrauschen entfernen", {"noise_colour": 0}, {"noise_colour": 20}),
        ("colour noise reduction 40", {}, {"noise_colour": 40}),
        ("take some contrast away", {}, {"contrast": -20}),
        ("bring it down a touch, it's too bright", {}, {"exposure": -0.25}),
        ("it's a little on the dark side", {}, {"exposure": 0.25}),
        ("too much magenta", {}, {"tint": -10}),
        ("add some grain", {}, {"grain_amount": 20}),
        ("mehr Korn", {}, {"grain_amount": 20}),
        ("reduce the grain", {"noise_luminance": 0, "noise_colour": 25}, {"noise_luminance": 25, "noise_colour": 35}),
    ],
)
def test_everyday_words(said, start, wanted):
    assert settings(said, **start) == wanted


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("contrast thirty-five", 35), ("contrast minus sixty two", -62), ("Kontrast fünfunddreißig", 35),
        ("Kontrast minus zweiundsechzig", -62), ("contraste treinta y cinco", 35),
        ("contrast sixteen", 16), ("contrast zero", 0),
    ],
)  # fmt: skip
def test_numbers_in_words(said, wanted):
    assert settings(said) == {"contrast": wanted}


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("take a third of a stop off", -0.33),
        ("zwei Drittel Blende heller", 0.67),
        ("baja dos tercios de paso", -0.67),
        ("it is a little dark, fix it", 0.25),
        ("the picture is bright, tone it down", -0.5),
    ],
)
def test_light_by_parts_of_a_stop_and_by_what_is_wrong_with_it(said, wanted):
    assert settings(said) == {"exposure": pytest.approx(wanted)}


@pytest.mark.parametrize(("before", "after"), [(0.0, -50.0), (-60.0, -80.0), (40.0, -30.0), (-100.0, None)])
def test_half_of_the_colour_that_is_there_is_left(before, after):
    answer = say("desaturate by half", **({"saturation": before} if before else {}))
    assert answer.applied().number("saturation") == (before if after is None else after)


def test_less_of_little_colour_is_never_more():
    assert settings("reduce saturation by half", saturation=40.0) == {"saturation": 20.0}
    assert not say("reduce saturation by half", saturation=-60.0).understood


def test_what_is_so_already_is_understood_and_changes_nothing():
    answer = say("black and white", "black and white")
    assert answer.understood
    assert answer.applied() == answer.base
    assert "already" in answer.message


@pytest.mark.parametrize(
    "slip", ["more contrst", "more contarst", "brigther", "satuartion +10", "warmr", "temprature 5200", "shaddows up"]
)
def test_obvious_slips_of_the_fingers_are_understood(slip):
    assert say(slip).understood


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("greens -20 saturation", {"saturation_green": -20}),
        ("reds 10 less saturated", {"saturation_red": -10}),
        ("Grüntöne 20 weniger gesättigt", {"saturation_green": -20}),
        ("verdes 20 menos saturados", {"saturation_green": -20}),
        ("reds 15 less saturated and 5 darker", {"saturation_red": -15, "luminance_red": -5}),
        ("contrast 20, 10 less clarity", {"contrast": 20, "clarity": -10}),
    ],
)
def test_a_number_is_of_what_stands_after_it_where_that_names_no_other_slider(said, wanted):
    assert settings(said) == wanted


def test_a_band_and_what_is_said_of_it_stay_together():
    assert set(settings("greens a bit darker and a bit less yellow")) == {"luminance_green", "hue_green"}


@pytest.mark.parametrize(
    ("words", "same"),
    [
        ("aclare la foto", "aclara la foto"),
        ("suba las sombras y baje las luces", "sube las sombras y baja las luces"),
        ("póngala en blanco y negro", "ponla en blanco y negro"),
        ("Hellen Sie das Foto auf", "helle das Foto auf"),
        ("Heben Sie die Tiefen an", "hebe die Tiefen an"),
        ("Drehen Sie das Bild nach links", "drehe das Bild nach links"),
    ],
)
def test_what_is_asked_for_formally_is_the_same(words, same):
    assert settings(words) == settings(same) != {}


@pytest.mark.parametrize(("words", "value"), [("lift the midtones", 20), ("Mitteltöne etwas anheben", 10)])
def test_midtones_go_up_by_their_brightness(words, value):
    assert settings(words) == {"grade_midtones_luminance": value}


def test_sharpening_can_be_told_where_to():
    assert settings("sharpen to 60, masking 30") == {"sharpen_amount": 60, "sharpen_masking": 30}


@pytest.mark.parametrize("words", ["etwas zu dunkel", "a bit too dark"])
def test_a_bit_too_much_is_mended_a_bit(words):
    assert settings(words) == {"exposure": 0.25}


@pytest.mark.parametrize(
    "words", ["reduce saturation to 80 %", "lower the temperature to 6000", "lower the sky's contrast to 20"]
)
def test_a_value_on_the_other_side_of_where_it_is_to_go_is_asked_about(words):
    assert not say(words).understood


@pytest.mark.parametrize(
    ("words", "start", "name", "value"),
    [
        ("reduce contrast to 10", {"contrast": 20.0}, "contrast", 10),
        ("lower the highlights to -30", {}, "highlights", -30),
        ("reduce luminance noise to 30", {}, "noise_luminance", 30),
        ("reduce the vignette to -10", {"vignette_amount": -30.0}, "vignette_amount", -10),
    ],
)
def test_a_value_on_the_way_is_where_it_goes(words, start, name, value):
    assert settings(words, **start)[name] == value


def test_what_changes_nothing_says_so():
    assert say("fix the verticals").message == "Auto. It is like that already, or the slider is at its end."


@pytest.mark.parametrize(
    ("words", "changes"),
    [
        ("highlights all the way down", {"highlights": -100}),
        ("bring the shadows all the way up", {"shadows": 100}),
        ("Lichter ganz runter", {"highlights": -100}),
        ("it should have more contrast", {"contrast": 20}),
        ("ok now brighter", {"exposure": 0.5}),
        ("es sollte mehr Kontrast haben", {"contrast": 20}),
        ("debería tener más contraste", {"contrast": 20}),
        ("ich finde es zu dunkel", {"exposure": 0.5}),
    ],
)
def test_how_far_and_what_ought_to_be(words, changes):
    assert settings(words) == changes


@pytest.mark.parametrize("words", ["warmer all the way", "temperature all the way up", "vignette all the way down"])
def test_all_the_way_is_somewhere_only_where_a_slider_ends(words):
    assert not say(words).understood
