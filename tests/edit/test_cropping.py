"""Crops beyond the frame in sidecars: the part in the frame for Adobe's programs, the whole for us."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as how
from hypothesis import strategies as st

from stillbytes.core.geometry import Size
from stillbytes.develop.settings import Settings
from stillbytes.edit import cropping, sidecar
from stillbytes.edit.orientation import CropBox
from stillbytes.edit.xmp import Packet

UPRIGHT = Size(4000, 6000)
NAMES = ("crs:CropLeft", "crs:CropTop", "crs:CropRight", "crs:CropBottom", "crs:CropAngle")


def boxes() -> st.SearchStrategy[CropBox]:
    low, high = st.floats(-1, 0.6), st.floats(0.65, 2)
    return st.builds(CropBox, low, low, high, high, st.sampled_from([0.0]) | st.floats(-30, 30))


def of(box: CropBox) -> dict[str, float]:
    return {f"crop_{name}": getattr(box, name) for name in CropBox.__slots__}


def corners(box: CropBox, frame: Size) -> list[tuple[float, float]]:
    """0..1 of the frame, from the definition: opposite corners of a rectangle turned about its middle."""
    middle = ((box.left + box.right) / 2 * frame.width, (box.top + box.bottom) / 2 * frame.height)
    x, y = box.right * frame.width - middle[0], box.bottom * frame.height - middle[1]
    angle = math.radians(box.angle)
    half = (x * math.cos(angle) + y * math.sin(angle), y * math.cos(angle) - x * math.sin(angle))
    found = []
    for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        u, v = sx * half[0], sy * half[1]
        place = (
            middle[0] + u * math.cos(angle) - v * math.sin(angle),
            middle[1] + u * math.sin(angle) + v * math.cos(angle),
        )
        found.append((place[0] / frame.width, place[1] / frame.height))
    return found


@how(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(boxes(), st.integers(1, 8))
def test_every_digit_comes_back_and_others_see_a_crop_in_the_frame(
    tmp_path: Path, box: CropBox, orientation: int
) -> None:
    settings = Settings(of(box))
    photo = tmp_path / "a.dng"
    photo.with_suffix(".xmp").unlink(missing_ok=True)
    content = sidecar.write(photo, settings, orientation=orientation, upright=UPRIGHT)
    assert sidecar.parsed(content, "a.xmp", orientation, UPRIGHT).settings == settings
    packet = Packet(content, "a.xmp")
    values = [float(packet.text(name) or default) for name, default in zip(NAMES, (0, 0, 1, 1, 0), strict=True)]
    sensor = UPRIGHT if orientation < 5 else Size(UPRIGHT.height, UPRIGHT.width)
    for x, y in corners(CropBox(*values), sensor):
        assert -1e-5 <= x <= 1 + 1e-5 and -1e-5 <= y <= 1 + 1e-5


@given(boxes())
@example(CropBox(-1.0, 0.0, 0.75, 2.0, -27.0))  # a narrow one beside the frame
def test_what_lies_in_the_frame_is_kept(box: CropBox) -> None:
    inside = cropping.within_frame(box, UPRIGHT)
    if inside == cropping.WHOLE:
        return  # all of it, or nothing of a turned one
    assert cropping.within_frame(inside, UPRIGHT) == inside
    if box.angle == 0:
        wanted = (max(box.left, 0), max(box.top, 0), min(box.right, 1), min(box.bottom, 1))
        assert (inside.left, inside.top, inside.right, inside.bottom) == pytest.approx(wanted, abs=2e-6)
        return
    assert inside.angle == box.angle
    before, after = (_size(corners(one, UPRIGHT)) for one in (box, inside))
    assert after[0] / after[1] == pytest.approx(before[0] / before[1], rel=1e-6)


def _size(places: list[tuple[float, float]]) -> tuple[float, float]:
    (a, b), (c, d), (e, f), _ = ((x * UPRIGHT.width, y * UPRIGHT.height) for x, y in places)
    return math.hypot(c - a, d - b), math.hypot(e - c, f - d)


@pytest.mark.parametrize("orientation", [1, 6, 7])
@pytest.mark.parametrize("angle", [0.0, 5.0])
def test_another_programs_other_changes_leave_the_canvas_as_it_is(
    tmp_path: Path, orientation: int, angle: float
) -> None:
    settings = Settings(crop_left=-0.25, crop_bottom=1.125, crop_angle=angle, exposure=0.5)
    content = sidecar.write(tmp_path / "a.dng", settings, orientation=orientation, upright=UPRIGHT)
    changed = content.replace(b"+0.50", b"+1.25")
    assert changed != content
    found = sidecar.parsed(changed, "a.xmp", orientation, UPRIGHT).settings
    assert found["exposure"] == 1.25
    for name in ("crop_left", "crop_bottom", "crop_angle"):
        assert found.value(name) == pytest.approx(settings.value(name), abs=2e-6)


def test_another_programs_crop_wins_over_ours(tmp_path: Path) -> None:
    content = sidecar.write(tmp_path / "a.dng", Settings(crop_left=-0.25, crop_right=0.75), upright=UPRIGHT)
    packet = Packet(content, "a.xmp")
    assert (packet.text("crs:CropLeft"), packet.text("crs:CropRight")) == ("0", "0.75")
    assert packet.text("sb:CropLeft") == "-0.25"
    packet.put("crs:CropRight", "0.5")
    found = sidecar.parsed(packet.content(), "a.xmp", 1, UPRIGHT)
    assert found.settings == Settings(crop_right=0.5)
    packet.put("crs:HasCrop", "False")
    assert sidecar.parsed(packet.content(), "a.xmp", 1, UPRIGHT).settings == Settings()


def test_our_fields_go_with_the_canvas(tmp_path: Path) -> None:
    photo = tmp_path / "a.dng"
    sidecar.write(photo, Settings(crop_left=-0.25), upright=UPRIGHT)
    content = sidecar.write(photo, Settings(crop_left=0.25), upright=UPRIGHT)
    assert b"sb:CropLeft" not in content
    content = sidecar.write(photo, Settings(crop_left=-0.25), upright=UPRIGHT)
    assert Packet(content, "a.xmp").text("crs:HasCrop") == "False"  # what is in the frame is all of it
    content = sidecar.write(photo, Settings(exposure=1), upright=UPRIGHT)
    assert b"sb:CropLeft" not in content


def test_nonsense_in_our_fields_counts_for_nothing(tmp_path: Path) -> None:
    content = sidecar.write(tmp_path / "a.dng", Settings(crop_left=-0.25, crop_right=0.75), upright=UPRIGHT)
    for value in ("nan", "1e9", "", "x"):
        packet = Packet(content, "a.xmp")
        packet.put("sb:CropLeft", value)
        packet.remove("sb:Settings")
        assert sidecar.parsed(packet.content(), "a.xmp", 1, UPRIGHT).settings == Settings(crop_right=0.75)


def test_fields_of_theirs_beyond_the_frame_are_brought_back() -> None:
    packet = Packet()
    packet.put("crs:HasCrop", "True")
    packet.put("crs:CropLeft", "-0.5")
    packet.put("crs:CropRight", "0.5")
    found = sidecar.parsed(packet.content(), "a.xmp", 1, UPRIGHT)
    assert found.settings == Settings(crop_right=0.5) and "range" in found.notes[0]
