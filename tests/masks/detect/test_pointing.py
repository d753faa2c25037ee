"""What a pointer shows is what a click takes."""

from __future__ import annotations

from typing import Any

import numpy as np

from stillbytes.masks.detect.detector import Picture
from stillbytes.masks.detect.object import FindObject
from stillbytes.masks.detect.pointing import lines, outline_by_colours
from stillbytes.masks.kinds.object import Object


class Bare:
    """No network knows anything."""

    def ask(self, *asked: Any) -> dict[str, Any]:
        return {"output": np.zeros((1, 3549, 85), np.float32)}

    def here(self, model: str) -> bool:
        return False


def ball() -> Picture:
    y, x = np.mgrid[0:300, 0:450]
    noise = np.random.default_rng(1).normal(0, 3, (300, 450, 3))
    pixels = np.where((np.hypot(x - 150, y - 160) < 40)[..., None], (200, 40, 30), (70, 110, 150)) + noise
    return Picture(np.clip(pixels, 0, 255).astype(np.uint8))


def test_without_a_network_the_outline_is_of_what_a_click_there_takes() -> None:
    picture, place = ball(), (150 / 450, 160 / 450)
    shown = outline_by_colours(picture, place)
    taken = FindObject().find(picture, Object(points=(place,)), Bare(), None)  # type: ignore[arg-type]
    assert shown == lines(picture, taken.coarse) and taken.used == ("classical",)
    [line] = shown
    radii = [np.hypot(x * 450 - 150, y * 450 - 160) for x, y in line]
    assert min(radii) > 35 and max(radii) < 45


def test_where_nothing_stands_out_there_is_no_outline() -> None:
    assert outline_by_colours(ball(), (0.9, 0.1)) == ()
