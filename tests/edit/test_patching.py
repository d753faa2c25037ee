"""Patches of a real file: made, stored beside it, shown, and absent rather than broken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from dng import make_photo

import stillbytes as sb
from stillbytes.core.errors import InvalidSetting
from stillbytes.develop.settings import Settings
from stillbytes.edit import sidecar
from stillbytes.edit.document import Document
from stillbytes.edit.finding import forgotten
from stillbytes.edit.patching import lost, remove
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


def test_patches_stay_with_their_photo(photo: sb.Photo) -> None:
    settings = remove(photo, Settings(exposure=1.0), DISC, keep=False)
    assert forgotten(settings) == Settings(exposure=1.0)


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
