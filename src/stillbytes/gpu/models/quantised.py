"""From one compact declaration of a language model to one Model per GGUF quantisation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stillbytes.gpu.models.model import (
    File,
    HuggingFace,
    Kind,
    LanguageArchitecture,
    Licence,
    Model,
    Task,
)

QUANTISATIONS = ("Q8_0", "Q6_K", "Q5_K_M", "Q4_K_M", "IQ4_XS", "Q3_K_M")
BITS = {
    "F16": (16.0, 16.0, 16.0),
    "Q8_0": (8.5, 8.5, 8.5),
    "Q6_K": (6.5625, 6.5625, 6.5625),
    "Q5_K_M": (5.663, 5.5, 6.5625),
    "Q4_K_M": (4.8075, 4.5, 6.5625),
    "Q4_0": (4.5, 4.5, 6.5625),
    "Q4_1": (5.0, 5.0, 6.5625),
    "IQ4_XS": (4.284, 4.25, 6.5625),
    "Q3_K_M": (3.854, 3.4375, 6.5625),
}
"""Bits per weight of the layers, of the token embeddings and of the output matrix.

Block layouts are from llama.cpp's ggml-common.h. The mixtures (..._M, ..._XS) were fitted to the published sizes of
Llama 3.1 8B. Against 31 published files of eleven other models the sum is off by 0.15 % in the median
and 2.7 % at most (Qwen3.5 4B, which keeps some small tensors in more bits).
"""


@dataclass(frozen=True, slots=True)
class Published:
    """What somebody published of a file: bytes and sha256, either of them None when only the other is known."""

    size: int | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Projector:
    """The file through which a language model sees pictures. parameters: of the vision tower and its merger."""

    path: str
    parameters: float
    published: Published = Published()
    bits: float = 16.0


def quantised(
    id: str,
    title: str,
    architecture: LanguageArchitecture,
    *,
    repository: str,
    file: str,
    licence: Licence,
    quality: int,
    facts: tuple[str, ...],
    tied: bool = False,
    tasks: tuple[Task, ...] = ("chat",),
    published: Mapping[str, Published] | None = None,
    projector: Projector | None = None,
    quantisations: tuple[str, ...] = QUANTISATIONS,
) -> tuple[Model, ...]:
    """One Model for each quantisation of one language model.

    file: the path in `repository` with {} for the quantisation. tied: the output matrix is the embeddings'. published:
    what is known of the files, by quantisation; other sizes are computed and say so. quality: of the unquantised
    model; three bits cost a level.
    """
    kind: Kind = "vision-language" if projector else "language"
    known = published or {}
    return tuple(
        Model(
            id=f"{id}-{quantisation.lower()}",
            family=id,
            title=f"{title} {quantisation}",
            kind=kind,
            engine="llama",
            tasks=(*tasks, "see") if projector else tasks,
            precision=quantisation,
            architecture=architecture,
            files=_files(id, repository, file.format(quantisation), quantisation, architecture, tied, known, projector),
            licence=licence,
            quality=max(1, quality - 1) if quantisation.startswith("Q3") else quality,
            facts=facts,
        )
        for quantisation in quantisations
    )


def _files(
    id: str,
    repository: str,
    path: str,
    quantisation: str,
    architecture: LanguageArchitecture,
    tied: bool,
    known: Mapping[str, Published],
    projector: Projector | None,
) -> tuple[File, ...]:
    facts = known.get(quantisation, Published())
    size = facts.size or weight_bytes(architecture, quantisation, tied=tied)
    model = File(
        "model", f"llm/{id}/{_name(path)}", HuggingFace(repository, path), size, facts.sha256, facts.size is None
    )
    if projector is None:
        return (model,)
    facts = projector.published
    return (
        model,
        File(
            "projector",
            f"llm/{id}/{_name(projector.path)}",
            HuggingFace(repository, projector.path),
            facts.size or round(projector.parameters * projector.bits / 8),
            facts.sha256,
            facts.size is None,
        ),
    )


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def weight_bytes(architecture: LanguageArchitecture, quantisation: str, *, tied: bool = False) -> int:
    """Bytes of all tensors by the usual mixture of types; the real table is in the file's header (`gguf.read`).

    >>> llama = LanguageArchitecture(8.03e9, 32, 4096, 128256, 8, 128, 128, 32)
    >>> round(weight_bytes(llama, "Q4_K_M") / 1e9, 2)
    4.92
    """
    layers, embedding, output = BITS[quantisation]
    matrix = float(architecture.vocabulary * architecture.hidden)
    rest = architecture.parameters - matrix * (1 if tied else 2)
    ends = matrix * output if tied else matrix * (embedding + output)
    return round((rest * layers + ends) / 8)
