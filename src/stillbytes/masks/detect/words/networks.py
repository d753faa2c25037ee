"""Networks that find whatever is named, in the forms that are published as ONNX files.

S. Liu et al., "Grounding DINO", arXiv 2303.05499, 2023 (onnx-community/grounding-dino-tiny-ONNX): boxes.
T. Lüddecke, A. Ecker, "Image segmentation using text and image prompts", CVPR 2022 (Xenova/clipseg-rd64-refined): a
mask of 352 pixels. The real weights were never run here: the loaders are proven on files with the same signatures.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from stillbytes.core.errors import ModelError
from stillbytes.core.saying import said
from stillbytes.masks.detect.detector import Networks, Picture
from stillbytes.masks.detect.networks import Box, planes, sigmoid
from stillbytes.masks.detect.words.tokens import BytePairs, WordPieces, byte_pairs, word_pieces
from stillbytes.masks.kind import Floats

DINO, CLIPSEG = ("grounding-dino-tiny-fp16", "grounding-dino-tiny-int8"), "clipseg"
MODELS = (*DINO, CLIPSEG)
DINO_SIDE, CLIPSEG_SIDE = 800, 352
SURE = 0.3
"""Boxes of Grounding DINO count from here on, as its authors say; of CLIPSeg, what is named reaches more than this
somewhere if it is there."""
LONGEST = 256
"""Word pieces that Grounding DINO looks at."""
FORMS = ("{}", "a photo of {}")
"""CLIPSeg answers to sentences, each a little otherwise; the surest counts."""


def boxed(picture: Picture, words: str, networks: Networks, model: str) -> list[Box]:
    """Around what is named, the surest first."""
    text = " ".join(words.lower().split()).rstrip(".") + " ."  # as in its training, phrases end with a full stop
    numbers, pieces = _pieces(networks.file(model, "vocabulary")).of(text)
    ids = np.array([[*numbers[: LONGEST - 1], numbers[-1]] if len(numbers) > LONGEST else numbers], np.int64)
    outputs = networks.ask(
        model,
        {
            # Squeezed into a square: the export's own processor does so, and boxes are parts of width and height.
            "pixel_values": planes(picture.stretched(DINO_SIDE, DINO_SIDE)),
            "pixel_mask": np.ones((1, DINO_SIDE, DINO_SIDE), np.int64),
            "input_ids": ids,
            "token_type_ids": np.zeros_like(ids),
            "attention_mask": np.ones_like(ids),
        },
    )
    logits, places = outputs.get("logits"), outputs.get("pred_boxes")
    if logits is None or places is None or logits.ndim != 3 or places.shape[-1] != 4:
        raise ModelError(
            said("{model} does not answer as it should.", model=model),
            said("`stillbytes models pull {model}` gets it anew.", model=model),
        )
    meant = [i for i, piece in enumerate(pieces[: logits.shape[2]]) if piece not in ("[CLS]", "[SEP]", ".")]
    if not meant:
        return []
    sure = sigmoid(np.asarray(logits[0], np.float32))[:, meant].max(1)
    found = []
    for i in np.argsort(-sure):
        if sure[i] < SURE:
            break
        x, y, wide, high = (float(v) for v in places[0, i])
        box = Box(
            max(0.0, x - wide / 2) * picture.width,
            max(0.0, y - high / 2) * picture.height,
            min(1.0, x + wide / 2) * picture.width,
            min(1.0, y + high / 2) * picture.height,
            words,
            float(sure[i]),
        )
        if box.area > 0:
            found.append(box)
    return found


def painted(picture: Picture, words: str, networks: Networks) -> Floats | None:
    """(352, 352): how much each place is what is named, half where it is half as sure as at the surest; None where
    nothing is sure enough."""
    pairs = _pairs(networks.file(CLIPSEG, "vocabulary"))
    asked = [pairs.of(form.format(" ".join(words.split()))) for form in FORMS]
    ids = np.zeros((len(asked), max(len(one) for one in asked)), np.int64)
    mask = np.zeros_like(ids)
    for row, one in enumerate(asked):
        ids[row, : len(one)] = one
        mask[row, : len(one)] = 1
    pixels = np.repeat(planes(picture.stretched(CLIPSEG_SIDE, CLIPSEG_SIDE)), len(asked), axis=0)
    outputs = networks.ask(CLIPSEG, {"pixel_values": pixels, "input_ids": ids, "attention_mask": mask})
    logits = outputs.get("logits")
    if logits is None or logits.size != len(asked) * CLIPSEG_SIDE**2:
        raise ModelError("clipseg does not answer as it should.", "`stillbytes models pull clipseg` gets it anew.")
    chance = sigmoid(np.asarray(logits, np.float32).reshape(-1, CLIPSEG_SIDE, CLIPSEG_SIDE)).max(0)
    most = float(np.percentile(chance, 99.9))
    return None if most < SURE else np.asarray(np.clip((chance / most - 0.25) / 0.5, 0, 1), np.float32)


@lru_cache(maxsize=2)
def _read(path: Path, changed: int, kind: str) -> BytePairs | WordPieces:
    return byte_pairs(path) if kind == "pairs" else word_pieces(path)


def _pairs(path: Path) -> BytePairs:
    found = _read(path, _changed(path), "pairs")
    assert isinstance(found, BytePairs)
    return found


def _pieces(path: Path) -> WordPieces:
    found = _read(path, _changed(path), "pieces")
    assert isinstance(found, WordPieces)
    return found


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
