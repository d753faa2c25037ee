"""Exports and other jobs."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter

from stillbytes.app.server.models import (
    ExportHow,
    ExportPreset,
    ExportPresetList,
    ExportRequest,
    JobList,
    JobModel,
    Through,
    readable,
)
from stillbytes.app.server.routes import part
from stillbytes.app.server.spoken import Telling
from stillbytes.app.server.workspace import Workspace
from stillbytes.core.errors import ExportError, InvalidSetting
from stillbytes.core.filenames import DEVICES, FORBIDDEN, plain
from stillbytes.core.jobs import Control
from stillbytes.core.paths import home
from stillbytes.core.saying import about, joined, said
from stillbytes.develop.settings import Settings
from stillbytes.edit.exporting import Spec
from stillbytes.edit.exporting.presets import BUNDLED, ExportPresets
from stillbytes.edit.exporting.spec import options, spec_of
from stillbytes.edit.exporting.watermark import is_picture
from stillbytes.edit.photo import Photo
from stillbytes.library.batch import Outcome, export
from stillbytes.photo.output.convert import kept
from stillbytes.photo.output.encode import FORMATS
from stillbytes.photo.spaces import SPACES

if TYPE_CHECKING:
    from stillbytes.generate.larger import Larger
    from stillbytes.generate.painters.painter import News

DEFAULT_FOLDER = "exports"
MOST_WARNINGS = 3


def router(workspace: Workspace) -> APIRouter:
    routes = part("jobs")

    @routes.post("/exports", status_code=202)
    def start_export(request: ExportRequest, telling: Telling) -> JobModel:
        spec = checked(request)
        through = network(request.through) if request.through else None
        # What is open is exported as it is now; the sidecars of the others are read when their turn comes.
        photos = {id: workspace.photo(id) for id in request.photos}
        known = {id: workspace.settings(id) for id in photos}
        chosen = list(photos.values())
        target = chosen[0].path.parent / folder_name(request.folder)

        def settings_for(photo: Photo) -> Settings:
            settings = known[photo.id]
            settings = photo.settings if settings is None else settings
            if request.find or "adjustments" not in settings:
                return settings
            from stillbytes.masks.local import ready  # noqa: PLC0415 - only for photos with masks

            return ready(settings, photo.rasters)

        def work(control: Control) -> str:
            at: list[tuple[int, str]] = [(0, "")]

            def progress(done: int, total: int, path: Path) -> None:
                at[0] = (done, readable(path.name) if done < total else "")
                control.progress(done, total, at[0][1])

            def tell(news: News) -> None:
                done, name = at[0]
                says = said("{photo}: {doing}, {part:.0%}", photo=name, doing=news.says, part=news.fraction)
                control.progress(done, len(chosen), says)

            made(target)
            access = workspace.networks() if through else None
            done = export(chosen, target, spec, settings_for, progress, control.cancelled, access, tell, through)
            return told(done, target)

        count = len(chosen)
        label = said(
            "Export {count:,} photo as {format} | Export {count:,} photos as {format}",
            count=count,
            format=said(FORMATS[spec.format].label),
        )
        return telling(workspace.jobs.start(label, count, work))

    @routes.get("/export-presets")
    def list_export_presets() -> ExportPresetList:
        every = [
            ExportPreset(name=name, how=ExportHow(**asdict(spec)), own=name not in BUNDLED)
            for name, spec in ExportPresets().all().items()
        ]
        return ExportPresetList(presets=every, profiles=kept())

    @routes.put("/export-presets/{name}")
    def keep_export_preset(name: str, how: ExportHow) -> ExportPresetList:
        ExportPresets().keep(name, how_of(how))
        return list_export_presets()

    @routes.delete("/export-presets/{name}")
    def remove_export_preset(name: str) -> ExportPresetList:
        ExportPresets().remove(name)
        return list_export_presets()

    @routes.get("/jobs")
    def list_jobs(telling: Telling) -> JobList:
        return JobList(jobs=[telling(job) for job in workspace.all_jobs()])

    @routes.delete("/jobs/{id}")
    def cancel_job(id: str, telling: Telling) -> JobModel:
        return telling(workspace.cancel(id))

    return routes


def checked(request: ExportRequest) -> Spec:
    """Raises ExportError for a format, space or suffix that does not exist or is not possible, and for a path where
    only a name is allowed: what a page asks for reads no files but those that are kept for it."""
    return permitted(how_of(request))


def permitted(spec: Spec) -> Spec:
    """The same for what is an export already. Raises ExportError."""
    if spec.format not in FORMATS:
        raise ExportError(
            said("There is no export format {format!r}.", format=spec.format),
            said("Use one of {these}.", these=", ".join(FORMATS)),
        )
    if spec.space not in SPACES:
        raise ExportError(
            said("There is no colour space {space!r}.", space=spec.space),
            said("Use one of {these}.", these=", ".join(SPACES)),
        )
    if spec.suffix and not plain(spec.suffix):
        raise ExportError(
            "A suffix becomes part of a file's name.",
            said("Leave out {forbidden} and control characters.", forbidden=FORBIDDEN),
        )
    if spec.icc and spec.icc not in kept():
        raise ExportError(
            said("There is no profile {icc!r}.", icc=spec.icc), said("Put it into {home}.", home=home() / "profiles")
        )
    if is_picture(spec.watermark):
        raise ExportError("A picture as watermark is for the command line.", "Write a text.")
    return spec


def how_of(how: ExportHow) -> Spec:
    """Raises ExportError."""
    return spec_of(how.model_dump(include={option.name for option in options()}))


def network(asked: Through) -> Larger:
    """Raises InvalidSetting."""
    from stillbytes.generate.larger import Larger  # noqa: PLC0415 - loads OpenCV
    from stillbytes.generate.tasks import task_of  # noqa: PLC0415

    task = task_of(asked.task, asked.parameters)
    if not isinstance(task, Larger):
        raise InvalidSetting(
            said("{task} cannot be on the way to a file.", task=said(task.label)), "Upscale and enhance can."
        )
    return task


def folder_name(wanted: str | None) -> str:
    """A plain name of a folder beside the photos. Raises ExportError for anything that is a path."""
    name = (wanted or DEFAULT_FOLDER).strip()
    if not name or name.endswith(".") or not plain(name) or name.split(".")[0].upper() in DEVICES:
        raise ExportError(
            said("{name!r} is not the name of a folder.", name=name), "Use a plain name; it is made beside the photos."
        )
    return name


def made(folder: Path) -> None:
    """Make the folder. Raises ExportError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or error
        raise ExportError(
            said("The folder {folder} could not be made: {why}.", folder=folder, why=reason), "Choose another name."
        ) from error


def told(outcomes: list[Outcome], target: Path) -> str:
    """The result in words. Raises ExportError when any photo failed."""
    failed = [outcome for outcome in outcomes if outcome.error is not None]
    if failed:
        these = joined((about(o.path.name, o.error.message if o.error else "") for o in failed[:5]), "; ")
        what = said("{failed} of {all} photos failed: {these}", failed=len(failed), all=len(outcomes), these=these)
        raise ExportError(readable(what), said("The others were exported.") if len(failed) < len(outcomes) else "")
    warnings = [about(outcome.path.name, outcome.warning) for outcome in outcomes if outcome.warning]
    many = len(warnings) - MOST_WARNINGS
    more = [said("{number} more with empty canvas.", number=many)] if many > 0 else []
    return readable(joined([str(target), *warnings[:MOST_WARNINGS], *more]))
