"""Bits per weight of GGUF quantisations, bytes per weight of number formats, bytes per value of cache types."""

from __future__ import annotations

import re
from dataclasses import dataclass

from stillbytes.core.errors import ModelError
from stillbytes.core.saying import said
from stillbytes.gpu.models.quantised import BITS

CACHE = {
    "f32": 4.0,
    "f16": 2.0,
    "bf16": 2.0,
    "q8_0": 34 / 32,
    "q5_1": 24 / 32,
    "q5_0": 22 / 32,
    "q4_1": 20 / 32,
    "q4_0": 18 / 32,
}
"""Bytes per cached value: block layouts of llama.cpp's ggml-common.h."""
FORMATS = {
    "fp32": 4.0,
    "fp16": 2.0,
    "bf16": 2.0,
    "fp8": 1.0,
    "int8": 1.0,
    "nf4": 0.53,
    "fp4": 0.56,
    "nvfp4": 0.56,
    "int4": 0.56,
}
"""Bytes per weight. int4: SVDQuant, whose authors say a 3.6th of bf16 (nunchaku README); nvfp4: 4 bits + 8 per 16."""

_MORE = {
    "F32": (32.0, 32.0, 32.0),
    "BF16": (16.0, 16.0, 16.0),
    "MXFP4": (4.4, 8.5, 8.5),
    "QAT": (4.5, 16.0, 16.0),
    "Q5_K_S": (5.5, 5.5, 6.5625),
    "Q5_0": (5.5, 5.5, 6.5625),
    "Q4_K_L": (4.8075, 8.5, 8.5),
    "Q4_K_S": (4.57, 4.5, 6.5625),
    "Q4_K": (4.57, 4.5, 6.5625),
    "Q4_K_XL": (5.0, 5.5, 6.5625),
    "Q4_0": (4.5, 6.5625, 6.5625),
    "IQ4_NL": (4.5, 4.5, 6.5625),
    "IQ4_XS": (4.284, 4.25, 6.5625),
    "Q3_K_XL": (4.0, 4.5, 6.5625),
    "Q3_K_L": (4.2, 3.4375, 6.5625),
    "Q3_K_S": (3.45, 3.4375, 6.5625),
    "IQ3_M": (3.66, 3.4375, 6.5625),
    "IQ3_S": (3.44, 3.4375, 6.5625),
    "IQ3_XS": (3.3, 3.4375, 6.5625),
    "IQ3_XXS": (3.1, 3.4375, 5.5),
    "Q2_K_XL": (3.0, 4.5, 6.5625),
    "Q2_K": (2.9, 2.625, 6.5625),
    "IQ2_M": (2.7, 2.625, 5.5),
    "IQ2_S": (2.5, 2.625, 5.5),
    "IQ2_XS": (2.35, 2.625, 5.5),
    "IQ2_XXS": (2.15, 2.625, 5.5),
    "IQ1_M": (1.85, 2.625, 5.5),
    "IQ1_S": (1.65, 2.625, 5.5),
}
"""As `BITS`: layers, embeddings, output matrix. Mixtures from the nominal rates in llama.cpp's quantize README; QAT:
Google's own 4-bit files, whose embeddings stay at 16 bits; MXFP4: gpt-oss 20B's 12.1 GB."""
_OTHER = {"8BIT": "Q8_0", "FP16": "F16", "FP8": "Q8_0", "6BIT": "Q6_K", "5BIT": "Q5_K_M"}


@dataclass(frozen=True, slots=True)
class Bits:
    """Bits per weight of the layers, the embeddings and the output matrix."""

    layers: float
    embedding: float
    output: float


def bits(precision: str) -> Bits:
    """Of a GGUF quantisation, in any case and with Unsloth's "UD-" or not; "4.65bpw" as it says.

    >>> bits("ud-q4_k_m").layers, bits("4.65bpw").layers
    (4.8075, 4.65)

    Raises ModelError for one that does not exist.
    """
    name = re.sub(r"^UD-", "", precision.upper().strip())
    name = _OTHER.get(name, name)
    if (rate := re.fullmatch(r"(\d+(?:\.\d+)?) ?BPW", name)) is not None:
        return Bits(float(rate[1]), 16.0, max(6.0, float(rate[1])))
    found = _MORE.get(name) or BITS.get(name)
    if found is None:
        raise ModelError(
            said("“{precision}” is not a quantisation that is known.", precision=precision),
            "For instance Q4_K_M, Q5_K_M, Q6_K, Q8_0 or IQ4_XS.",
        )
    return Bits(*found)


def cached(keys: str, values: str | None = None) -> tuple[float, float]:
    """Bytes per cached key and value. Raises ModelError for a cache type that llama.cpp does not have."""
    try:
        return CACHE[keys.lower()], CACHE[(values or keys).lower()]
    except KeyError as error:
        raise ModelError(
            said("“{given}” is not a cache type.", given=error.args[0]),
            said("There are {these}.", these=", ".join(CACHE)),
        ) from error


def bytes_per_weight(precision: str) -> float:
    """Of an image model: a number format or a GGUF quantisation. Raises ModelError."""
    return FORMATS[precision.lower()] if precision.lower() in FORMATS else bits(precision).layers / 8


def in_name(text: str) -> str | None:
    """The quantisation that a file's or model's name mentions.

    >>> in_name("Qwen3-14B-UD-Q4_K_XL.gguf"), in_name("llama 13b iq4-xs"), in_name("gemma3:12b-it-qat"), in_name("phi4")
    ('Q4_K_XL', 'IQ4_XS', 'QAT', None)
    """
    upper = re.sub(r"[-. :]", "_", text.upper())
    names = sorted({*BITS, *_MORE} - {"F16", "F32", "BF16", "QAT"}, key=len, reverse=True)
    for name in names:
        if re.search(rf"(?<![A-Z0-9]){name}(?![A-Z0-9]*[0-9])", upper):
            return name
    if re.search(r"(?<![A-Z])(QAT)(?![A-Z])", upper):
        return "QAT"
    if rate := re.search(r"(\d+(?:\.\d+)?) ?bpw", text.lower()):
        return f"{rate[1]}bpw"
    for name in ("BF16", "F16", "F32"):
        if re.search(rf"(?<![A-Z0-9]){name}(?![A-Z0-9])", upper):
            return name
    return "F16" if "FP16" in upper else None
