"""Rows of a proposal: switched off, weakened, and applied as one step."""

from __future__ import annotations

import pytest
from assistant.talk import say

from stillbytes.assistant import asking, carrying_out
from stillbytes.core.errors import InvalidSetting, NotFound


def test_half_of_a_proposal_is_half_of_each_change():
    answer = say("contrast +20 and exposure +1")
    assert dict(answer.applied(amount=0.5)) == {"contrast": 10, "exposure": 0.5}


def test_half_of_a_temperature_is_the_middle_of_its_scale():
    answer = say("temperature 8800")
    assert answer.applied(amount=0.5)["temperature"] == pytest.approx((5500 * 8800) ** 0.5)


def test_a_row_that_is_switched_off_changes_nothing():
    answer = say("contrast +20 and darken the sky")
    keys = [key for key, _, _ in answer.keys()]  # noqa: SIM118 - a method of ours
    assert dict(answer.applied({keys[0]: 0})).keys() == {"adjustments"}
    assert dict(answer.applied({keys[1]: 0})) == {"contrast": 20}


def test_one_and_a_half_is_the_most_and_ends_at_the_slider():
    assert say("contrast 80").applied(amount=9) == say("contrast 80").applied(amount=1.5)
    assert say("contrast 80").applied(amount=1.5)["contrast"] == 100


def test_applying_is_one_step_that_undo_takes_back(document):
    proposal = say("contrast +20 and brighter")
    asking.apply(document, proposal, networks=_none)
    assert len(document.history.entries) == 1
    assert document.history.entries[0].label == "contrast +20 and brighter"
    document.undo()
    assert not document.settings


def test_a_proposal_for_other_settings_is_refused(document):
    proposal = say("brighter")
    document.commit(document.settings.changed(contrast=5), "Meanwhile")
    with pytest.raises(InvalidSetting, match="changed since"):
        asking.apply(document, proposal, networks=_none)


def test_nothing_is_changed_when_the_mask_is_not_found(document, monkeypatch):
    document.commit(document.settings.changed(contrast=5), "Before")
    proposal = asking.propose("undo, and darken the sky", asking.situation(document.photo, document.history))

    def missing(*given, **named):
        raise NotFound("No sky was found in this photo.")

    monkeypatch.setattr(carrying_out, "complete", missing)
    with pytest.raises(NotFound):
        asking.apply(document, proposal, networks=_none)
    assert dict(document.settings) == {"contrast": 5}


def test_python_asks_and_follows_up(photo):
    first = photo.edit().ask("contrast +20")
    assert first.understood
    assert first.edit.ask("less").edit.settings["contrast"] == 10
    assert not first.edit.ask("undo").edit.settings
    assert first.edit.ask("make it Monet").edit == first.edit
    assert first.taken(amount=0.5).settings["contrast"] == 10


def test_warmer_starts_from_the_white_of_the_photo(photo):
    as_shot = photo.pipeline.as_shot.temperature
    assert photo.edit().ask("warmer").edit.settings["temperature"] > as_shot
    assert photo.edit().ask("cooler").edit.settings["temperature"] < as_shot


def _none():
    raise AssertionError("no mask was to be looked for")
