"""What the messages of a job amount to, in order and out of it."""

import random

import pytest
from engines.comfyui import graphs
from engines.comfyui.recorded import Recorded, jobs
from hypothesis import given
from hypothesis import strategies as st

from stillbytes.engines.comfyui import messages
from stillbytes.engines.comfyui.job import Finished, Job, Note, Preview, Stored, Waiting, Working

DONE = ["text_to_image", "old_client", "image_to_image", "inpaint", "canny", "tiled", "upscale"]


def taken(job: Job, recorded: Recorded) -> list[Waiting | Working | Preview | Note | Finished]:
    return [event for frame in recorded.frames for event in job.take(messages.read(frame))]


@pytest.mark.parametrize("session", DONE)
def test_progress_goes_from_nothing_to_everything(session: str) -> None:
    recorded = jobs(session)[0]
    job = Job(recorded.id, recorded.prompt)
    told = [event.fraction for event in taken(job, recorded) if isinstance(event, Working)]
    assert told[0] < 0.5
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert isinstance(job.end, messages.Succeeded)


def test_a_samplers_steps_are_told() -> None:
    recorded = jobs("text_to_image")[0]
    told = taken(Job(recorded.id, recorded.prompt), recorded)
    steps = [(event.step, event.steps) for event in told if isinstance(event, Working) and event.node == "5"]
    assert [step for step in dict.fromkeys(steps) if step[1]][-3:] == [(1, 3), (2, 3), (3, 3)]
    assert sum(isinstance(event, Preview) for event in told) == 3


def test_what_was_cached_is_told() -> None:
    first, again = jobs("text_to_image")
    job = Job(again.id, again.prompt)
    taken(job, again)
    assert first.prompt == again.prompt
    assert job.cached == {"1", "2", "3", "4", "5", "6"}


@pytest.mark.parametrize("session", DONE)
def test_each_picture_is_there_once_however_often_it_comes(session: str) -> None:
    recorded = jobs(session)[0]
    job = Job(recorded.id, recorded.prompt)
    for frame in recorded.frames:
        for _ in range(2):
            list(job.take(messages.read(frame)))
    assert not job.lost()
    assert {node: [output.content for output in job.received(node)] for node in job.by_socket()} == recorded.sent


@given(seed=st.integers(0, 10_000))
def test_in_any_order_nothing_breaks_and_a_missing_picture_is_noticed(seed: int) -> None:
    recorded = jobs("text_to_image")[0]
    frames = list(recorded.frames)
    random.Random(seed).shuffle(frames)
    dropped = frames.pop()
    job = Job(recorded.id, recorded.prompt)
    for frame in frames:
        list(job.take(messages.read(frame)))
    if any(content in dropped for content in recorded.sent["7"] if isinstance(dropped, bytes)):
        assert job.lost() == {"7"}
    if not job.lost():
        assert {output.content for output in job.received("7")} == set(recorded.sent["7"])


def test_a_batch_of_equal_pictures_keeps_its_number() -> None:
    """Only their numbers tell them apart."""
    job = Job("p", graphs.trivial(batch=3))
    picture = messages.Picture("p", "2", "image/png", b"the same")
    for at in range(3):
        list(job.take(messages.Step("p", "2", at, 3)))
        list(job.take(picture))
    assert len(job.received("2")) == 3
    assert not job.lost()


def test_the_history_tells_what_was_missed() -> None:
    recorded = jobs("tiled")[0]
    job = Job(recorded.id, recorded.prompt, gap=True)
    assert job.unsure()
    job.take_history(recorded.entry)
    assert isinstance(job.end, messages.Succeeded)
    (name,) = recorded.files
    assert job.files["7"] == (Stored("7", name, "", "temp"),)


def test_the_history_tells_how_a_job_failed() -> None:
    recorded = jobs("broken_model")[0]
    job = Job(recorded.id, recorded.prompt)
    job.take_history(recorded.entry)
    assert isinstance(job.end, messages.Failed)
    assert "SafetensorError" in job.end.exception


@pytest.mark.parametrize(
    ("entry", "end"),
    [
        ({"outputs": {}}, messages.Succeeded("p")),  # from before there was a status
        ({"status": None, "outputs": None}, messages.Succeeded("p")),
        ({"status": {"completed": False}}, messages.Failed("p", "", "", "", "")),
        ({"status": {"completed": False, "messages": [["execution_error", {}], "?", [1, 2]]}},
         messages.Failed("p", "", "", "", "")),
        ({"status": {"completed": True, "messages": 3}, "outputs": {"2": {"images": [{"filename": 3}, None]}}},
         messages.Succeeded("p")),
    ],
)  # fmt: skip
def test_strange_history_is_read_as_far_as_it_can_be(entry: dict[str, object], end: messages.Message) -> None:
    job = Job("p", graphs.trivial())
    job.take_history(entry)
    assert job.end == end


def test_nothing_is_unsure_when_all_was_told() -> None:
    for session in DONE:
        recorded = jobs(session)[0]
        job = Job(recorded.id, recorded.prompt)
        taken(job, recorded)
        assert not job.unsure()
        assert not job.lost()
