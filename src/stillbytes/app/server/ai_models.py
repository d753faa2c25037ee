"""What the routes of models, engines and the card give."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel


class HolderModel(BaseModel):
    name: str
    engine: str
    state: Literal["absent", "loading", "resident", "leaving"]
    mib: int
    in_use: bool


class WaitingModel(BaseModel):
    id: str
    label: str
    interactive: bool
    reason: str


class CardStatus(BaseModel):
    """Who holds the memory that engines share. present: there is a broker; says: in words, why there is none yet."""

    present: bool
    says: str = ""
    device: str = ""
    kind: Literal["card", "host"] = "host"
    total: int = 0
    free: int = 0
    foreign: int = 0
    guard: int = 0
    holders: list[HolderModel] = []
    waiting: list[WaitingModel] = []
    running: list[str] = []
    doing: str = ""
    said: list[str] = []


class PlanModel(BaseModel):
    """What runs together on a machine, as `stillbytes gpu plan --json` prints it."""

    machine: dict[str, Any]
    chosen: dict[str, Any]
    combinations: list[dict[str, Any]]
    reasons: list[str]
    llama: list[str]
    comfyui: list[str]
    workflow: dict[str, Any] | None
    ladder: list[dict[str, Any]]
    notes: list[str]


class EngineModel(BaseModel):
    name: str
    state: str
    version: str
    where: str
    url: str
    says: str
    remedy: str


class EngineList(BaseModel):
    engines: list[EngineModel]


class AiModel(BaseModel):
    """A declared model. size: bytes, estimated where its files were never seen. paid: whether paid work may use it."""

    id: str
    family: str
    title: str
    kind: str
    engine: str
    tasks: list[str]
    precision: str
    quality: int
    size: int
    estimated: bool
    installed: bool
    places: list[str]
    licence: str
    licence_url: str
    paid: bool
    needs: list[str]


class AiModelList(BaseModel):
    models: list[AiModel]


class PullModel(BaseModel):
    """What pulling a model brings: it and what it needs, without what is here already."""

    models: list[str]
    size: int
    estimated: bool
    licences: list[str]


class RemovedModel(BaseModel):
    freed: int
    removed: list[str]
    kept: list[str]
