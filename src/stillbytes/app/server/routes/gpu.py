"""The card: who holds what, what waits and why, what would fit."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from stillbytes.app.server import card
from stillbytes.app.server.ai_models import CardStatus, PlanModel
from stillbytes.app.server.workspace import Workspace

Size = Annotated[str | None, Query(max_length=20)]
Name = Annotated[str | None, Query(max_length=100)]


def router(workspace: Workspace) -> APIRouter:
    routes = APIRouter(prefix="/api/gpu", tags=["gpu"])

    @routes.get("/status")
    async def get_card() -> CardStatus:
        broker = workspace.broker
        if broker is None:
            return CardStatus(present=False, says="Nothing has asked for an engine yet.")
        return CardStatus.model_validate({"present": True, **card.fields(broker, broker.snapshot())})

    @routes.post("/free")
    async def free_card() -> CardStatus:
        if workspace.broker is not None:
            await workspace.broker.free_everything()
        return await get_card()

    @routes.get("/plan")
    def get_plan(
        card: Name = None,
        vram: Size = None,
        ram: Size = None,
        disk: Literal["nvme", "ssd", "hdd"] | None = None,
        llm: Name = None,
        image: Name = None,
    ) -> PlanModel:
        from stillbytes.core import preferences  # noqa: PLC0415 - only when asked
        from stillbytes.gpu.models.store import open_store  # noqa: PLC0415
        from stillbytes.gpu.plan import Wish, described, plan  # noqa: PLC0415
        from stillbytes.gpu.plan.fields import as_fields  # noqa: PLC0415
        from stillbytes.gpu.plan.installed import comfyui_flags, llama_flags  # noqa: PLC0415

        made = plan(
            described(card or None, vram or None, ram or None, disk),
            Wish(llm=llm or None, image=image or None),
            files=open_store(preferences.load()).files,
            llama_flags=llama_flags(),
            comfyui_flags=comfyui_flags(),
        )
        return PlanModel.model_validate(as_fields(made))

    return routes
