"""Presets: how much of them, their files, and where they are kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from develop.scenes import bayer, chart
from hypothesis import given
from hypothesis import strategies as st

from stillbytes.core.errors import InvalidSetting, SidecarError
from stillbytes.develop import parameters
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.edit.presets import Preset, Presets, of_settings, opened, stored
from stillbytes.edit.presets.lrtemplate import parse

TEMPLATE = b"""s = {
\tid = "2A6D0A63-2C16-4E31-A6F2-1A4F5B8C0C11",
\tinternalName = "Evening",
\ttitle = LOC "$$$/AgDevelop/Presets/Evening=Warm \\"evening\\"",
\ttype = "Develop",
\tvalue = {
\t\tsettings = {
\t\t\tProcessVersion = "6.7", -- 2012
\t\t\tExposure2012 = 0.35, Contrast2012 = -12,
\t\t\tVibrance = 20,
\t\t\tConvertToGrayscale = false,
\t\t\tHDREditMode = 1,
\t\t\tLensProfileEnable = 0,
\t\t\tToneCurvePV2012 = { 0, 10, 128, 130, 255, 250, },
\t\t\tWhiteBalance = "Custom", Temperature = 6100, Tint = 4,
\t\t},
\t\tuuid = "7E6F8F43-6B2F-4C41-8D39-1F4F3A9E0D0A",
\t},
\tversion = 0,
}
"""


@pytest.fixture
def store(tmp_path: Path) -> Presets:
    return Presets(tmp_path / "presets")


def test_amount_is_the_way_from_the_default() -> None:
    preset = Preset("x", Settings(exposure=0.4, sharpen_amount=80.0, curve=((0, 20), (255, 235))))
    half = preset.applied(Settings(), 0.5)
    assert half.number("exposure") == pytest.approx(0.2)
    assert half.number("sharpen_amount") == 60  # half of the way from 40
    assert half["curve"] == ((0.0, 10.0), (255.0, 245.0))
    assert preset.applied(Settings(), 1) == preset.settings
    assert preset.applied(Settings(dehaze=3.0), 0) == Settings(dehaze=3.0)


def test_what_has_no_half_is_set_whole() -> None:
    """Half of a hue is another hue."""
    settings = Settings(temperature=6100.0, profile="vivid", grade_shadows_hue=200.0, grade_shadows_saturation=20.0)
    half = Preset("x", settings).applied(Settings(), 0.5)
    assert half == Settings(temperature=6100.0, profile="vivid", grade_shadows_hue=200.0, grade_shadows_saturation=10.0)


def test_twice_as_much_stays_in_range_and_more_is_refused() -> None:
    preset = Preset("x", Settings(highlights=-80.0))
    assert preset.applied(Settings(), 2).number("highlights") == -100
    for amount in (-0.1, 2.1, float("nan")):
        with pytest.raises(InvalidSetting):
            preset.applied(Settings(), amount)


def test_masks_are_added_to_those_that_there_are() -> None:
    def masked(id: str) -> dict[str, object]:
        mask = {"components": [{"kind": {"kind": "sky"}}]}
        return {"id": id, "name": id, "mask": mask, "delta": {"exposure": -0.5}}

    preset = Preset("x", Settings(adjustments=(masked("a"),)))
    mine = Settings(adjustments=(masked("a"),))
    twice = preset.applied(preset.applied(mine), 0.5)
    assert len({one.id for one in twice.adjustments}) == 3
    assert twice.adjustments[-1].amount == 0.5


def test_what_belongs_to_one_photo_is_left_out() -> None:
    preset = of_settings(" Mine ", Settings(exposure=1.0, crop_left=0.1, rotate="90"))
    assert preset.name == "Mine" and preset.settings == Settings(exposure=1.0)
    assert of_settings("Mine", Settings(exposure=1.0, dehaze=5.0), ["Tone"]).settings == Settings(exposure=1.0)
    for name, settings in (
        ("a/b", Settings(exposure=1.0)),
        ("", Settings(exposure=1.0)),
        ("con", Settings(exposure=1.0)),
        ("a", Settings(rotate="90")),
    ):
        with pytest.raises(InvalidSetting):
            of_settings(name, settings)


names = st.sampled_from([n for n, p in parameters().items() if p.kind == "number" and p.group not in ("Crop", "Masks")])


@given(st.dictionaries(names, st.floats(0, 1), min_size=1, max_size=6))
def test_a_file_gives_back_what_was_stored(parts: dict[str, float]) -> None:
    values = {}
    for name, part in parts.items():
        p = parameters()[name]
        values[name] = round(p.minimum + part * (p.maximum - p.minimum), p.decimals)
    settings = Settings(values)
    if not settings:
        return
    preset = Preset("Name & <more>", settings, "A group")
    back = opened(stored(preset), "file.xmp")
    assert (back.name, back.group, back.notes) == ("Name & more", "A group", ())
    assert back.settings == settings


def test_lightrooms_old_presets() -> None:
    preset = opened(TEMPLATE, "Evening.lrtemplate", "Old ones")
    assert (preset.name, preset.group) == ("Warm evening", "Old ones")
    assert preset.settings["curve"] == ((0.0, 10.0), (128.0, 130.0), (255.0, 250.0))
    assert preset.settings.number("exposure") == 0.35 and preset.settings.number("contrast") == -12
    assert preset.settings["temperature"] == 6100 and "black_and_white" not in preset.settings
    assert preset.notes == ("Not taken over: HDR.",)


@given(st.binary(max_size=200) | st.integers(0, len(TEMPLATE)).map(lambda n: TEMPLATE[:n] + TEMPLATE[n + 3 :]))
def test_damaged_presets_are_refused_or_read(content: bytes) -> None:
    for name in ("a.lrtemplate", "a.xmp", "a.txt"):
        try:
            opened(content, name)
        except SidecarError as problem:
            assert problem.remedy or problem.message


def test_tables_without_an_end_or_too_deep_are_refused() -> None:
    for content in (b"s = " + b"{" * 100_000, b"s = {" * 40 + b"}" * 40, b's = { a = "', b"s = os.execute('x')", b""):
        with pytest.raises(SidecarError):
            parse(content, "a.lrtemplate")


def test_presets_are_kept_found_replaced_and_removed(store: Presets) -> None:
    store.keep(Preset("Mine", Settings(exposure=0.5)))
    assert store.find("mine").settings == Settings(exposure=0.5)
    store.keep(Preset("Mine", Settings(exposure=0.7)))
    assert [p.settings for p in store.all() if p.own] == [Settings(exposure=0.7)]
    assert store.remove("My presets/Mine").name == "Mine"
    with pytest.raises(InvalidSetting, match="no preset"):
        store.find("Mine")
    with pytest.raises(InvalidSetting, match="comes with"):
        store.remove("Muted")


def test_one_that_was_put_there_as_a_table_is_replaced_by_xmp(store: Presets) -> None:
    folder = store.folder / "Old ones"
    folder.mkdir(parents=True)
    (folder / "a.lrtemplate").write_bytes(TEMPLATE)
    store.keep(Preset("Warm evening", Settings(exposure=0.7), "Old ones"))
    assert [p.settings for p in store.all() if p.own] == [Settings(exposure=0.7)]
    assert [path.name for path in folder.iterdir()] == ["a.xmp"]


def test_a_name_that_two_have_asks_which(store: Presets) -> None:
    store.keep(Preset("Muted", Settings(exposure=0.5)))
    with pytest.raises(InvalidSetting, match="2 presets"):
        store.find("Muted")
    assert store.find("Film/Muted").own is False


def test_what_else_lies_in_the_folder_does_no_harm(store: Presets) -> None:
    store.folder.mkdir()
    (store.folder / "broken.xmp").write_bytes(b"<x")
    (store.folder / "notes.txt").write_text("x")
    assert [p for p in store.all() if p.own] == []


def test_a_place_that_cannot_be_written_is_told(store: Presets) -> None:
    store.folder.write_text("a file in the way")
    with pytest.raises(SidecarError, match="could not be written"):
        store.keep(Preset("Mine", Settings(exposure=0.5)))


def test_those_that_come_with_the_program_are_whole() -> None:
    every = [p for p in Presets(Path("/nonexistent")).all() if not p.own]
    assert len(every) >= 15 and len({p.id for p in every}) == len(every)
    for preset in every:
        assert preset.notes == () and preset.settings


def test_each_film_look_changes_a_picture_as_no_other_does_and_keeps_its_tones_in_order() -> None:
    photo = Pipeline(bayer(chart()[0]))
    looks = [preset for preset in Presets(Path("none")).all() if preset.group == "Film"]
    assert len(looks) > 9
    pictures = {"": photo.render(Settings())} | {look.name: photo.render(look.applied(Settings())) for look in looks}
    shown = {name: picture.pixels[12::24, 12::24].astype(float) for name, picture in pictures.items()}
    for name, picture in shown.items():
        greys = picture[3].mean(axis=-1)
        assert np.all(np.diff(greys) < 0), name  # from bright to dark
        near = [other for other in shown if other != name and np.abs(shown[other] - picture).mean() < 1.5]
        assert not near, (name, near)


def test_film_looks_are_made_of_what_can_be_changed_and_of_nothing_that_is_one_photos() -> None:
    for look in (preset for preset in Presets(Path("none")).all() if preset.group == "Film"):
        assert not look.notes and not look.own
        assert not {"lut", "temperature", "tint", "lens", "adjustments"} & set(look.settings)
