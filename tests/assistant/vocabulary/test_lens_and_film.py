"""What a lens, a film and a profile do, and a lens's faults."""

from __future__ import annotations

import pytest
from assistant.talk import say, settings


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


@pytest.mark.parametrize("said", ["not so grainy", "not that grainy", "nicht so körnig", "no tan granulado"])
def test_not_so_much_of_grain_that_was_put_in_is_less_of_it(said):
    assert 0 < settings(said, grain_amount=40.0)["grain_amount"] < 40
    assert "noise_luminance" in settings(said)


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


def test_what_is_killed_is_gone_or_less():
    assert settings("kill the vignette", vignette_amount=-35.0) == {"vignette_amount": 0.0}
    assert settings("kill the highlights")["highlights"] < 0
