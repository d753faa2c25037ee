"""What a live frame shows of clipping, and which part of the picture it covers."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from stillbytes.app.server.frames import HIGHLIGHTS, SAMPLE, SHADOWS, Wish, clipped_parts, mark_clipped, visible
from stillbytes.core.errors import InvalidSetting
from stillbytes.core.geometry import Rect, Size
from stillbytes.develop.frame import Frame


def wish(**changes: object) -> Wish:
    return Wish.model_validate({"sequence": 1, "photo": "p", "settings": {}, "scale": 1.0, **changes})


def picture() -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]:
    """Grey, a black quarter, one with a channel at its end, and one of a saturated colour."""
    pixels = np.full((40, 40, 3), 128, np.uint8)
    pixels[:20, :20] = 0
    pixels[20:, 20:, 0] = 255
    pixels[:20, 20:, 1] = 0
    return pixels


def test_a_highlight_is_clipped_in_one_channel_a_shadow_in_all() -> None:
    assert clipped_parts(picture()) == {"shadows": 0.25, "highlights": 0.25}


def test_the_parts_of_a_large_picture_are_those_of_a_sample() -> None:
    pixels = np.full((1500, 1500, 3), 128, np.uint8)
    pixels[:750] = 0
    assert clipped_parts(Frame(pixels, "srgb").sample(SAMPLE))["shadows"] == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(
    ("which", "dark", "bright"),
    [("shadows", SHADOWS, None), ("highlights", None, HIGHLIGHTS), ("both", SHADOWS, HIGHLIGHTS)],
)
def test_clipped_pixels_are_marked(which: str, dark: object, bright: object) -> None:
    before, pixels = picture(), picture()
    mark_clipped(pixels, which)  # type: ignore[arg-type]
    assert (pixels[:20, :20] == (before[0, 0] if dark is None else dark)).all()
    assert (pixels[20:, 20:] == (before[-1, -1] if bright is None else bright)).all()
    assert (pixels[:20, 20:] == before[:20, 20:]).all()
    assert (pixels[20:, :20] == 128).all()


def test_the_region_is_the_part_that_exists() -> None:
    region = {"x": 90, "y": 40, "width": 50, "height": 50}
    assert visible(wish(scale=0.5, region=region), Size(200, 120)) == Rect(90, 40, 10, 20)
    assert visible(wish(scale=0.5), Size(200, 120)) == Rect(0, 0, 100, 60)


def test_a_region_beside_the_picture_or_too_large_is_refused() -> None:
    with pytest.raises(InvalidSetting, match="outside"):
        visible(wish(region={"x": 500, "y": 0, "width": 5, "height": 5}), Size(200, 120))
    with pytest.raises(InvalidSetting, match="too large"):
        visible(wish(scale=4), Size(6000, 4000))


@pytest.mark.parametrize(
    "changes",
    [
        {"scale": float("nan")}, {"scale": 0}, {"scale": 1e9}, {"sequence": -1}, {"sequence": 1e30}, {"view": "third"},
        {"photo": ""}, {"settings": {"exposure": 99}}, {"settings": {"nope": 1}}, {"settings": None}, {"space": "cmyk"},
        {"clipping": "all"}, {"more": 1}, {"region": {"x": 0, "y": 0, "width": 0, "height": 1}},
        {"settings": {"exposure": float("inf")}}, {"settings": {"curve": [[0, 0]]}},
    ],
)  # fmt: skip
def test_a_wish_that_makes_no_sense_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        wish(**changes)
