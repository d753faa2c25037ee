"""Masks where something is wrong: what is told, and that photo and edit stay as they were."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import stillbytes as sb
from stillbytes.app.cli.commands.mask import _in_words
from stillbytes.core.errors import Cancelled, Refused
from stillbytes.gpu.access import Access


@pytest.fixture(params=["mask", "develop"])
def command(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """Its arguments after the photo."""
    target = tmp_path / "out.png"
    return request.param, (
        ("--kind", "sky", "-o", target) if request.param == "mask" else ("-o", target, "--mask", "sky:exposure=-1")
    )


def test_an_empty_file_is_called_empty(run: Any, tmp_path: Path, command: Any) -> None:
    photo = tmp_path / "a.dng"
    photo.touch()
    ran = run(command[0], photo, *command[1])
    assert ran.status == 1 and "empty: it has 0 bytes" in ran.err and "again" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["a.dng"]


def test_what_the_broker_refuses_is_told_with_its_remedy(
    run: Any, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Any
) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise Refused("There is no memory left for a network.", "Close other programs.")

    monkeypatch.setattr(Access, "ask", refuse)
    before = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    ran = run(command[0], photo, *command[1])
    assert ran.status == 1 and "no memory left" in ran.err and "Close other programs." in ran.err
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_what_is_cancelled_in_the_middle_leaves_nothing_behind(photo: Path, tmp_path: Path) -> None:
    from stillbytes.edit.finding import complete  # noqa: PLC0415
    from stillbytes.gpu.access import own_access  # noqa: PLC0415

    opened = sb.open(photo)
    settings = opened.edit().mask(sb.masks.Landscape(), exposure=-1.0).settings
    before = sorted(path.name for path in tmp_path.iterdir())
    steps: list[str] = []
    with own_access() as access, pytest.raises(Cancelled):
        complete(opened, settings, lambda: access, keep=True, progress=steps.append, cancelled=lambda: len(steps) > 0)
    assert steps and sorted(path.name for path in tmp_path.iterdir()) == before
    assert not opened.settings


def test_the_ending_of_the_name_chooses_the_kind_of_picture(run: Any, photo: Path, tmp_path: Path) -> None:
    wanted = ("mask", photo, "--kind", "linear", "--set", "zero=[0,0]", "--set", "full=[0,0.4]", "-o")
    pictures = []
    for name, kind in (("a.png", "PNG"), ("a.TIFF", "TIFF"), ("a", "PNG")):
        assert run(*wanted, tmp_path / name).status == 0
        with Image.open(tmp_path / name) as picture:
            assert (picture.format, picture.mode) == (kind, "L")
            pictures.append(np.asarray(picture))
    assert all((one == pictures[0]).all() for one in pictures)
    ran = run(*wanted, tmp_path / "a.jpg")
    assert ran.status == 1 and ".png or .tif" in ran.err and not (tmp_path / "a.jpg").exists()


def test_a_network_that_is_not_sure_or_lost_its_file_is_told() -> None:
    offer = {"model": "isnet-small", "title": "ISNet small", "size": 44_342_436, "licence": "AGPL-3.0-only"}
    told = {"target": "a.png", "part": 0.1, "used": ["isnet-small"], "sure": 0.64, "better": [offer | {"lost": True}]}
    assert _in_words(told).splitlines()[1:] == [
        "Found by isnet-small.",
        "It is only 64 % sure: look whether it is right.",
        "ISNet small was downloaded, but is damaged or gone (44 MB, AGPL-3.0-only): stillbytes models pull isnet-small",
    ]
    usual = {**told, "sure": 0.9, "better": [offer | {"lost": False}]}
    assert "sure" not in _in_words(usual) and "ISNet small would do better" in _in_words(usual)
