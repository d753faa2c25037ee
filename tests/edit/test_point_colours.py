"""Point colours in Adobe's form, and back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from stillbytes.core.errors import InvalidSetting
from stillbytes.develop.point_colour import canonical
from stillbytes.develop.settings import Settings
from stillbytes.edit import point_colours, sidecar
from stillbytes.masks import Mask, Sky

POINTS = canonical(
    [
        {"colour": "#3060a0", "hue": 12, "saturation": -30, "range": 70},
        {"colour": "#e08040", "luminance": 5, "variance": -40},
    ]
)
ADOBE = "1.5, 0.8, 0.1, -0.38, -0.17, 0, 0.5, 0, 0.333, 0.667, 1, 0.07, 0.62, 0.98, 1, 0, 0.17, 0.53, 1"
"""A sample as in a preset: a dark yellow."""


def close(one: object, other: object) -> bool:
    return all(
        np.allclose(a["colour"], b["colour"], atol=1e-4)  # type: ignore[index]
        and all(abs(a[name] - b[name]) < 1e-3 for name in a if name != "colour")  # type: ignore[index]
        for a, b in zip(one, other, strict=True)  # type: ignore[call-overload]
    )


def test_what_adobe_wrote_is_read() -> None:
    (found,) = point_colours.read([ADOBE, ", ".join(["-1.000000"] * 19)], ["0.25", "-50"])
    assert (found["hue"], found["saturation"], found["range"], found["variance"]) == (-38, -17, 50, 25)
    _, a, b = found["colour"]
    assert b > 0.03 and abs(a) < b


def test_they_come_back_from_the_sidecar_of_the_whole_and_of_masks(tmp_path: Path) -> None:
    one = {"id": "a", "mask": Mask.of(Sky()).to_json(), "delta": {"point_colours": POINTS}}
    settings = Settings(point_colours=POINTS, adjustments=[one])
    content = sidecar.write(tmp_path / "a.dng", settings, (), 0)
    assert b"crs:PointColors" in content and b"LocalPointColors" in content and b"ColorVariance" in content
    (tmp_path / "a.xmp").write_bytes(content)
    found = sidecar.read(tmp_path / "a.dng")
    assert found is not None and close(found.settings.value("point_colours"), POINTS)
    assert close(found.settings.adjustments[0].delta["point_colours"], POINTS)
    assert b"PointColors" not in sidecar.write(tmp_path / "a.dng", Settings(), (), 0)


@pytest.mark.parametrize(
    "wrong", [5, [5], [{}], [{"colour": "red"}], [{"colour": [2, 0, 0]}], [{"colour": "#000000", "hue": 101}], "x",
              [{"colour": "#000000", "size": 1}], [{"colour": "#000000"}] * 9],
)  # fmt: skip
def test_what_is_no_list_of_point_colours_is_refused(wrong: object) -> None:
    with pytest.raises(InvalidSetting):
        Settings(point_colours=wrong)
