"""What the server holds: the opened folder, open documents, decoded photos, jobs and events."""

from __future__ import annotations

import dataclasses
import threading
import time
from asyncio import AbstractEventLoop
from collections import OrderedDict
from collections.abc import Container, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from stillbytes.app.server.ahead import Ahead, first_of
from stillbytes.app.server.batching import Batching
from stillbytes.app.server.cleaning import Cleaning
from stillbytes.app.server.devices import Devices
from stillbytes.app.server.library.captioning import Captioning
from stillbytes.app.server.library.importing import Importing
from stillbytes.app.server.library.shelf import Shelf
from stillbytes.app.server.library.taking import Catalogues
from stillbytes.app.server.opened import Opened
from stillbytes.app.server.pipelines import Pipelines
from stillbytes.app.server.presence import Presence
from stillbytes.core.errors import EngineError, NotFound, StillbytesError
from stillbytes.core.events import Events
from stillbytes.core.jobs import Control, Job, Jobs
from stillbytes.core.saying import joined, said
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.edit import versions
from stillbytes.edit.document import Document
from stillbytes.edit.photo import Photo, photo_id
from stillbytes.edit.version_names import MAIN
from stillbytes.library import previews
from stillbytes.library.folder import Folder, is_there
from stillbytes.photo.decode import embedded_preview
from stillbytes.photo.output.encode import preview_jpeg

if TYPE_CHECKING:
    from stillbytes.app.desktop.window import Window
    from stillbytes.app.server.library.pictures import Pictures
    from stillbytes.app.server.looks import Looks
    from stillbytes.edit.versions import Version
    from stillbytes.gpu.access import Access
    from stillbytes.gpu.broker.broker import Broker

MOST_DOCUMENTS = 32
"""Histories kept in memory; the others are in their sidecars."""
NETWORKS_S = 10.0
"""How long a mask waits for the broker of a server that has just begun."""
LEAVE_S = 5.0
"""How long the page may take to send what it holds when its window closes."""
FIRST_LOOK = 1600
"""Long edge in pixels of the picture that a page is likely to ask for first."""


class Workspace:
    """Thread-safe; one for each server.

    broker: of the server's event loop, to be used in it only; None until it is made, and where it cannot be.
    without_broker: in words, why it could not be made; empty when nothing is known against it.
    window: what shows the page, where that is ours.
    developed: set when the photo that the page will show first has been. ahead: what was read of it before.
    """

    def __init__(self, folder: Folder, ahead: Ahead | None = None) -> None:
        self.events = Events()
        self._ahead = ahead
        self.opened = Opened(folder, self._folder_changed, self._sidecar_changed)
        self.window: Window | None = None
        self.left = threading.Event()
        self.developed = threading.Event()
        self.broker: Broker | None = None
        self.without_broker = ""
        self.jobs = Jobs(self._job_changed)
        self.downloads = Jobs(self._job_changed)
        self.finds = Jobs(self._job_changed)
        self.drawings = Jobs(self._job_changed)
        self.pictures = Jobs(self._job_changed)
        self.answers = Jobs(self._job_changed)
        self.cleanings = Jobs(self._job_changed)
        self.scans = Jobs(self._job_changed)
        self.fills = Jobs(self._job_changed)
        self.sights = Jobs(self._job_changed)
        self.cards = Jobs(self._job_changed)
        self.imports = Jobs(self._job_changed)
        self.batches = Jobs(self._job_changed)
        self.captions = Jobs(self._job_changed)
        self.idle = Jobs(self._job_changed)
        self.trials = Jobs(self._job_changed)
        self._queues = (
            *(self.jobs, self.downloads, self.finds, self.drawings, self.pictures, self.answers, self.cleanings),
            *(self.scans, self.fills, self.sights, self.cards, self.imports, self.batches, self.captions, self.idle),
            self.trials,
        )
        self.presence = Presence()
        self.shelf = Shelf(
            self.events, self.scans, self.fills, self.sights, self._pictures, self.networks,
            lambda: self.presence.busy,
        )  # fmt: skip
        self.captioning = Captioning(self.shelf, self.captions, self.idle, self.quiet)
        self.shelf.came = self.captioning.notice
        self.importing = Importing(self.shelf, self.cards, self.imports)
        self.catalogues = Catalogues(self, self.cards, self.imports)
        self.cleaning = Cleaning(self, self.cleanings)
        self.devices = Devices(self.trials, self.events)
        self.batching = Batching(self)
        self.pipelines = Pipelines(self.photo)
        self._lock = threading.Lock()
        self._documents: OrderedDict[str, Document] = OrderedDict()
        self._looks: Looks | None = None
        self._rendering = threading.Lock()

    @property
    def folder(self) -> Folder:
        return self.opened.folder

    def open_place(self, places: Sequence[Path]) -> None:
        """Show another folder, or a photo and its neighbours. Raises NotFound."""
        self.opened.open(places)
        self._ahead = None
        threading.Thread(target=self._warm, name="prepare", daemon=True).start()
        self.events.emit("place-opened", {"name": self.folder.name})

    def take_leave(self) -> None:
        """The window is about to close: wait until the page has sent what it holds, or does not answer."""
        self.left.clear()
        if self.events.heard:
            self.events.emit("leaving", {}, kept=False)
            self.left.wait(LEAVE_S)

    def look_ahead(self) -> None:
        """In the background: develop the photo that the page will show first."""
        ahead = self._ahead

        def look() -> None:
            if ahead is not None:
                ahead.wait()
            self._warm()
            self.developed.set()

        threading.Thread(target=look, name="prepare", daemon=True).start()

    def preview(self, id: str) -> bytes:
        """The camera's JPEG of a photo. Raises NotFound, UnreadablePhoto."""
        ahead, self._ahead = self._ahead, None  # once, since the file may change
        found = ahead.preview(id) if ahead is not None else None
        return found or embedded_preview(self.photo(id).path).jpeg

    def photo(self, id: str) -> Photo:
        """A version of a photo of the opened folder or of the library, or of one that was moved from there while it was
        open. Raises NotFound."""
        try:
            return self._listed(id)
        except NotFound:
            with self._lock:
                document = self._documents.get(id)
            if document is None or not document.follow() or not is_there(document.photo):
                raise
            return document.photo

    def _listed(self, id: str) -> Photo:
        return self.shelf.photo(id) or self.opened.photo(id)

    def document(self, id: str) -> Document:
        """The open document of a photo. Raises NotFound."""
        document = self._open_document(id)
        if document is not None:
            if not document.photo.path.exists():
                self.photo(id)
            with self._lock:
                if id in self._documents:
                    self._documents.move_to_end(id)
            return document
        document = Document(self.photo(id), self._document_changed, self._places)
        with self._lock:
            document = self._documents.setdefault(id, document)
            # One whose sidecar cannot be written is the only place where its edits are.
            idle = [i for i, d in self._documents.items() if not d.problem and not d.unsaved and i != id]
            for old in idle[: max(0, len(self._documents) - MOST_DOCUMENTS)]:
                del self._documents[old]
        return document

    def _open_document(self, id: str) -> Document | None:
        """Under the id that it was opened with, too, if its photo was moved and none is in its place."""
        with self._lock:
            document = self._documents.get(id)
        if document is None or document.photo.id == id:
            return document
        try:
            self._listed(id)
        except NotFound:
            return document
        with self._lock:
            if self._documents.get(id) is document:
                del self._documents[id]
        return None

    def _places(self) -> list[Path]:
        """The folders that a photo may have been moved to."""
        return [*self.opened.places(), *self.shelf.places()]

    def settings(self, id: str) -> Settings | None:
        """Those of the photo if it is open; else they are in its sidecar."""
        document = self._open_document(id)
        return document.settings if document else None

    def pipeline(self, id: str) -> Pipeline:
        """The decoded photo. Raises NotFound, UnreadablePhoto."""
        return self.pipelines.of(id)

    def thumbnail(self, id: str) -> bytes:
        """A small JPEG of the photo as it is edited. Raises NotFound, UnreadablePhoto."""
        photo = self.photo(id)
        known = self.settings(id)
        settings = photo.settings if known is None else known
        if found := previews.cached(photo.path, settings):
            return found
        if not settings:
            return previews.of_camera(photo.path)
        return self.rendered(photo, settings)

    def rendered(self, photo: Photo, settings: Settings, tier: previews.Tier = previews.GRID) -> bytes:
        """The developed picture of a photo in a tier. Raises UnreadablePhoto."""
        with self._rendering:  # one at a time, so that the picture on screen keeps a core
            return previews.of_edit(photo.path, self.pipelines.held(photo) or photo.pipeline, settings, tier)

    def _pictures(self) -> Pictures:
        from stillbytes.app.server.library.pictures import Pictures  # noqa: PLC0415 - with the library

        return Pictures(self.settings, self.rendered)

    def versions(self, id: str) -> list[Photo]:
        """All versions of a photo, its own first. Raises NotFound."""
        found = self.photo(id).versions()
        for one in found:
            self.shelf.know(one, id)
        return found

    def create_version(self, id: str, name: str = "") -> Photo:
        """A new version that begins as this one is now. Raises NotFound, InvalidSetting, SidecarError."""
        document = self.document(id)
        if document.unsaved:
            document.save()
        photo = document.photo
        made = Photo(photo.path, versions.create(photo.path, name, photo.number).number)
        self.shelf.know(made, id)
        self._versions_changed(photo)
        return made

    def rename_version(self, id: str, name: str) -> Photo:
        """Raises NotFound, InvalidSetting, SidecarError."""
        photo = self.photo(id)
        versions.rename(photo.path, photo.number, name)
        self._versions_changed(photo)
        return photo

    def delete_version(self, id: str) -> tuple[Photo, Version]:
        """Returns the photo in that version, and what brings it back. Raises NotFound, InvalidSetting, SidecarError."""
        photo = self.photo(id)
        if photo.number == MAIN:
            versions.delete(photo.path, MAIN)  # raises
        document = self._open_document(id)
        with self._lock:
            for name in [name for name, one in self._documents.items() if one is document]:
                del self._documents[name]
        if document is not None:
            document.flush()
            document.discard()
        gone = versions.delete(photo.path, photo.number)
        self._versions_changed(photo)
        return photo, gone

    def restore_version(self, id: str, number: int | None = None) -> Photo:
        """A deleted version of the photo, the last one when None. Raises NotFound, SidecarError."""
        photo = self.photo(id)
        found = Photo(photo.path, versions.restore(photo.path, number).number)
        self.shelf.know(found, id)
        self._versions_changed(photo)
        return found

    def _versions_changed(self, photo: Photo) -> None:
        self._folder_changed()
        self.shelf.look_into([photo.path.parent])

    def paste(self, ids: Sequence[str], settings: Settings, groups: list[str] | None, label: str) -> list[Document]:
        """Put the settings of these groups (all when None) into the photos' place of them. Raises NotFound."""
        for id in ids:  # all or none
            self.photo(id)
        pasted = []
        for id in ids:
            document = self.document(id)
            given = settings
            if "patches" in settings or "patches" in document.settings:
                from stillbytes.edit.patching import pasted as fitting  # noqa: PLC0415 - only for photos with patches

                given = fitting(settings, document.settings)
            if "adjustments" in settings:
                from stillbytes.edit.finding import unsought  # noqa: PLC0415 - only for photos with masks

                given = unsought(given, document.photo)
            if groups is not None:
                given = Settings({**document.settings.without(groups), **given.only(groups)})
            document.commit(given, label)
            document.flush()
            pasted.append(document)
            self.bring(id, document.settings, strict=False)
        self.look_for_masks(pasted)
        return pasted

    def waiting(self, ids: Sequence[str]) -> dict[str, list[str]]:
        """The names of masks that were not found yet, by the photos that have any. Raises NotFound."""
        found = {}
        for id in ids:
            photo, known = self.photo(id), self.settings(id)
            settings = photo.settings if known is None else known
            if "adjustments" in settings:
                from stillbytes.masks.local import pending  # noqa: PLC0415 - only for photos with masks

                if names := [one.name or "Mask" for one in pending(settings, photo.rasters)]:
                    found[id] = names
        return found

    def pictureless(self, document: Document) -> list[str]:
        """The names of masks without effect, as they are pictures that are not beside the photo."""
        if "adjustments" not in document.settings:
            return []
        from stillbytes.masks.local import mask_of, pictureless  # noqa: PLC0415 - only for photos with masks

        found = [(one.name or "Mask", mask_of(one)) for one in document.settings.adjustments if one.enabled]
        return [name for name, mask in found if mask is not None and pictureless(mask, document.photo.rasters)]

    def bring(self, id: str, settings: Settings, strict: bool = True) -> None:
        """Masks that are pictures come along with settings from another photo of the folder.

        Raises InvalidSetting, if strict, where one has other proportions; it has no effect then.
        """
        if "adjustments" in settings:
            from stillbytes.app.server.carrying import carry  # noqa: PLC0415 - only for photos with masks

            carry(self.document(id).photo, settings, lambda: self.pipeline(id).frame, strict)

    @property
    def looks(self) -> Looks:
        """What there is in the photos, for who points at it."""
        from stillbytes.app.server.looks import Looks  # noqa: PLC0415 - loads OpenCV

        with self._lock:
            self._looks = self._looks or Looks()
            return self._looks

    def networks(self, patience: float = NETWORKS_S) -> Access:
        """What detectors ask. Waits for it when the server has just begun, so many seconds at most. Raises EngineError
        where there is none."""
        from stillbytes.gpu.access import shared_access  # noqa: PLC0415 - with the first mask

        until = time.monotonic() + patience
        while self.broker is None:
            if self.without_broker or time.monotonic() > until:
                raise EngineError(
                    said(
                        "Nothing can be looked for: {without_broker}",
                        without_broker=self.without_broker or said("the engines are not ready."),
                    ),
                    "Try again.",
                )
            time.sleep(0.05)
        return shared_access()

    def networks_now(self) -> Access:
        """The same for what can do without: nobody waits for them. Raises EngineError."""
        return self.networks(0.0)

    def share_networks(self, broker: Broker | None, loop: AbstractEventLoop | None) -> None:
        """Let masks be found through this broker."""
        from stillbytes.core import preferences  # noqa: PLC0415 - the broker has imported it
        from stillbytes.gpu.access import Access, share  # noqa: PLC0415
        from stillbytes.gpu.models.store import open_store  # noqa: PLC0415

        share(Access(broker, loop, open_store(preferences.load())) if broker and loop else None)

    def look_for_masks(self, documents: Sequence[Document]) -> Job | None:
        """In the background: what the masks of these photos ask for and was not found in them yet. None for nothing."""
        waiting = []
        for document in documents:
            if "adjustments" in document.settings:
                from stillbytes.masks.local import pending  # noqa: PLC0415 - only for photos with masks

                waiting += [document] if pending(document.settings, document.photo.rasters) else []
        if not waiting:
            return None

        def work(control: Control) -> str:
            from stillbytes.edit.finding import carried_over, complete  # noqa: PLC0415 - loads OpenCV

            found, failures = 0, dict[str, StillbytesError]()
            for done, document in enumerate(waiting):
                name = document.photo.path.name
                control.progress(done, len(waiting), name)
                lacking: dict[str, StillbytesError] = {}
                photo, before = document.photo, document.settings
                after, told = complete(
                    photo, before, self.networks, keep=True, cancelled=control.cancelled,
                    failed=lacking.__setitem__,
                )  # fmt: skip
                failures |= {said("{what} in {photo}", what=mask, photo=name): error for mask, error in lacking.items()}
                if told:
                    document.amend(partial(carried_over, before=before, after=after, photo=photo), "Masks found")
                    found += 1
            if failures and not found:
                raise next(iter(failures.values()))
            where = said("Masks found in {count} photo | Masks found in {count} photos", count=found)
            return said("{found}, but not {these}", found=where, these=joined(failures, ", ")) if failures else where

        return self.finds.start(said("Find masks"), len(waiting), work)

    def all_jobs(self) -> list[Job]:
        """Exports, downloads, searches for masks, patches, new pictures, answers: these do not wait for each other."""
        return [job for queue in self._queues for job in queue.list()]

    def quiet(self) -> bool:
        """Whether no person is at work, and nothing is that anybody waits for."""
        others = (queue for queue in self._queues if queue is not self.idle)
        return self.presence.away and all(job.ended for queue in others for job in queue.list())

    def cancel(self, id: str) -> Job:
        """Ask a job to stop. Raises NotFound."""
        for queue in self._queues:
            if any(job.id == id for job in queue.list()):
                return queue.cancel(id)
        return self.jobs.cancel(id)

    def declare_models(self) -> None:
        """Tell the broker of models that were installed meanwhile. In the server's event loop only."""
        if self.broker is not None:
            from stillbytes.core import preferences  # noqa: PLC0415 - only after a download
            from stillbytes.gpu.start import declare_installed  # noqa: PLC0415

            declare_installed(self.broker, preferences.load())
            if self.shelf.is_open:
                self.captioning.notice()

    def stop(self) -> None:
        """Save everything and ask what runs to end."""
        self.opened.stop()
        for queue in self._queues:
            queue.stop()
        self.flush()

    def flush(self) -> None:
        """Write what is not written yet of every open photo."""
        with self._lock:
            documents = list(self._documents.values())
        for document in documents:
            document.flush()

    def follow(self, paths: Container[Path]) -> None:
        """Open photos among these are as their sidecars say now, which somebody else has written."""
        with self._lock:
            documents = [one for one in self._documents.values() if one.photo.path in paths]
        for document in documents:
            document.refresh()

    def close(self) -> None:
        """Save everything and wait for what runs to end."""
        self.stop()
        self.devices.close()
        for queue in self._queues:
            queue.close()
        self.batching.close()
        self.shelf.close()

    def _warm(self) -> None:
        """What the first frame needs is there before the browser asks: samples, kernels, overview, encoder."""
        try:
            first = first_of(self.folder).id
            pipeline = self.pipelines.of(first)
            frame = pipeline.render(self.document(first).settings, min(1.0, FIRST_LOOK / pipeline.frame.long_edge))
            preview_jpeg(frame.pixels, space=frame.space)  # type: ignore[arg-type]
        except StillbytesError:  # whoever opens the photo is told
            return

    def _document_changed(self, document: Document) -> None:
        with self._lock:
            if document.photo.id not in self._documents and document in self._documents.values():
                self._documents[document.photo.id] = document  # its photo was moved
        data = {"id": document.photo.id, "edited": bool(document.settings), "digest": document.settings.digest}
        self.events.emit("photo-changed", data)
        if "ai_denoise" in document.settings:
            self.cleaning.renew(document)

    def _sidecar_changed(self, id: str) -> None:
        with self._lock:
            document = self._documents.get(id)
        if document is not None:
            document.refresh()  # tells by itself, and not of what we wrote
            return
        settings = self.photo(id).settings
        self.events.emit("photo-changed", {"id": id, "edited": bool(settings), "digest": settings.digest})

    def picture_made(self, photo: str, path: Path) -> None:
        """A new file is in the folder, made while this photo was looked at."""
        self.events.emit("picture-made", {"photo": photo, "picture": photo_id(path), "name": path.name})
        self._folder_changed()

    def _folder_changed(self) -> None:
        self.events.emit("folder-changed", {"name": self.folder.name})

    def _job_changed(self, job: Job) -> None:
        self.events.emit("job", dataclasses.asdict(job))
