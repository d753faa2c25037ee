"""The engines: which there are, and whether they run."""

from __future__ import annotations

import dataclasses

from fastapi import APIRouter

from stillbytes.app.server.ai_models import EngineList, EngineModel


def router() -> APIRouter:
    routes = APIRouter(prefix="/api", tags=["engines"])

    @routes.get("/engines")
    async def list_engines() -> EngineList:
        from stillbytes.core import preferences  # noqa: PLC0415 - only when asked
        from stillbytes.engines.status import status  # noqa: PLC0415

        found = await status(preferences.load())
        return EngineList(engines=[EngineModel.model_validate(dataclasses.asdict(one)) for one in found])

    return routes
