"""What draws pictures on this machine, and choosing it."""

from __future__ import annotations

from fastapi import APIRouter

from stillbytes.app.languages import worded
from stillbytes.app.server.routes import part
from stillbytes.app.server.shape import Shape, Strict
from stillbytes.app.server.spoken import Spoken
from stillbytes.app.server.workspace import Workspace
from stillbytes.core.device import Device


class Drawer(Shape):
    """device: what chooses it. name: empty for the processor. says: what it is. taken: whether it is the one of its
    kind that draws when that is chosen."""

    device: Device
    name: str
    says: str
    taken: bool


class Drawing(Shape):
    """chosen: kept for the next start. now: the name of the device that draws at this moment; empty when it is the
    processor. message: why the chosen one does not draw. job: the last that got one ready."""

    chosen: Device
    now: str
    drawers: list[Drawer]
    message: str
    remedy: str
    job: str | None


class DeviceChoice(Strict):
    device: Device


def router(workspace: Workspace) -> APIRouter:
    routes = part("reference")

    @routes.get("/device")
    def get_device(spoken: Spoken) -> Drawing:
        return Drawing.model_validate(worded(workspace.devices.state(), spoken))

    @routes.put("/device")
    def choose_device(choice: DeviceChoice, spoken: Spoken) -> Drawing:
        """The processor draws at once. A device is compiled for and tried first, as a job; if it does not draw as it
        should, nothing changes."""
        workspace.devices.choose(choice.device)
        return get_device(spoken)

    return routes
