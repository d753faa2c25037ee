"""The models: which there are, bringing them, and letting them go."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import TYPE_CHECKING

from fastapi import APIRouter

from stillbytes.app.server.ai_models import AiModel, AiModelList, PullModel, RemovedModel
from stillbytes.app.server.models import JobModel
from stillbytes.app.server.workspace import Workspace
from stillbytes.core.errors import ModelError, StillbytesError
from stillbytes.core.jobs import Control, Job

if TYPE_CHECKING:
    from stillbytes.gpu.models.actions import Listed
    from stillbytes.gpu.models.store import Store


def router(workspace: Workspace) -> APIRouter:
    routes = APIRouter(prefix="/api/models", tags=["models"])

    @routes.get("")
    def list_models() -> AiModelList:
        from stillbytes.gpu.models import actions  # noqa: PLC0415 - only when asked

        return AiModelList(models=[told(listed) for listed in actions.list_models(store())])

    @routes.get("/{id}/pull")
    def plan_pull(id: str) -> PullModel:
        from stillbytes.gpu.models import actions, registry  # noqa: PLC0415

        plan = actions.plan_pull(store(), [registry.get(id)])
        licences = [f"{licence.name} ({licence.url})" for licence in plan.licences]
        return PullModel(
            models=[model.title for model in plan.models], size=plan.size, estimated=plan.estimated, licences=licences
        )

    @routes.post("/{id}/pull", status_code=202)
    async def pull_model(id: str) -> JobModel:
        """The plan was shown before, with its licences: this is the person's yes."""
        from stillbytes.gpu.models import actions, registry  # noqa: PLC0415

        model, loop = registry.get(id), asyncio.get_running_loop()

        def work(control: Control) -> str:
            here = store()
            done = actions.pull(here, actions.plan_pull(here, [model], control), control)
            loop.call_soon_threadsafe(workspace.declare_models)
            return done

        return job(workspace.downloads.start(f"Download {model.title}", 0, work))

    @routes.post("/{id}/verify", status_code=202)
    def verify_model(id: str) -> JobModel:
        from stillbytes.gpu.models import actions, registry  # noqa: PLC0415

        model = registry.get(id)

        def work(control: Control) -> str:
            found = actions.verify(store(), model, control)
            bad = [one for one in found if one.verdict in ("missing", "damaged")]
            if bad:
                raise ModelError(" ".join(one.says for one in bad), f"Remove {model.title} and download it again.")
            return f"{model.title} is as its makers published it."

        return job(workspace.downloads.start(f"Verify {model.title}", 0, work))

    @routes.delete("/{id}")
    def remove_model(id: str) -> RemovedModel:
        from stillbytes.gpu.models import actions, registry  # noqa: PLC0415

        removed = actions.remove(store(), registry.get(id))
        kept = [f"{path}: {reason}" for path, reason in removed.kept]
        return RemovedModel(freed=removed.freed, removed=[str(path) for path in removed.removed], kept=kept)

    return routes


def store() -> Store:
    """Where models lie by the preferences of this moment."""
    from stillbytes.core import preferences  # noqa: PLC0415
    from stillbytes.gpu.models.store import open_store  # noqa: PLC0415

    try:
        return open_store(preferences.load())
    except OSError as error:
        raise StillbytesError(f"The models' folders cannot be read: {error}.") from error


def told(listed: Listed) -> AiModel:
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
        places=list(listed.places),
        licence=model.licence.name,
        licence_url=model.licence.url,
        paid=model.licence.commercial,
        needs=list(model.needs),
    )


def job(started: Job) -> JobModel:
    return JobModel.model_validate(dataclasses.asdict(started))
