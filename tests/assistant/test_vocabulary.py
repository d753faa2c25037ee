"""What is understood without a model, and what is left alone."""

from __future__ import annotations

import pytest
from assistant.talk import FRAME, mask, say, settings
from hypothesis import given
from hypothesis import strategies as st

from stillbytes.assistant.situation import Situation
from stillbytes.assistant.vocabulary import understand
from stillbytes.develop import local_parameters, parameters
from stillbytes.develop.geometry import Geometry
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
        "add some grain",
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
def test_whatever_is_said_the_answer_is_valid_or_empty(request_):
    answer = understand(request_, Situation())
    if not answer.understood:
        assert not answer.steps
    answer.applied()  # raises for a value that a parameter does not allow


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
