"""Generative tasks on a photo: what a model draws becomes a patch, or nothing at all."""

from __future__ import annotations

import io
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from dng import make_photo
from drawing import BASE, INPAINT, Machine, png
from PIL import Image

import stillbytes as sb
from stillbytes.core import preferences
from stillbytes.core.errors import (
    Cancelled,
    EngineError,
    ModelError,
    NotFound,
    OutOfMemory,
    SidecarError,
    StillbytesError,
    UnusablePicture,
)
from stillbytes.core.geometry import Rect, Size
from stillbytes.develop.settings import Settings
from stillbytes.edit.depths import depths
from stillbytes.edit.generating import Work, added, again, cost, made, prepared
from stillbytes.edit.looks import styled
from stillbytes.edit.reference import reference
from stillbytes.generate.hole import Hole
from stillbytes.generate.painters.painter import Floats, News, Painting, Tell, silent
from stillbytes.generate.painters.removers import Remover
from stillbytes.generate.pictures import diffusion, restyled
from stillbytes.generate.region.region import Native
from stillbytes.generate.tasks import task_of
from stillbytes.generate.tasks.fill import Fill
from stillbytes.generate.tasks.restyle import Restyle
from stillbytes.gpu import measured, pace
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


def test_a_preview_comes_with_the_step_that_it_is_of(photo: sb.Photo, machine: Machine) -> None:
    heard: list[News] = []
    made(photo, prepared(photo, Settings(), FILL, DISC, machine), keep=False, tell=heard.append)  # type: ignore[arg-type]
    assert [news.says for news in heard if news.preview] == [f"Draws, step 1 of 2 ({n} of 2)" for n in (1, 2)]


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


def test_what_was_made_like_a_picture_is_made_again_like_it(photo: sb.Photo, machine: Machine) -> None:
    machine.store.ids |= {"ip-adapter-sd15", "clip-vit-h"}
    like = reference(photo.edit())
    first = prepared(photo, Settings(), FILL.like(like), DISC, machine)  # type: ignore[arg-type]
    patch = made(photo, first, keep=True)
    settings = added(Settings(), first, patch)
    work = again(photo, settings, patch.id, machine, {})  # type: ignore[arg-type]
    assert made(photo, work, keep=True).recipe["words"] == patch.recipe["words"]
    assert like in machine.comfy.client.uploads.values()
    (file,) = photo.patches.folder.glob("reference-*.jpg")
    file.write_bytes(b"another")
    with pytest.raises(NotFound, match="to be like"):
        again(photo, settings, patch.id, machine, {})  # type: ignore[arg-type]
    assert again(photo, settings, patch.id, machine, {}, like).task.words.reference == like  # type: ignore[arg-type]


def test_an_expansion_on_all_sides_is_one_patch_in_parts(
    photo: sb.Photo, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = task_of("expand", {"left": 0.25, "right": 0.25, "top": 0.25, "bottom": 0.25, "seed": 1})
    access = cast("Any", machine)
    monkeypatch.setattr("stillbytes.edit.generating.LEAST_OVERLAP", 3)
    whole = prepared(photo, Settings(), task, None, access)
    one = added(Settings(), whole, made(photo, whole, keep=True))
    monkeypatch.setattr("stillbytes.generate.hole.LEAST_PARTED", 1)
    monkeypatch.setattr("stillbytes.generate.hole.WORTH_PARTING", 1.2)
    monkeypatch.setattr("stillbytes.generate.hole.SLICE", 1)
    work = prepared(photo, Settings(), task, None, access)
    patch = made(photo, work, keep=True)
    settings = added(Settings(), work, patch)
    parts = photo.patches.parts(patch.address)
    assert len(parts) == 4 and len(settings.patches) == 1 and cost(work).pictures == 1
    again_opened = sb.open(photo.path)  # reads where the parts are
    shown, wanted = (np.asarray(again_opened.edit(s).render()).astype(int) for s in (settings, one))
    assert again_opened.pipeline.empty(settings) < 0.001
    assert np.abs(shown - wanted).mean() < 3  # their noise differs
    assert sb.open(photo.path).edit(settings).provenance.actions == (again_opened.edit(one).provenance.actions)
    photo.patches.path(patch.address).write_bytes(b"cut")
    lost = np.asarray(sb.open(photo.path).edit(settings).render())
    assert lost.shape == shown.shape  # left out


def test_spots_are_placed_on_canvas_that_is_filled(photo: sb.Photo, machine: Machine) -> None:
    work = prepared(photo, Settings(), task_of("expand", {"left": 0.25, "seed": 1}), None, cast("Any", machine))
    settings = added(Settings(), work, made(photo, work, keep=True))
    edit = photo.edit(settings)
    across = sb.Spot((0.0, 0.3), 0.04)
    for spot in (sb.Spot((-0.1, 0.3), 0.04), across):
        healed = edit.heal(spot)
        patch = healed.settings.patches[-1]
        assert patch.recipe["beyond"] and patch.recipe["found"] and patch.rect.x < 0
        before, after = (np.asarray(one.render()).astype(int) for one in (edit, healed))
        changed = np.argwhere(np.abs(after - before).max(axis=2) > 2)  # the tone guide sees it from further away
        edge = photo.pipeline.frame.long_edge
        places = changed / edge - [0, 0.25 * photo.pipeline.frame.width / edge]
        away = np.hypot(places[:, 0] - spot.centre[1], places[:, 1] - spot.centre[0])
        assert len(changed) > 10 and away.max() < 0.04 + 4 / edge
        assert sb.open(photo.path).pipeline.empty(healed.settings) < 0.001
    for nowhere in ((1.2, 0.3), (-0.24, -0.1)):
        with pytest.raises(UnusablePicture, match="outside"):
            edit.heal(sb.Spot(nowhere, 0.04))
    plain = photo.edit({}).heal(across).settings.patches[-1]
    assert "beyond" not in plain.recipe and plain.rect.x == 0  # it ends with the photo


class Near(Machine):
    """With a network that finds the left side near."""

    def ask(self, model: str, inputs: Any, role: str = "model", **_: Any) -> Any:
        assert model == "tcmonodepth-small" and inputs["input"].shape == (1, 3, 192, 320)
        return {"out": np.tile(np.linspace(5, 1, 320, dtype=np.float32), (1, 1, 192, 1))}


@pytest.mark.parametrize("into", ["patch", "settings"])
def test_a_restyle_keeps_edges_and_depth(photo: sb.Photo, into: str) -> None:
    machine = Near()
    machine.store.ids |= {"controlnet-depth-sd15", "tcmonodepth-small"}
    task, access = (
        task_of("restyle", {"prompt": "an evening", "into": into, "structure": 0.8, "seed": 1}),
        cast("Any", machine),
    )
    if into == "patch":
        made(photo, prepared(photo, Settings(), task, None, access), keep=False)
    else:
        restyled(cast("Restyle", task), np.asarray(photo.edit().render(96)), access, depths=depths(access))
    (prompt,) = machine.comfy.prompts
    applied = [node["inputs"] for node in prompt.values() if node["class_type"] == "ControlNetApplyAdvanced"]
    assert sorted(node["strength"] for node in applied) == pytest.approx([0.56, 0.56])  # two hold it, each less
    names = {node["inputs"]["image"] for node in prompt.values() if node["class_type"] == "LoadImage"}
    pictures = [np.asarray(Image.open(io.BytesIO(machine.comfy.client.uploads[name]))) for name in names]
    (near,) = [one for one in pictures if np.all(np.diff(one[4, :, 0].astype(int)) <= 0)]
    assert near[0, 0, 0] > 240 and near[0, -1, 0] < 15 and near.shape == pictures[0].shape


@pytest.mark.parametrize("size", [(320, 200), (200, 320), (330, 110)])
def test_a_restyle_becomes_settings_whatever_the_photos_proportions(
    size: tuple[int, int], tmp_path: Path, machine: Machine
) -> None:
    path, access = tmp_path / "photo.png", cast("Any", machine)
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (9, 9, 3), np.uint8)).resize(size).save(path)
    task = Restyle(prompt="an evening", seed=1)
    (one,) = styled(sb.open(path), Settings(), task, diffusion(task, access), access)
    assert one.fitted.after.mean < one.fitted.before.mean
    drawn = restyled(task, np.asarray(sb.open(path).edit().render()), access)[0].pixels
    assert drawn.shape == (size[1], size[0], 3)


def test_without_a_network_for_depth_edges_alone_are_kept(photo: sb.Photo, machine: Machine) -> None:
    machine.store.ids |= {"controlnet-depth-sd15"}
    task, access = task_of("restyle", {"prompt": "an evening", "into": "patch", "structure": 0.8}), cast("Any", machine)
    patch = made(photo, prepared(photo, Settings(), task, None, access), keep=False)
    (prompt,) = machine.comfy.prompts
    (applied,) = [node["inputs"] for node in prompt.values() if node["class_type"] == "ControlNetApplyAdvanced"]
    assert applied["strength"] == 0.8 and "depth" not in patch.recipe["words"]


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
    with pytest.raises(ModelError, match="can do “Fill”") as told:
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


DUST = Mask.of(sb.masks.Radial(centre=(0.5, 0.33), radius_x=0.01, radius_y=0.01, feather=0.0))


def work_of(photo: sb.Photo, mask: Mask, megapixels: float = 0.0) -> Work:
    """A removal without a model. megapixels: of a hole in place of the mask's."""
    work = prepared(photo, Settings(), task_of("remove", {"engine": "classical"}), mask, None)
    side = round(1000 * megapixels**0.5)
    hole = Hole(Rect(0, 0, side, side), np.ones((side, side), bool), 3) if side else work.hole
    return replace(work, hole=hole)


def test_half_the_sky_is_foreseen_to_take_longer_than_a_speck(
    photo: sb.Photo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    speck, sky = work_of(photo, DUST), work_of(photo, DISC, 8.0)
    assert cost(speck).seconds is None
    pace.remember(speck.engine, speck.size, 6.0)
    of_speck, of_sky = cost(speck).seconds, cost(sky).seconds
    assert of_speck and of_sky and of_speck == pytest.approx(6.0, rel=0.01)
    assert of_sky == pytest.approx(5 * of_speck, rel=0.05)  # as measured: 6 s and 29 s


class Varied(Remover):
    """A network with another answer for every seed."""

    model, native, varied = "varied", Native(fixed=Size(64, 64)), True

    def paint(self, painting: Painting, tell: Tell = silent, cancelled: object = None) -> Floats:
        time.sleep(0.1)
        return painting.picture.astype(np.float32) / np.float32(255)


def test_the_time_of_three_variants_is_not_promised_for_one(
    photo: sb.Photo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("stillbytes.gpu.pace.remember", lambda *told: kept.append(told))
    kept: list[tuple[str, float, float]] = []
    one, three = (
        prepared(
            photo,
            Settings(),
            Fill(prompt="a boat", seed=1, variants=count),
            DISC,
            None,
            painter=Varied(cast("Any", None)),
        )
        for count in (1, 3)
    )
    assert three.size == pytest.approx(3 * one.size) and cost(three).pictures == 3
    made(photo, three, keep=False)
    ((model, size, seconds),) = kept
    assert (model, size) == ("varied", three.size) and seconds >= 0.3


def test_loading_the_model_is_not_promised_again_for_each_picture(
    photo: sb.Photo, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[float] = []
    monkeypatch.setattr("stillbytes.gpu.pace.remember", lambda model, size, seconds: kept.append(seconds))
    machine.comfy.loading = 1.0
    made(photo, prepared(photo, Settings(), Fill(prompt="a boat", seed=1), DISC, machine), keep=False)  # type: ignore[arg-type]
    assert kept and max(kept) < 0.8


def test_damaged_measurements_keep_nobody_from_a_task(
    photo: sb.Photo, machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    measured.path().parent.mkdir()
    measured.path().write_bytes(b"{")
    assert cost(work_of(photo, DUST)).seconds is None
    assert cost(prepared(photo, Settings(), FILL, DISC, machine)).memory_mib  # type: ignore[arg-type]
