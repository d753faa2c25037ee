"""Lenses found in Lensfun's database, and what it knows of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from stillbytes.core.geometry import Size
from stillbytes.develop.resampling.bending import Bent
from stillbytes.photo.lens import focal_length, found, profile
from stillbytes.photo.metadata import Metadata
from stillbytes.photo.worker import lensfun

lensfunpy = pytest.importorskip("lensfunpy")

FRAME = Size(5760, 3840)
ZOOM = Metadata(
    make="Canon", model="Canon EOS 5D Mark III", lens="EF24-105mm f/4L IS USM", focal_length=24.0, aperture=4.0,
    focal_length_35=24.0, width=5760, height=3840,
)  # fmt: skip


def test_the_lens_is_found_by_what_the_file_says() -> None:
    known = profile(ZOOM, FRAME)
    assert known is not None
    assert "24-105mm f/4L IS USM" in known.model
    assert known.corrects == ("distortion", "fringes", "vignetting")


def test_places_are_those_that_lensfun_itself_gives() -> None:
    known = profile(ZOOM, FRAME)
    assert known is not None
    database = lensfunpy.Database()
    camera = database.find_cameras("Canon", "Canon EOS 5D Mark III")[0]
    lens = database.find_lenses(camera, None, ZOOM.lens)[0]
    width, height = 721, 481
    modifier = lensfunpy.Modifier(lens, camera.crop_factor, width, height)
    modifier.initialize(24.0, 4.0, 10.0, scale=1.0, pixel_format=np.float32)
    theirs = modifier.apply_subpixel_geometry_distortion()
    bent = Bent.of(known.bend, Size(width, height))
    y, x = np.mgrid[0:height:20, 0:width:20].astype(np.float64)
    for channel in range(3):
        across, down = bent.to_photo(x, y, channel)
        # Lensfun's own arithmetic is good to 1e-4 of the radius.
        assert np.abs(across - theirs[::20, ::20, channel, 0]).max() < 0.08
        assert np.abs(down - theirs[::20, ::20, channel, 1]).max() < 0.08
    light = np.ones((height, width, 3), np.float32)
    assert modifier.apply_color_modification(light)
    # Half a pixel of so small a picture is 0.03 of the light in the corner of this lens.
    assert np.abs(bent.gain(x, y) / light[::20, ::20, 1] - 1).max() < 0.03


def test_a_name_goes_before_what_the_file_says() -> None:
    known = profile(ZOOM, FRAME, "EF 50mm f/1.8 II")
    assert known is not None and "50mm" in known.model


def test_a_lens_that_nobody_knows_is_none() -> None:
    assert profile(replace(ZOOM, lens="Cardboard 3000"), FRAME) is None
    assert profile(Metadata(), FRAME) is None
    assert profile(ZOOM, FRAME, "no such lens anywhere") is None


def test_lenses_are_listed_by_words_those_that_fit_first() -> None:
    listed = found("50mm 1.8", ZOOM)
    assert listed and listed[0].fits
    assert all("50mm" in lens.model.lower() and "1.8" in lens.model for lens in listed)
    assert found("no such lens anywhere") == []


def test_portraits_have_the_same_corrections() -> None:
    upright = profile(ZOOM, Size(3840, 5760))
    level = profile(ZOOM, FRAME)
    assert upright is not None and level is not None
    assert upright.bend.factors == level.bend.factors


def test_the_focal_length_counts_in_long_edges() -> None:
    assert focal_length(replace(ZOOM, focal_length_35=36.0), FRAME) == pytest.approx(1.0, rel=1e-3)
    assert focal_length(Metadata(), FRAME) is None


def test_without_the_library_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "lensfunpy", None)
    lensfun._database.cache_clear()
    try:
        with pytest.raises(lensfun.LensfunMissing, match="lensfunpy"):
            lensfun.named({"query": "50mm", "make": "", "model": ""})
    finally:
        lensfun._database.cache_clear()
