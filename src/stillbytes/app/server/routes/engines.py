"""The engines: which there are, whether they run, starting and stopping them, and what they print."""

from __future__ import annotations

import asyncio
import uuid
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Query

from stillbytes.app.server.ai_models import EngineList, EngineLog, EngineModel, StartEngine
from stillbytes.app.server.models import readable
from stillbytes.app.server.routes import part
from stillbytes.app.server.workspace import Workspace
from stillbytes.core.errors import EngineError, ModelError
from stillbytes.core.saying import said

if TYPE_CHECKING:
    from stillbytes.core.preferences import Preferences
    from stillbytes.engines.status import Status
    from stillbytes.gpu.models.model import Model

Name = Literal["llama", "comfyui"]
"""Those with a process of their own to start; ONNX Runtime begins by itself with the first work."""
TITLES = {"llama": "llama.cpp", "comfyui": "ComfyUI", "onnx": "ONNX Runtime"}
MOST_LOG = 1 << 20
"""Bytes of a log that are looked at for its last lines."""


def router(workspace: Workspace) -> APIRouter:
    routes = part("engines", "/api/engines")

    @routes.get("")
    async def list_engines() -> EngineList:
        from stillbytes.core import preferences  # noqa: PLC0415 - only when asked
        from stillbytes.engines.status import status  # noqa: PLC0415

        return EngineList(engines=[told(one) for one in await status(preferences.load())])

    @routes.post("/{name}/start")
    async def start_engine(name: Name, wanted: StartEngine) -> EngineList:
        """Answers when it runs. Memory is made for it as for any other work, so it may have to wait for its turn."""
        from stillbytes.core import preferences  # noqa: PLC0415

        choices = preferences.load()
        if name == "llama":
            model = await asyncio.to_thread(chosen, choices, wanted.model)
            await load(workspace, model)
        else:
            await begin_comfyui(workspace, choices)
        return await list_engines()

    @routes.post("/{name}/stop")
    async def stop_engine(name: Name) -> EngineList:
        """End it, if it is ours; work in it fails. Those of others are left alone."""
        from stillbytes.engines import status  # noqa: PLC0415

        if workspace.broker is not None:
            await workspace.broker.stop_engine(name)
        await asyncio.to_thread(status.end, name)
        return await list_engines()

    @routes.get("/{name}/log")
    def get_engine_log(name: Name, lines: Annotated[int, Query(ge=1, le=5000)] = 200) -> EngineLog:
        from stillbytes.core import paths  # noqa: PLC0415
        from stillbytes.engines.supervise.log import this_run  # noqa: PLC0415

        path = paths.home() / "logs" / "engines" / f"{name}.log"
        if not path.exists():
            raise EngineError(
                said("{titles} has no log yet: Stillbytes has not started it.", titles=TITLES[name]),
                said("It would be {file}.", file=path),
            )
        return EngineLog(path=readable(str(path)), lines=this_run(path, MOST_LOG).splitlines()[-lines:])

    return routes


def chosen(choices: Preferences, named: str | None) -> Model:
    """The language model that is named, preferred, or the best of those installed. Raises ModelError."""
    from stillbytes.gpu.models import actions  # noqa: PLC0415 - only to start
    from stillbytes.gpu.models.registry import find  # noqa: PLC0415
    from stillbytes.gpu.models.store import open_store  # noqa: PLC0415

    store = open_store(choices)
    if name := named or choices.llama.model:
        model = find(name)
        if model.engine != "llama":
            raise ModelError(said("{model} is not a language model.", model=model.title), "Choose one that can chat.")
        actions.where(store, model)
        return model
    here = [one.model for one in actions.list_models(store, task="chat") if one.installed]
    if not here:
        raise ModelError("No language model is installed.", "Download one that can chat: the models list has them.")
    return max(here, key=lambda one: one.quality)


async def load(workspace: Workspace, model: Model) -> None:
    """Have the broker load a model, so that its memory is accounted for. Raises Refused when it does not fit."""
    from stillbytes.gpu.broker.broker import Lease  # noqa: PLC0415
    from stillbytes.gpu.broker.messages import Request, Way  # noqa: PLC0415

    broker = workspace.broker
    if broker is None:
        raise EngineError("Engines cannot be started yet.", "Try again in a moment; the log says if something failed.")
    workspace.declare_models()

    async def nothing(_: Lease) -> None:
        return

    await broker.run(Request(uuid.uuid4().hex, model.title, (Way((model.id,)),)), nothing)


async def begin_comfyui(workspace: Workspace, choices: Preferences) -> None:
    """Start the broker's own, which takes no memory of models yet."""
    from stillbytes.engines import begin  # noqa: PLC0415
    from stillbytes.engines.comfyui.engine import ComfyUI  # noqa: PLC0415

    engine = workspace.broker.engines.get("comfyui") if workspace.broker is not None else None
    if isinstance(engine, ComfyUI):
        await engine.start()
    else:
        await begin.comfyui(choices)


def told(one: Status) -> EngineModel:
    startable = one.name in ("llama", "comfyui")
    return EngineModel(
        name=one.name,
        title=TITLES[one.name],
        state=one.state,
        version=readable(one.version),
        where=readable(one.where),
        url=readable(one.url),
        says=readable(one.says),
        remedy=readable(one.remedy),
        can_start=startable and one.state == "installed",
        can_stop=startable and one.state == "running",
    )
