"""A language model's weights by where they go: layers, output matrix and embeddings, from the best source there is."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from stillbytes.core.errors import ModelError
from stillbytes.core.saying import said
from stillbytes.gpu.estimate import quantisation
from stillbytes.gpu.estimate.described import Described, default_precision, describe
from stillbytes.gpu.models.model import LanguageArchitecture, Model

Origin = Literal[
    "the file's tensor table", "the model registry", "known architecture", "inferred from the parameter count"
]
_SPREAD: dict[Origin, float] = {
    "the file's tensor table": 0.005,
    "the model registry": 0.02,
    "known architecture": 0.03,
    "inferred from the parameter count": 0.08,
}


@dataclass(frozen=True, slots=True)
class Weights:
    """Bytes of one language model. layers: all repeating layers. output: the matrix that makes words, on the device.

    embedding: the table that tokens are looked up in, which llama.cpp keeps in host memory (also when it is the same
    matrix as the output). projector: what sees pictures. spread: of all these.
    """

    name: str
    precision: str
    architecture: LanguageArchitecture
    layers: float
    output: float
    embedding: float
    projector: float = 0.0
    tied: bool = False
    origin: Origin = "the model registry"
    note: str = ""

    @property
    def spread(self) -> float:
        return _SPREAD[self.origin]

    @property
    def file(self) -> float:
        """Bytes on the disk, projector included."""
        shared = self.output if self.tied else 0.0
        return self.layers + self.output + self.embedding - shared + self.projector

    @property
    def layers_read(self) -> float:
        """Bytes of the layers that one token goes through: all, but of experts only those at work."""
        a = self.architecture
        if a.active_parameters is None or not self.mixture:
            return self.layers
        ends = float(a.vocabulary * a.hidden) * (1 if self.tied else 2)
        inside = max(a.parameters - ends, 1.0)
        return self.layers * min(1.0, max(a.active_parameters - ends, 0.05 * inside) / inside)

    @property
    def mixture(self) -> bool:
        """Whether it is a mixture of experts. Gemma's E models are not: they look parameters up instead."""
        return self.architecture.active_parameters is not None and not _looks_up(self.name)

    @property
    def computed(self) -> float:
        """Parameters that every token of a prompt is multiplied with, the output matrix left out."""
        a = self.architecture
        ends = float(a.vocabulary * a.hidden) * (1 if self.tied else 2)
        return max((a.active_parameters or a.parameters) - ends, 1e6)


def _looks_up(name: str) -> bool:
    return re.search(r"(?<![a-z0-9])e\d+b(?![a-z0-9])", name.lower()) is not None


def by_name(name: str, precision: str | None = None) -> Weights:
    """Of a model that is known by what people call it. Raises ModelError when the name does not say its size."""
    wanted = precision or default_precision(name)
    if "gpt-oss" in name.lower() and wanted.upper().startswith("Q4"):
        wanted = "MXFP4"  # its experts were trained in four bits, which every quantisation of about four keeps
    return _from_description(describe(name), wanted)


def of(model: Model, file: Path | None = None) -> Weights:
    """Of a declared language model: exact when its `file` is here, else from the registry's numbers.

    Raises ModelError for a model that is not a language model.
    """
    architecture = model.architecture
    if not isinstance(architecture, LanguageArchitecture):
        raise ModelError(said("{model} is not a language model.", model=model.title))
    projector = float(sum(f.size for f in model.files if f.role == "projector"))
    size = next((float(f.size) for f in model.files if f.role == "model"), 0.0)
    tied = _tied(model, architecture, size)
    described = Described(model.id, architecture, tied, "known architecture", model.title)
    weights = replace(
        _from_description(described, model.precision),
        projector=projector,
        origin="the model registry",
        note=model.title,
    )
    if size:  # the published size decides, shared out as the computed parts are
        factor = size / max(weights.file - projector, 1.0)
        weights = _scaled(weights, factor)
    return exact(weights, file) if file is not None else weights


def _tied(model: Model, architecture: LanguageArchitecture, size: float) -> bool:
    """Whether the output matrix is the embeddings', told by which of the two gives the file's size."""
    if not size:
        return architecture.parameters < 5e9

    def off(tied: bool) -> float:
        guess = Described(model.id, architecture, tied, "known architecture", "")
        return abs(_from_description(guess, model.precision).file - size)

    return off(True) < off(False)


def _scaled(weights: Weights, factor: float) -> Weights:
    return replace(
        weights,
        layers=weights.layers * factor,
        output=weights.output * factor,
        embedding=weights.embedding * factor,
    )


def _from_description(described: Described, precision: str) -> Weights:
    a, rate = described.architecture, quantisation.bits(precision)
    matrix = float(a.vocabulary * a.hidden)
    inside = max(a.parameters - matrix * (1 if described.tied else 2), 0.05 * a.parameters)
    looked_up = 0.0
    if _looks_up(described.name) and a.active_parameters is not None:  # per-layer embeddings stay in host memory
        looked_up = max(a.parameters - a.active_parameters - matrix, 0.0)
    output = matrix * rate.output / 8
    origin: Origin = (
        "inferred from the parameter count" if described.origin.startswith("inferred") else "known architecture"
    )
    return Weights(
        name=described.name,
        precision=precision,
        architecture=a,
        layers=(inside - looked_up) * rate.layers / 8,
        output=output,
        embedding=(output if described.tied else matrix * rate.embedding / 8) + looked_up * rate.embedding / 8,
        tied=described.tied,
        origin=origin,
        note=described.note,
    )


def exact(weights: Weights, file: Path) -> Weights:
    """The same with the sizes that the GGUF file's tensor table says. Raises ModelError when it cannot be read."""
    from stillbytes.gpu.models import gguf, gguf_language  # noqa: PLC0415 - only when there is a file

    table = gguf_language.weights(gguf.read(file))
    tied = not table.output
    return replace(
        weights,
        layers=float(sum(table.layers) + table.other),
        output=float(table.output or table.embedding),
        embedding=float(table.embedding),
        tied=tied,
        origin="the file's tensor table",
        note=f"read from {file.name}",
    )
