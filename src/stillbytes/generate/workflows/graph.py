"""What is drawn, with which files, and the graph that does it: one class for each kind of image model.

A graph is found by being declared in `graphs/`; nothing else mentions it. What comes back of every graph is the whole
picture, `width` x `height`, as the model's VAE decoded it: blending it into the photo under a mask is not its work.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from types import MappingProxyType
from typing import Any, ClassVar, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

from stillbytes.core.errors import EngineError
from stillbytes.core.saying import said
from stillbytes.engines.comfyui.workflow import Workflow

Task = Literal["create", "fill", "expand", "remove", "restyle", "edit", "upscale"]
"""What is made. expand: a fill over a picture that was made larger before; edit: by instruction, without a mask."""
Tier = Literal["fast", "quality"]
Structure = Literal["canny", "depth"]
Input = Literal["negative", "picture", "mask", "reference", "canny", "depth", "denoise"]
"""What a graph can make use of besides a prompt and a seed."""

Served = Mapping[str, tuple[Task, ...]]
"""By a family of models, what is done with it."""

LARGEST_SEED = 2**53 - 1
"""ComfyUI's editor keeps numbers as JavaScript does."""
MASKED: frozenset[Task] = frozenset({"fill", "expand", "remove"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Everything that determines one generation, apart from files. Round trips through JSON.

    width, height: of the picture, pixels; of what goes in as well, where a picture does (upscale: `scale` times that
    comes out). prompt: what is to be seen or done; for `remove` what goes, which may be empty. steps, guidance: None
    for what the graph or its few-step adapter is made for. denoise: how much of the picture is drawn anew, 0..1. batch:
    pictures at once from one seed, repeatable only together. picture, mask (white where it is filled), reference,
    depths (bright is near): names under which they were uploaded; "" for none. canny, depth: how strictly structure is
    kept, 0..1; style: how much of `reference` goes in, 0..1.
    """

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")

    task: Task
    width: int
    height: int
    seed: int = 0
    prompt: str = ""
    negative: str = ""
    steps: int | None = None
    guidance: float | None = None
    denoise: float = 1.0
    batch: int = 1
    picture: str = ""
    mask: str = ""
    reference: str = ""
    depths: str = ""
    canny: float = 0.0
    depth: float = 0.0
    style: float = 1.0
    scale: float = 1.0

    def __post_init__(self) -> None:
        """Raises EngineError for what nobody can draw."""
        if wrong := next(self._wrong(), None):
            raise EngineError(said("This cannot be drawn: {why}.", why=wrong), "Change that, then try again.")

    def _wrong(self) -> Any:
        limits = {
            "width": (16, 16384),
            "height": (16, 16384),
            "seed": (0, LARGEST_SEED),
            "steps": (1, 1000),
            "guidance": (0, 100),
            "denoise": (0, 1),
            "batch": (1, 64),
            "canny": (0, 1),
            "depth": (0, 1),
            "style": (0, 1),
            "scale": (0.1, 8),
        }
        for name, (low, high) in limits.items():
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                yield f"{name} is {value}, not within {low} and {high}"
        if self.task != "create" and not self.picture:
            yield f"{self.task} needs a picture"
        if self.task in MASKED and not self.mask:
            yield f"{self.task} needs a mask"
        if self.depth and not self.depths:
            yield "depth is to be kept, but there is no depth map"

    def json(self) -> dict[str, Any]:
        """Plain values; what is as usual is left out."""
        usual = {name: one.default for name, one in Drawing.__dataclass_fields__.items()}
        return {name: value for name, value in asdict(self).items() if value != usual[name]}

    @classmethod
    def read(cls, told: object) -> Drawing:
        """From its plain values. Raises EngineError for anything else."""
        try:
            return _DRAWING.validate_python(told)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "it"
            raise EngineError(
                said("This is no drawing: {where}: {why}.", where=where, why=first["msg"]), "Make it again."
            ) from error

    def variants(self, count: int) -> tuple[Drawing, ...]:
        """So many of it, each with a seed of its own, the first with this one."""
        return tuple(replace(self, seed=(self.seed + i) % (LARGEST_SEED + 1)) for i in range(count))

    def taken(self, steps: int) -> int:
        """Of so many steps from nothing, those that this takes: what is drawn anew only in part begins late among them.

        KSampler would take as many as it is told, in a finer schedule.

        >>> Drawing(task="restyle", width=512, height=512, picture="p", denoise=0.35).taken(20)
        7
        """
        return max(1, math.ceil(steps * (self.denoise if self.picture else 1.0) - 1e-6))

    def uses(self) -> frozenset[Input]:
        """What it makes use of besides a prompt and a seed."""
        told: dict[Input, bool] = {
            "negative": bool(self.negative),
            "picture": bool(self.picture),
            "mask": bool(self.mask),
            "reference": bool(self.reference and self.style),
            "canny": self.canny > 0,
            "depth": self.depth > 0,
            "denoise": self.denoise < 1,
        }
        return frozenset(name for name, used in told.items() if used)


_DRAWING = TypeAdapter(Drawing)


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a model, or a few-step adapter, is sampled. guidance: classifier-free, 1 for none, except where the graph
    says that it means the model's own. sampler, scheduler: ComfyUI's names."""

    steps: int
    guidance: float
    sampler: str = "euler"
    scheduler: str = "simple"


@dataclass(frozen=True, slots=True)
class Adapter:
    """A LoRA that makes a model draw in few steps. id: of the declared model."""

    id: str
    sampling: Sampling
    strength: float = 1.0


@dataclass(frozen=True, slots=True)
class Lora:
    """name: of the file."""

    name: str
    strength: float = 1.0


@dataclass(frozen=True, slots=True)
class Files:
    """The files that a graph loads, by the names that ComfyUI shows, and how they are sampled.

    family: which of the graph's families `main` is of; precision: its, as models have it. whole: a checkpoint, which
    holds text encoders and VAE.
    control: ControlNets by what they keep, "union" for one that keeps either. style, vision: IP-Adapter and its picture
    encoder. cast: to which weights are brought while they are loaded (ComfyUI's weight_dtype).
    """

    main: str
    family: str
    sampling: Sampling
    precision: str = ""
    whole: bool = False
    encoders: tuple[str, ...] = ()
    vae: str = ""
    loras: tuple[Lora, ...] = ()
    control: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    style: str = ""
    vision: str = ""
    cast: Literal["default", "fp8_e4m3fn", "fp8_e4m3fn_fast", "fp8_e5m2"] = "default"


class Graph(ABC):
    """One ComfyUI graph: which models it draws with, what for, and how it is wired.

    families: what each is trained for; makeshift: what else it can be used for, less well. takes: what it makes use of
    by itself. sampling: without an adapter; adapters: the best first. control, style: ids of models that it can use
    beside; loras: the family of a person's own. loads: names of files that it loads by itself. pixels: the area that
    the models were trained at; most: the largest that comes out sound. multiple: of width and height. version: another
    when the same drawing comes out otherwise.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    version: ClassVar[int] = 1
    families: ClassVar[Served]
    makeshift: ClassVar[Served] = MappingProxyType({})
    takes: ClassVar[frozenset[Input]] = frozenset()
    sampling: ClassVar[Sampling]
    adapters: ClassVar[tuple[Adapter, ...]] = ()
    control: ClassVar[Mapping[str, str]] = MappingProxyType({})
    style: ClassVar[str] = ""
    loras: ClassVar[str] = ""
    loads: ClassVar[frozenset[str]] = frozenset()
    pixels: ClassVar[int] = 1024 * 1024
    most: ClassVar[int] = 1536 * 1536
    multiple: ClassVar[int] = 16

    @abstractmethod
    def build(self, drawing: Drawing, files: Files) -> Workflow:
        """The workflow. A pure function: the same drawing and files are the same prompt."""

    def sampled(self, family: str) -> Sampling:
        """How a family is sampled without an adapter."""
        return self.sampling

    def tasks(self, family: str) -> tuple[Task, ...]:
        """All that it does with a family, what it is trained for first."""
        return (*self.families.get(family, ()), *self.makeshift.get(family, ()))

    def size(self, width: float, height: float) -> tuple[int, int]:
        """The size of about these proportions that its models draw best, in pixels.

        >>> from stillbytes.generate.workflows.graphs.sdxl import Sdxl
        >>> Sdxl().size(6000, 4000)
        (1280, 832)
        """
        step, ratio = self.multiple, width / height
        wide = max(step, round(math.sqrt(self.pixels * ratio) / step) * step)
        return wide, max(step, round(self.pixels / wide / step) * step)
