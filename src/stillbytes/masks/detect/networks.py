"""What goes into networks and comes out of them: sizes, means and deviations, boxes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.masks.detect.detector import Ask, Bytes, Picture
from stillbytes.masks.kind import Floats

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of ImageNet's pictures, which most networks were trained on."""
COCO = tuple(
    """
    person bicycle car motorcycle airplane bus train truck boat traffic_light fire_hydrant stop_sign
    parking_meter bench bird cat dog horse sheep cow elephant bear zebra giraffe backpack umbrella
    handbag tie suitcase frisbee skis snowboard sports_ball kite baseball_bat baseball_glove skateboard
    surfboard tennis_racket bottle wine_glass cup fork knife spoon bowl banana apple sandwich orange
    broccoli carrot hot_dog pizza donut cake chair couch potted_plant bed dining_table toilet tv laptop
    mouse remote keyboard cell_phone microwave oven toaster sink refrigerator book clock vase scissors
    teddy_bear hair_drier toothbrush
    """.split()  # noqa: SIM905 - shorter to read
)
"""The 80 kinds of things in the COCO data set, in its order."""
SURE, OVERLAP = 0.3, 0.5
"""Boxes less sure than this are left out, and those that overlap a surer one by more than this part."""
BOXES = "yolox-nano"


def planes(pixels: Bytes, mean: tuple[float, ...] = MEAN, deviation: tuple[float, ...] = DEVIATION) -> Floats:
    """(1, 3, height, width) of (height, width, 3) uint8."""
    import cv2  # noqa: PLC0415 - loads only when a mask is looked for

    codes = np.arange(256, dtype=np.float32) / np.float32(255)
    tables = [(codes - np.float32(m)) / np.float32(d) for m, d in zip(mean, deviation, strict=True)]
    return np.stack([cv2.LUT(plane, table) for plane, table in zip(cv2.split(pixels), tables, strict=True)])[None]


def first(outputs: dict[str, NDArray[Any]]) -> Floats:
    """The two dimensions of a network's first output."""
    found = np.squeeze(np.asarray(next(iter(outputs.values())), np.float32))
    while found.ndim > 2:
        found = found[0]
    return found


def sigmoid(values: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -30, 30))), np.float32)


def spread(values: Floats) -> Floats:
    """With the least at 0 and the most at 1."""
    low, high = float(values.min()), float(values.max())
    return np.asarray((values - low) / (high - low) if high > low else np.zeros_like(values), np.float32)


@dataclass(frozen=True, slots=True)
class Box:
    """left, top, right, bottom: pixels of the full picture. what: one of COCO. sure: 0..1."""

    left: float
    top: float
    right: float
    bottom: float
    what: str
    sure: float

    @property
    def area(self) -> float:
        return max(0.0, self.right - self.left) * max(0.0, self.bottom - self.top)

    def holds(self, x: float, y: float) -> bool:
        return self.left <= x < self.right and self.top <= y < self.bottom

    def overlap(self, other: Box) -> float:
        """Intersection over union."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        both = max(0.0, across) * max(0.0, down)
        return both / max(1e-9, self.area + other.area - both)


def boxes(picture: Picture, ask: Ask) -> list[Box]:
    """Everything that YOLOX knows and sees, the surest first. Z. Ge et al., "YOLOX", arXiv 2107.08430, 2021."""
    side = 416
    scale = side / picture.long_edge
    small = picture.within(side)
    filled = np.full((side, side, 3), 114, np.uint8)
    filled[: small.shape[0], : small.shape[1]] = small
    image = np.ascontiguousarray(filled[..., ::-1].transpose(2, 0, 1)[None], np.float32)
    rows = next(iter(ask(BOXES, {"images": image}, "model").values()))[0]
    cells, strides = [], []
    for stride in (8, 16, 32):
        count = side // stride
        down, across = np.meshgrid(np.arange(count), np.arange(count), indexing="ij")
        cells.append(np.stack([across.ravel(), down.ravel()], 1))
        strides.append(np.full(count * count, stride))
    stride_of = np.concatenate(strides)[:, None]
    centre = (rows[:, :2] + np.concatenate(cells)) * stride_of / scale
    half = np.exp(np.clip(rows[:, 2:4], -10, 10)) * stride_of / scale / 2
    scores = rows[:, 4:5] * rows[:, 5:]
    best = scores.argmax(1)
    found: list[Box] = []
    for i in np.argsort(-scores.max(1)):
        sure = float(scores[i, best[i]])
        if sure < SURE:
            break
        (left, top), (right, bottom) = centre[i] - half[i], centre[i] + half[i]
        box = Box(
            max(0.0, float(left)),
            max(0.0, float(top)),
            min(float(picture.width), float(right)),
            min(float(picture.height), float(bottom)),
            COCO[int(best[i])],
            sure,
        )
        if all(other.what != box.what or other.overlap(box) < OVERLAP for other in found):
            found.append(box)
    return found
