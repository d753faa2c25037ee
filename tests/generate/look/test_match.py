"""A photo takes on the look of another picture, and stays a photo."""

from __future__ import annotations

import numpy as np
import pytest
from generate.look.conftest import shown, uniform
from numpy.typing import NDArray

from stillbytes.core.errors import Cancelled, UnusablePicture
from stillbytes.develop.difference import oklab_of
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.generate.look import match
from stillbytes.generate.look.table import unchanged
from stillbytes.generate.look.traits import Traits


def traits(picture: NDArray[np.float32]) -> Traits:
    return Traits.of(picture, "srgb")


def mirrored(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same picture with nothing where it was."""
    return np.ascontiguousarray(picture[::-1, ::-1])


def test_its_own_picture_gives_no_settings_wherever_things_are(photo: Pipeline) -> None:
    found = match(photo, Settings(), mirrored(shown(photo, Settings())))
    assert found.settings == Settings()
    assert found.after == found.before


def test_empty_canvas_is_no_part_of_the_look(photo: Pipeline) -> None:
    wide = Settings(crop_right=1.6, crop_top=-0.3)
    found = match(photo, wide, mirrored(shown(photo, Settings())))
    assert found.before < 1  # a third of the pixels in one grey would be far from it
    assert found.settings["crop_right"] == 1.6
    nothing = Settings(crop_left=1.3, crop_right=1.9)
    assert match(photo, nothing, shown(photo, Settings())).settings == nothing


@pytest.mark.parametrize("exposure", [-0.8, 0.6])
def test_brightness_follows_the_reference(photo: Pipeline, exposure: float) -> None:
    reference = mirrored(shown(photo, Settings(exposure=exposure)))
    found = match(photo, Settings(), reference)
    middle = [np.median(shown(photo, s)) for s in (Settings(), found.settings)]
    assert abs(middle[1] - np.median(reference)) < 0.35 * abs(middle[0] - np.median(reference))
    assert found.after < 0.5 * found.before


def test_light_of_another_colour_is_taken_over(muted: Pipeline) -> None:
    reference = mirrored(shown(muted, Settings(temperature=8500.0)))
    found = match(muted, Settings(), reference)
    warmth = [shown(muted, s).mean(axis=(0, 1)) for s in (Settings(), found.settings)]
    wanted = reference.mean(axis=(0, 1))
    gone = [mean[0] - mean[2] for mean in (*warmth, wanted)]
    assert gone[0] < gone[1]
    assert abs(gone[2] - gone[1]) < 0.5 * abs(gone[2] - gone[0])


def test_weak_colours_make_weak_colours(photo: Pipeline) -> None:
    reference = mirrored(shown(photo, Settings(saturation=-40)))
    found = match(photo, Settings(), reference)
    before, after, wanted = (
        traits(p).chroma for p in (shown(photo, Settings()), shown(photo, found.settings), reference)
    )
    assert wanted <= after + 0.5
    assert after < before - 0.3 * (before - wanted)


def test_toned_black_and_white_is_taken_over(photo: Pipeline) -> None:
    toned = Settings(black_and_white=True, grade_global_hue=40, grade_global_saturation=25)
    reference = mirrored(shown(photo, toned))
    found = match(photo, Settings(), reference)
    assert found.settings.value("black_and_white") is True
    a, b = oklab_of(shown(photo, found.settings), "srgb")[..., 1:].reshape(-1, 2).mean(axis=0)
    wanted_a, wanted_b = oklab_of(reference, "srgb")[..., 1:].reshape(-1, 2).mean(axis=0)
    assert np.hypot(a - wanted_a, b - wanted_b) < 0.4 * np.hypot(wanted_a, wanted_b)


def test_a_photo_without_colours_gets_tones_only(photo: Pipeline) -> None:
    grey = np.repeat(np.linspace(0.05, 0.7, 300, dtype=np.float32)[None, :, None], 200, axis=0).repeat(3, axis=2)
    from stillbytes.photo.decoded import Decoded  # noqa: PLC0415

    source = Pipeline(Decoded("picture", grey**2.2, white=1.0))
    found = match(source, Settings(), shown(photo, Settings(temperature=9000.0)))
    assert np.ptp(shown(source, found.settings), axis=-1).max() < 0.01


NOISE = np.random.default_rng(3)
EXTREME: dict[str, NDArray[np.float32]] = {
    "colour noise": NOISE.random((90, 120, 3), np.float32),
    "red and black": np.where(NOISE.random((90, 120, 1)) < 0.5, [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]).astype(np.float32),
    "almost black": NOISE.random((90, 120, 3), np.float32) * np.float32(0.15),
    "almost white": 1 - NOISE.random((90, 120, 3), np.float32) * np.float32(0.15),
    "blue light": NOISE.random((90, 120, 1), np.float32) * np.array([0.3, 0.4, 1.0], np.float32),
}


@pytest.mark.parametrize("name", EXTREME)
def test_no_reference_makes_it_grotesque(photo: Pipeline, name: str) -> None:
    plain = traits(shown(photo, Settings()))
    found = match(photo, Settings(), EXTREME[name])
    after = traits(shown(photo, found.settings))
    assert after.strongest < 1.35 * plain.strongest + 2
    assert after.white < plain.white + 0.05
    assert after.black < plain.black + 0.08
    assert abs(found.settings.number("exposure")) <= 1.5
    assert np.ptp(after.tones) > 0.35 * np.ptp(plain.tones)


def test_the_photos_own_look_is_replaced_and_the_rest_is_kept(photo: Pipeline) -> None:
    own = Settings(exposure=2.0, hue_red=40, crop_left=0.2, sharpen_amount=10)
    found = match(photo, own, shown(photo, Settings(exposure=-0.5)))
    assert found.settings.value("crop_left") == 0.2
    assert found.settings.value("sharpen_amount") == 10
    assert "hue_red" not in found.settings


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_a_reference_of_one_tone_is_refused(photo: Pipeline, level: float) -> None:
    with pytest.raises(UnusablePicture, match="one flat tone") as refused:
        match(photo, Settings(), np.full((1, 1, 3) if level else (60, 80, 3), level, np.float32))
    assert refused.value.remedy


def test_values_that_are_no_numbers_are_refused(photo: Pipeline) -> None:
    with pytest.raises(UnusablePicture, match="no numbers"):
        match(photo, Settings(), np.full((60, 80, 3), np.nan, np.float32))


@pytest.mark.parametrize("size", [(1, 1), (40, 60)])
@pytest.mark.parametrize("level", [0.0, 0.4, 1.0])
def test_a_photo_of_one_tone_stays_as_it_is(photo: Pipeline, level: float, size: tuple[int, int]) -> None:
    assert match(uniform(level, *size), Settings(), shown(photo, Settings())).settings == Settings()


def test_it_stops_when_it_is_cancelled_and_tells_its_progress(photo: Pipeline) -> None:
    told: list[int] = []
    reference = shown(photo, Settings(exposure=0.8))
    with pytest.raises(Cancelled):
        match(
            photo, Settings(), reference,
            progress=lambda done, total, message: told.append(done), cancelled=lambda: len(told) > 2,
        )  # fmt: skip
    assert told == [0, 1, 2]


def test_a_table_goes_more_of_the_way_and_turns_no_colours_round(photo: Pipeline) -> None:
    mixed = np.array([[0.7, 0.35, -0.05], [0.1, 0.6, 0.3], [0.1, 0.3, 0.6]], np.float32)
    reference = mirrored(np.clip(shown(photo, Settings()) @ mixed.T, 0, 1))
    found = match(photo, Settings(), reference, with_table=True)
    assert found.table is not None
    assert found.after < 0.9 * found.sliders < found.before
    shifts = found.table.nodes - unchanged()
    assert np.abs(shifts).max() < 0.25
    for channel in range(3):
        assert np.diff(found.table.nodes[..., channel], axis=2 - channel).min() >= -1e-12
