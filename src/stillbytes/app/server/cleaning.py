"""AI denoise of open photos: when a person asks, and again in the background where settings show what is not there."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from stillbytes.app.server.models import readable
from stillbytes.core.errors import EngineError
from stillbytes.core.jobs import Control, Job, Jobs
from stillbytes.core.saying import said

if TYPE_CHECKING:
    from stillbytes.app.server.workspace import Workspace
    from stillbytes.edit.denoising import State
    from stillbytes.edit.document import Document

PERCENT = 100


class Cleaning:
    """Thread-safe. One photo after the other."""

    def __init__(self, workspace: Workspace, jobs: Jobs) -> None:
        self._workspace, self._jobs = workspace, jobs
        self._lock = threading.Lock()
        self._last: dict[str, str] = {}
        self._tried: set[tuple[str, str]] = set()
        """Photos and networks that were tried in the background: what fails once is not tried for ever."""

    def start(self, document: Document, model: str, amount: float | None, *, again: bool) -> Job:
        """Clean the photo and show it. amount: that in effect, or the usual one, when None."""
        from stillbytes.edit import denoising  # noqa: PLC0415 - only for photos that are cleaned

        workspace, id, name = self._workspace, document.photo.id, readable(document.photo.path.name)

        def work(control: Control) -> str:
            photo = document.photo.already(workspace.pipeline(id))
            shown = document.settings.number("ai_denoise") or denoising.AMOUNT if amount is None else amount
            changes = denoising.denoise(
                photo,
                model,
                amount=shown,
                again=again,
                access=workspace.networks(),
                tell=lambda news: control.progress(round(PERCENT * news.fraction), PERCENT, news.says),
                cancelled=control.cancelled,
            )
            now = document.settings
            if any(now.value(name) != value for name, value in changes.items()):
                document.amend(lambda settings: settings.changed(**changes), "AI denoise")
                document.flush()
            chosen = str(changes["ai_denoise_model"])
            workspace.events.emit("denoised", {"photo": id, "model": chosen})
            recipe = photo.denoised.recipe(chosen)
            kept = recipe.kept if recipe else 0
            if recipe and kept:
                return said(
                    "{count} of its tiles stayed as it was | {count} of its tiles stayed as they were", count=kept
                )
            return said("Done")

        job = self._jobs.start(said("AI denoise of {photo}", photo=name), 0, work)
        with self._lock:
            self._last[id] = job.id
        return job

    def job(self, photo: str) -> str | None:
        """The last job for that photo."""
        with self._lock:
            return self._last.get(photo)

    def renew(self, document: Document, told: State | None = None) -> None:
        """In the background, if the network is here: what the settings show and is not there, or stale. Quick. told:
        the state, where the caller knows it for sure."""
        from stillbytes.edit import denoising  # noqa: PLC0415

        settings = document.settings
        model = denoising.wanted(settings)
        if not model or (told or denoising.state(document.photo, settings, sure=False)) == "ready":
            return
        with self._lock:
            if (document.photo.id, model) in self._tried:
                return
            try:
                if not self._workspace.networks_now().here(model):
                    return
            except EngineError:  # the server has just begun
                return
            self._tried.add((document.photo.id, model))
        self.start(document, model, None, again=False)
