"""`stillbytes remove`: what a mask covers is gone, in the sidecar and in what is exported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import stillbytes as sb


@pytest.fixture
def mask(photo: Path, tmp_path: Path) -> Path:
    size = sb.open(photo).pipeline.frame
    pixels = np.zeros((size.height, size.width), np.uint8)
    pixels[size.height // 3 : size.height // 2, size.width // 3 : size.width // 2] = 255
    path = tmp_path / "mask.png"
    Image.fromarray(pixels).save(path)
    return path


def test_what_is_removed_is_gone_from_the_export(run: Any, photo: Path, mask: Path, tmp_path: Path) -> None:
    before = photo.read_bytes()
    ran = run("remove", photo, "--mask", mask, "-o", tmp_path / "out.png")
    assert ran.status == 0 and "without a model" in ran.out
    plain = np.asarray(sb.open(photo).edit({}).render()).astype(int)
    changed = np.abs(np.asarray(Image.open(tmp_path / "out.png").convert("RGB")).astype(int) - plain).max(axis=2) > 2
    covered = np.asarray(Image.open(mask)) > 0
    assert changed[covered].mean() > 0.2
    assert changed[np.asarray(~covered)].mean() < 0.15
    assert photo.read_bytes() == before
    assert len(sb.open(photo).settings.patches) == 1


def test_a_dry_run_writes_nothing(run: Any, photo: Path, mask: Path) -> None:
    told = run("remove", photo, "--mask", mask, "--dry-run", "--json").json
    assert told["engine"] == "classical" and told["pixels"] > 0 and told["sidecar"] is None
    assert not photo.with_suffix(".xmp").exists() and not photo.with_suffix(".stillbytes").exists()


@pytest.mark.parametrize("what", ["missing", "text", "empty", "proportions"])
def test_masks_that_cannot_serve_are_told(run: Any, photo: Path, tmp_path: Path, what: str) -> None:
    path = tmp_path / "mask.png"
    size = sb.open(photo).pipeline.frame
    if what == "text":
        path.write_text("no picture")
    elif what == "empty":
        Image.fromarray(np.zeros((size.height, size.width), np.uint8)).save(path)
    elif what == "proportions":
        Image.fromarray(np.full((10, 90), 255, np.uint8)).save(path)
    ran = run("remove", photo, "--mask", path)
    assert ran.status == 1 and "Traceback" not in ran.err
    assert not sb.open(photo).settings
