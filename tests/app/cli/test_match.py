"""`stillbytes match`: the look of another picture becomes settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import stillbytes as sb
from stillbytes.develop.settings import Settings
from stillbytes.edit import sidecar


@pytest.fixture
def dark(photo: Path, tmp_path: Path) -> Path:
    """The photo itself, darker."""
    path = tmp_path / "dark.png"
    Image.fromarray(np.asarray(sb.open(photo).edit(exposure=-1.0).render())).save(path)
    return path


def test_the_sidecar_gets_the_look_as_one_step(run: Any, photo: Path, dark: Path) -> None:
    sidecar.write(photo, Settings(crop_left=0.1, exposure=1.0))
    before = photo.read_bytes()
    ran = run("match", photo, "--like", dark)
    assert ran.status == 0
    found = sidecar.read(photo, *sb.open(photo).upright)
    assert found is not None
    assert found.settings.number("exposure") < 0
    assert found.settings.value("crop_left") == pytest.approx(0.1)
    assert found.history[-1].label == "Look of dark.png"
    assert photo.read_bytes() == before


def test_a_dry_run_tells_the_same_and_writes_nothing(run: Any, photo: Path, dark: Path, tmp_path: Path) -> None:
    told = run("match", photo, "--like", dark, "--dry-run", "--json", "-o", tmp_path / "out.jpg").json
    assert told["settings"]["exposure"] < 0
    assert (told["sidecar"], told["target"]) == (None, None)
    assert not photo.with_suffix(".xmp").exists() and not (tmp_path / "out.jpg").exists()
    made = run("match", photo, "--like", dark, "--json").json
    assert made["settings"] == told["settings"]
    assert Path(made["sidecar"]).exists()


def test_the_picture_is_exported_on_request(run: Any, photo: Path, dark: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jpg"
    ran = run("match", photo, "--like", dark, "-o", out)
    assert str(out) in ran.out
    means = [np.asarray(sb.open(photo).edit({}).render()).mean(), np.asarray(Image.open(out)).mean()]
    assert means[1] < means[0] - 10


def test_half_of_it_is_half_the_exposure(run: Any, photo: Path, dark: Path) -> None:
    whole, half, none = (
        run("match", photo, "--like", dark, "--dry-run", "--json", "--amount", str(a)).json for a in (100, 50, 0)
    )
    assert half["settings"]["exposure"] == pytest.approx(whole["settings"]["exposure"] / 2, abs=0.01)
    assert none["settings"] == {}


def test_a_damaged_sidecar_is_not_overwritten(run: Any, photo: Path, dark: Path) -> None:
    place = sidecar.path_for(photo)
    place.write_text("<no sidecar")
    ran = run("match", photo, "--like", dark, "--json")
    assert ran.status == 1
    assert "photo" in ran.json["error"]["message"]
    assert place.read_text() == "<no sidecar"


@pytest.mark.parametrize("colour", [(0, 0, 0), (128, 128, 128), (255, 255, 255)])
def test_a_picture_of_one_tone_is_refused(run: Any, photo: Path, tmp_path: Path, colour: tuple[int, ...]) -> None:
    flat = tmp_path / "flat.png"
    Image.new("RGB", (40, 30), colour).save(flat)
    ran = run("match", photo, "--like", flat)
    assert ran.status == 1
    assert "one flat tone" in ran.err
    assert not photo.with_suffix(".xmp").exists()


@pytest.mark.parametrize("wrong", [["--amount", "160"], ["--amount", "-1"], []])
def test_wrong_usage_is_told(run: Any, photo: Path, dark: Path, wrong: list[str]) -> None:
    assert run("match", photo, *(["--like", dark] if wrong else []), *wrong).status == 2


def test_what_cannot_be_read_fails_with_a_message(run: Any, photo: Path, broken: Path, tmp_path: Path) -> None:
    for reference in (broken, tmp_path / "missing.jpg", tmp_path / "note.txt"):
        ran = run("match", photo, "--like", reference)
        assert ran.status == 1 and ran.err
    assert run("match", broken, "--like", photo).status == 1


def test_an_export_that_cannot_be_is_told_before_the_work(run: Any, photo: Path, dark: Path, tmp_path: Path) -> None:
    ran = run("match", photo, "--like", dark, "-o", tmp_path / "out.docx")
    assert ran.status == 1
    assert not photo.with_suffix(".xmp").exists()


def test_a_table_is_kept_with_the_photo_and_blended(run: Any, photo: Path, tmp_path: Path) -> None:
    turned = np.asarray(sb.open(photo).edit().render(), np.float32)[::-1, ::-1]
    red, green, blue = np.moveaxis(turned, -1, 0)
    mixed = np.stack([0.7 * red + 0.3 * green, 0.6 * green + 0.4 * blue, 0.5 * green + 0.5 * red], -1)
    like = tmp_path / "like.png"
    Image.fromarray(mixed.astype(np.uint8)).save(like)
    dry = run("match", photo, "--like", like, "--table", "--dry-run", "--json").json
    assert dry["table"] and "lut" not in dry["settings"]
    told = run("match", photo, "--like", like, "--table", "--amount", "80", "--json").json
    assert told["settings"]["lut"].endswith(" Look of like.cube") and told["settings"]["lut_amount"] == 80
    assert told["distance"]["after"] < told["distance"]["sliders"] < told["distance"]["before"]
    assert "with the look-up table" in run("match", photo, "--like", like, "--table").out
    assert list((photo.parent / "luts.stillbytes").iterdir())
