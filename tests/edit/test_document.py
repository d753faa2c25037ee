"""History that survives, sidecars that follow, and what happens when somebody else writes too."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from dng import make_photo

import stillbytes as sb
from stillbytes.core.errors import ExportError, InvalidSetting, NotFound, UnreadablePhoto
from stillbytes.develop.settings import Settings
from stillbytes.edit.document import AUTOSAVE_SECONDS, Document
from stillbytes.edit.history import History


@pytest.fixture
def path(tmp_path: Path) -> Path:
    make_photo(tmp_path / "a.dng")
    return tmp_path / "a.dng"


def test_undo_and_redo_go_through_all_steps() -> None:
    history = History()
    for i in range(1, 201):
        history = history.committed(Settings(exposure=i / 100), f"step {i}")
    for i in range(199, -1, -1):
        history = history.undone()
        assert history.settings.number("exposure") == i / 100
    assert not history.can_undo
    for _ in range(200):
        history = history.redone()
    assert history.settings == Settings(exposure=2.0) and not history.can_redo


def test_a_new_step_after_undo_replaces_what_was_undone() -> None:
    history = History().committed(Settings(exposure=1), "a").committed(Settings(exposure=2), "b").undone()
    history = history.committed(Settings(exposure=1, contrast=5), "c")
    assert [entry.label for entry in history.entries] == ["a", "c"]


def test_an_unchanged_set_is_no_step() -> None:
    history = History().committed(Settings(exposure=1), "a")
    assert history.committed(Settings(exposure=1), "again") is history


def test_a_step_that_does_not_exist_is_refused() -> None:
    with pytest.raises(NotFound):
        History().at(3)


def test_history_and_position_survive_a_restart(path: Path) -> None:
    document = Document(sb.open(path))
    for value in (0.1, 0.2, 0.3):
        document.commit(Settings(exposure=value), f"Exposure {value}")
    document.undo()
    document.flush()
    again = Document(sb.open(path))
    assert again.settings == Settings(exposure=0.2)
    assert again.redo().settings == Settings(exposure=0.3)
    assert [entry.label for entry in again.history.entries] == ["Exposure 0.1", "Exposure 0.2", "Exposure 0.3"]


def test_a_killed_program_loses_nothing_that_had_its_time_to_be_saved(path: Path) -> None:
    code = (
        "import sys, time, stillbytes as sb; from stillbytes.edit.document import Document; "
        "d = Document(sb.open(sys.argv[1])); d.commit(sb.Settings(exposure=1.5), 'x'); print('done', flush=True); "
        "time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "done\n"
    for _ in range(600):  # a busy machine may take longer than it should; the promised time is tested below
        if path.with_suffix(".xmp").exists():
            break
        time.sleep(0.05)
    process.kill()
    process.wait()
    assert sb.open(path).settings == Settings(exposure=1.5)


def test_another_programs_change_becomes_a_step(path: Path) -> None:
    document = Document(sb.open(path))
    document.commit(Settings(exposure=1), "Mine")
    document.flush()
    file = path.with_suffix(".xmp")
    time.sleep(0.02)
    file.write_text(file.read_text().replace('Exposure2012="+1.00"', 'Exposure2012="-2.00"'))
    assert document.refresh()
    assert document.settings == Settings(exposure=-2)
    assert document.undo().settings == Settings(exposure=1)


def test_an_unsaved_change_wins_and_the_other_is_kept_as_a_step(path: Path) -> None:
    document = Document(sb.open(path))
    document.commit(Settings(exposure=1), "First")
    document.flush()
    document.commit(Settings(exposure=1, contrast=9), "Mine")
    file = path.with_suffix(".xmp")
    file.write_text(file.read_text().replace('Exposure2012="+1.00"', 'Exposure2012="-2.00"') + "\n")
    document.refresh()
    assert document.settings == Settings(exposure=1, contrast=9)
    while document.settings.number("exposure") != -2:
        assert document.undo().can_undo


def test_a_broken_sidecar_is_told_and_left_alone(path: Path) -> None:
    file = path.with_suffix(".xmp")
    file.write_text("<broken")
    document = Document(sb.open(path))
    assert "damaged" in document.problem
    document.commit(Settings(exposure=1), "x")
    document.flush()
    assert document.settings == Settings(exposure=1)
    assert file.read_text() == "<broken"


def test_an_edit_is_immutable_and_builds_on_the_last() -> None:
    with pytest.raises(InvalidSetting):
        Settings(exposure=9)
    one = Settings(exposure=1)
    assert one.changed(contrast=5) == Settings(exposure=1, contrast=5)
    assert one == Settings(exposure=1)


def test_the_python_interface_renders_and_exports(path: Path, tmp_path: Path) -> None:
    before = path.read_bytes()
    edit = sb.open(path).edit(exposure=0.7, shadows=30)
    picture = edit.render(size=48)
    assert isinstance(picture, np.ndarray) and picture.shape[:2] == (32, 48) and picture.space == "srgb"
    assert picture._repr_jpeg_().startswith(b"\xff\xd8")
    for name in ("a.jpg", "a.tif", "a.png", "a.webp", "a.avif"):
        target = edit.export(tmp_path / "out" / name, size=48, space="display-p3")
        back = sb.open(target).edit().render()
        assert back.shape == (32, 48, 3)
        wanted = edit.render(size=48).astype(float)
        # Lossy formats of a tiny colourful picture: the mean holds, single pixels need not.
        assert np.abs(back.astype(float).mean((0, 1)) - wanted.mean((0, 1))).max() < 4
    assert path.read_bytes() == before
    with pytest.raises(ExportError):
        edit.export(path)
    with pytest.raises(UnreadablePhoto):
        sb.open(tmp_path / "nothing.dng")


def test_the_write_comes_soon_enough() -> None:
    assert AUTOSAVE_SECONDS <= 0.4
