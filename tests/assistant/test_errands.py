"""What is asked for beside sliders is taken out of a request, and done step by step as one step of the history."""

from __future__ import annotations

import time

import pytest

from stillbytes.assistant import asking, carrying_out, told
from stillbytes.assistant.carrying_out import Means, News
from stillbytes.assistant.errands import split
from stillbytes.assistant.proposal import Proposal, Step
from stillbytes.assistant.situation import Situation
from stillbytes.core.errors import Cancelled, EngineError, InvalidSetting, NotFound
from stillbytes.masks.kinds.radial import Radial
from stillbytes.masks.mask import Mask
from stillbytes.photo.output.encode import FORMATS

SPOT = Mask.of(Radial(centre=(0.5, 0.33), radius_x=0.08, radius_y=0.06))


def nobody():
    raise EngineError("There are no engines here.")


@pytest.mark.parametrize(
    ("request_", "rest", "errands"),
    [
        ("remove the dog", "", ["Remove: dog"]),
        (
            "make it look like a summer evening and remove the bin",
            "make it look like a summer evening",
            ["Remove: bin"],
        ),
        ("please erase the red car on the left", "", ["Remove: red car on the left"]),
        ("get rid of the power lines and the tourist", "", ["Remove: power lines", "Remove: tourist"]),
        ("warmer, then replace the sky with a stormy sky", "warmer", ["Replace sky: a stormy sky"]),
        ("export as jpeg at 2000 px and make it warmer", "make it warmer", ["Export as JPEG, 2000 pixels"]),
        ("export it, and remove the lamp", "", ["Remove: lamp", "Export"]),
        ("bitte entferne den Hund", "", ["Remove: hund"]),
        ("quita el perro", "", ["Remove: perro"]),
    ],
)
def test_errands_are_taken_out_of_a_request(request_, rest, errands):
    found = split(request_)
    assert (found.rest, [step.says for step in found.errands]) == (rest, errands)


@pytest.mark.parametrize(
    "request_",
    [
        "warmer",
        "remove the haze", "get rid of the noise", "remove the vignette and the crop", "remove the colour cast",
        "remove the sky", "remove the background", "delete all photos", "remove every photo in the folder",
        "remove the files", "replace my password", "", "remove", "like a Monet",
        "remove " + "very " * 20 + "old things",
    ],
)  # fmt: skip
def test_what_sliders_answer_or_nobody_should_do_is_no_errand(request_):
    assert split(request_).errands == ()


def test_objects_that_are_known_are_looked_for_by_their_name_in_any_language():
    words = [
        split(said).errands[0].task["mask"]["components"][0]["kind"]["words"]
        for said in ("remove the dog", "quita el perro")
    ]
    assert words == ["dog", "dog"]


def test_only_who_asks_for_more_than_the_vocabulary_gets_errands():
    alone = asking.propose("remove the dog", Situation(), "vocabulary")
    assert not alone.understood and alone.steps == ()
    both = asking.without_model("warmer and remove the dog", Situation())
    assert both.understood and [step.tool for step in both.steps] == ["set", "task"]
    assert both.message.endswith("Remove: dog.")
    assert not asking.without_model("like a Monet and remove the dog", Situation()).understood


def planned(document, *steps):
    return Proposal("warmer, and without the spot", "", True, "", steps, document.settings)


def spotless():
    return Step("task", "Remove: spot", task={"name": "remove", "parameters": {}, "mask": SPOT.to_json()})


def warmer(document):
    return asking.without_model("contrast +30", asking.situation(document.photo, document.history)).steps[0]


def test_a_plan_is_one_step_of_the_history_and_each_of_its_steps_is_checked_by_numbers(document):
    heard: list[News] = []
    plan = planned(document, warmer(document), spotless())
    done = asking.carried(document, document.photo, plan, {"0.contrast": 0.5}, Means(nobody, tell=heard.append))
    assert [(one.place, one.state) for one in heard] == [(0, "running"), (0, "done"), (1, "running"), (1, "done")]
    assert any("Changed by" in words for words in heard[1].checks) and heard[3].checks
    assert done.stopped == 0 and len(document.history.entries) == 1
    assert document.settings["contrast"] == 15 and len(document.settings.patches) == 1
    document.undo()
    assert not document.settings


def test_a_task_that_is_switched_off_is_not_done(document):
    plan = planned(document, warmer(document), spotless())
    asking.carried(document, document.photo, plan, {"1": 0}, Means(nobody))
    assert dict(document.settings) == {"contrast": 30}


def test_a_plan_that_is_stopped_keeps_what_is_done(document):
    heard: list[News] = []
    means = Means(nobody, tell=heard.append, cancelled=lambda: len(heard) >= 2)
    done = asking.carried(document, document.photo, planned(document, warmer(document), spotless()), None, means)
    assert done.stopped == 1 and dict(document.settings) == {"contrast": 30}
    with pytest.raises(Cancelled):
        asking.carried(
            document, document.photo, planned(document, spotless()), None, Means(nobody, cancelled=lambda: True)
        )
    assert len(document.history.entries) == 1


def test_a_step_that_fails_leaves_the_photo_untouched(document, monkeypatch):
    def missing(*given, **named):
        raise NotFound("There is no bin in this photo.")

    monkeypatch.setattr(carrying_out, "complete_mask", missing)
    with pytest.raises(NotFound):
        asking.carried(document, document.photo, planned(document, warmer(document), spotless()), None, Means(nobody))
    assert document.history.entries == () and not document.settings


def test_a_photo_that_is_changed_meanwhile_is_left_as_it_is(document):
    def meddle(news):
        document.commit(document.settings.changed(exposure=1), "Meanwhile")

    with pytest.raises(InvalidSetting, match="changed since"):
        asking.carried(document, document.photo, planned(document, warmer(document)), None, Means(nobody, tell=meddle))
    assert dict(document.settings) == {"exposure": 1}


def test_a_plan_comes_back_as_it_was_and_is_checked_again(document):
    plan = planned(
        document, warmer(document), spotless(), Step("export", "Export", task={"name": "export", "parameters": {}})
    )
    sent = told.told(plan)
    back = told.restored(sent["request"], sent["base"], sent["steps"], document.history)
    assert back.steps == plan.steps
    for bad in (
        {"name": "delete"},
        {"name": "create"},
        {"name": "remove", "parameters": {"shell": "ls"}},
        {"name": "remove", "mask": {"components": 3}},
    ):
        step = {"tool": "task", "says": "x", "task": bad}
        with pytest.raises(InvalidSetting):
            told.restored("x", sent["base"], [step], document.history)


@pytest.mark.parametrize("name", ["jpg", "jpeg", "png", "tiff", "webp", "avif"])
def test_exports_are_to_formats_that_there_are(name):
    (step,) = split(f"export as {name}").errands
    assert step.task["parameters"]["format"] in FORMATS


@pytest.mark.parametrize("words", ["1 ", "4:5 ", "a", "remove the bin and "])
def test_a_very_long_request_takes_no_time(words):
    request = (words * 10_000)[:10_000]
    begun = time.thread_time()
    for engine in ("vocabulary", "auto", "http://127.0.0.1:9"):
        answer = asking.propose(request, Situation(), engine)
        assert not answer.understood and "is longer than" in answer.message
    assert time.thread_time() - begun < 0.5
