"""`stillbytes ask`: told, applied as one step, and refused."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import stillbytes as sb
from stillbytes.edit import sidecar


def test_the_answer_is_told_and_nothing_written(run: Any, photo: Path) -> None:
    ran = run("ask", photo, "exposure +0.7, darken the sky", "--dry-run", "--json", "--engine", "vocabulary")
    assert ran.status == 0
    assert list(ran.json) == ["engine", "understood", "settings", "masks", "steps", "message"]
    assert ran.json["engine"] == "vocabulary"
    assert ran.json["settings"] == {"exposure": 0.7}
    assert [(m["kind"], m["delta"]) for m in ran.json["masks"]] == [("sky", {"exposure": -0.5})]
    assert not sidecar.path_for(photo).exists()


def test_what_is_not_understood_is_empty(run: Any, photo: Path) -> None:
    ran = run("ask", photo, "make it look like a Monet", "--json")
    assert ran.status == 0
    assert not ran.json["understood"]
    assert (ran.json["settings"], ran.json["masks"], ran.json["steps"]) == ({}, [], [])
    assert run("ask", photo, "make it look like a Monet", "--apply").status == 1
    assert not sidecar.path_for(photo).exists()


def test_applied_it_is_one_step_and_the_next_request_is_about_it(run: Any, photo: Path) -> None:
    before = photo.read_bytes()
    assert run("ask", photo, "contrast +20 and brighter", "--apply").status == 0
    found = sidecar.read(photo, *sb.open(photo).upright)
    assert dict(found.settings) == {"exposure": 0.5, "contrast": 20}
    assert [entry.label for entry in found.history] == ["contrast +20 and brighter"]
    assert run("ask", photo, "less", "--json").json["settings"] == {"exposure": 0.25, "contrast": 10}
    assert run("ask", photo, "undo", "--apply").status == 0
    assert not sidecar.read(photo, *sb.open(photo).upright).settings
    assert photo.read_bytes() == before


def test_many_photos_are_changed_only_when_that_was_said(run: Any, photo: Path) -> None:
    second = photo.with_name("second.dng")
    shutil.copy(photo, second)
    ran = run("ask", photo, second, "brighter", "--apply", "--json")
    assert ran.status == 2
    assert "2 photos" in ran.out + ran.err
    assert not sidecar.path_for(second).exists()
    ran = run("ask", photo, second, "brighter", "--apply", "--yes", "--json")
    assert ran.status == 0
    assert [one["settings"] for one in ran.json] == [{"exposure": 0.5}] * 2


def test_one_photo_that_fails_costs_the_others_nothing(run: Any, photo: Path) -> None:
    broken = photo.with_name("broken.dng")
    broken.write_bytes(b"II*\0 no photo")
    ran = run("ask", broken, photo, "warmer", "--apply", "--yes", "--json")
    assert ran.status == 1
    assert ran.json[0]["error"]["message"] and list(ran.json[1]["settings"]) == ["temperature"]
    assert sidecar.path_for(photo).exists()


def test_an_engine_that_there_is_not_is_told(run: Any, photo: Path) -> None:
    assert run("ask", photo, "brighter", "--engine", "nonsense").status == 1
