"""What a person has chosen stays, whoever else changes something at the same moment."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stillbytes.core import preferences
from stillbytes.core.errors import StillbytesError


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_changes_of_different_fields_at_once_are_all_kept(home: Path) -> None:
    changes = [{"language": "de"}, {"generated": False}, {"keyboard": "es"}, {"shortcuts": {"undo": ("Mod+B",)}}] * 8
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda fields: preferences.change(**fields), changes))
    kept = json.loads((home / "preferences.json").read_text())
    assert kept == {"language": "de", "generated": False, "keyboard": "es", "shortcuts": {"undo": ["Mod+B"]}}
    assert preferences.load().shortcuts == {"undo": ("Mod+B",)}


@pytest.mark.parametrize(
    "damaged", ["{", "[]", '{"shortcuts": {"undo": "Mod+Z"}}', '{"shortcuts": {"Undo!": []}}', '{"keyboard": "xx"}']
)
def test_a_damaged_file_is_named_and_left_alone(damaged: str, home: Path) -> None:
    home.mkdir()
    (home / "preferences.json").write_text(damaged)
    for attempt in (preferences.load, lambda: preferences.change(language="de")):
        with pytest.raises(StillbytesError, match=r"preferences\.json") as told:
            attempt()
        assert "Mend the file" in told.value.remedy
    assert (home / "preferences.json").read_text() == damaged


def test_a_place_that_is_none_is_told(home: Path) -> None:
    home.write_text("a file")
    with pytest.raises(StillbytesError):
        preferences.change(language="de")
