"""A photo mixed with what a network made of its light: at once, at every scale, and nothing else changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from dng import make_photo, scene

from stillbytes.core.geometry import Rect
from stillbytes.develop.clean import Clean
from stillbytes.develop.patched import Insert
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.generate.denoise.store import codes, table
from stillbytes.photo.decode import decode


def pipeline(path: Path, inserts: tuple[Insert, ...] = ()) -> Pipeline:
    make_photo(path, scene(192, 128), iso=6400)
    decoded = decode(path)
    plain = Pipeline(decoded)
    whole = plain.sensed.light(Rect.of(plain.frame))
    samples = np.ascontiguousarray(np.moveaxis(codes(np.full_like(whole, 0.2) + 0.5 * whole.mean(0)), 0, -1))
    clean = Clean("a", samples, table())
    return Pipeline(decoded, inserts=lambda settings: inserts, cleans=lambda settings: clean)


def test_an_amount_is_that_part_of_it(tmp_path: Path) -> None:
    found, rect = pipeline(tmp_path / "a.dng"), Rect(10, 10, 150, 100)
    none, part, whole = (found.scene(Settings(ai_denoise=amount), rect) for amount in (0, 40, 100))
    assert np.abs(whole - none).max() > 0.05
    assert np.abs(part - (0.6 * none + 0.4 * whole)).max() < 1e-5


@pytest.mark.parametrize("scale", [0.5, 0.23])
def test_it_is_seen_at_every_scale(tmp_path: Path, scale: float) -> None:
    found = pipeline(tmp_path / "a.dng")
    none, part, whole = (
        found.render(Settings(ai_denoise=amount, sharpen_amount=0), scale).pixels.astype(int) for amount in (0, 50, 100)
    )
    farther, nearer = np.abs(whole - none).mean(), np.abs(part - none).mean()
    assert farther > 2 and 0.3 * farther < nearer < 0.7 * farther


def test_a_region_has_the_bytes_of_the_whole(tmp_path: Path) -> None:
    found = pipeline(tmp_path / "a.dng")
    settings = Settings(ai_denoise=70, noise_luminance=30)
    whole = found.render(settings).pixels
    part = found.render(settings, region=Rect(40, 30, 77, 51)).pixels
    assert np.array_equal(part, whole[30:81, 40:117])


def test_without_an_amount_nothing_is_asked_for(tmp_path: Path) -> None:
    make_photo(tmp_path / "a.dng", scene())
    asked: list[Settings] = []

    def cleans(settings: Settings) -> None:
        asked.append(settings)

    found = Pipeline(decode(tmp_path / "a.dng"), cleans=cleans)
    plain = found.render(Settings()).pixels
    assert not asked
    assert np.array_equal(found.render(Settings(ai_denoise=50)).pixels, plain) and asked


def test_a_result_of_another_size_is_not_shown(tmp_path: Path) -> None:
    make_photo(tmp_path / "a.dng", scene())
    wrong = Clean("a", np.zeros((4, 4, 3), np.uint16), table())
    found = Pipeline(decode(tmp_path / "a.dng"), cleans=lambda settings: wrong)
    assert np.array_equal(found.render(Settings(ai_denoise=50)).pixels, found.render(Settings()).pixels)


def test_patches_lie_over_it_and_change_nothing_outside(tmp_path: Path) -> None:
    rect = Rect(60, 40, 30, 20)
    pixels = np.dstack([np.full((20, 30, 3), 0.4, np.float32), np.ones((20, 30), np.float32)])
    insert = Insert("0123456789abcdef", rect, lambda light: pixels)
    found = pipeline(tmp_path / "a.dng", (insert,))
    for settings in (Settings(ai_denoise=60), Settings(ai_denoise=100, noise_luminance=20)):
        bare = found.render(settings.changed(sharpen_amount=0)).pixels.astype(int)
        patch = {"id": "p", "rect": [60, 40, 30, 20], "recipe": {"engine": "classical"}}
        patched = found.render(settings.changed(sharpen_amount=0, patches=[patch])).pixels.astype(int)
        changed = np.abs(patched - bare).max(2) > 0
        assert changed[45:55, 70:80].all()
        outside = changed.copy()
        outside[40:60, 60:90] = False
        assert not outside.any()


def test_the_light_that_patches_are_made_from_is_the_clean_one(tmp_path: Path) -> None:
    found = pipeline(tmp_path / "a.dng")
    rect = Rect(20, 20, 40, 40)
    plain, clean = found.scene(Settings(), rect), found.scene(Settings(ai_denoise=100), rect)
    assert clean.std() < 0.5 * plain.std()
