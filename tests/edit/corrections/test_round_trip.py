"""Ours as Lightroom's and back: the same masks, the same numbers, in every orientation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree
from numpy.typing import NDArray

from stillbytes.core.geometry import Size
from stillbytes.develop.adjustment import Adjustment
from stillbytes.develop.resampling.frame_grid import FrameGrid, Light
from stillbytes.develop.settings import Settings
from stillbytes.edit import sidecar
from stillbytes.edit.corrections import correction, sliders
from stillbytes.edit.corrections.components import sync_id
from stillbytes.edit.corrections.forms import BY_KIND
from stillbytes.edit.corrections.forms.found import MEANINGS
from stillbytes.edit.corrections.places import Frame
from stillbytes.edit.corrections.structure import Unmapped
from stillbytes.masks import Brush, Colour, Component, Depth, Lasso, Linear, Luminance, Mask, Radial, Sky, Stroke
from stillbytes.masks.kind import Found, Kind
from stillbytes.masks.kinds import kinds

SIZES = (Size(6000, 4000), Size(4000, 6000), Size(3001, 3000))
FRAMES = st.builds(Frame, st.integers(1, 8), st.sampled_from(SIZES))
PLACE = st.tuples(st.floats(-0.4, 1.4), st.floats(-0.4, 1.4))
PERCENT = st.floats(0, 100)


def scene(grid: FrameGrid) -> NDArray[np.float32]:
    """Light of many brightnesses."""
    x, y = grid.points()
    return np.broadcast_to((0.4 * np.abs(x) ** 2 + 0.3 * np.abs(y)).astype(np.float32), (3, grid.height, grid.width))


@st.composite
def luminance(draw: Any) -> Luminance:
    below, low, high, above = sorted(draw(st.lists(PERCENT, min_size=4, max_size=4)))
    return Luminance(low, high, low - below, above - high)


STROKES = st.builds(
    lambda points, **more: Stroke.of({"trail": points, **more}),
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0.5, 1)), min_size=1, max_size=4),
    size=st.floats(0.02, 0.2),
    hardness=PERCENT,
    flow=st.floats(1, 100),
    density=st.floats(1, 100),
    erase=st.booleans(),
)
DRAWN = (
    st.builds(Linear, PLACE, PLACE).filter(lambda k: np.hypot(k.zero[0] - k.full[0], k.zero[1] - k.full[1]) > 0.01)
    | st.builds(Radial, PLACE, st.floats(0.02, 1), st.floats(0.02, 1), st.floats(-360, 360), PERCENT)
    | luminance()
    | st.builds(lambda strokes: Brush(tuple(strokes)), st.lists(STROKES, min_size=1, max_size=3))
)
MODELS = st.sampled_from(list(MEANINGS.values()))
COMPONENTS = st.builds(
    Component,
    DRAWN | MODELS,
    combine=st.sampled_from(["add", "subtract", "intersect"]),
    inverted=st.booleans(),
    enabled=st.booleans(),
    name=st.text("abc ü<&\"'", max_size=8).map(str.strip),
)
MASKS = st.builds(
    Mask,
    st.lists(COMPONENTS, min_size=1, max_size=4).map(tuple).filter(lambda found: any(one.enabled for one in found)),
    st.booleans(),
)


def back(mask: Mask, frame: Frame) -> Mask:
    one = Adjustment("a", mask=mask.to_json())
    node = correction.values(one) | {correction.MASKS: correction.masks(one, frame)}
    return correction.read(node, "a", frame).mask


def coverage(mask: Mask, frame: Frame) -> NDArray[np.float32]:
    light = Light(scene, lambda places: np.zeros((len(places), 3), np.float32))
    grid = FrameGrid.whole(frame.upright, 96, light)
    found = np.tile(np.linspace(0, 255, 64).astype(np.uint8), (64, 1))
    return mask.coverage(grid, {"": found})


@settings(deadline=None)
@given(mask=MASKS, frame=FRAMES)
def test_every_mask_and_combination_comes_back(mask: Mask, frame: Frame) -> None:
    there = back(mask, frame)
    assert len(there.components) == len(mask.components) and not there.inverted
    for ours, theirs in zip(mask.components, there.components, strict=True):
        assert type(theirs.kind) is type(ours.kind) and theirs.enabled == ours.enabled and theirs.name == ours.name
        if isinstance(ours.kind, Found):
            assert theirs.kind == ours.kind
    difference = np.abs(coverage(there, frame) - coverage(mask, frame))
    painted = any(isinstance(one.kind, Brush) for one in mask.components)
    # Dabs fall on quarters of a pixel of this small picture: a place between two may go to either.
    assert difference.mean() < (3e-3 if painted else 2e-4)
    assert difference.max() < (0.3 if painted else 2e-2)


@settings(deadline=None)
@given(kind=DRAWN, frame=FRAMES)
def test_what_was_read_once_is_read_the_same_again(kind: Kind, frame: Frame) -> None:
    """So that nothing is taken for a change of another program's that is none."""
    once = back(Mask.of(kind), frame)
    if not isinstance(kind, Brush):
        twice = back(once, frame).components[0].kind
        for name, value in once.components[0].kind.to_json().items():
            if name not in {"kind", "angle"}:
                assert np.allclose(twice.to_json()[name], value, atol=3e-6), name


@given(x=st.floats(-1, 2), y=st.floats(-1, 2), frame=FRAMES)
def test_places_come_back_to_a_millionth(x: float, y: float, frame: Frame) -> None:
    there = back(Mask.of(Linear((x, y), (0.5, 0.5))), frame).components[0].kind
    assert isinstance(there, Linear)
    assert np.allclose(there.zero, (x, y), atol=1.1e-6)


@given(
    delta=st.fixed_dictionaries(
        {}, optional={p.name: st.floats(p.minimum, p.maximum) for p in sliders.fields().values()}
    )
)
@example({"exposure": 5.0})
def test_numbers_come_back_to_what_six_decimals_hold(delta: dict[str, float]) -> None:
    notes: list[str] = []
    there = sliders.read(sliders.write(delta), notes)
    assert not notes
    for name in sliders.fields().values():
        wanted = delta.get(name.name, 0.0)
        wanted = min(max(wanted, -4.0), 4.0) if name.name == "exposure" else wanted
        assert abs(there.get(name.name, 0.0) - wanted) < 2e-4


def test_the_scales_are_lightrooms() -> None:
    there = sliders.write(
        {"exposure": -1.0, "hue": 90.0, "local_temperature": -25.0, "overlay_hue": 210.0, "dehaze": 7}
    )
    assert there["LocalExposure2012"] == "-0.25" and there["LocalHue"] == "0.5" and there["LocalTemperature"] == "-0.25"
    assert there["LocalToningHue"] == "210" and there["LocalDehaze"] == "0.07" and there["LocalContrast2012"] == "0"
    assert "LocalVibrance" not in there


@given(st.text(min_size=1))
def test_sync_ids_are_32_digits_and_stay(id: str) -> None:
    first = sync_id(id)
    assert len(first) == 32 and int(first, 16) >= 0 and first == first.upper()
    assert sync_id(first.lower()) == first


@pytest.mark.parametrize(
    "mask",
    [
        Mask.of(Lasso(((0, 0), (1, 0), (1, 1)))),
        Mask.of(Colour(((0.5, 0.1, 0.1),))),
        Mask.of(Depth()),
        Mask.of(Brush((Stroke.of({"trail": [[0, 0], [1, 1]], "auto_mask": True}),))),
        Mask((Component(Sky(), feather=0.01),)),
        Mask((Component(Sky(), shift=0.01),)),
        Mask((Component(Sky()), Component(Linear(), "subtract", amount=0.5))),
        Mask((Component(Sky(), enabled=False),)),
        Mask(),
    ],
)
def test_what_lightroom_cannot_have_is_ours_alone(mask: Mask, tmp_path: Path) -> None:
    with pytest.raises(Unmapped):
        correction.masks(Adjustment("a", mask=mask.to_json()), Frame(1, SIZES[0]))
    one = {"id": "a", "mask": mask.to_json(), "delta": {"exposure": 1.0}}
    wanted = Settings(adjustments=[one, {**one, "id": "b", "mask": Mask.of(Sky()).to_json()}])
    content = sidecar.write(tmp_path / "a.dng", wanted)
    assert content.count(b'"Correction"') == 1
    found = sidecar.read(tmp_path / "a.dng")
    assert found is not None and found.settings == wanted and not found.notes


def test_every_kind_has_a_form_or_is_known_to_have_none() -> None:
    assert {kind.name for kind in BY_KIND} | {"object", "lasso", "picture", "colour", "depth"} == set(kinds())


@settings(max_examples=40, deadline=None)
@given(
    masks=st.lists(MASKS, max_size=3),
    names=st.lists(st.text(max_size=9), min_size=3, max_size=3),
    amount=st.floats(0, 2),
    orientation=st.integers(1, 8),
)
def test_our_own_sidecar_is_read_exactly_and_stays_as_it_is_when_saved_again(
    masks: list[Mask], names: list[str], amount: float, orientation: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    photo = tmp_path_factory.mktemp("x") / "a.dng"
    found = [
        {"id": f"{n}", "name": names[n], "mask": mask.to_json(), "delta": {"exposure": -5.0, "hue": 33.33333}}
        | {"amount": amount}
        for n, mask in enumerate(masks)
    ]
    wanted = Settings(adjustments=found)
    first = sidecar.write(photo, wanted, (), 0, orientation, SIZES[0])
    assert first.count(b'What="Correction"') == len(masks)
    read = sidecar.read(photo, orientation, SIZES[0])
    assert read is not None and read.settings == wanted and not read.notes
    again = sidecar.write(photo, read.settings, (), 0, orientation, SIZES[0])
    assert _corrections(again) == _corrections(first)


def test_a_curve_comes_back_and_goes_away_with_its_adjustment(tmp_path: Path) -> None:
    bent = ((0.0, 10.5), (128.0, 140.0), (255.0, 255.0))
    one = {"id": "a", "mask": Mask.of(Sky()).to_json(), "delta": {"exposure": 1.0, "curve": bent, "curve_red": bent}}
    (tmp_path / "a.xmp").write_bytes(sidecar.write(tmp_path / "a.dng", Settings(adjustments=[one]), (), 0))
    read = sidecar.read(tmp_path / "a.dng")
    assert read is not None and read.settings == Settings(adjustments=[one])
    straight = Settings(adjustments=[one | {"delta": {"exposure": 1.0, "curve_red": bent}}])
    content = sidecar.write(tmp_path / "a.dng", straight, (), 0)
    assert b"MainCurve" not in content and b"RedCurve" in content


def _corrections(content: bytes) -> list[bytes]:
    name = "{http://ns.adobe.com/camera-raw-settings/1.0/}MaskGroupBasedCorrections"
    return [etree.tostring(element) for element in etree.fromstring(content).iter(name)]
