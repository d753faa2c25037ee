"""Networks that make a vector of a picture, and one of a sentence, in the forms that are published as ONNX files.

A. Radford et al., "Learning transferable visual models from natural language supervision", arXiv 2103.00020, 2021
(CLIP), and M. Tschannen et al., "SigLIP 2", arXiv 2502.14786, 2025. The real weights were never run here: the loader is
proven on files with the same signatures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import ModelError
from stillbytes.core.saying import said
from stillbytes.gpu.models import registry
from stillbytes.library.meaning.pieces import Pieces, pieces
from stillbytes.masks.detect.detector import Ask, Picture
from stillbytes.masks.detect.networks import planes
from stillbytes.masks.detect.words.tokens import BytePairs, byte_pairs

Vector = NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Form:
    """What the networks of a family want to see and hear, and what they answer.

    side: pixels of the square input. stretched: whether the whole picture is squeezed into that, else its middle square
    is taken. length: of a vector. words: numbers that are taken of a sentence, padded to so many; None for as many as
    there are. sentence: what one is put into.
    """

    side: int
    stretched: bool
    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]
    length: int
    picture_output: str
    text_output: str
    words: int | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Encoder:
    """model: its id."""

    model: str
    form: Form


_HALF = (0.5, 0.5, 0.5)
FAMILIES: Mapping[str, Form] = {
    "siglip2-base-224": Form(
        224, True, _HALF, _HALF, 768, "pooler_output", "pooler_output", 64, "this is a photo of {}."
    ),
    "clip-vit-b32": Form(
        224,
        False,
        (0.48145466, 0.4578275, 0.40821073),
        (0.26862954, 0.26130258, 0.27577711),
        512,
        "image_embeds",
        "text_embeds",
        None,
        "a photo of {}",
    ),
}


def encoders() -> list[Encoder]:
    """Of all models that are declared, the best first."""
    able = [model for model in registry.all_models() if model.family in FAMILIES]
    return [Encoder(model.id, FAMILIES[model.family]) for model in sorted(able, key=lambda m: (-m.quality, m.size))]


def encoder_of(model: str) -> Encoder:
    """By the model's id. Raises ModelError."""
    found = next((one for one in encoders() if one.model == model), None)
    if found is None:
        able = ", ".join(one.model for one in encoders())
        raise ModelError(
            said("{model} does not find photos by what is meant.", model=model[:80]),
            said("These do: {able}.", able=able),
        )
    return found


def installed(here: Callable[[str], bool]) -> Encoder | None:
    """The best that is on this machine."""
    return next((one for one in encoders() if here(one.model)), None)


def of_picture(pixels: NDArray[np.uint8], encoder: Encoder, ask: Ask) -> Vector:
    """(length,) float16 of length 1. pixels: (height, width, 3) uint8 sRGB. Raises ModelError and what `ask` raises."""
    picture, form = Picture(pixels), encoder.form
    if not form.stretched:
        side = min(picture.width, picture.height)
        left, top = (picture.width - side) // 2, (picture.height - side) // 2
        picture = picture.cut(left, top, left + side, top + side)
    given = planes(picture.stretched(form.side, form.side), form.mean, form.deviation)
    return _vector(ask(encoder.model, {"pixel_values": given}, "image"), form.picture_output, encoder)


def of_text(text: str, encoder: Encoder, vocabulary: Path, ask: Ask) -> Vector:
    """The same of a sentence. vocabulary: the model's file."""
    form = encoder.form
    sentence = form.sentence.format(" ".join(text.split()))
    numbers = _spoken(vocabulary, _changed(vocabulary), form.words is None).of(sentence)
    if form.words is not None:
        numbers = _filled(numbers, form.words)
    ids = np.array([numbers], np.int64)
    return _vector(ask(encoder.model, {"input_ids": ids}, "text"), form.text_output, encoder)


def _filled(numbers: list[int], words: int) -> list[int]:
    """As many as the network wants: the last one ends the sentence, and 0 is nothing."""
    short = numbers if len(numbers) <= words else [*numbers[: words - 1], numbers[-1]]
    return short + [0] * (words - len(short))


def _vector(outputs: dict[str, NDArray[Any]], name: str, encoder: Encoder) -> Vector:
    found = outputs.get(name)
    if found is None or found.size != encoder.form.length:
        raise ModelError(
            said("{model} does not answer as it should.", model=encoder.model),
            said("`stillbytes models pull {model}` gets it anew.", model=encoder.model),
        )
    vector = np.asarray(found, np.float32).ravel()
    size = float(np.linalg.norm(vector))
    if not np.isfinite(size) or size == 0:
        raise ModelError(said("{model} answers with no direction.", model=encoder.model), "Use another model.")
    return (vector / size).astype(np.float16)


@lru_cache(maxsize=2)
def _spoken(path: Path, changed: int, pairs: bool) -> BytePairs | Pieces:
    return byte_pairs(path) if pairs else pieces(path)


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
