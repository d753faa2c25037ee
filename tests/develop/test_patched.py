"""Patches in the pipeline, through its public interface."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from develop.scenes import bayer, colourful, cut
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect
from stillbytes.develop.difference import delta_e_2000, lab_of
from stillbytes.develop.frame import Output
from stillbytes.develop.patched import Insert
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.resampling.frame_grid import FrameGrid
from stillbytes.develop.settings import Settings
from stillbytes.photo.decoded import Decoded

FLOAT = Output("srgb", "float32")
RECT = Rect(101, 67, 150, 121)
PATCHED = {"patches": [{"id": "one", "rect": [101, 67, 150, 121], "variants": ["0123456789abcdef"]}]}


def with_patch(decoded: Decoded, pixels: NDArray[np.floating], **more: Any) -> Pipeline:
    """A pipeline whose settings PATCHED show (height, width, 4) `pixels`."""
    shown = pixels.astype(np.float32)
    insert = Insert("0123456789abcdef", RECT, lambda light: shown, **more)
    return Pipeline(decoded, inserts=lambda settings: [insert] if settings.patches else [])


def opaque(light: NDArray[np.floating], alpha: float | NDArray[np.floating] = 1.0) -> NDArray[np.float32]:
    whole = np.empty((*light.shape[:2], 4), np.float32)
    whole[..., :3], whole[..., 3] = light, alpha
    return whole


def hole(margin: int = 20) -> NDArray[np.float32]:
    alpha = np.zeros((RECT.height, RECT.width), np.float32)
    alpha[margin:-margin, margin:-margin] = 1
    return alpha


def scene_of(decoded: Decoded) -> NDArray[np.float32]:
    return Pipeline(decoded).scene(Settings(), RECT)


@pytest.mark.parametrize("scale", [1.0, 0.5, 0.37, 0.2])
@pytest.mark.parametrize("noise", [{}, {"noise_luminance": 60.0, "noise_colour": 60.0}])
def test_outside_of_alpha_every_bit_stays(scale: float, noise: dict[str, float]) -> None:
    decoded = bayer(colourful(), noise=0.003)
    pipeline = with_patch(decoded, opaque(np.full((RECT.height, RECT.width, 3), 0.9), hole()))
    settings = Settings(noise)
    plain = pipeline.render(settings, scale, output=FLOAT).pixels
    patched = pipeline.render(settings.changed(**PATCHED), scale, output=FLOAT).pixels
    changed = np.argwhere(np.any(plain != patched, axis=2))
    # The look stage sharpens and has a tone guide, so that settings without either are compared below; here the
    # patch's own light must not reach further than these do.
    assert len(changed)
    first, last = changed.min(axis=0), changed.max(axis=0) + 1
    reach = 24
    assert first[1] >= (RECT.x + 20) * scale - reach and first[0] >= (RECT.y + 20) * scale - reach
    assert last[1] <= (RECT.right - 20) * scale + reach and last[0] <= (RECT.bottom - 20) * scale + reach


@pytest.mark.parametrize("uniform_noise", [False, True])
def test_the_light_outside_of_alpha_is_the_same_to_the_last_bit(uniform_noise: bool) -> None:
    decoded = bayer(colourful(), noise=0.003)
    alpha = hole()
    pipeline = with_patch(decoded, opaque(np.full((RECT.height, RECT.width, 3), 0.9), alpha))
    plain, patched = pipeline.scene(Settings(), RECT), pipeline.scene(Settings(PATCHED), RECT)
    assert np.array_equal(plain[alpha == 0], patched[alpha == 0])
    assert np.abs(patched[alpha == 1].mean(axis=0) - 0.9).max() < 0.01


def test_a_patch_of_what_is_there_changes_nothing_that_is_seen() -> None:
    decoded = bayer(colourful())
    same = opaque(scene_of(decoded))
    pipeline = with_patch(decoded, same, grain=False)
    for settings in (Settings(), Settings(exposure=1.5, temperature=8200.0), Settings(shadows=80, contrast=40)):
        for scale in (1.0, 0.5, 0.3):
            plain = pipeline.render(settings, scale, output=FLOAT).pixels
            patched = pipeline.render(settings.changed(**PATCHED), scale, output=FLOAT).pixels
            difference = delta_e_2000(*(lab_of(p.reshape(-1, 3), "srgb") for p in (plain, patched)))
            assert difference.mean() < 0.05 and np.percentile(difference, 99.9) < 1.0


@pytest.mark.parametrize("noise", [{"noise_colour": 0}, {"noise_luminance": 75}])
def test_a_patch_in_the_dark_is_as_bright_as_its_surroundings_where_their_noise_is_cut_off(
    noise: dict[str, float],
) -> None:
    decoded, rect = cut(0.01, 0.05, 100.0), Rect(40, 30, 96, 64)
    shown = opaque(np.full((rect.height, rect.width, 3), scene_of(cut(0.01, 0.0, 4000.0)).mean(axis=(0, 1))))
    insert = Insert("0123456789abcdef", rect, lambda light: shown)
    pipeline = Pipeline(decoded, inserts=lambda settings: [insert] if settings.patches else [])
    settings = Settings({"profile": "linear", "sharpen_amount": 0, **noise})
    inside = np.s_[rect.y + 8 : rect.bottom - 8, rect.x + 8 : rect.right - 8]
    plain, patched = (
        pipeline.render(each, output=FLOAT).pixels[inside].mean(axis=(0, 1), dtype=np.float64)
        for each in (settings, settings.changed(**PATCHED))
    )
    assert np.abs(patched - plain).max() < 0.15 * plain.mean()


def test_a_patch_follows_exposure_and_white_like_the_scene_it_shows() -> None:
    truth = colourful()
    damaged = truth.copy()
    part = np.s_[RECT.y : RECT.bottom, RECT.x : RECT.right]
    damaged[part] = 0.4 * truth[part][:, ::-1]
    shown = opaque(scene_of(bayer(truth)))
    pipeline, real = with_patch(bayer(damaged), shown, grain=False), Pipeline(bayer(truth))
    as_shot = real.as_shot.temperature
    for change in ({"exposure": 1.5}, {"temperature": as_shot + 3000.0}, {"exposure": -2.0, "tint": 40.0}):
        wanted = real.render(Settings(change), output=FLOAT).pixels[part]
        got = pipeline.render(Settings({**change, **PATCHED}), output=FLOAT).pixels[part]
        difference = delta_e_2000(*(lab_of(p.reshape(-1, 3), "srgb") for p in (wanted, got)))
        assert difference.mean() < 0.2 and np.percentile(difference, 99) < 1.5


def test_grain_is_that_of_the_photo_at_every_scale() -> None:
    flat = np.full((333, 500, 3), 0.2)
    noisy = bayer(flat, noise=0.01)
    noise = {"noise_luminance": 30.0, "noise_colour": 25.0}
    profiled = Decoded(
        **{name: getattr(noisy, name) for name in ("layout", "samples", "pattern", "black", "white")},
        colour=None if noisy.colour is None else type(noisy.colour)(
            noisy.colour.color_matrices, neutral=noisy.colour.neutral, noise_profile=((0.0, 1e-4),)
        ),
    )  # fmt: skip
    clean = Pipeline(bayer(flat)).scene(Settings(), RECT)
    pipeline = with_patch(profiled, opaque(clean))
    inside, outside = Rect(121, 87, 110, 80), Rect(301, 87, 110, 80)
    for scale in (1.0, 0.5, 0.25):
        plain = np.zeros(3)
        for given in ({}, noise):
            picture = pipeline.render(Settings({**given, **PATCHED}), scale, output=FLOAT).pixels

            def spread(rect: Rect, picture: NDArray[Any] = picture, scale: float = scale) -> NDArray[np.float64]:
                x, y, right, bottom = (round(v * scale) for v in (rect.x, rect.y, rect.right, rect.bottom))
                return np.asarray(picture[y:bottom, x:right].std(axis=(0, 1)), np.float64)

            one, two = spread(inside), spread(outside)
            if not given:
                plain = one
                assert np.all(np.abs(np.log2(one / two)) < 0.25), scale
            # What noise reduction leaves is little and not spread evenly.
            assert np.all(np.abs(one - two) < 0.2 * plain), (given, scale)


def test_parts_and_strips_show_the_same_bytes_as_the_whole() -> None:
    pipeline = with_patch(bayer(colourful()), opaque(np.full((RECT.height, RECT.width, 3), 0.5), hole()))
    settings = Settings({"noise_luminance": 40.0, **PATCHED})
    whole = pipeline.render(settings).pixels
    region = Rect(120, 80, 90, 70)
    part = pipeline.render(settings, region=region).pixels
    assert np.array_equal(part, whole[80:150, 120:210])
    assert np.array_equal(pipeline.render(settings).pixels, whole)


def test_opacity_and_masks_fade_a_patch() -> None:
    light = opaque(np.full((RECT.height, RECT.width, 3), 0.8))

    def right_half(grid: FrameGrid) -> NDArray[np.float32]:
        x, y = grid.points()
        middle = (RECT.x + RECT.width / 2) / 500
        return np.broadcast_to(np.where(x > middle, 1.0, 0.0), np.broadcast(x, y).shape).astype(np.float32)

    decoded = bayer(colourful())
    plain = Pipeline(decoded).scene(Settings(), RECT)
    half = with_patch(decoded, light, grain=False, opacity=0.5).scene(Settings(PATCHED), RECT)
    assert np.allclose(half, (plain + 0.8) / 2, atol=0.01)
    masked = with_patch(decoded, light, coverage=right_half, coverage_key="right").scene(Settings(PATCHED), RECT)
    assert np.array_equal(masked[:, :75], plain[:, :75])
    assert np.abs(masked[:, 76:] - 0.8).mean() < 0.01


def test_light_beyond_saturation_comes_back() -> None:
    decoded = bayer(colourful())
    pipeline = with_patch(decoded, opaque(np.full((RECT.height, RECT.width, 3), 7.0)))
    assert np.allclose(pipeline.scene(Settings(PATCHED), RECT.grown(-8)), 7.0, rtol=0.02)


def test_patches_at_the_edge_of_the_frame_and_beyond() -> None:
    decoded = bayer(colourful())
    for rect in (Rect(-40, -30, 100, 80), Rect(440, 280, 100, 80), Rect(0, 0, 500, 333), Rect(900, 900, 10, 10)):
        light = opaque(np.full((rect.height, rect.width, 3), 0.6))
        insert = Insert("0123456789abcdef", rect, lambda _, light=light: light, grain=False)
        pipeline = Pipeline(decoded, inserts=lambda settings, insert=insert: [insert] if settings.patches else [])
        whole = Rect(0, 0, 500, 333)
        plain, patched = pipeline.scene(Settings(), whole), pipeline.scene(Settings(PATCHED), whole)
        seen = rect.within(whole)
        assert np.allclose(patched[seen.y : seen.bottom, seen.x : seen.right], 0.6, atol=0.01)
        patched[seen.y : seen.bottom, seen.x : seen.right] = plain[seen.y : seen.bottom, seen.x : seen.right]
        assert np.array_equal(patched, plain)
        small = pipeline.render(Settings(PATCHED), 0.25).pixels
        assert small.shape == (83, 125, 3)


def test_strips_one_below_the_other_are_parts_of_the_whole_also_when_the_patch_changes_between() -> None:
    """Rows around a patch are taken over from the strip before, but only where they show the same."""
    decoded = bayer(colourful(), noise=0.003)
    shown = opaque(np.full((RECT.height, RECT.width, 3), 0.9), hole())
    opacity = [1.0]

    def inserts(settings: Settings) -> list[Insert]:
        return [Insert("0123456789abcdef", RECT, lambda light: shown, opacity=opacity[0])] if settings.patches else []

    settings = Settings({"noise_luminance": 60.0, **PATCHED})
    rolled = Pipeline(decoded, inserts=inserts)
    width = rolled.frame.width
    for i, top in enumerate(range(60, 200, 35)):
        opacity[0] = (1.0, 1.0, 0.4, 0.4, 1.0)[i % 5]
        region = Rect(0, top, width, 35)
        fresh = Pipeline(decoded, inserts=inserts).render(settings, region=region, output=FLOAT).pixels
        assert np.array_equal(rolled.render(settings, region=region, output=FLOAT).pixels, fresh)
