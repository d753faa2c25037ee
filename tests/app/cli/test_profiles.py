"""`stillbytes profiles` and `develop --camera-profile`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from dcp import content, turning


@pytest.fixture(autouse=True)
def no_programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STILLBYTES_CAMERA_PROFILES", str(tmp_path / "programs"))


def test_a_profile_is_used_by_its_file_and_then_by_its_name(run: Any, photo: Path, tmp_path: Path) -> None:
    file = tmp_path / "Studio.dcp"
    file.write_bytes(content("Studio", "Test 1", tables=(turning(60),)))
    plain, first, second, none = (tmp_path / f"{name}.png" for name in ("plain", "first", "second", "none"))
    assert run("develop", photo, "-o", plain).status == 0
    assert run("develop", photo, "-o", first, "--camera-profile", file).status == 0
    assert run("develop", photo, "-o", second, "--camera-profile", "Studio").status == 0
    assert first.read_bytes() == second.read_bytes() != plain.read_bytes()
    ran = run("develop", photo, "-o", none, "--camera-profile", "Moon")
    assert ran.status == 0 and "Moon" in ran.err and "profiles import" in ran.err
    assert none.read_bytes() == plain.read_bytes()
    listed = run("profiles", "list", photo, "--json").json["profiles"]
    assert [(one["name"], one["place"]) for one in listed] == [("Embedded", "photo"), ("Studio", "yours")]
    assert "Studio" in run("profiles", "list").out
    assert run("profiles", "remove", "Studio").status == 0
    assert run("profiles", "list", "--json").json["profiles"] == []


def test_folders_are_taken_over_and_what_is_no_profile_is_told(run: Any, photo: Path, tmp_path: Path) -> None:
    (tmp_path / "some").mkdir()
    (tmp_path / "some/a.dcp").write_bytes(content("A"))
    (tmp_path / "some/b.DCP").write_bytes(b"IIRC")
    ran = run("profiles", "import", tmp_path / "some")
    assert ran.status == 1 and "A (Test 1)" in ran.out and "b.DCP" in ran.err and "Traceback" not in ran.err
    ran = run("develop", photo, "-o", tmp_path / "a.jpg", "--camera-profile", tmp_path / "some/b.DCP")
    assert ran.status == 1 and "b.DCP" in ran.err and not (tmp_path / "a.jpg").exists()
    assert run("profiles", "remove", "Moon").status == 1
