"""What the server holds: the opened folder, open documents, decoded photos, jobs and events."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path

from stillbytes.core.errors import StillbytesError
from stillbytes.core.events import Events
from stillbytes.core.jobs import Job, Jobs
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.edit.document import Document
from stillbytes.library import previews
from stillbytes.library.folder import Folder

KEPT_PHOTOS = 3
"""Decoded photos kept in memory: the current one and two to go back to."""


class Workspace:
    """Thread-safe; one for each server."""

    def __init__(self, place: Path) -> None:
        self.folder = Folder(place)
        self.events = Events()
        self.jobs = Jobs(self._job_changed)
        self._lock = threading.Lock()
        self._documents: dict[str, Document] = {}
        self._pipelines: OrderedDict[str, Pipeline] = OrderedDict()
        self._decoding: dict[str, threading.Lock] = {}
        self._thumbnails = threading.Lock()

    def document(self, id: str) -> Document:
        """The open document of a photo. Raises NotFound."""
        with self._lock:
            if id in self._documents:
                return self._documents[id]
        document = Document(self.folder.photo(id), self._document_changed)
        with self._lock:
            return self._documents.setdefault(id, document)

    def pipeline(self, id: str) -> Pipeline:
        """The decoded photo, decoded once however many ask at the same time. Raises NotFound, UnreadablePhoto."""
        with self._lock:
            turn = self._decoding.setdefault(id, threading.Lock())
        with turn:
            with self._lock:
                if id in self._pipelines:
                    self._pipelines.move_to_end(id)
                    return self._pipelines[id]
            pipeline = self.folder.photo(id).pipeline
            with self._lock:
                self._pipelines[id] = pipeline
                while len(self._pipelines) > KEPT_PHOTOS:
                    self._pipelines.popitem(last=False)
            return pipeline

    def thumbnail(self, id: str) -> bytes:
        """A small JPEG of the photo as it is edited. Raises NotFound, UnreadablePhoto."""
        with self._lock:
            document = self._documents.get(id)
        photo = document.photo if document else self.folder.photo(id)
        settings = document.settings if document else photo.settings
        if found := previews.cached(photo.path, settings):
            return found
        if not settings:
            return previews.of_camera(photo.path)
        with self._thumbnails:  # one at a time, so that the picture on screen keeps a core
            with self._lock:
                pipeline = self._pipelines.get(id)
            return previews.of_edit(photo.path, pipeline or photo.pipeline, settings)

    def paste(self, id: str, settings: Settings, groups: list[str] | None, label: str) -> Document:
        """Put the settings of these groups (all when None) into a photo's place of them."""
        document = self.document(id)
        if groups is None:
            document.commit(settings, label)
        else:
            kept = document.settings.without(groups)
            document.commit(Settings({**kept, **settings.only(groups)}), label)
        return document

    def close(self) -> None:
        """Save everything and stop."""
        self.jobs.close()
        with self._lock:
            documents = list(self._documents.values())
        for document in documents:
            try:
                document.flush()
            except StillbytesError:
                continue  # the document says what is wrong in its `problem`

    def _document_changed(self, document: Document) -> None:
        data = {"id": document.photo.id, "edited": bool(document.settings), "digest": document.settings.digest}
        self.events.emit("photo-changed", data)

    def _job_changed(self, job: Job) -> None:
        self.events.emit(
            "job",
            {
                "id": job.id, "label": job.label, "state": job.state, "done": job.done, "total": job.total,
                "message": job.message, "remedy": job.remedy,
            },
        )  # fmt: skip
