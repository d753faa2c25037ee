"""Exports and other jobs."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from fastapi import APIRouter

from stillbytes.app.server.models import ExportRequest, JobList, JobModel, readable
from stillbytes.app.server.workspace import Workspace
from stillbytes.core.errors import ExportError
from stillbytes.core.jobs import Control, Job
from stillbytes.develop.settings import Settings
from stillbytes.edit.photo import Photo
from stillbytes.library.batch import Outcome, Spec, export
from stillbytes.photo.encode import FORMATS
from stillbytes.photo.spaces import SPACES

DEFAULT_FOLDER = "exports"
FORBIDDEN = '/\\:*?"<>|'
DEVICES = {"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10))}
"""Names that Windows keeps for itself."""
MOST_WARNINGS = 3


def router(workspace: Workspace) -> APIRouter:
    routes = APIRouter(prefix="/api", tags=["jobs"])

    @routes.post("/exports", status_code=202)
    def start_export(request: ExportRequest) -> JobModel:
        spec = checked(request)
        target = workspace.folder.path / folder_name(request.folder)
        # What is open is exported as it is now; the sidecars of the others are read when their turn comes.
        known = {workspace.folder.photo(id).path: workspace.settings(id) for id in request.photos}
        paths = list(known)

        def settings_for(photo: Photo) -> Settings:
            settings = known[photo.path]
            settings = photo.settings if settings is None else settings
            if request.find or "adjustments" not in settings:
                return settings
            from stillbytes.masks.local import ready  # noqa: PLC0415 - only for photos with masks

            return ready(settings, photo.rasters)

        def work(control: Control) -> str:
            def progress(done: int, total: int, path: Path) -> None:
                control.progress(done, total, readable(path.name) if done < total else "")

            made(target)
            return told(export(paths, target, spec, settings_for, progress, control.cancelled), target)

        count = len(paths)
        label = f"Export {count} photo{'s' if count != 1 else ''} as {FORMATS[spec.format].label}"
        return model(workspace.jobs.start(label, count, work))

    @routes.get("/jobs")
    def list_jobs() -> JobList:
        return JobList(jobs=[model(job) for job in workspace.all_jobs()])

    @routes.delete("/jobs/{id}")
    def cancel_job(id: str) -> JobModel:
        return model(workspace.cancel(id))

    return routes


def checked(request: ExportRequest) -> Spec:
    """Raises ExportError for a format, space or suffix that does not exist or is not possible."""
    if request.format not in FORMATS:
        raise ExportError(f"There is no export format {request.format!r}.", f"Use one of {', '.join(FORMATS)}.")
    if request.space not in SPACES:
        raise ExportError(f"There is no colour space {request.space!r}.", f"Use one of {', '.join(SPACES)}.")
    if request.suffix and not plain(request.suffix):
        raise ExportError("A suffix becomes part of a file's name.", f"Leave out {FORBIDDEN} and control characters.")
    return Spec(request.format, request.size, request.quality, request.space, request.gps, request.suffix)


def folder_name(wanted: str | None) -> str:
    """A plain name of a folder beside the photos. Raises ExportError for anything that is a path."""
    name = (wanted or DEFAULT_FOLDER).strip()
    if not name or name.endswith(".") or not plain(name) or name.split(".")[0].upper() in DEVICES:
        raise ExportError(f"{name!r} is not the name of a folder.", "Use a plain name; it is made beside the photos.")
    return name


def made(folder: Path) -> None:
    """Make the folder. Raises ExportError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or error
        raise ExportError(f"The folder {folder} could not be made: {reason}.", "Choose another name.") from error


def plain(text: str) -> bool:
    """Whether every file system takes the text as part of a name."""
    return text.isprintable() and not any(character in FORBIDDEN for character in text)


def told(outcomes: list[Outcome], target: Path) -> str:
    """The result in words. Raises ExportError when any photo failed."""
    failed = [outcome for outcome in outcomes if outcome.error is not None]
    if failed:
        lines = readable("; ".join(f"{o.path.name}: {o.error.message if o.error else ''}" for o in failed[:5]))
        remedy = "The others were exported." if len(failed) < len(outcomes) else ""
        raise ExportError(f"{len(failed)} of {len(outcomes)} photos failed: {lines}", remedy)
    warnings = [f"{outcome.path.name}: {outcome.warning}" for outcome in outcomes if outcome.warning]
    more = [f"{len(warnings) - MOST_WARNINGS} more with empty canvas."] if len(warnings) > MOST_WARNINGS else []
    return readable(" ".join([str(target), *warnings[:MOST_WARNINGS], *more]))


def model(job: Job) -> JobModel:
    return JobModel.model_validate(dataclasses.asdict(job))
