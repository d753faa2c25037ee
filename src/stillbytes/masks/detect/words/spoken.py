"""Without a network for words: the 80 kinds of things that the network for boxes knows, told by colour and place."""

from __future__ import annotations

import numpy as np

from stillbytes.masks.detect.detector import Picture
from stillbytes.masks.detect.networks import COCO, Box
from stillbytes.masks.kind import Floats

HUES = {"red": 0, "orange": 28, "yellow": 55, "green": 120, "cyan": 185, "blue": 220, "purple": 275, "violet": 275,
        "magenta": 305, "pink": 340}  # fmt: skip
"""Degrees of HSV."""
NEAR = 28.0
"""Degrees within which something has that hue."""
GREYS = {"black": (0.0, 0.28), "grey": (0.25, 0.75), "gray": (0.25, 0.75), "silver": (0.4, 0.85), "white": (0.7, 1.01)}
"""Least and most brightness."""
PLACES = {"left": (-1, 0), "right": (1, 0), "top": (0, -1), "upper": (0, -1), "bottom": (0, 1), "lower": (0, 1)}
SIZES = {"large": 1, "larger": 1, "largest": 1, "big": 1, "biggest": 1, "small": -1, "smaller": -1, "smallest": -1}
SMALL = 48
"""Pixels of a thing's longer side in which its colour is told."""


def meant(words: str) -> list[str]:
    """Which of COCO's names are in the words, in singular or plural."""
    return [name for name in COCO if _names(_spoken(words), name.split("_"))]


def only(words: str) -> bool:
    """Whether the words are one of these names and nothing else."""
    rest = [word for word in _spoken(words) if word not in ("the", "a", "an", "all", "some", "this", "that", "my")]
    return any(len(rest) == len(name.split("_")) and _names(rest, name.split("_")) for name in COCO)


def chosen(found: list[Box], words: str, picture: Picture) -> Box:
    """The one that is meant by a colour, a place or a size; otherwise the surest and largest."""
    spoken = _spoken(words)
    colours = [word for word in spoken if word in HUES or word in GREYS]
    directions = [PLACES[word] for word in spoken if word in PLACES]
    sizes = [SIZES[word] for word in spoken if word in SIZES]

    def worth(box: Box) -> tuple[float, float, float, float]:
        coloured = sum(_share(picture, box, colour) for colour in colours)
        x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
        return (
            round(coloured, 1),
            float(sum(dx * x + dy * y for dx, dy in directions)),
            float(sum(sizes)) * box.area,
            box.sure * box.area**0.25,
        )

    return max(found, key=worth)


def _share(picture: Picture, box: Box, colour: str) -> float:
    """Which part of the middle of a thing has that colour."""
    import cv2  # noqa: PLC0415 - loads only when a mask is looked for

    in_x, in_y = 0.15 * (box.right - box.left), 0.15 * (box.bottom - box.top)
    left, top = int(box.left + in_x), int(box.top + in_y)
    right, bottom = max(left + 1, int(box.right - in_x)), max(top + 1, int(box.bottom - in_y))
    hsv: Floats = cv2.cvtColor(
        picture.cut(left, top, right, bottom).within(SMALL).astype(np.float32) / 255, cv2.COLOR_RGB2HSV
    )
    hue, saturation, value = (hsv[..., i] for i in range(3))
    if colour in GREYS:
        low, high = GREYS[colour]
        return float(((value >= low) & (value < high) & ((saturation < 0.25) | (value < 0.2))).mean())
    away = np.abs((hue - HUES[colour] + 180) % 360 - 180)
    return float(((away < NEAR) & (saturation > 0.3) & (value > 0.15)).mean())


def _spoken(words: str) -> list[str]:
    return [word.strip(".,;:!?“”\"'").lower() for word in words.split()]


def _names(spoken: list[str], wanted: list[str]) -> bool:
    return any(
        all(a in (b, b + "s", b + "es") for a, b in zip(spoken[i : i + len(wanted)], wanted, strict=False))
        for i in range(len(spoken) - len(wanted) + 1)
    )
