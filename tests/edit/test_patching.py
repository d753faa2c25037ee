"""Patches of a real file: made, stored beside it, shown, and absent rather than broken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from dng import make_photo, scene

import stillbytes as sb
from stillbytes.core.errors import InvalidSetting, NotFound
from stillbytes.core.geometry import Rect
from stillbytes.develop.settings import Settings
from stillbytes.edit import sidecar
from stillbytes.edit.document import Document
from stillbytes.edit.finding import forgotten
from stillbytes.edit.patching import lost, remove, spotted
from stillbytes.masks.mask import Mask

DISC = Mask.of(sb.masks.Radial(centre=(0.5, 0.33), radius_x=0.08, radius_y=0.08, feather=0.0))


@pytest.fixture
def photo(tmp_path: Path) -> sb.Photo:
    path = tmp_path / "photo.dng"
    make_photo(path)
    return sb.open(path)


def test_a_removal_is_one_step_that_lives_in_the_sidecar(photo: sb.Photo) -> None:
    before = photo.path.read_bytes()
    document = Document(photo)
    document.commit(remove(photo, document.settings, DISC, keep=True), "Remove")
    document.flush()
    assert not document.problem
    again = sb.open(photo.path)
    (patch,) = again.settings.patches
    assert patch.task == "remove" and patch.recipe["engine"] == "classical" and not lost(again.settings, again.patches)
    plain, removed = np.asarray(photo.edit({}).render()), np.asarray(again.edit().render())
    assert np.any(plain != removed)
    assert np.array_equal(removed, np.asarray(sb.open(photo.path).edit().render()))
    assert Document(again).undo().settings == Settings()
    assert photo.path.read_bytes() == before


def test_an_edit_removes_without_writing_anything(photo: sb.Photo) -> None:
    removed = photo.edit({}).remove(DISC)
    assert np.any(np.asarray(removed.render()) != np.asarray(photo.edit({}).render()))
    assert [path.name for path in photo.path.parent.iterdir()] == ["photo.dng"]


def test_patches_stack(photo: sb.Photo) -> None:
    once = photo.edit({}).remove(DISC)
    twice = once.remove(sb.masks.Radial(centre=(0.3, 0.3), radius_x=0.05, radius_y=0.05, feather=0.0))
    assert len(twice.settings.patches) == 2
    off = [{**one.to_json(), "enabled": False} for one in twice.settings.patches]
    assert np.array_equal(np.asarray(twice.edit(patches=off).render()), np.asarray(photo.edit({}).render()))


@pytest.mark.parametrize("damage", ["gone", "cut", "size"])
def test_a_patch_is_absent_rather_than_broken(photo: sb.Photo, damage: str) -> None:
    settings = remove(photo, Settings(), DISC, keep=True)
    sidecar.write(photo.path, settings)
    (patch,) = settings.patches
    path = photo.patches.path(patch.address)
    if damage == "gone":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:400])
    else:
        moved = {**patch.to_json(), "rect": [0, 0, 5, 5]}
        sidecar.write(photo.path, settings.changed(patches=[moved]))
    again = sb.open(photo.path)
    assert np.array_equal(np.asarray(again.edit().render()), np.asarray(photo.edit({}).render()))
    assert bool(lost(again.settings, again.patches)) == (damage == "gone")


def test_stored_patches_stay_with_their_photo_and_spots_look_for_their_source_again(photo: sb.Photo) -> None:
    settings = remove(photo, Settings(exposure=1.0), DISC, keep=False)
    assert forgotten(settings) == Settings(exposure=1.0)
    edit = photo.edit(dict(settings)).heal(sb.Spot((0.3, 0.3), 0.03)).clone(sb.Spot((0.7, 0.5), 0.03, (0.5, 0.5)))
    looked, given = forgotten(edit.settings).patches
    assert "source" not in looked.recipe and given.recipe["source"] == [0.5, 0.5]
    elsewhere = photo.path.with_name("other.dng")
    make_photo(elsewhere, np.roll(scene(150, 100), 40, 1))
    there = sb.open(elsewhere).edit(dict(forgotten(edit.settings)))
    assert np.any(np.asarray(there.render()) != np.asarray(there.edit(patches=None).render()))


def test_a_spot_is_evaluated_whenever_it_is_looked_at(photo: sb.Photo) -> None:
    healed = photo.edit({}).heal(sb.Spot((0.5, 0.33), 0.05, (0.3, 0.3)))
    document = Document(photo)
    document.commit(healed.settings, "Heal")
    document.flush()
    again = sb.open(photo.path)
    assert np.array_equal(np.asarray(again.edit().render()), np.asarray(healed.render()))
    assert sorted(path.name for path in photo.path.parent.iterdir()) == ["photo.dng", "photo.xmp"]
    (patch,) = healed.settings.patches
    moved = {**patch.to_json(), "recipe": {**patch.recipe, "centre": [0.4, 0.4]}}
    other = np.asarray(healed.edit(patches=[moved]).render())
    assert np.any(other != np.asarray(healed.render()))
    assert np.array_equal(other, np.asarray(photo.edit({}).heal(sb.Spot((0.4, 0.4), 0.05, (0.3, 0.3))).render()))


def test_a_spot_sees_the_patches_below_it(tmp_path: Path) -> None:
    """What is cloned twice over the same place shows what the first brought there."""
    make_photo(tmp_path / "large.dng", scene(400, 260))
    photo = sb.open(tmp_path / "large.dng")
    first = photo.edit({}).clone(sb.Spot((0.5, 0.33), 0.08, (0.2, 0.2), feather=0))
    second = first.clone(sb.Spot((0.75, 0.33), 0.04, (0.5, 0.33), feather=0))
    there = photo.pipeline.scene(second.settings, Rect(295, 127, 10, 10))
    below = photo.pipeline.scene(first.settings, Rect(195, 127, 10, 10))
    assert np.allclose(there, below, rtol=2e-3, atol=2e-4)
    off = [{**second.settings.patches[0].to_json(), "enabled": False}, second.settings.patches[1].to_json()]
    without = photo.pipeline.scene(second.settings.changed(patches=off), Rect(295, 127, 10, 10))
    assert not np.allclose(without, there, rtol=0.02)


def test_the_source_of_one_spot_can_be_looked_for_again(photo: sb.Photo) -> None:
    edit = photo.edit({}).heal(sb.Spot((0.5, 0.33), 0.05)).heal(sb.Spot((0.3, 0.3), 0.04))
    first, second = edit.settings.patches
    moved = spotted(photo, edit.settings, "heal", sb.Spot((0.52, 0.35), 0.03), id=first.id)
    assert [patch.id for patch in moved.patches] == [first.id, second.id]
    assert moved.patches[0].recipe["radius"] == 0.03 and moved.patches[0].name == first.name
    assert moved.patches[1] == second
    with pytest.raises(NotFound):
        spotted(photo, edit.settings, "heal", sb.Spot((0.5, 0.3), 0.03), id="nobody")


@pytest.mark.parametrize(
    "patch",
    [
        {}, {"id": ""}, {"id": "a"}, {"id": "a", "rect": [0, 0, 0, 4]}, {"id": "a", "rect": [0, 0, 4, 4.5]},
        {"id": "a", "rect": [0, 0, 4, 4], "variants": ["../../etc/passwd"]}, {"id": "a", "rect": "all"},
        {"id": "a", "rect": [0, 0, 4, 4], "chosen": 1}, {"id": "a", "rect": [0, 0, 4, 4], "opacity": 2},
        {"id": "a", "rect": [0, 0, 4, 4], "opacity": float("nan")}, {"id": "a", "rect": [0, 0, 4, 4], "new": 1}, 7,
        {"id": "a", "rect": [True, 0, 4, 4]}, {"id": "a", "rect": [0, 0, 4, 4], "enabled": "yes"},
    ],
)  # fmt: skip
def test_patches_that_make_no_sense_are_refused(patch: object) -> None:
    with pytest.raises(InvalidSetting):
        Settings(patches=[patch])


def test_settings_hold_patches_in_canonical_form() -> None:
    settings = Settings(patches=[{"id": "a", "rect": [1, 2, 3, 4], "variants": ["0" * 24]}])
    (patch,) = settings.patches
    assert patch.to_json() == settings["patches"][0] and patch.address == "0" * 24  # type: ignore[index]
    assert Settings(patches=[patch.to_json()]) == settings
