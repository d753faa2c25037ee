"""Networks that name every place of a landscape, in the forms that are published as ONNX files.

E. Xie et al., "SegFormer", arXiv 2105.15203, 2021, trained on ADE20K (150 classes; exports of Xenova): one answer for
each place. N. Carion et al., "End-to-end object detection with transformers", ECCV 2020 (DETR), trained on COCO with
its "stuff" (Xenova/detr-resnet-50-panoptic): a hundred shapes, each with a class. The real weights were never run here:
the loaders are proven on files with the same signatures.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import ModelError
from stillbytes.core.saying import said
from stillbytes.masks.detect.detector import Ask, Picture
from stillbytes.masks.detect.networks import planes
from stillbytes.masks.kind import Floats

SEGFORMER, DETR = ("segformer-b2-ade", "segformer-b0-ade"), "detr-panoptic"
MODELS = (SEGFORMER[0], DETR, SEGFORMER[1])
FREE = DETR
"""The one whose results may be sold."""
SIDE = 512
DETR_SIDES = 800, 1333
"""Shortest and longest side of what DETR was trained on."""
SURE = 0.5
ADE = {
    "vegetation": (4, 9, 17, 29, 66, 72),
    "water": (21, 26, 60, 109, 113, 128),
    "mountains": (16, 34, 68),
    "buildings": (0, 1, 25, 48, 51, 61, 79, 84, 86, 106),
    "ground": (3, 6, 11, 13, 46, 52, 54, 91, 94),
}
"""4 tree, 9 grass, 17 plant, 29 field, 66 flower, 72 palm; 21 water, 26 sea, 60 river, 109 swimming pool,
113 waterfall, 128 lake; 16 mountain, 34 rock, 68 hill; 0 wall, 1 building, 25 house, 48 skyscraper, 51 grandstand,
61 bridge, 79 hovel, 84 tower, 86 awning, 106 canopy; 3 floor, 6 road, 11 sidewalk, 13 earth, 46 sand, 52 path,
54 runway, 91 dirt track, 94 land."""
COCO = {
    "vegetation": (119, 184, 193),
    "water": (148, 155, 178),
    "mountains": (192, 198),
    "buildings": (95, 128, 151, 171, 175, 176, 177, 197, 199),
    "ground": (118, 125, 144, 145, 147, 149, 154, 159, 190, 191, 194),
}
"""119 flower, 184 tree, 193 grass; 148 river, 155 sea, 178 water; 192 mountain, 198 rock; 95 bridge,
128 house, 151 roof, 171 and 175 to 177 walls, 197 building, 199 wall; 118 and 190 floors, 125 gravel, 144 platform,
145 playing field, 147 railroad, 149 road, 154 sand, 159 snow, 191 pavement, 194 dirt."""


def named(picture: Picture, what: str, ask: Ask, model: str) -> Floats:
    """How much of each place is that, 0..1. what: one of ADE. Raises ModelError when it answers as something else."""
    if model == DETR:
        return _detr(picture, COCO[what], ask)
    outputs = ask(model, {"pixel_values": planes(picture.stretched(SIDE, SIDE))}, "model")
    logits = _of(outputs, "logits", 4, model)[0]
    if logits.shape[0] < max(max(classes) for classes in ADE.values()) + 1:
        raise _strange(model)
    powers = np.exp(logits - logits.max(0))
    return np.asarray(powers[list(ADE[what])].sum(0) / powers.sum(0), np.float32)


def _detr(picture: Picture, classes: tuple[int, ...], ask: Ask) -> Floats:
    short, long = sorted((picture.height, picture.width))
    scale = min(DETR_SIDES[0] / short, DETR_SIDES[1] / long)
    small = picture.stretched(max(32, round(picture.width * scale)), max(32, round(picture.height * scale)))
    # The export takes a mask of 64 x 64 for what of the picture is padding: nothing.
    given: dict[str, NDArray[Any]] = {"pixel_values": planes(small), "pixel_mask": np.ones((1, 64, 64), np.int64)}
    outputs = ask(DETR, given, "model")
    logits, shapes = _of(outputs, "logits", 3, DETR)[0], _of(outputs, "pred_masks", 4, DETR)[0]
    if logits.shape[0] != shapes.shape[0] or logits.shape[1] <= max(max(c) for c in COCO.values()):
        raise _strange(DETR)
    powers = np.exp(logits - logits.max(1, keepdims=True))
    chance = powers / powers.sum(1, keepdims=True)
    what = chance[:, :-1].argmax(1)  # the last class is "nothing"
    kept = np.flatnonzero(chance[np.arange(len(what)), what] * (chance.argmax(1) != logits.shape[1] - 1) > SURE)
    if not len(kept):
        return np.zeros(shapes.shape[1:], np.float32)
    # Each place belongs to one of the shapes: softmax over them, as DETR's authors put them together.
    strength = np.exp(shapes[kept] - shapes[kept].max(0))
    wanted = np.isin(what[kept], classes)
    return np.asarray(strength[wanted].sum(0) / strength.sum(0), np.float32)


def _of(outputs: Mapping[str, NDArray[Any]], name: str, dimensions: int, model: str) -> Floats:
    if name not in outputs or outputs[name].ndim != dimensions:
        raise _strange(model)
    return np.asarray(outputs[name], np.float32)


def _strange(model: str) -> ModelError:
    return ModelError(
        said("{model} does not answer as it should.", model=model),
        said("`stillbytes models pull {model}` gets it anew.", model=model),
    )
