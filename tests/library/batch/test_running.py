"""Batches: every photo is done once, whatever comes in between."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import stillbytes as sb
from stillbytes.core.errors import Cancelled, EngineError, InvalidSetting, NotFound
from stillbytes.core.jobs import Control
from stillbytes.edit.changes import Changes
from stillbytes.edit.document import Document
from stillbytes.library.batch import Ask, Edit, Export, Heal, Mask, Match, Queue, run, running
from stillbytes.library.batch.carrying import Order, Result, carry_out, part_beside
from stillbytes.library.batch.schema import QueueError

BRIGHTER = Edit(changes=Changes(values={"exposure": 0.5}))


class PowerCut(BaseException):
    """Nothing of ours may see it coming."""


class Here:
    """Hands that do at once what they are given. before: what happens first."""

    at_once = 1

    def __init__(self, before: Callable[[Order], Any] = lambda order: None) -> None:
        self.before, self.orders = before, list[Order]()

    def take(self, order: Order, engines: tuple[str, ...]) -> Future[Result]:
        self.orders.append(order)
        self.before(order)
        done: Future[Result] = Future()
        done.set_result(carry_out(order))
        return done

    def stop(self) -> None:
        """Nothing is under way."""


def test_every_photo_is_exported_once(photos: list[Path], queue: Queue, tmp_path: Path) -> None:
    made = queue.add(Export(folder=str(tmp_path / "out"), how={"size": 64}), [*photos, photos[0]])
    assert (made.state, made.total) == ("waiting", 3)
    ended = run(queue, made.id)
    assert (ended.state, ended.done) == ("done", 3)
    files = sorted((tmp_path / "out").iterdir())
    assert [file.name for file in files] == ["IMG_1.jpg", "IMG_2.jpg", "IMG_3.jpg"]
    inodes = [file.stat().st_ino for file in files]
    assert run(queue, made.id).done == 3
    assert [file.stat().st_ino for file in sorted((tmp_path / "out").iterdir())] == inodes
    events = [note.event for note in queue.journal(made.id) if note.number == 1]
    assert events == ["begun", "made", "done"]


def test_a_folder_that_is_no_whole_path_is_beside_each_photo(photos: list[Path], queue: Queue) -> None:
    made = queue.add(Export(folder="web"), photos[:1])
    run(queue, made.id)
    assert (photos[0].parent / "web/IMG_1.jpg").is_file()


def test_names_are_not_given_twice(photos: list[Path], queue: Queue, tmp_path: Path) -> None:
    task = Export(folder=str(tmp_path / "out"), how={"size": 64})
    first, second = queue.add(task, photos[:1]), queue.add(task, photos[:1])
    run(queue, second.id)
    run(queue, first.id)
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["IMG_1-2.jpg", "IMG_1.jpg"]


def test_what_comes_to_the_place_of_a_file_is_left_alone(photos: list[Path], queue: Queue, tmp_path: Path) -> None:
    made = queue.add(Export(folder=str(tmp_path / "out"), how={"size": 64}), photos[:1])
    theirs = tmp_path / "out/IMG_1.jpg"

    def before(order: Order) -> None:
        theirs.parent.mkdir(exist_ok=True)
        theirs.write_bytes(b"theirs")

    run(queue, made.id, hands=Here(before))
    assert theirs.read_bytes() == b"theirs"
    (item,) = queue.items(made.id)
    assert item.target == tmp_path / "out/IMG_1-2.jpg" and item.target.is_file()


@pytest.mark.parametrize("placed", [True, False])
def test_a_power_cut_around_a_files_last_step_costs_and_doubles_nothing(
    placed: bool, photos: list[Path], queue: Queue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = queue.add(Export(folder=str(tmp_path / "out"), how={"size": 64}), photos[:1])
    real = running.place

    def cut(part: Path, target: Path) -> None:
        if placed:
            real(part, target)
        raise PowerCut

    monkeypatch.setattr(running, "place", cut)
    monkeypatch.setattr(Queue, "sweep", lambda self, id: None)  # nor does anybody clean up
    with pytest.raises(PowerCut):
        run(queue, made.id, hands=Here())
    monkeypatch.undo()
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    assert queue.batch(made.id).state == "stopped"
    hands = Here()
    assert run(queue, made.id, hands=hands).state == "done"
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["IMG_1.jpg"]
    assert hands.orders == []  # what was made is used


def test_a_power_cut_after_an_edit_does_not_edit_twice(
    photos: list[Path], queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = queue.add(Ask(request="warmer", engine="vocabulary"), photos[:1])
    real = Document.save

    def cut(document: Document) -> Path:
        real(document)
        raise PowerCut

    with monkeypatch.context() as patch:
        patch.setattr(Document, "save", cut)
        with pytest.raises(PowerCut):
            run(queue, made.id, hands=Here())
    hands = Here()
    assert run(queue, made.id, hands=hands).state == "done"
    assert len(Document(sb.open(photos[0])).history.entries) == 1 and hands.orders == []


def test_the_same_edit_can_be_asked_for_again(photos: list[Path], queue: Queue) -> None:
    for _ in range(2):
        run(queue, queue.add(Ask(request="warmer", engine="vocabulary"), photos[:1]).id, hands=Here())
    history = Document(sb.open(photos[0])).history
    assert len(history.entries) == 2 and history.settings_at(1) != history.settings_at(2)


def test_a_killed_run_goes_on_where_it_was(photos: list[Path], queue: Queue, tmp_path: Path) -> None:
    more = [photos[0].with_name(f"more_{number:02}.dng") for number in range(30)]
    for path in more:
        path.write_bytes(photos[0].read_bytes())
    made = queue.add(Export(folder=str(tmp_path / "out"), how={"size": 64}), more)
    program = """if True:
        import sys, time
        from stillbytes.core.jobs import Control
        from stillbytes.library.batch import Queue, run

        def told(done, total, name):
            print(done, flush=True)
            if done == 7:  # stays in the middle until it is killed, however quick the machine
                time.sleep(60)

        run(Queue(), sys.argv[1], Control(told))"""
    with subprocess.Popen([sys.executable, "-c", program, made.id], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) >= 7:
                break
        assert queue.batch(made.id).state == "running"
        with pytest.raises(QueueError, match="working on"):
            run(queue, made.id)
        process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    left = queue.batch(made.id)
    assert left.state == "stopped" and 7 <= left.done < 30
    before = {i.target: i.target.stat().st_ino for i in queue.items(made.id, ("done",)) if i.target}
    assert run(queue, made.id).done == 30
    files = sorted((tmp_path / "out").iterdir())
    assert [file.stem for file in files] == [path.stem for path in more]
    for file in files:
        with Image.open(file) as picture:
            picture.load()
    assert all(target.stat().st_ino == inode for target, inode in before.items())


def test_what_a_kill_left_half_written_is_taken_away(photos: list[Path], queue: Queue, tmp_path: Path) -> None:
    made = queue.add(Export(folder=str(tmp_path / "out"), how={"size": 64}), photos[:1])
    parts: list[Path] = []

    def before(order: Order) -> None:
        parts.append(part_beside(Path(str(order["target"])), order["batch"], order["number"]))
        for half in (parts[0], parts[0].with_name(f".{parts[0].name}.abc.part")):
            half.parent.mkdir(exist_ok=True)
            half.write_bytes(b"half")
        raise EngineError("Gone.", "")

    with pytest.raises(EngineError):
        run(queue, made.id, hands=Here(before))
    assert parts and list((tmp_path / "out").iterdir()) == []


def test_what_fails_is_listed_and_tried_again_when_wished(photos: list[Path], queue: Queue, tmp_path: Path) -> None:
    whole = photos[1].read_bytes()
    photos[1].write_bytes(whole[:2000])
    made = queue.add(Export(folder=str(tmp_path / "out"), how={"size": 64}), photos)
    ended = run(queue, made.id)
    assert (ended.state, ended.done, ended.failed) == ("failed", 2, 1)
    (item,) = queue.items(made.id, ("failed",))
    assert item.photo == photos[1] and "IMG_2.dng" in item.message
    photos[1].write_bytes(whole)
    assert run(queue, made.id).failed == 1  # not by itself
    queue.again(made.id, failed=True)
    assert run(queue, made.id).state == "done"
    assert len(list((tmp_path / "out").iterdir())) == 3


def test_a_batch_is_cancelled_from_elsewhere_and_goes_on_later(
    photos: list[Path], queue: Queue, tmp_path: Path
) -> None:
    made = queue.add(Export(folder=str(tmp_path / "out"), how={"size": 64}), photos)
    other = Queue()

    def before(order: Order) -> None:
        if order["number"] == 2:
            other.cancel(made.id)

    with pytest.raises(Cancelled):
        run(queue, made.id, hands=Here(before))
    stopped = queue.batch(made.id)
    assert stopped.state == "cancelled" and stopped.done + stopped.waiting == 3 and 1 <= stopped.done <= 2
    with pytest.raises(Cancelled):
        run(queue, made.id)
    queue.again(made.id)
    assert run(queue, made.id).state == "done"
    other.close()


def test_stopping_is_no_try_that_came_to_nothing(photos: list[Path], queue: Queue, tmp_path: Path) -> None:
    made = queue.add(Export(folder=str(tmp_path / "out"), how={"size": 64}), photos[:1])

    def gone(order: Order) -> None:
        raise EngineError("The cluster is gone.", "")

    for _ in range(running.MOST_TRIES + 1):
        with pytest.raises(EngineError):
            run(queue, made.id, hands=Here(gone))
        (item,) = queue.items(made.id)
        assert (queue.batch(made.id).state, item.state, item.attempts) == ("stopped", "waiting", 0)
    assert run(queue, made.id).state == "done"


def test_control_stops_what_is_under_way(photos: list[Path], queue: Queue, tmp_path: Path) -> None:
    made = queue.add(Export(folder=str(tmp_path / "out"), how={"size": 64}), photos)
    control = Control(lambda done, total, name: control.cancel() if done else None)
    with pytest.raises(Cancelled):
        run(queue, made.id, control)
    left = queue.batch(made.id)
    assert left.running == 0 and left.done >= 1 and left.done + left.waiting == 3
    assert len(list((tmp_path / "out").iterdir())) == left.done


def test_many_photos_are_changed_only_when_that_number_was_confirmed(photos: list[Path], queue: Queue) -> None:
    for confirmed in (None, 2):
        with pytest.raises(InvalidSetting, match="3 photos would be changed"):
            queue.add(BRIGHTER, photos, confirmed=confirmed)
    assert run(queue, queue.add(BRIGHTER, photos, confirmed=3).id).done == 3
    assert [sb.open(photo).settings.number("exposure") for photo in photos] == [0.5] * 3
    assert Document(sb.open(photos[0])).history.entries[-1].label == "Edit"


def test_a_photo_that_was_changed_meanwhile_is_done_anew(photos: list[Path], queue: Queue) -> None:
    made = queue.add(BRIGHTER, photos[:1])
    calls: list[int] = []

    class Slow(Here):
        def take(self, order: Order, engines: tuple[str, ...]) -> Future[Result]:
            done = super().take(order, engines)
            if not calls:
                calls.append(1)
                sb.open(photos[0]).edit(contrast=20).save("Theirs")
            return done

    hands = Slow()
    assert run(queue, made.id, hands=hands).state == "done"
    assert len(hands.orders) == 2
    assert dict(sb.open(photos[0]).settings) == {"exposure": 0.5, "contrast": 20.0}


def test_what_ends_the_program_again_and_again_is_given_up(photos: list[Path], queue: Queue) -> None:
    made = queue.add(BRIGHTER, photos[:1])

    queue.update(made.id, 1, "begun", state="running", attempts=running.MOST_TRIES)  # as a crash leaves it
    hands = Here()
    ended = run(queue, made.id, hands=hands)
    assert ended.failed == 1 and hands.orders == []
    assert "each time the program ended" in queue.items(made.id)[0].message


def test_a_cluster_that_is_gone_leaves_everything_waiting(photos: list[Path], queue: Queue) -> None:
    class Gone(Here):
        def take(self, order: Order, engines: tuple[str, ...]) -> Future[Result]:
            lost: Future[Result] = Future()
            lost.set_exception(EngineError("It is gone."))
            return lost

    made = queue.add(BRIGHTER, photos[:1])
    with pytest.raises(EngineError):
        run(queue, made.id, hands=Gone())
    assert queue.batch(made.id).waiting == 1


def test_the_other_tasks(photos: list[Path], queue: Queue, tmp_path: Path) -> None:
    sb.open(photos[1]).edit(exposure=1.0, saturation=40).save()
    tasks = [
        Mask(folder=str(tmp_path / "masks"), what="luminance", fields={"low": 40}),
        Heal(spots=((0.5, 0.3, 0.02),)),
        Match(like=photos[1]),
    ]
    for task in tasks:
        made = queue.add(task, photos[:1])
        assert run(queue, made.id, hands=Here()).done == 1, queue.items(made.id)
    with Image.open(tmp_path / "masks/IMG_1-luminance.png") as mask:
        assert mask.mode == "L"
    history = Document(sb.open(photos[0])).history
    assert [entry.label for entry in history.entries] == ["Heal 1 spot", "Look of IMG_2.dng"]


def test_what_cannot_be_asked_of_many_is_refused_before_it_begins(photos: list[Path], queue: Queue) -> None:
    for request, engine in (("undo", "auto"), ("qwertz uiop", "vocabulary"), ("warmer", "nonsense")):
        with pytest.raises(InvalidSetting):
            queue.add(Ask(request=request, engine=engine), photos[:1])
    assert queue.batches() == []


def test_batches_are_found_by_the_beginning_of_their_id_and_forgotten(photos: list[Path], queue: Queue) -> None:
    made = queue.add(BRIGHTER, photos[:1])
    assert queue.batch(made.id[:6]).id == made.id
    queue.forget(made.id)
    with pytest.raises(NotFound):
        queue.batch(made.id)


def test_two_processes_add_at_the_same_time(photos: list[Path], queue: Queue) -> None:
    with Queue() as other:
        threads = [
            threading.Thread(target=lambda q=q: [q.add(BRIGHTER, photos[:1]) for _ in range(5)]) for q in (queue, other)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(queue.batches()) == 10 and os.path.getsize(queue.path) > 0  # noqa: PTH202
