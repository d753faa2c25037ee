"""The broker in the server: made when the first picture is on the screen, told of to the page, closed at the end."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from stillbytes.core.errors import StillbytesError
from stillbytes.core.events import Events
from stillbytes.core.saying import said

if TYPE_CHECKING:
    from stillbytes.app.server.workspace import Workspace
    from stillbytes.gpu.broker.broker import Broker
    from stillbytes.gpu.broker.messages import Snapshot

AFTER_S = 2.0
"""What the broker is made of takes half a second to import, which the first frames should not wait for."""
LEAST_APART_S = 0.25
"""The page hears of changes at most so often; of the last one always."""
log = logging.getLogger(__name__)


async def attach(workspace: Workspace, after_s: float = AFTER_S) -> None:
    """Give the workspace its broker, and tell the page. Where that fails the editor goes on without and says why."""
    await asyncio.sleep(after_s)
    workspace.devices.listen()
    try:
        broker = await asyncio.to_thread(_make)
    except StillbytesError as error:
        log.warning("there is no broker: %s", error)
        _lacking(workspace, str(error))
        return
    except Exception:
        log.exception("there is no broker")
        _lacking(workspace, said("Engines cannot be used: something unexpected went wrong. The log says more."))
        return
    told = Told(broker, workspace.events)
    broker.watch(told)
    workspace.broker = broker
    workspace.share_networks(broker, asyncio.get_running_loop())
    told(broker.snapshot())


def _lacking(workspace: Workspace, why: str) -> None:
    workspace.without_broker = why
    workspace.events.emit("gpu", {"present": False, "says": why})


async def detach(workspace: Workspace) -> None:
    """End the engines that are ours."""
    broker, workspace.broker = workspace.broker, None
    workspace.share_networks(None, None)
    if broker is not None:
        await broker.close()


def _make() -> Broker:
    from stillbytes.core import preferences  # noqa: PLC0415 - after the first frames
    from stillbytes.gpu.start import start  # noqa: PLC0415

    return start(preferences.load())


def fields(broker: Broker, snapshot: Snapshot) -> dict[str, Any]:
    """A snapshot in JSON's types, with what kind of memory it is about, and the models' names for people."""
    from stillbytes.gpu.models.registry import all_models  # noqa: PLC0415 - the broker has imported it

    titles = {model.id: model.title for model in all_models()}
    told = asdict(snapshot)
    for holder in told["holders"]:
        holder["title"] = titles.get(holder["name"], holder["name"])
    return {"present": True, "device": broker.memory.name, "kind": broker.memory.kind, **told}


class Told:
    """Passes snapshots on as events, not too many."""

    def __init__(self, broker: Broker, events: Events) -> None:
        self._broker, self._events = broker, events
        self._next: Snapshot | None = None
        self._timer: asyncio.TimerHandle | None = None

    def __call__(self, snapshot: Snapshot) -> None:
        self._next = snapshot
        if self._timer is None:
            self._emit()

    def _emit(self) -> None:
        self._timer = None
        if self._next is not None:
            self._events.emit("gpu", fields(self._broker, self._next))
            self._next = None
            self._timer = asyncio.get_running_loop().call_later(LEAST_APART_S, self._emit)
