"""What is understood without a model, and what is left alone."""

from __future__ import annotations

import pytest
from assistant.talk import FRAME, mask, say, settings
from hypothesis import example, given
from hypothesis import strategies as st

from stillbytes.assistant.situation import Situation
from stillbytes.assistant.vocabulary import understand
from stillbytes.core.errors import InvalidSetting
from stillbytes.develop import local_parameters, parameters
from stillbytes.develop.resampling.geometry import Geometry
from stillbytes.develop.settings import Settings
from stillbytes.masks.kind import Found
from stillbytes.masks.kinds import kinds

NUMBERS = [p for p in parameters().values() if p.kind == "number" and p.group != "Crop"]


@pytest.mark.parametrize("parameter", NUMBERS, ids=lambda p: p.name)
def test_each_parameter_is_understood_by_its_name_and_its_number(parameter):
    value = parameter.minimum + round(0.6 * (parameter.maximum - parameter.minimum) / parameter.step) * parameter.step
    name = parameter.name.replace("_", " ")
    assert settings(f"set {name} to {value:.6g}") == {parameter.name: pytest.approx(value)}


@pytest.mark.parametrize("parameter", NUMBERS, ids=lambda p: p.name)
def test_each_parameter_is_understood_by_its_label(parameter):
    value = parameter.minimum + round(0.6 * (parameter.maximum - parameter.minimum) / parameter.step) * parameter.step
    for words in (f"{parameter.label} {value:.6g}", f"{parameter.label.lower()} to {value:.6g}"):
        assert settings(words) == {parameter.name: pytest.approx(value)}
    assert list(settings(f"increase {parameter.label} by {10 * parameter.step:g}")) == [parameter.name]


@pytest.mark.parametrize("parameter", NUMBERS, ids=lambda p: p.name)
def test_a_number_outside_the_range_is_refused_with_the_range(parameter):
    answer = say(f"{parameter.name.replace('_', ' ')} = {parameter.maximum * 3 + 1:.6g}")
    assert not answer.understood
    assert f"{parameter.maximum:g}" in answer.message


def test_masks_are_understood_by_their_label():
    for name, kind in kinds().items():
        if issubclass(kind, Found) and name not in ("object", "landscape"):
            tree, delta = mask(f"darken the {kind.label.lower()}")
            assert tree["components"][0]["kind"]["kind"] == name
            assert delta["exposure"] < 0


@pytest.mark.parametrize("name", [n for n, p in local_parameters().items() if p.scope == "both" and p.kind == "number"])
def test_what_adjustments_can_change_is_changed_in_the_sky_by_its_name(name):
    _, delta = mask(f"{name} +{0.5 if name == 'exposure' else 12} in the sky")
    assert delta == {name: 0.5 if name == "exposure" else 12}


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


@pytest.mark.parametrize(
    "keep",
    [
        "but the sky",
        "but don't touch the sky",
        "except the sky",
        "but leave the sky alone",
        "but not in the sky",
        "everywhere but the sky",
    ],
)
def test_what_is_to_stay_is_left_out_of_the_mask(keep):
    tree, delta = mask(f"brighten it {keep}")
    assert tree["inverted"]
    assert [part["kind"]["kind"] for part in tree["components"]] == ["sky"]
    assert delta["exposure"] > 0


def test_a_part_of_a_target_is_subtracted():
    tree, _ = mask("brighten the subject but not the face")
    assert [(p["kind"]["kind"], p.get("combine", "add")) for p in tree["components"]] == [
        ("subject", "add"),
        ("person", "subtract"),
    ]


def test_a_list_of_targets_shares_what_is_to_happen():
    answer = say("make the sky and the water darker")
    assert [(m["kind"], m["delta"]["exposure"] < 0) for m in answer.to_json()["masks"]] == [
        ("sky", True),
        ("landscape", True),
    ]


def test_a_second_request_changes_the_same_mask():
    _, first = mask("darken the sky")
    _, second = mask("darken the sky", "darken the sky a bit")
    assert second["exposure"] < first["exposure"]


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


def test_reset_of_some_leaves_the_others():
    assert settings("reset contrast and clarity", contrast=20.0, clarity=5.0, exposure=1.0) == {
        "contrast": 0,
        "clarity": 0,
    }


@pytest.mark.parametrize("ratio", [(4, 5), (5, 4), (1, 1), (16, 9), (3, 1)])
@pytest.mark.parametrize("rotate", ["0", "90"])
def test_a_crop_has_its_shape_and_lies_in_the_one_before(ratio, rotate):
    before = {"crop_left": 0.1, "crop_right": 0.8, "rotate": rotate}
    answer = say(f"crop to {ratio[0]}:{ratio[1]}", **before)
    after = answer.applied()
    size = Geometry.of(after, FRAME).developed
    assert size.width / size.height == pytest.approx(ratio[0] / ratio[1], rel=0.002)
    assert after.number("crop_left") >= 0.1
    assert after.number("crop_right") <= 0.8


@pytest.mark.parametrize("angle", [1.5, -3, 20])
def test_straightening_shows_nothing_beside_the_photo(angle):
    after = say(f"straighten by {angle} degrees").applied()
    assert after.number("crop_angle") == angle
    a, b, tx, c, d, ty = Geometry.of(after, FRAME).affine(Geometry.of(after, FRAME).cut, 1.0)
    size = Geometry.of(after, FRAME).cut
    for x, y in ((0, 0), (size.width - 1, 0), (0, size.height - 1), (size.width - 1, size.height - 1)):
        assert -2 <= a * x + b * y + tx <= FRAME.width + 1
        assert -2 <= c * x + d * y + ty <= FRAME.height + 1


def test_turning_left_twice_is_upside_down():
    assert settings("rotate left", "turn it left") == {"rotate": "180"}


@pytest.mark.parametrize("slip", ["more contrst", "more contarst", "brigther", "satuartion +10"])
def test_obvious_slips_of_the_fingers_are_understood(slip):
    assert say(slip).understood


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


def test_too_long_is_told():
    assert "longer" in understand("brighter and " * 100, Situation()).message


def test_what_follows_a_colon_is_of_the_part_before_it():
    answer = say("sky: contrast +20, dehaze +15 and subject: exposure +0.3")
    assert [(m["kind"], m["delta"]) for m in answer.to_json()["masks"]] == [
        ("sky", {"contrast": 20, "dehaze": 15}),
        ("subject", {"exposure": 0.3}),
    ]


def test_what_is_so_already_is_understood_and_changes_nothing():
    answer = say("black and white", "black and white")
    assert answer.understood
    assert answer.applied() == answer.base
    assert "already" in answer.message


@pytest.mark.parametrize("words", ["its dark", "that's dark", "it came out dark", "so dark", "cool", "thanks, great"])
def test_what_tells_how_it_is_or_praises_changes_nothing(words):
    assert not say(words).understood


@pytest.mark.parametrize(("words", "name", "value"), [
    ("white balance 5600", "temperature", 5600), ("wb 4800 K", "temperature", 4800),
])  # fmt: skip
def test_white_balance_takes_kelvin(words, name, value):
    assert settings(words) == {name: value}


def test_too_much_in_a_language_where_it_is_one_word_with_too():
    assert settings("más contraste", "demasiado")["contrast"] < settings("más contraste")["contrast"]


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


@pytest.mark.parametrize("said", ["brighten the foreground", "hellerer Vordergrund", "aclara el primer plano"])
def test_the_foreground_is_what_is_near(said):
    tree, delta = mask(said)
    (part,) = tree["components"]
    assert part["kind"]["kind"] == "depth" and part["kind"]["far"] < 50
    assert delta["exposure"] > 0
    assert say(said).to_json()["masks"][0]["name"] == "Foreground"


def test_the_last_change_in_another_part_and_at_another_value():
    assert mask("darken the sky", "the same for the water")[1] == {"exposure": -0.5}
    assert mask("contrast +15", "same for the subject")[1] == {"contrast": 15}
    assert settings("contrast 20", "make it 30") == {"contrast": 30}
    assert not say("warmer, more contrast", "make it 30").understood
    assert not say("contrast 20", "make it 300").understood
    assert not say("square", "the same for the sky").understood


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


def test_shapes_in_words_and_after_a_comma():
    for said in ("crop it to 16 by 9", "crop, 16:9", "auf 16 zu 9 zuschneiden", "recorta a 16 por 9"):
        assert say(said).steps[0].says == "Crop to 16:9", said


def test_a_part_in_black_and_white():
    assert mask("make the background black and white")[1] == {"saturation": -100}
    assert mask("dientes más blancos")[0]["components"][0]["kind"]["parts"] == ["teeth"]
    assert mask("mountains with more contrast")[1] == {"contrast": 20}
    assert mask("the background is distracting, darken it")[1] == {"exposure": -0.5}


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("Objektivprofil einschalten", {"lens_profile": True}),
        ("chromatische Aberration entfernen", {"remove_fringes": True}),
        ("Verzeichnung korrigieren", {"lens_profile": True}),
        ("Objektivvignettierung auf 70 %", {"lens_vignetting": 70.0}),
        ("Körnung 20", {"grain_amount": 20.0}),
        ("Korngröße 40", {"grain_size": 40.0}),
        ("Rauschprozess 1", {"noise_process": "1"}),
        ("Luminanzkontrast 15", {"noise_luminance_contrast": 15.0}),
        ("Farbglättung 70", {"noise_colour_smoothness": 70.0}),
        ("LUT auf 40 %", {"lut_amount": 40.0}),
        ("Profil auf lebhaft", {"profile": "vivid"}),
        ("vertikale Perspektive -20", {"perspective_vertical": -20.0}),
        ("Kalibrierung: Rot-Farbton +10", {"calibration_red_hue": 10.0}),
        ("Primärfarbe Blau Sättigung +20", {"calibration_blue_saturation": 20.0}),
        ("Farbton der Tiefen 220", {"grade_shadows_hue": 220.0}),
        ("Farbton Blau -10", {"hue_blue": -10.0}),
        ("activa el perfil de lente", {"lens_profile": True}),
        ("quita la aberración cromática", {"remove_fringes": True}),
        ("corrige la distorsión", {"lens_profile": True}),
        ("viñeteo de la lente al 70 %", {"lens_vignetting": 70.0}),
        ("grano 25", {"grain_amount": 25.0}),
        ("tamaño del grano 40", {"grain_size": 40.0}),
        ("proceso de ruido 1", {"noise_process": "1"}),
        ("contraste de luminancia 15", {"noise_luminance_contrast": 15.0}),
        ("LUT al 50 %", {"lut_amount": 50.0}),
        ("perfil retrato", {"profile": "portrait"}),
        ("perspectiva vertical -15", {"perspective_vertical": -15.0}),
        ("calibración: tono del azul -10", {"calibration_blue_hue": -10.0}),
        ("tono de las sombras 220", {"grade_shadows_hue": 220.0}),
        ("tono azul -10", {"hue_blue": -10.0}),
    ],
)
def test_what_a_lens_a_film_and_a_profile_do_has_words_in_each_language(said, wanted):
    assert settings(said) == wanted


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("grain 30 size 40 roughness 60", {"grain_amount": 30, "grain_size": 40, "grain_roughness": 60}),
        ("blue primary hue -12 and saturation +15", {"calibration_blue_hue": -12, "calibration_blue_saturation": 15}),
        ("midtones hue 40 saturation 12", {"grade_midtones_hue": 40, "grade_midtones_saturation": 12}),
        ("noise reduction 30, detail 60", {"noise_luminance": 30, "noise_luminance_detail": 60}),
        ("noise reduction 30, contrast 10", {"noise_luminance": 30, "contrast": 10}),
        ("exposure 0.3, saturation 10", {"exposure": 0.3, "saturation": 10}),
        ("grain 20, size 50, contrast 10", {"grain_amount": 20, "grain_size": 50, "contrast": 10}),
    ],
)
def test_what_follows_an_aspect_is_of_the_same_thing_unless_it_is_of_the_picture(said, wanted):
    assert settings(said) == wanted


def test_what_stands_after_something_that_is_found_is_not_lost():
    (found,) = [step for step in say("fix the verticals and black and white").steps if step.rows]
    assert [row.parameter.name for row in found.rows] == ["black_and_white"]


def test_black_and_white_with_grain():
    assert settings("black and white with grain") == {"black_and_white": True, "grain_amount": 20.0}


def test_whose_highlights_are_meant_right_after_the_vignettes_is_asked():
    assert not say("vignette -10 feather 90 highlights 40").understood


@pytest.mark.parametrize("said", ["remove the grain", "get rid of the grain", "Korn raus", "no grain"])
def test_grain_that_was_put_in_is_taken_out(said):
    assert settings(said, grain_amount=30.0) == {"grain_amount": 0.0}


@pytest.mark.parametrize("said", ["less grain", "take the grain out", "too grainy", "grain is too strong"])
def test_less_of_grain_that_was_put_in_is_less_of_it(said):
    found = settings(said, grain_amount=40.0)
    assert list(found) == ["grain_amount"]
    assert 0 < found["grain_amount"] < 40


@pytest.mark.parametrize(
    "said", ["bigger", "make it finer", "size 40", "more chromatic aberration", "turn it off", "finer grain 40"]
)
def test_words_that_need_another_say_nothing_alone(said):
    assert not say(said).understood


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("contrast thirty-five", 35), ("contrast minus sixty two", -62), ("Kontrast fünfunddreißig", 35),
        ("Kontrast minus zweiundsechzig", -62), ("contraste treinta y cinco", 35), ("contrast .5", 0.5),
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


def test_what_is_not_meant_is_left_out():
    (adjustment,) = say("darker background, not the water").applied().adjustments
    assert [part.get("combine", "add") for part in adjustment.mask["components"]] == ["add", "subtract"]


@pytest.mark.parametrize(
    ("said", "angle"), [("tilt it 1.5 degrees clockwise", -1.5), ("rotate left by 3 degrees", 3.0)]
)
def test_a_turn_by_a_few_degrees_straightens(said, angle):
    """The crop's rectangle turns against the picture: see `test_turning`."""
    assert settings(said)["crop_angle"] == angle
    assert settings(said, flip_vertical=True)["crop_angle"] == -angle
    assert not say(said.replace("1.5", "60").replace("3", "60")).understood


def test_what_was_switched_on_is_switched_off_again():
    assert say("lens profile on", "switch it off again").applied() == Settings()


@pytest.mark.parametrize(
    "said", ["no distortion", "remove the distortion", "no more distortion", "keine Verzeichnung", "sin distorsión"]
)
def test_a_fault_that_is_not_wanted_is_mended(said):
    assert settings(said) == {"lens_profile": True}


@pytest.mark.parametrize(
    "said",
    [
        "don't remove the chromatic aberration", "never remove chromatic aberration",
        "turn off the chromatic aberration correction", "entferne die Farbsäume nicht",
        "desactiva la corrección de la aberración cromática",
    ],
)  # fmt: skip
def test_a_fault_that_is_not_to_be_mended_is_left(said):
    assert settings(said, remove_fringes=True) == {"remove_fringes": False}


@pytest.mark.parametrize(
    "said",
    [
        "turn off the distortion", "chromatic aberration off", "Verzeichnung aus", "Farbsäume ausschalten",
        "desactiva la distorsión", "desactiva la aberración cromática",
        "remove distortion, not the chromatic aberration", "there is no distortion",
    ],
)  # fmt: skip
def test_whether_a_fault_or_its_correction_is_to_go_is_asked(said):
    assert not say(said).understood
    assert not say(said, lens_profile=True, remove_fringes=True).understood


@pytest.mark.parametrize(
    "said",
    ["turn off the distortion correction", "Verzeichnungskorrektur aus", "desactiva la corrección de distorsión"],
)
def test_a_correction_that_is_switched_off_is_not_at_its_default(said):
    assert settings(said, lens_profile=True) == {"lens_distortion": 0.0}


@pytest.mark.parametrize(("before", "after"), [(0.0, -50.0), (-60.0, -80.0), (40.0, -30.0), (-100.0, None)])
def test_half_of_the_colour_that_is_there_is_left(before, after):
    answer = say("desaturate by half", **({"saturation": before} if before else {}))
    assert answer.applied().number("saturation") == (before if after is None else after)


def test_less_of_little_colour_is_never_more():
    assert settings("reduce saturation by half", saturation=40.0) == {"saturation": 20.0}
    assert not say("reduce saturation by half", saturation=-60.0).understood


@pytest.mark.parametrize("said", ["not so grainy", "not that grainy", "nicht so körnig", "no tan granulado"])
def test_not_so_much_of_grain_that_was_put_in_is_less_of_it(said):
    assert 0 < settings(said, grain_amount=40.0)["grain_amount"] < 40
    assert "noise_luminance" in settings(said)


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
