"""The card: who holds what, what waits and why, what would fit."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from stillbytes.app.languages import worded
from stillbytes.app.server import card as card_events
from stillbytes.app.server.ai_models import CardList, CardModel, CardStatus, PlanModel
from stillbytes.app.server.planning import Planner
from stillbytes.app.server.routes import part
from stillbytes.app.server.spoken import Spoken
from stillbytes.app.server.workspace import Workspace
from stillbytes.core.saying import said

Size = Annotated[str | None, Query(max_length=20)]
Name = Annotated[str | None, Query(max_length=100)]
NOT_YET = said("No engine is in use yet: nothing holds the card's memory for Stillbytes.")


def router(workspace: Workspace) -> APIRouter:
    routes = part("gpu", "/api/gpu")
    planner = Planner()

    @routes.get("/status")
    async def get_card(language: Spoken) -> CardStatus:
        broker = workspace.broker
        if broker is None:
            says = {"present": False, "says": workspace.without_broker or NOT_YET}
            return CardStatus.model_validate(worded(says, language))
        return CardStatus.model_validate(worded(card_events.fields(broker, broker.snapshot()), language))

    @routes.post("/free")
    async def free_card(language: Spoken) -> CardStatus:
        if workspace.broker is not None:
            await workspace.broker.free_everything()
        return await get_card(language)

    @routes.get("/cards")
    def list_cards() -> CardList:
        from stillbytes.gpu import cards  # noqa: PLC0415 - only when asked

        return CardList(cards=[CardModel(name=one.name, vram_mib=one.vram_mib) for one in cards.table()])

    @routes.get("/plan")
    def get_plan(
        card: Name = None,
        vram: Size = None,
        ram: Size = None,
        disk: Literal["nvme", "ssd", "hdd"] | None = None,
        llm: Name = None,
        image: Name = None,
        context: Annotated[int, Query(ge=512, le=1 << 20)] = 8192,
        megapixels: Annotated[float, Query(ge=0.25, le=4, allow_inf_nan=False)] = 1.0,
    ) -> PlanModel:
        from stillbytes.gpu.plan import Asked  # noqa: PLC0415 - heavy, and only when asked

        asked = Asked(card or None, vram or None, ram or None, disk, llm or None, image or None, context, megapixels)
        return PlanModel.model_validate(planner.plan(asked))

    return routes
