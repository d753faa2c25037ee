"""AI denoise of a photo, with tiny networks in the place of published ones: loaded, asked and kept as those are."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from dng import make_photo, scene
from generate.denoise import tiny
from PIL import Image

import stillbytes as sb
from stillbytes.core.errors import Cancelled, InvalidSetting, ModelError
from stillbytes.core.geometry import Rect
from stillbytes.develop.settings import Settings
from stillbytes.edit import denoising
from stillbytes.edit.exporting import Spec
from stillbytes.edit.photo import Photo
from stillbytes.generate.denoise import store
from stillbytes.gpu.models import registry
from stillbytes.library.batch import export

PLANES = {"rawnind-bayer": 4, "rawnind-linear": 3}


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of models with those two."""
    home = tmp_path_factory.mktemp("networks")
    for id, planes in PLANES.items():
        [file] = registry.get(id).files
        path = tiny.write(home / "models" / file.name, planes, 512, gain=0.4, size=file.size)
        assert path.stat().st_size == file.size
    return home


@pytest.fixture
def home(networks: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    from stillbytes.develop.kernels.load import library  # noqa: PLC0415
    from stillbytes.gpu.access import release  # noqa: PLC0415

    library()  # before its place is another
    release()
    monkeypatch.setenv("STILLBYTES_HOME", str(networks))
    yield networks
    release()


@pytest.fixture
def photo(tmp_path: Path) -> Photo:
    make_photo(tmp_path / "a.dng", scene(200, 140), iso=12800)
    return sb.open(tmp_path / "a.dng")


@pytest.mark.parametrize("model", list(PLANES))
def test_a_network_is_loaded_asked_and_kept(home: Path, photo: Photo, model: str) -> None:
    before = photo.path.read_bytes()
    edit = photo.edit().denoise(100, model)
    assert dict(edit.settings) == {"ai_denoise": 100.0, "ai_denoise_model": model}
    recipe = photo.denoised.recipe(model)
    assert recipe is not None and recipe.kept == 0 and recipe.gain == pytest.approx(2.5, rel=0.05)
    [file] = (photo.path.parent / "a.stillbytes").iterdir()
    assert file.name == f"denoised-{model}.tif" and photo.path.read_bytes() == before
    rect = Rect(60, 90, 30, 30)
    own, clean = (photo.pipeline.scene(settings, rect) for settings in (Settings(), edit.settings))
    assert np.allclose(clean.mean((0, 1)), own.mean((0, 1)), rtol=0.05)
    assert model == "rawnind-bayer" or clean.std((0, 1)).mean() < 0.8 * own.std((0, 1)).mean()


def test_it_is_there_for_whoever_opens_the_photo_again(home: Path, photo: Photo) -> None:
    edit = photo.edit().denoise(80, "rawnind-linear")
    edit.save()
    again = sb.open(photo.path)
    assert again.settings == edit.settings
    assert np.array_equal(np.asarray(again.edit().render()), np.asarray(edit.render()))
    assert denoising.state(again, again.settings) == "ready"


def test_another_amount_asks_no_network(home: Path, photo: Photo, monkeypatch: pytest.MonkeyPatch) -> None:
    edit = photo.edit().denoise(80, "rawnind-linear")

    def never(*_: object) -> None:
        raise AssertionError("a network was asked")

    monkeypatch.setattr(denoising, "make", never)
    assert photo.edit().denoise(30, "rawnind-linear").settings.number("ai_denoise") == 30
    assert not np.array_equal(np.asarray(edit.edit(ai_denoise=30).render()), np.asarray(edit.render()))


def test_the_result_of_another_photo_is_not_shown(home: Path, photo: Photo, tmp_path: Path) -> None:
    edit = photo.edit().denoise(100, "rawnind-linear")
    make_photo(tmp_path / "b.dng", scene(200, 140), iso=12800, pattern="GBRG")
    shutil.copytree(tmp_path / "a.stillbytes", tmp_path / "b.stillbytes")
    other = sb.open(tmp_path / "b.dng")
    assert denoising.state(other, edit.settings) == "missing"
    assert np.array_equal(np.asarray(other.edit(edit.settings).render()), np.asarray(other.edit({}).render()))


def test_a_newer_way_makes_it_stale_and_it_is_shown_until_it_is_made_anew(
    home: Path, photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit = photo.edit().denoise(100, "rawnind-linear")
    shown = np.asarray(edit.render())
    monkeypatch.setattr(denoising, "PROCESS", store.PROCESS + 1)
    assert denoising.state(photo, edit.settings) == "stale"
    assert np.array_equal(np.asarray(edit.render()), shown)


def test_an_export_waits_for_what_is_not_there_yet(home: Path, photo: Photo, tmp_path: Path) -> None:
    settings = Settings(ai_denoise=100, ai_denoise_model="rawnind-linear")
    [outcome] = export([photo], tmp_path / "out.png", Spec(format="png16"), lambda _: settings)
    assert not outcome.error and not outcome.warning
    assert denoising.state(photo, settings) == "ready"


@pytest.mark.parametrize(("model", "says"), [("scunet-psnr", "models pull scunet-psnr"), ("nobody", "not known")])
def test_an_export_that_cannot_make_it_says_so(home: Path, photo: Photo, tmp_path: Path, model: str, says: str) -> None:
    settings = Settings(ai_denoise=60, ai_denoise_model=model)
    [outcome] = export([photo], tmp_path / "a.png", Spec(format="png16"), lambda _: settings)
    assert not outcome.error and says in outcome.warning


def test_the_best_that_is_here_and_fits_is_taken(home: Path, photo: Photo, tmp_path: Path) -> None:
    from stillbytes.gpu.access import shared_access  # noqa: PLC0415

    assert denoising.chosen(photo, "", shared_access()).id == "rawnind-bayer"
    Image.fromarray(np.full((40, 60, 3), 90, np.uint8)).save(tmp_path / "b.png")
    assert denoising.chosen(sb.open(tmp_path / "b.png"), "", shared_access()).id == "rawnind-linear"
    with pytest.raises(ModelError, match="Bayer") as told:
        denoising.chosen(sb.open(tmp_path / "b.png"), "rawnind-bayer", shared_access())
    assert "rawnind-linear" in told.value.remedy
    with pytest.raises(ModelError, match="does not take noise"):
        denoising.chosen(photo, "lama", shared_access())


def test_without_a_network_the_remedy_names_one(photo: Photo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from stillbytes.gpu.access import own_access  # noqa: PLC0415

    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    with own_access() as access, pytest.raises(ModelError, match="no model here") as told:
        denoising.chosen(photo, "", access)
    assert "models pull rawnind-bayer" in told.value.remedy and "GPL" in told.value.remedy


def test_it_can_be_stopped_and_leaves_nothing(home: Path, photo: Photo) -> None:
    with pytest.raises(Cancelled):
        photo.edit().denoise(50, "rawnind-linear", cancelled=lambda: True)
    assert not (photo.path.parent / "a.stillbytes").exists()


@pytest.mark.parametrize("amount", [0, -1, 101])
def test_amounts_that_mean_nothing_are_told_before_the_work(photo: Photo, amount: float) -> None:
    with pytest.raises(InvalidSetting):
        photo.edit().denoise(amount)
