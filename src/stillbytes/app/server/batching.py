"""Batches as the server holds them: made from what a page may name, and worked off as jobs."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from stillbytes.app.server.models import readable
from stillbytes.core.errors import ExportError, InvalidSetting, NotFound, StillbytesError
from stillbytes.core.jobs import Control, Job
from stillbytes.core.saying import about, joined, said
from stillbytes.edit.document import Document
from stillbytes.edit.photo import Photo

if TYPE_CHECKING:
    from stillbytes.app.server.workspace import Workspace
    from stillbytes.edit.changes import Changes
    from stillbytes.library.batch import Batch, Queue
    from stillbytes.library.batch.tasks import AnyTask

MOST_TOLD = 3
"""Photos that are named in the end when something failed."""
ENGINES = ("auto", "vocabulary")


class Batching:
    """Thread-safe. The queue is the one in STILLBYTES_HOME, which the command line works on, too."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._queue: Queue | None = None

    @property
    def queue(self) -> Queue:
        """Opened when first asked for. Raises QueueError."""
        from stillbytes.library.batch import Queue  # noqa: PLC0415 - few pages have batches

        with self._lock:
            if self._queue is None:
                self._queue = Queue()
            return self._queue

    def close(self) -> None:
        with self._lock:
            if self._queue is not None:
                self._queue.close()

    def add(self, task: AnyTask, ids: Sequence[str], query: str | None, confirmed: int) -> Batch:
        """Raises NotFound for a photo that there is not, InvalidSetting, InvalidQuery, and as `Queue.add`."""
        task = self._allowed(task)
        photos = [self._workspace.photo(id) for id in ids]
        if query is not None:
            shelf = self._workspace.shelf
            photos += [Photo(one.path, one.version) for one in shelf.shown(shelf.catalogue.numbers(query))]
        return self.queue.add(task, photos, confirmed=confirmed)

    def title(self, one: Batch) -> str:
        """What the queue keeps in English, as its task says it."""
        try:
            return self.queue.task(one.id).title
        except StillbytesError:  # of another release
            return one.title

    def start(self, id: str) -> Job:
        """Do what is left of a batch, in the background. Raises NotFound."""
        one = self.queue.batch(id)

        def work(control: Control) -> str:
            from stillbytes.library.batch import run  # noqa: PLC0415
            from stillbytes.library.batch.running import Local  # noqa: PLC0415

            self._workspace.flush()  # what is open is done as it is now
            shown = Control(
                lambda done, total, name: control.progress(done, total, readable(name)), stopped=control.cancelled
            )
            ended = run(self.queue, one.id, shown, Local(access=self._workspace.networks), self._document)
            if not ended.failed:
                return said("{done:,} of {all:,} photos done", done=ended.done, all=ended.total)
            failed = self.queue.items(one.id, ("failed",), limit=MOST_TOLD)
            told: list[str] = [said("{failed:,} of {all:,} photos failed.", failed=ended.failed, all=ended.total)]
            told += [about(item.photo.name, item.message) for item in failed]
            if ended.failed > len(failed):
                told.append(said("And {number:,} more.", number=ended.failed - len(failed)))
            raise ExportError(readable(joined(told)), said("They can be tried again."))

        label = said(
            "{title}: {count:,} photo | {title}: {count:,} photos", title=readable(self.title(one)), count=one.total
        )
        return self._workspace.batches.start(label, one.total, work)

    def _document(self, photo: Photo) -> Document:
        """The open one, if it is a photo that the page knows."""
        try:
            return self._workspace.document(photo.id)
        except NotFound:
            return Document(photo)

    def _allowed(self, task: AnyTask) -> AnyTask:
        """The task, when it reads and writes nothing but photos that a page may name, and what lies beside them.

        Raises InvalidSetting, ExportError, NotFound.
        """
        from stillbytes.app.server.routes.exports import folder_name, permitted  # noqa: PLC0415
        from stillbytes.library.batch import Ask, Edit, Export, Mask, Match  # noqa: PLC0415

        if isinstance(task, Export | Edit):
            _own(task.changes)
        if isinstance(task, Export):
            permitted(task.spec)
        if isinstance(task, Export | Mask):
            return task.model_copy(update={"folder": folder_name(task.folder)})
        if isinstance(task, Ask) and task.engine not in ENGINES:
            raise InvalidSetting("Other servers than this machine's are for the command line.", "Use auto.")
        if isinstance(task, Match):
            return task.model_copy(update={"like": Path(self._workspace.photo(str(task.like)).path)})
        return task


def _own(changes: Changes) -> None:
    if changes.start is not None:
        raise InvalidSetting("Settings from a file are for the command line.", "Paste them, or make a preset of them.")
