"""`stillbytes denoise`: what it writes, what it tells, and how it fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from generate.denoise import tiny

import stillbytes as sb
from stillbytes.gpu.models import registry


@pytest.fixture
def network(home: Path) -> str:
    [file] = registry.get("rawnind-linear").files
    tiny.write(home / "models" / file.name, 3, 512, size=file.size)
    return "rawnind-linear"


def test_a_photo_is_cleaned_and_its_sidecar_says_so(run: Any, photo: Path, network: str) -> None:
    [foreseen] = run("denoise", photo, "--dry-run", "--json").json
    assert (foreseen["model"], foreseen["was"], foreseen["amount"]) == (network, "missing", 50)
    assert not photo.with_suffix(".stillbytes").exists()
    ran = run("denoise", photo, "--amount", "70")
    assert ran.status == 0 and f"70 % of {network}" in ran.out
    assert dict(sb.open(photo).settings) == {"ai_denoise": 70, "ai_denoise_model": network}
    [again] = run("denoise", photo, "--json").json
    assert again["was"] == "ready" and again["amount"] == 70 and again["result"]["kept"] == 0
    text = photo.with_suffix(".xmp").read_text()
    assert 'DenoiseAmount="70"' in text or "DenoiseAmount>70" in text
    assert run("denoise", photo, "--off").status == 0
    assert not sb.open(photo).settings and photo.with_suffix(".stillbytes").is_dir()


def test_without_a_network_it_says_which_to_get(run: Any, photo: Path) -> None:
    ran = run("denoise", photo)
    assert ran.status == 1 and "stillbytes models pull" in ran.err
    [told] = run("denoise", photo, "--json").json
    assert told["error"]["remedy"] and not photo.with_suffix(".xmp").exists()


def test_a_broken_photo_does_not_stop_the_others(run: Any, photo: Path, broken: Path, network: str) -> None:
    told = run("denoise", broken, photo, "--json").json
    assert told[0]["error"] and not told[1]["error"]


@pytest.mark.parametrize("given", [["--amount", "0"], ["--amount", "x"], ["--off", "--again"]])
def test_wrong_usage_is_told(run: Any, photo: Path, given: list[str]) -> None:
    assert run("denoise", photo, *given).status == 2
