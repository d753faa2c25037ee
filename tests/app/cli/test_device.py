"""`stillbytes device` and `develop --device`: what draws, told and chosen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stillbytes.core import preferences
from stillbytes.develop.device import opencl
from stillbytes.develop.device.opencl import Device
from stillbytes.gpu import drawing


@pytest.fixture(autouse=True)
def nothing_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "_now", [])
    monkeypatch.setattr(drawing, "_failed", [])
    monkeypatch.setattr(opencl, "devices", lambda: ())


def test_a_photo_is_developed_where_the_device_is_not(run: Any, photo: Path, tmp_path: Path) -> None:
    ran = run("develop", photo, "-o", tmp_path / "a.png", "--size", "64", "--device", "opencl", "--json")
    assert ran.status == 0 and ran.json[0]["error"] is None
    assert ran.err.count("The processor draws instead.") == 1
    assert "--device" in run("develop", "--help").out
    plain = run("develop", photo, "-o", tmp_path / "b.png", "--size", "64", "--device", "cpu")
    assert plain.status == 0 and not plain.err
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert run("develop", photo, "-o", tmp_path / "c.png", "--device", "abacus").status == 2


def test_a_device_that_is_not_there_is_not_kept_as_the_choice(run: Any) -> None:
    assert run("device", "--json").json == {"device": "cpu", "devices": []}
    ran = run("device", "opencl")
    assert ran.status == 1 and "no OpenCL device" in ran.err
    assert preferences.load().device == "cpu"


def test_what_draws_is_told_with_what_could(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    card = Device("A card", "card", 12_000, "A driver", 0)
    monkeypatch.setattr(opencl, "devices", lambda: (card,))
    monkeypatch.setattr(drawing, "draw_on", lambda device: card.name)
    assert "opencl draws: A card." in run("device", "opencl").out
    assert run("device", "--json").json["devices"] == [
        {"name": "A card", "kind": "card", "mib": 12_000, "platform": "A driver", "index": 0}
    ]
    told = {finding["subject"]: finding["says"] for finding in run("doctor", "--json").json["findings"]}
    assert told["OpenCL device"] == "A card (A driver), memory of its own, 12000 MiB."
    assert told["Pictures"] == "To be drawn on the opencl device."
    assert run("device", "cpu").status == 0 and preferences.load().device == "cpu"
