"""Generative tasks on a photo: what a model draws becomes a patch, or nothing at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from dng import make_photo
from drawing import BASE, INPAINT, Machine, png

import stillbytes as sb
from stillbytes.core import preferences
from stillbytes.core.errors import Cancelled, EngineError, ModelError, OutOfMemory, SidecarError, StillbytesError
from stillbytes.develop.settings import Settings
from stillbytes.edit.generating import added, again, cost, made, prepared
from stillbytes.generate.tasks import task_of
from stillbytes.generate.tasks.fill import Fill
from stillbytes.masks.mask import Mask

DISC = Mask.of(sb.masks.Radial(centre=(0.5, 0.33), radius_x=0.08, radius_y=0.08, feather=0.0))
FILL = Fill(prompt="a red boat", seed=7, variants=2)


@pytest.fixture
def photo(tmp_path: Path) -> sb.Photo:
    path = tmp_path / "photo.dng"
    make_photo(path)
    return sb.open(path)


@pytest.fixture
def machine() -> Machine:
    return Machine()


def files(photo: sb.Photo) -> list[str]:
    return sorted(str(path.relative_to(photo.path.parent)) for path in photo.path.parent.rglob("*") if path.is_file())


def test_a_fill_is_a_patch_with_variants_and_a_recipe(photo: sb.Photo, machine: Machine) -> None:
    work = prepared(photo, Settings(), FILL, DISC, machine)  # type: ignore[arg-type]
    patch = made(photo, work, keep=True)
    assert patch.task == "fill" and patch.name == "Fill: a red boat" and len(set(patch.variants)) == 2
    assert patch.recipe["seeds"] == [7, 8] and patch.recipe["model"].startswith(INPAINT)
    assert patch.recipe["task"]["prompt"] == "a red boat" and patch.generated and patch.grain
    settings = added(Settings(), work, patch)
    plain, filled = (np.asarray(photo.edit(s).render(), np.int16) for s in ({}, settings))
    changed = np.argwhere(np.any(plain != filled, axis=2))
    rect, reach = patch.rect, 24  # the look stage reads so far
    assert len(changed) and changed.min(axis=0)[0] >= rect.y - reach and changed.max(axis=0)[1] <= rect.right + reach
    again_opened = sb.open(photo.path)
    assert np.array_equal(np.asarray(again_opened.edit(settings).render()), filled)


def test_words_and_seeds_reach_the_model_and_a_person_waits_for_it(photo: sb.Photo, machine: Machine) -> None:
    made(photo, prepared(photo, Settings(), FILL, DISC, machine), keep=False)  # type: ignore[arg-type]
    texts = [str(node["inputs"].get("text", "")) for prompt in machine.comfy.prompts for node in prompt.values()]
    assert texts.count("a red boat") >= 2
    ways, interactive = machine.asked[0]
    assert interactive and INPAINT in ways[0].residents and len(ways) == 3
    assert ways[0].working_mib > ways[-1].working_mib


def test_it_is_made_again_in_its_place(photo: sb.Photo, machine: Machine) -> None:
    first = prepared(photo, Settings(), FILL, DISC, machine)  # type: ignore[arg-type]
    patch = made(photo, first, keep=True)
    settings = added(Settings(), first, patch)
    faded = settings.changed(patches=[{**patch.to_json(), "opacity": 0.5, "name": "Boat"}])
    work = again(photo, faded, patch.id, machine, {"variants": 3})  # type: ignore[arg-type]
    (other,) = added(faded, work, made(photo, work, keep=True, id=patch.id)).patches
    assert other.id == patch.id and other.name == "Boat" and other.opacity == 0.5
    assert len(other.variants) == 3 and other.recipe["task"]["prompt"] == "a red boat"
    assert other.recipe["seeds"] != patch.recipe["seeds"]


def test_what_a_model_drew_gives_way_to_the_photos_own_pixels(photo: sb.Photo, machine: Machine) -> None:
    first = prepared(photo, Settings(), FILL, DISC, machine)  # type: ignore[arg-type]
    patch = made(photo, first, keep=True)
    settings = added(Settings(), first, patch)
    work = again(photo, settings, patch.id, None, {"engine": "classical"})
    (healed,) = added(settings, work, made(photo, work, keep=True, id=patch.id)).patches
    assert healed.id == patch.id and not healed.generated and not healed.grain


def test_a_reference_goes_in_where_something_takes_it(photo: sb.Photo, machine: Machine) -> None:
    like = FILL.like(png(np.full((32, 32, 3), 90)))
    with pytest.raises(ModelError, match="like another picture"):
        prepared(photo, Settings(), like, DISC, machine)  # type: ignore[arg-type]
    machine.store.ids |= {"ip-adapter-sd15", "clip-vit-h"}
    patch = made(photo, prepared(photo, Settings(), like, DISC, machine), keep=False)  # type: ignore[arg-type]
    assert patch.recipe["words"]["reference_digest"]
    assert any("IPAdapter" in node["class_type"] for node in machine.comfy.prompts[0].values())


def test_an_expansion_fills_the_canvas_that_the_crop_asks_for(photo: sb.Photo, machine: Machine) -> None:
    work = prepared(photo, Settings(), task_of("expand", {"left": 0.25, "seed": 1}), None, machine)  # type: ignore[arg-type]
    settings = added(Settings(), work, made(photo, work, keep=False))
    assert settings.number("crop_left") == -0.25
    assert photo.pipeline.empty(work.settings) > 0.15 and photo.pipeline.empty(settings) < 0.001
    assert np.asarray(photo.edit(settings).render()).shape[1] > np.asarray(photo.edit({}).render()).shape[1]


def test_without_a_card_the_photos_own_pixels_remove(photo: sb.Photo, machine: Machine) -> None:
    machine.on_card = False
    assert prepared(photo, Settings(), task_of("remove", {}), DISC, machine).engine == "classical"  # type: ignore[arg-type]
    wanted = task_of("remove", {"engine": "comfyui"})
    assert prepared(photo, Settings(), wanted, DISC, machine).engine == "comfyui"  # type: ignore[arg-type]
    machine.on_card = True
    work = prepared(photo, Settings(), task_of("remove", {}), DISC, machine)  # type: ignore[arg-type]
    assert work.model.startswith(INPAINT)
    assert cost(work).memory_mib and cost(work).pictures >= 1


def test_what_is_missing_is_named(photo: sb.Photo, machine: Machine) -> None:
    machine.store.ids.clear()
    with pytest.raises(ModelError, match="can fill") as told:
        prepared(photo, Settings(), FILL, DISC, machine)  # type: ignore[arg-type]
    assert "stillbytes models pull" in told.value.remedy
    machine.store.ids.add(BASE)
    with pytest.raises(ModelError, match="sdxl"):
        prepared(photo, Settings(), task_of("fill", {"model": "sdxl-base-fp16"}), DISC, machine)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"no picture", EngineError),
        (png(np.zeros((64, 64, 3))), EngineError),
        (OutOfMemory("The card is full."), OutOfMemory),
        (EngineError("ComfyUI ended: killed."), EngineError),
        (Cancelled(), Cancelled),
    ],
)
def test_what_goes_wrong_leaves_nothing_behind(
    photo: sb.Photo, machine: Machine, answer: bytes | Exception, error: type[Exception]
) -> None:
    before = files(photo)
    machine.comfy.answer = answer
    with pytest.raises(error):
        made(photo, prepared(photo, Settings(), FILL, DISC, machine), keep=True)  # type: ignore[arg-type]
    assert files(photo) == before


def test_a_full_disk_is_told_and_the_edit_stays(
    photo: sb.Photo, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("stillbytes.generate.store.write_atomically", full)
    with pytest.raises(SidecarError, match="No space left"):
        made(photo, prepared(photo, Settings(), FILL, DISC, machine), keep=True)  # type: ignore[arg-type]
    assert sb.open(photo.path).settings == Settings()


def test_generated_pixels_that_are_switched_off_are_not_made(
    photo: sb.Photo, machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    preferences.save(preferences.Preferences(generated=False))
    with pytest.raises(StillbytesError, match="switched off"):
        prepared(photo, Settings(), FILL, DISC, machine)  # type: ignore[arg-type]
    assert prepared(photo, Settings(), task_of("remove", {}), DISC, machine).engine == "classical"  # type: ignore[arg-type]
