"""`stillbytes heal`: spots in the sidecar and in what is exported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import stillbytes as sb


def test_spots_are_one_step_of_the_sidecar(run: Any, photo: Path, tmp_path: Path) -> None:
    before = photo.read_bytes()
    told = run("heal", photo, "--spot", "0.4,0.3,0.05", "--spot", "0.7,0.4,0.04", "-o", tmp_path / "a.png", "--json")
    assert told.status == 0
    assert [len(spot["source"]) for spot in told.json["spots"]] == [2, 2] and told.json["spots"][0]["found"]
    plain = np.asarray(sb.open(photo).edit({}).render()).astype(int)
    exported = np.asarray(Image.open(tmp_path / "a.png").convert("RGB")).astype(int)
    assert np.any(plain != exported)
    again = sb.open(photo)
    assert [patch.task for patch in again.settings.patches] == ["heal", "heal"]
    assert np.abs(np.asarray(again.edit().render()).astype(int) - exported).max() <= 1  # of sixteen bits
    assert photo.read_bytes() == before
    assert not photo.with_suffix(".stillbytes").exists()  # the recipe is all there is


def test_a_source_given_by_hand_is_kept(run: Any, photo: Path) -> None:
    assert run("heal", photo, "--spot", "0.4,0.3,0.05", "--from", "0.6,0.3", "--clone", "--feather", "10").status == 0
    (patch,) = sb.open(photo).settings.patches
    assert patch.task == "clone" and patch.recipe["source"] == [0.6, 0.3] and not patch.recipe["found"]
    assert patch.recipe["feather"] == 10


def test_a_dry_run_writes_nothing(run: Any, photo: Path) -> None:
    ran = run("heal", photo, "--spot", "0.4,0.3,0.05", "--dry-run")
    assert ran.status == 0 and "Would heal" in ran.out and not photo.with_suffix(".xmp").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        ["--spot", "0.4,0.3"], ["--spot", "a,b,c"], ["--spot", "0.4,0.3,0.9"], ["--spot", "0.4,1.5,0.01"],
        ["--spot", "0.4,0.3,nan"], ["--spot", "0.1,0.1,0.01", "--spot", "0.2,0.2,0.01", "--from", "0.3,0.3"], [],
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_told(run: Any, photo: Path, wrong: list[str]) -> None:
    ran = run("heal", photo, *wrong)
    assert ran.status in (1, 2) and ran.err and "Traceback" not in ran.err
    assert not sb.open(photo).settings
