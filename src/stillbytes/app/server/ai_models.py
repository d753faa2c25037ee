"""What the routes of models, engines and the card take and give."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from stillbytes.app.server.shape import Shape, Strict


class HolderModel(Shape):
    """title: the model's name for people."""

    name: str
    title: str
    engine: str
    state: Literal["absent", "loading", "resident", "leaving"]
    mib: int
    in_use: bool


class WaitingModel(Shape):
    id: str
    label: str
    interactive: bool
    reason: str


class CardStatus(Shape):
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


class FigureModel(Shape):
    """basis: "estimate", "published (source)" or "measured here". spread: four times in five the truth lies between
    value x (1 - spread) and value x (1 + spread)."""

    value: float
    unit: str
    basis: str
    spread: float


class MachineModel(Shape):
    card: str | None
    vram_mib: int
    reserved_mib: int
    room_mib: int
    ram_mib: int
    note: str


class LanguagePlan(Shape):
    name: str
    id: str | None
    origin: str
    precision: str
    context: int
    cache: str
    given_up: list[str]
    memory: FigureModel
    weights: FigureModel
    keys_and_values: FigureModel
    compute: FigureModel
    generation: FigureModel | None
    prompt: FigureModel | None


class ImagePlan(Shape):
    name: str
    id: str | None
    precision: str
    shape: str
    tile: int
    given_up: list[str]
    memory: FigureModel
    step: FigureModel | None
    seconds: FigureModel | None


class CombinationModel(Shape):
    arrangement: Literal["together", "taking turns", "one at a time"]
    memory: FigureModel
    to_image: FigureModel | None
    to_language: FigureModel | None
    kept_in_host_memory: bool
    language: LanguagePlan | None
    image: ImagePlan | None


class WorkflowModel(Shape):
    precision: str
    tile: int
    overlap: int
    max_megapixels: float
    steps: int
    guided: bool


class RungModel(Shape):
    step: str
    saves: float
    costs: str


class MasksPlan(Shape):
    """What masks need: one network at a time. missing: those that are not here, the smallest of their kind.

    memory: of the largest; on the card it is counted in every combination, otherwise it is the host's.
    """

    models: list[str]
    missing: list[str]
    memory: FigureModel
    on_card: bool


class PlanModel(Shape):
    """What runs together on a machine, as `stillbytes gpu plan --json` prints it, with the best combinations only.

    fitting: how many combinations fit. llama_line, comfyui_line: the command lines, quoted for this system's shell.
    """

    machine: MachineModel
    chosen: CombinationModel
    combinations: list[CombinationModel]
    fitting: int
    masks: MasksPlan
    reasons: list[str]
    llama: list[str]
    comfyui: list[str]
    llama_line: str
    comfyui_line: str
    workflow: WorkflowModel | None
    ladder: list[RungModel]
    notes: list[str]


class CardModel(Shape):
    name: str
    vram_mib: int


class CardList(Shape):
    """The cards whose speed is known."""

    cards: list[CardModel]


class EngineModel(Shape):
    """title: its name for people. can_start, can_stop: whether that would do something now."""

    name: Literal["llama", "comfyui", "onnx"]
    title: str
    state: Literal["running", "guest", "installed", "absent", "broken"]
    version: str
    where: str
    url: str
    says: str
    remedy: str
    can_start: bool
    can_stop: bool


class EngineList(Shape):
    engines: list[EngineModel]


class StartEngine(Strict):
    """model: of llama: which language model; the one chosen in the preferences, or the best installed one, without."""

    model: Annotated[str | None, Field(max_length=100)] = None


class EngineLog(Shape):
    path: str
    lines: list[str]


class AiModel(Shape):
    """A declared model. size: bytes, estimated where its files were never seen. paid: whether paid work may use it.

    places: where its files were found, such as "ComfyUI". damage: why they cannot be used, by what their headers tell.
    """

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
    damage: str = ""
    licence: str
    licence_url: str
    paid: bool
    needs: list[str]


class ModelFolder(Shape):
    path: str
    title: str


class AiModelList(Shape):
    """home: where downloads go. folders: where models are looked for."""

    models: list[AiModel]
    home: str
    folders: list[ModelFolder]


class PullFile(Shape):
    """One file of a download. source: where it comes from, in words."""

    model: str
    name: str
    size: int
    estimated: bool
    source: str


class PullLicence(Shape):
    name: str
    url: str
    paid: bool


class PullModel(Shape):
    """What pulling a model brings: it and what it needs, without what is here already.

    size: bytes of all of it. found: files that are on this computer. free: bytes on the disk of `home`.
    """

    models: list[str]
    files: list[PullFile]
    found: list[str]
    size: int
    estimated: bool
    licences: list[PullLicence]
    home: str
    free: int


class ModelFile(Shape):
    """path: on this computer, None when it is not. source: where it comes from, in words; page: where to read on."""

    role: str
    name: str
    size: int
    path: str | None
    source: str
    page: str


class ModelFiles(Shape):
    files: list[ModelFile]


class RemovedModel(Shape):
    freed: int
    removed: list[str]
    kept: list[str]
