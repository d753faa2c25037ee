"""The models: which there are, bringing them, and letting them go."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter

from stillbytes.app.server.ai_models import (
    AiModel,
    AiModelList,
    ModelFile,
    ModelFiles,
    ModelFolder,
    PullFile,
    PullLicence,
    PullModel,
    RemovedModel,
)
from stillbytes.app.server.models import JobModel, readable
from stillbytes.app.server.routes import part
from stillbytes.app.server.spoken import Telling
from stillbytes.app.server.workspace import Workspace
from stillbytes.core.errors import ModelError, StillbytesError
from stillbytes.core.jobs import Control
from stillbytes.core.saying import said

if TYPE_CHECKING:
    from stillbytes.gpu.models.actions import Listed, Pull
    from stillbytes.gpu.models.store import Store


def router(workspace: Workspace) -> APIRouter:
    routes = part("models", "/api/models")

    @routes.get("")
    def list_models() -> AiModelList:
        from stillbytes.core import preferences  # noqa: PLC0415
        from stillbytes.gpu.models import actions, folders  # noqa: PLC0415 - only when asked

        here = store()
        places = [
            ModelFolder(path=readable(str(place.path)), title=folders.TITLES[place.kind])
            for place in folders.known(preferences.load())
        ]
        listed = [told(one) for one in actions.list_models(here)]
        return AiModelList(models=listed, home=readable(str(here.home)), folders=places)

    @routes.get("/{id}/files")
    def list_model_files(id: str) -> ModelFiles:
        """Where each of a model's files is on this computer, and where it comes from."""
        from stillbytes.gpu.models import registry  # noqa: PLC0415
        from stillbytes.gpu.models.fetch import sources  # noqa: PLC0415

        model = registry.get(id)
        here = store().files(model)
        return ModelFiles(
            files=[
                ModelFile(
                    role=file.role,
                    name=file.name,
                    size=file.size,
                    path=readable(str(here[file.role])) if file.role in here else None,
                    source=sources.described(file.source),
                    page=sources.page(file.source),
                )
                for file in model.files
            ]
        )

    @routes.get("/{id}/pull")
    def plan_pull(id: str) -> PullModel:
        from stillbytes.gpu.models import actions, registry  # noqa: PLC0415

        here = store()
        return planned(actions.plan_pull(here, [registry.get(id)]), here)

    @routes.post("/{id}/pull", status_code=202)
    async def pull_model(id: str, telling: Telling) -> JobModel:
        """The plan was shown before, with its licences: this is the person's yes."""
        from stillbytes.gpu.models import actions, registry  # noqa: PLC0415

        model, loop = registry.get(id), asyncio.get_running_loop()

        def work(control: Control) -> str:
            here = store()
            done = actions.pull(here, actions.plan_pull(here, [model], control), control)
            loop.call_soon_threadsafe(workspace.declare_models)
            return done

        return telling(workspace.downloads.start(said("Download {model}", model=model.title), 0, work))

    @routes.post("/{id}/verify", status_code=202)
    def verify_model(id: str, telling: Telling) -> JobModel:
        from stillbytes.gpu.models import actions, registry  # noqa: PLC0415

        model = registry.get(id)

        def work(control: Control) -> str:
            found = actions.verify(store(), model, control)
            bad = [one for one in found if one.verdict in ("missing", "damaged")]
            if bad:
                raise ModelError(
                    " ".join(one.says for one in bad), said("Remove {model} and download it again.", model=model.title)
                )
            return said("{model} is as its makers published it.", model=model.title)

        return telling(workspace.downloads.start(said("Verify {model}", model=model.title), 0, work))

    @routes.delete("/{id}")
    def remove_model(id: str) -> RemovedModel:
        from stillbytes.gpu.models import actions, registry  # noqa: PLC0415

        removed = actions.remove(store(), registry.get(id))
        kept = [readable(f"{path}: {reason}") for path, reason in removed.kept]
        return RemovedModel(freed=removed.freed, removed=[readable(str(path)) for path in removed.removed], kept=kept)

    return routes


def store() -> Store:
    """Where models lie by the preferences of this moment."""
    from stillbytes.core import preferences  # noqa: PLC0415
    from stillbytes.gpu.models.store import open_store  # noqa: PLC0415

    try:
        return open_store(preferences.load())
    except OSError as error:
        raise StillbytesError(said("The models' folders cannot be read: {why}.", why=str(error))) from error


def planned(plan: Pull, here: Store) -> PullModel:
    """What is shown before a person says yes."""
    from stillbytes.gpu.models.fetch import sources  # noqa: PLC0415

    files = [
        PullFile(
            model=model.title,
            name=file.name,
            size=file.size,
            estimated=file.estimated,
            source=sources.described(file.source),
        )
        for model, file in plan.missing
    ]
    licences = [PullLicence(name=one.name, url=one.url, paid=one.commercial) for one in plan.licences]
    return PullModel(
        models=list(dict.fromkeys(file.model for file in files)),
        files=files,
        found=[readable(str(path)) for path in plan.found],
        size=plan.size,
        estimated=plan.estimated,
        licences=licences,
        home=readable(str(here.home)),
        free=room(here.home),
    )


def room(folder: Path) -> int:
    """Bytes that are free where it is, or will be made; 0 where the system does not tell."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0


def told(listed: Listed) -> AiModel:
    from stillbytes.gpu.models.folders import TITLES  # noqa: PLC0415 - only when asked

    model = listed.model
    return AiModel(
        id=model.id,
        family=model.family,
        title=model.title,
        kind=model.kind,
        engine=model.engine,
        tasks=list(model.tasks),
        precision=model.precision,
        quality=model.quality,
        size=listed.size,
        estimated=model.estimated and not listed.installed,
        installed=listed.installed,
        places=[TITLES[place] for place in listed.places],
        damage=readable(listed.damage),
        licence=model.licence.name,
        licence_url=model.licence.url,
        paid=model.licence.commercial,
        needs=list(model.needs),
    )
