"""Look-up tables of one's own, and those that go with the photos."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from dng import make_photo

import stillbytes as sb
from stillbytes.core.errors import InvalidSetting
from stillbytes.develop.settings import Settings
from stillbytes.edit import sidecar
from stillbytes.edit.luts import BESIDE, Luts, table_of
from stillbytes.edit.presets import Presets, of_settings, stored
from stillbytes.photo.lut import UnreadableLut

NEGATIVE = b"LUT_1D_SIZE 2\n1 1 1\n0 0 0\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on another machine: nothing is in memory."""
    monkeypatch.setattr("stillbytes.edit.luts._held", type(sb.edit.luts._held)())


def test_tables_are_kept_once_by_content_and_found_by_name(home: Path) -> None:
    one = Luts().add(NEGATIVE, "Film: A.cube")
    assert Luts().add(NEGATIVE, "other.cube") == one
    other = Luts().add(NEGATIVE + b"# b\n", "Film: A.cube")
    assert [k.name for k in Luts().all()] == ["Film A", "Film A 2"]
    assert Luts().find("film a 2.CUBE") == other
    assert Settings(lut=one.value)
    Luts().remove("Film A")
    with pytest.raises(InvalidSetting):
        Luts().find("Film A")
    with pytest.raises(UnreadableLut):
        Luts().add(b"nothing", "a.cube")


def test_files_that_are_put_there_count(home: Path) -> None:
    (home / "luts/Pack").mkdir(parents=True)
    (home / "luts/Pack/a.cube").write_bytes(NEGATIVE)
    (home / "luts/notes.txt").write_text("no table")
    assert [k.name for k in Luts().all()] == ["a"]
    assert table_of(Luts().find("a").value) is not None


def test_a_photo_renders_the_same_where_only_its_folder_is(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    make_photo(folder / "a.dng")
    value = Luts().add(NEGATIVE, "negative.cube").value
    plain = sb.open(folder / "a.dng").edit({}).render(200)
    edited = Settings(lut=value)
    before = sb.open(folder / "a.dng").edit(edited).render(200)
    assert abs(float(before.mean()) - (255 - float(plain.mean()))) < 2
    sidecar.write(folder / "a.dng", edited)
    sidecar.write(folder / "b.dng", edited)
    assert len(list((folder / BESIDE).iterdir())) == 1
    moved = tmp_path / "elsewhere"
    shutil.move(folder, moved)
    shutil.rmtree(home)
    fresh(monkeypatch)
    photo = sb.open(moved / "a.dng")
    assert photo.settings["lut"] == value
    assert np.array_equal(photo.edit(photo.settings).render(200), before)


def test_a_damaged_copy_counts_as_none_and_the_sidecar_keeps_its_name(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = Luts().add(NEGATIVE, "negative.cube").value
    sidecar.write(tmp_path / "a.dng", Settings(lut=value))
    (copy,) = (tmp_path / BESIDE).iterdir()
    copy.write_bytes(copy.read_bytes()[:-9])
    shutil.rmtree(home)
    fresh(monkeypatch)
    assert table_of(value, tmp_path) is None
    copy.write_bytes(b"")
    assert table_of(value, tmp_path) is None
    found = sidecar.read(tmp_path / "a.dng")
    assert found is not None
    assert found.settings == Settings(lut=value)


def test_a_preset_takes_its_table_along(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    value = Luts().add(NEGATIVE, "negative.cube").value
    preset = of_settings("Negative", Settings(lut=value, lut_amount=50))
    assert preset.applied(Settings(), 0.5) == Settings(lut=value, lut_amount=25)
    assert preset.applied(Settings(lut_amount=10), 1) == Settings(lut=value, lut_amount=50)
    content = stored(preset)
    shutil.rmtree(home)
    fresh(monkeypatch)
    taken = Presets().take(content, "Negative.xmp")
    assert taken.settings == preset.settings
    assert table_of(value) is not None
