"""Parts of the picture: what is changed there, and what is to stay."""

from __future__ import annotations

import pytest
from assistant.talk import mask, say, settings

from stillbytes.develop import local_parameters
from stillbytes.masks.kind import Found
from stillbytes.masks.kinds import kinds


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


def test_what_follows_a_colon_is_of_the_part_before_it():
    answer = say("sky: contrast +20, dehaze +15 and subject: exposure +0.3")
    assert [(m["kind"], m["delta"]) for m in answer.to_json()["masks"]] == [
        ("sky", {"contrast": 20, "dehaze": 15}),
        ("subject", {"exposure": 0.3}),
    ]


@pytest.mark.parametrize("said", ["brighten the foreground", "hellerer Vordergrund", "aclara el primer plano"])
def test_the_foreground_is_what_is_near(said):
    tree, delta = mask(said)
    (part,) = tree["components"]
    assert part["kind"]["kind"] == "depth" and part["kind"]["far"] < 50
    assert delta["exposure"] > 0
    assert say(said).to_json()["masks"][0]["name"] == "Foreground"


def test_a_part_in_black_and_white():
    assert mask("make the background black and white")[1] == {"saturation": -100}
    assert mask("dientes más blancos")[0]["components"][0]["kind"]["parts"] == ["teeth"]
    assert mask("mountains with more contrast")[1] == {"contrast": 20}
    assert mask("the background is distracting, darken it")[1] == {"exposure": -0.5}


def test_what_is_not_meant_is_left_out():
    (adjustment,) = say("darker background, not the water").applied().adjustments
    assert [part.get("combine", "add") for part in adjustment.mask["components"]] == ["add", "subtract"]


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("darken the sky, then warm it up a little", {"sky": {"exposure", "local_temperature"}}),
        ("brighten the face and soften it", {"person": {"exposure", "clarity", "texture"}}),
        ("the sky is too bright, please darken it a little", {"sky": {"exposure"}}),
        ("der Himmel ist zu hell, bitte etwas abdunkeln", {"sky": {"exposure"}}),
        ("brighten the face, it's too dark", {"person": {"exposure"}}),
        ("oscurece el cielo y dale más contraste", {"sky": {"exposure", "contrast"}}),
        ("make the eyes brighter, sharper and more contrasty", {"person": {"exposure", "sharpness", "contrast"}}),
        ("Den Himmel abdunkeln und kontrastreicher machen", {"sky": {"exposure", "contrast"}}),
    ],
)
def test_what_is_said_of_it_is_of_the_part_before(said, wanted):
    answer = say(said)
    assert {made["kind"]: set(made["delta"]) for made in answer.to_json()["masks"]} == wanted
    assert answer.to_json()["settings"] == {}


@pytest.mark.parametrize(
    "said",
    [
        "the sky is too bright, make it warmer",
        "darken the sky and make it black and white",
        "darken the sky and the water, and make them bluer",
        "oscurece el cielo y hazla más cálida",
        "brighten the first dog",
    ],
)
def test_a_part_that_could_be_another_is_asked_for(said):
    assert not say(said).understood


def test_all_parts_of_a_list_get_all_that_is_said():
    answer = say("make the sky and the water darker and bluer")
    assert [set(made["delta"]) for made in answer.to_json()["masks"]] == [{"exposure", "local_temperature"}] * 2


def test_the_direction_is_of_each_part_with_a_number():
    answer = say("darken the sky by 0.5 EV and the water by 0.3 EV")
    assert [made["delta"] for made in answer.to_json()["masks"]] == [{"exposure": -0.5}, {"exposure": -0.3}]


def test_too_is_of_both():
    assert settings("too dark and cold") == settings("too dark and too cold")


def test_what_is_left_out_of_one_change_is_not_left_out_of_the_next():
    answer = say("darker sky, not the trees, saturation -20")
    assert answer.to_json()["settings"] == {"saturation": -20}
    assert say("contrast 10. Warmer, but not the skin.").to_json()["settings"] == {"contrast": 10}
    (made,) = say("warmer and brighter, except for the skin").to_json()["masks"]
    assert made["delta"].keys() == {"local_temperature", "exposure"}


def test_a_full_stop_ends_what_is_said_of_a_part():
    answer = say("skin softer. half a stop darker")
    assert answer.to_json()["settings"] == {"exposure": -0.5}


def test_what_mends_the_light_is_not_done_twice():
    assert settings("the photo is too dark, lift the shadows") == {"shadows": 20}
    assert settings("it's too dark, brighten it") == {"exposure": 0.5}


def test_a_part_with_a_number_hands_on_its_place():
    (made,) = say("background -0.7 EV and a bit less saturated").to_json()["masks"]
    assert made["delta"].keys() == {"exposure", "saturation"}
    assert mask("sky: 15 less contrast")[1] == {"contrast": -15}


@pytest.mark.parametrize(
    "words",
    ["brighten everybody but the dog", "everyone but the groom is too dark", "everyone but the groom darker",
     "darken the sky but the water"],
)  # fmt: skip
def test_a_part_after_but_is_not_changed_as_well(words):
    assert not say(words).understood


@pytest.mark.parametrize(("words", "name"), [("der Zug ist zu dunkel", "Train"), ("el ave más clara", "Bird")])
def test_things_have_their_names_in_each_language(words, name):
    assert say(words).steps[0].name == name
