"""Settings found by looking at the photo."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from develop.scenes import bayer, colourful
from numpy.typing import NDArray

import stillbytes as sb
from stillbytes.core.errors import InvalidSetting, NotFound
from stillbytes.develop import parameters
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.edit.automatic import FINDERS, SETS, Meter, chosen, found
from stillbytes.gpu.access import release

STREETS = Path(__file__).parents[3] / "shared/reference/sky"


def scene(ev: float = 0.0, gain: float = 1.0) -> Pipeline:
    """Textured, from deep shadow to light, exposed by `ev` more."""
    texture = np.random.default_rng(3).uniform(0.6, 1.4, (333, 500, 1))
    return Pipeline(bayer(colourful() * texture * gain * 2.0**ev))


def mean(pipeline: Pipeline, settings: Settings) -> float:
    return float(Meter(pipeline).luma(settings).mean())


def test_an_underexposed_photo_comes_near_to_a_well_exposed_one() -> None:
    dark, right = scene(-2.0), scene()
    before = mean(right, Settings()) - mean(dark, Settings())
    values = {ev: found(Meter(scene(ev)), Settings(), ["exposure"])["exposure"] for ev in (-2.0, -1.0, 0.0)}
    assert all(isinstance(v, float) for v in values.values())
    assert values[-2.0] > values[-1.0] + 0.4 > values[0.0] + 0.8  # type: ignore[operator]
    settings = Settings(exposure=values[-2.0])
    after = mean(right, Settings(exposure=values[0.0])) - mean(dark, settings)
    assert abs(after) < 0.5 * before


def test_tone_keeps_more_of_both_ends_than_exposure_alone() -> None:
    light = colourful() * 0.3
    light[:120] = np.linspace(0.6, 2.0, 500)[None, :, None]  # a sky, half of it burnt
    harsh = Pipeline(bayer(light))
    settings = Settings().changed(**found(Meter(harsh), Settings()))
    burnt = [float((Meter(harsh).luma(s) > 0.98).mean()) for s in (Settings(), settings)]
    assert burnt[1] <= burnt[0]
    assert settings.number("highlights") < 0


def test_what_is_found_does_not_depend_on_what_was_set() -> None:
    pipeline = scene(-1.0)
    fresh = found(Meter(pipeline), Settings(), ["tone"])
    again = found(Meter(pipeline), Settings(exposure=-3.0, shadows=90.0, whites=-80.0), ["tone"])
    assert again == fresh


def test_one_slider_leaves_the_others() -> None:
    given = Settings(exposure=1.0, blacks=-20.0, dehaze=10.0)
    changes = found(Meter(scene(-1.0)), given, ["shadows"])
    assert set(changes) == {"shadows"}


@pytest.mark.parametrize("name", list(FINDERS))
def test_every_finder_gives_a_value_in_range(name: str) -> None:
    pipeline = scene(-4.0)
    try:
        changes = found(Meter(pipeline), Settings(), [name.replace("_", "-")])
    except InvalidSetting:
        assert name == "crop_angle" or name.startswith("perspective")  # no straight lines in it
        return
    assert name in changes
    for changed, value in changes.items():
        parameters()[changed].check(value)


def test_a_black_and_an_empty_photo_are_no_trouble() -> None:
    for light in (np.zeros((64, 96, 3)), np.full((64, 96, 3), 4.0)):
        changes = found(Meter(Pipeline(bayer(light))), Settings(), ["tone", "white-balance"])
        assert all(np.isfinite(value) for value in changes.values() if isinstance(value, float))


def test_names() -> None:
    assert chosen([]) == tuple(SETS["tone"]) and chosen(["crop-angle"]) == ("crop_angle",)
    assert chosen(["level", "tone", "exposure"])[:2] == ("crop_angle", "exposure")
    with pytest.raises(InvalidSetting, match="sharpen_amount"):
        chosen(["sharpen_amount"])


def test_a_person_counts_more_than_what_is_around() -> None:
    """Somebody dark before a light wall is lifted, where somebody light is not."""
    light = np.full((200, 300, 3), 0.45)
    light[60:200, 130:170] = 0.02
    person = np.zeros((200, 300), np.uint8)
    person[60:200, 130:170] = 255
    pipeline = Pipeline(bayer(light))

    def nobody() -> NDArray[np.uint8]:
        raise NotFound("There is nobody.", "")

    plain, none, seen = (
        float(found(Meter(pipeline, people), Settings(), ["exposure"])["exposure"])  # type: ignore[arg-type]
        for people in (None, nobody, lambda: person)
    )
    assert plain == none
    assert seen > plain + 0.1


@pytest.mark.parametrize(("turn", "mirrored"), list(itertools.product(("0", "90"), (False, True))))
def test_a_tilted_photo_is_levelled(turn: str, mirrored: bool) -> None:
    """Lines of a house, tilted by 3 degrees, are level within 0.3 degrees; the crop stays in the photo."""
    y, x = np.mgrid[0:400, 0:600].astype(float)
    angle = np.radians(3.0)
    across, down = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    wall = 0.2 + 0.25 * ((across // 60 % 2) * (down // 50 % 2))
    pipeline = Pipeline(bayer(np.repeat(wall[..., None], 3, -1)))
    settings = Settings(rotate=turn, flip_horizontal=mirrored)
    changes = found(Meter(pipeline), settings, ["level"])
    assert changes["crop_angle"] == pytest.approx(3.0, abs=0.3)
    assert pipeline.empty(settings.changed(**changes)) < 0.001
    levelled = settings.changed(**changes)
    again = found(Meter(pipeline), levelled, ["level"])
    assert again["crop_angle"] == pytest.approx(3.0, abs=0.3)


@pytest.mark.skipif(not STREETS.is_dir(), reason="the reference photos are not here")
def test_streets_are_levelled_to_what_they_were() -> None:
    """Of every fifth street photo, turned by 4 degrees: those that tell come back to within a degree of what the same
    photo unturned comes to."""
    off = []
    for path in sorted(STREETS.glob("*.jpg"))[::5]:
        pipeline = sb.open(path).pipeline
        turned = Settings(crop_left=0.15, crop_top=0.15, crop_right=0.85, crop_bottom=0.85, crop_angle=4.0)
        try:
            values = [found(Meter(pipeline), s, ["level"])["crop_angle"] for s in (Settings(), turned)]
        except InvalidSetting:
            continue
        off.append(abs(float(values[0]) - float(values[1])))  # type: ignore[arg-type]
    assert len(off) >= 3
    assert np.median(off) < 1.0


@pytest.fixture
def networks() -> Iterator[None]:
    """What looks for people ends with the test."""
    yield
    release()


@pytest.mark.usefixtures("networks")
def test_edits_and_errors(tmp_path: Path) -> None:
    from PIL import Image  # noqa: PLC0415

    path = tmp_path / "flat.png"
    Image.fromarray(np.full((80, 120, 3), 40, np.uint8)).save(path)
    edit = sb.open(path).edit(dehaze=5.0)
    brighter = edit.auto()
    assert brighter.settings.number("exposure") > 0.5
    assert brighter.settings.number("dehaze") == 5.0
    with pytest.raises(InvalidSetting, match="no lines"):
        edit.auto("level")
    with pytest.raises(InvalidSetting, match="nonsense"):
        edit.auto("nonsense")
