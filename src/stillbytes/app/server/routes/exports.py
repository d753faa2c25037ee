"""Exports and other jobs."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from fastapi import APIRouter

from stillbytes.app.server.models import ExportRequest, JobList, JobModel
from stillbytes.app.server.workspace import Workspace
from stillbytes.core.errors import ExportError
from stillbytes.core.jobs import Control, Job
from stillbytes.develop.settings import Settings
from stillbytes.edit.photo import Photo
from stillbytes.library.batch import Outcome, Spec, export
from stillbytes.photo.encode import FORMATS
from stillbytes.photo.spaces import SPACES

DEFAULT_FOLDER = "exports"


def router(workspace: Workspace) -> APIRouter:
    routes = APIRouter(prefix="/api", tags=["jobs"])

    @routes.post("/exports", status_code=202)
    def start_export(request: ExportRequest) -> JobModel:
        spec = checked(request)
        target = workspace.folder.path / folder_name(request.folder)
        documents = [workspace.document(id) for id in request.photos]
        settings = {document.photo.path: document.settings for document in documents}
        paths = list(settings)

        def settings_for(photo: Photo) -> Settings:
            return settings[photo.path]

        def work(control: Control) -> str:
            def progress(done: int, total: int, path: Path) -> None:
                control.progress(done, total, path.name if done < total else "")

            return told(export(paths, target, spec, settings_for, progress, control.cancelled), target)

        count = len(paths)
        label = f"Export {count} photo{'s' if count != 1 else ''} as {FORMATS[spec.format].label}"
        return model(workspace.jobs.start(label, count, work))

    @routes.get("/jobs")
    def list_jobs() -> JobList:
        return JobList(jobs=[model(job) for job in workspace.jobs.list()])

    @routes.delete("/jobs/{id}")
    def cancel_job(id: str) -> JobModel:
        return model(workspace.jobs.cancel(id))

    return routes


def checked(request: ExportRequest) -> Spec:
    """Raises ExportError for a format, space or suffix that does not exist or is not possible."""
    if request.format not in FORMATS:
        raise ExportError(f"There is no export format {request.format!r}.", f"Use one of {', '.join(FORMATS)}.")
    if request.space not in SPACES:
        raise ExportError(f"There is no colour space {request.space!r}.", f"Use one of {', '.join(SPACES)}.")
    if any(c in request.suffix for c in '/\\:*?"<>|\0'):
        raise ExportError("A suffix becomes part of a file's name.", 'Leave out / \\ : * ? " < > |.')
    return Spec(request.format, request.size, request.quality, request.space, request.gps, request.suffix)


def folder_name(wanted: str | None) -> str:
    """A plain name of a folder beside the photos. Raises ExportError for anything that is a path."""
    name = (wanted or DEFAULT_FOLDER).strip()
    if not name or name in (".", "..") or any(c in name for c in '/\\:*?"<>|\0'):
        raise ExportError(f"{name!r} is not the name of a folder.", "Use a plain name; it is made beside the photos.")
    return name


def told(outcomes: list[Outcome], target: Path) -> str:
    """The result in words. Raises ExportError when any photo failed."""
    failed = [outcome for outcome in outcomes if outcome.error is not None]
    if failed:
        lines = "; ".join(f"{o.path.name}: {o.error.message if o.error else ''}" for o in failed[:5])
        raise ExportError(f"{len(failed)} of {len(outcomes)} photos failed: {lines}", "The others were exported.")
    return str(target)


def model(job: Job) -> JobModel:
    return JobModel.model_validate(dataclasses.asdict(job))
