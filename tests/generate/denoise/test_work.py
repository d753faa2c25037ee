"""A photo's light through networks that behave, and through such as do not."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from stillbytes.core.errors import Cancelled
from stillbytes.core.geometry import Rect, Size
from stillbytes.generate.denoise.networks import Network, Seen
from stillbytes.generate.denoise.store import codes, table
from stillbytes.generate.denoise.tiles import Grid, Joined, mirrored
from stillbytes.generate.denoise.work import Cleaned, clean
from stillbytes.generate.painters.answer import UnusableAnswer

Floats = NDArray[np.float32]
Answer = Callable[[Floats], Floats]
GAINS = (2.1, 1.0, 1.4)
NOISE = (1e-4, 1e-6)


class Taken:
    """A photo of which everything is known: smooth light, noise that is the same for mosaic and light."""

    gains = GAINS
    noise = NOISE
    to_working = np.array([[0.8, 0.15, 0.05], [0.1, 0.85, 0.05], [0.02, 0.08, 0.9]])

    def __init__(self, width: int = 230, height: int = 171, cell: str = "RGGB", *, noisy: bool = True) -> None:
        self.frame, self.cell = Size(width, height), cell
        y, x = np.mgrid[0:height, 0:width]
        truth = np.stack([0.3 + 0.2 * np.sin(x / 37), 0.25 + 0.2 * np.cos(y / 29), 0.2 + 0.1 * np.sin((x + y) / 41)])
        self.truth = truth.astype(np.float32)
        spread = np.sqrt(NOISE[0] * truth + NOISE[1]) * np.array(GAINS)[:, None, None]
        random = np.random.default_rng(3)
        self.whole = (truth + noisy * spread * random.standard_normal(truth.shape)).astype(np.float32)

    def light(self, rect: Rect) -> Floats:
        return self.whole[:, rect.y : rect.bottom, rect.x : rect.right]

    def mosaic(self, rect: Rect) -> Floats:
        out = np.empty((self.frame.height, self.frame.width), np.float32)
        for site, letter in enumerate(self.cell):
            channel, here = "RGB".index(letter), np.s_[site // 2 :: 2, site % 2 :: 2]
            out[here] = self.whole[channel][here] / GAINS[channel]
        return out[rect.y : rect.bottom, rect.x : rect.right]


def asked(answer: Answer) -> Callable[[Sequence[Floats]], list[Floats]]:
    return lambda inputs: [answer(one) for one in inputs]


def doubled(packed: Floats) -> Floats:
    """A network for mosaics that only puts each site's colour where it is."""
    red, green, blue = packed[:, 0], (packed[:, 1] + packed[:, 2]) / 2, packed[:, 3]
    return np.repeat(np.repeat(np.stack([red, green, blue], 1), 2, 2), 2, 3)


def result(photo: Taken, network: Network, answer: Answer) -> tuple[Floats, Cleaned]:
    done = clean(photo, photo.frame, network, asked(answer), "The network")
    return np.moveaxis(table()[done.samples], -1, 0), done


@pytest.mark.parametrize("sees", ["linear", "encoded"])
@pytest.mark.parametrize(("width", "height"), [(230, 171), (64, 40), (33, 200)])
def test_a_network_that_changes_nothing_changes_nothing(sees: Seen, width: int, height: int) -> None:
    photo = Taken(width, height)
    made, done = result(photo, Network(sees, 64, 8), lambda seen: seen)
    assert done.kept == done.dimmed == 0
    assert np.abs(made - photo.whole).max() < 2e-4


@pytest.mark.parametrize("cell", ["RGGB", "GRBG", "GBRG", "BGGR"])
def test_a_mosaic_is_shown_red_first_whatever_its_cell(cell: str) -> None:
    photo = Taken(131, 90, cell, noisy=False)
    made, done = result(photo, Network("mosaic", 32, 4, gained=True), lambda seen: doubled(seen) * 0.2)
    assert done.kept == 0 and done.gain == pytest.approx(5, rel=0.01)
    assert np.abs(made - photo.truth)[:, 2:-2, 2:-2].max() < 0.02  # half a pixel beside its place


@pytest.mark.parametrize("sees", ["linear", "encoded"])
def test_brightness_comes_back_to_the_photos_own(sees: Seen) -> None:
    photo = Taken()
    made, done = result(photo, Network(sees, 64, 8), lambda seen: seen * 0.96 + 0.004)
    assert done.kept == 0
    off = (made - photo.truth).mean((1, 2)) / photo.truth.mean((1, 2))
    assert np.abs(off).max() < 0.003


def test_noise_below_black_does_not_brighten_shadows() -> None:
    photo = Taken()
    photo.whole = np.random.default_rng(1).normal(0, 1e-3, photo.whole.shape).astype(np.float32)
    made, _ = result(photo, Network("encoded", 64, 8), lambda seen: np.full_like(seen, seen.mean()))
    assert abs(float(made.mean())) < 5e-5 and made.std() < 3e-4


def test_what_is_averaged_has_less_noise_and_no_seams() -> None:
    photo = Taken()

    def smooth(seen: Floats) -> Floats:
        wide = np.pad(seen, ((0, 0), (0, 0), (2, 2), (2, 2)), "edge")
        rows, columns = seen.shape[2:]
        return sum(wide[..., y : y + rows, x : x + columns] for y in range(5) for x in range(5)) / np.float32(25)

    made, done = result(photo, Network("linear", 64, 8), smooth)
    inside = np.s_[:, 4:-4, 4:-4]
    assert done.kept == 0
    assert (made - photo.truth)[inside].std() < 0.35 * (photo.whole - photo.truth)[inside].std()
    steps = np.abs(np.diff(made - photo.truth, axis=2)).mean((0, 1))
    assert steps.max() < 4 * np.median(steps)


def test_highlights_stay_the_photos_own() -> None:
    photo = Taken()
    bright = np.s_[:, 40:60, 50:90]
    photo.whole[bright] = np.array([3.0, 1.6, 2.2], np.float32)[:, None, None]
    made, _ = result(photo, Network("encoded", 64, 8), lambda seen: seen)
    assert np.abs(made - photo.whole).max() < 2e-3


def test_a_tile_that_overflows_is_done_with_less_light() -> None:
    """As half floats do, which end at 65504."""
    photo = Taken()

    def halves(seen: Floats) -> Floats:
        with np.errstate(over="ignore"):
            return (seen * 2e5).astype(np.float16).astype(np.float32) / 2e5

    made, done = result(photo, Network("linear", 64, 8), halves)
    assert done.dimmed > 0 and done.kept == 0
    assert np.abs(made - photo.whole).max() < 2e-3


def test_a_tile_whose_answer_is_none_stays_as_it_was() -> None:
    photo = Taken()

    def fails(seen: Floats) -> Floats:
        return np.full_like(seen, np.nan) if seen.mean() > 0.278 else seen * 0 + seen.mean()

    flat = Taken()
    flat.whole = np.full_like(photo.whole, 0.2)
    flat.whole[:, :40, :40] = 0.6
    made, done = result(flat, Network("linear", 64, 8), fails)
    assert 0 < done.kept < done.tiles / 2
    assert np.abs(made - flat.whole).max() < 2e-4


@pytest.mark.parametrize(
    "answer",
    [
        lambda seen: np.full_like(seen, np.nan),
        np.zeros_like,
        lambda seen: np.full_like(seen, 0.3),
        lambda seen: seen[..., ::-1, ::-1],
        lambda seen: np.random.default_rng(1).random(seen.shape, np.float32),
    ],
)
def test_what_is_not_the_photo_is_refused(answer: Answer) -> None:
    with pytest.raises(UnusableAnswer, match="not that photo") as told:
        result(Taken(), Network("linear", 64, 8), answer)
    assert told.value.remedy


@pytest.mark.parametrize("gain", [0.0, -1.0, np.nan])
def test_a_network_without_a_gain_is_refused(gain: float) -> None:
    with pytest.raises(UnusableAnswer):
        result(Taken(), Network("linear", 64, 8, gained=True), lambda seen: seen * np.float32(gain))


def test_another_shape_is_told_with_what_to_do() -> None:
    with pytest.raises(UnusableAnswer, match=r"1 x 3 x 32 x 32 numbers where 1 x 3 x 64 x 64") as told:
        result(Taken(), Network("linear", 64, 8), lambda seen: seen[..., ::2, ::2])
    assert "verify" in told.value.remedy


def test_it_can_be_stopped_and_tells_how_far_it_is() -> None:
    photo, heard = Taken(), list[float]()

    def stop() -> bool:
        return len(heard) > 1

    with pytest.raises(Cancelled):
        clean(
            photo, photo.frame, Network("linear", 64, 8), asked(lambda seen: seen), "The network",
            lambda news: heard.append(news.fraction), stop,
        )  # fmt: skip
    assert heard == sorted(heard) and heard[-1] < 1


@pytest.mark.parametrize(("width", "height"), [(100, 70), (7, 300), (48, 48), (49, 1)])
def test_tiles_cover_a_frame_and_their_weights_join(width: int, height: int) -> None:
    grid = Grid(Size(width, height), 64, 8)
    rows, joined = grid.rows(), Joined(Size(width, height), grid)
    found = np.zeros((3, height, width), np.float32)
    for number, tiles in enumerate(rows):
        for tile in tiles:
            joined.add(tile, np.full((3, 64, 64), 0.7, np.float32))
        below = height if number + 1 == len(rows) else rows[number + 1][0].y + 4
        first, light = joined.done(below)
        found[:, first : first + light.shape[1]] = light
    assert np.allclose(found, 0.7, atol=1e-6)


def test_a_frame_is_mirrored_without_its_ends() -> None:
    assert mirrored(-3, 10, 5).tolist() == [3, 2, 1, 0, 1, 2, 3, 4, 3, 2]
    assert mirrored(-2, 3, 1).tolist() == [0, 0, 0]


def test_codes_are_finer_than_a_sensor() -> None:
    light = np.linspace(-0.005, 4, 4001, dtype=np.float32)
    back = table()[codes(light)]
    assert np.abs(back - light).max() < 2e-4
    dark = light < 0.05
    assert np.abs(back - light)[dark].max() < 1 / 2**14
