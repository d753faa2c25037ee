"""What pictures give away: drawn scenes that are blurred, underexposed or clipped by known amounts, and a real face.

face.jpg is a part of NASA's portrait of Eileen Collins (S93-25522, in the public domain).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from library.catalogue.photos import names
from numpy.typing import NDArray
from PIL import Image

from stillbytes.core.errors import Cancelled
from stillbytes.core.jobs import Control
from stillbytes.gpu.access import own_access
from stillbytes.library.catalogue import Catalogue, InvalidQuery
from stillbytes.library.hints import hints
from stillbytes.library.hints.edges import edges, noise
from stillbytes.library.hints.faces import faces
from stillbytes.masks.detect.detector import Ask, Picture

Pixels = NDArray[np.uint8]
FACE = np.asarray(Image.open(Path(__file__).parents[2] / "masks/detect/face.jpg").convert("RGB"))


def scene(seed: int = 1, width: int = 900, height: int = 600) -> Pixels:
    """Discs and bars of many colours, without blur."""
    dice = np.random.default_rng(seed)
    pixels = np.full((height, width, 3), 110, np.uint8)
    for _ in range(70):
        x, y = (int(dice.integers(0, most)) for most in (width, height))
        colour = tuple(int(v) for v in dice.integers(20, 235, 3))
        if dice.random() < 0.5:
            cv2.circle(pixels, (x, y), int(dice.integers(12, 60)), colour, -1, cv2.LINE_AA)
        else:
            to = (x + int(dice.integers(-200, 200)), y + int(dice.integers(-200, 200)))
            cv2.line(pixels, (x, y), to, colour, int(dice.integers(8, 30)), cv2.LINE_AA)
    return pixels


def blurred(pixels: Pixels, radius: float) -> Pixels:
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), radius), np.uint8)


def noisy(pixels: Pixels, sigma: float) -> Pixels:
    return np.clip(pixels + np.random.default_rng(2).normal(0, sigma, pixels.shape), 0, 255).astype(np.uint8)


def grey(pixels: Pixels) -> NDArray[np.float32]:
    return cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY).astype(np.float32)


def softness(pixels: Pixels) -> float:
    found = edges(grey(pixels)).softness
    assert found is not None
    return found


def shut(pixels: Pixels) -> Pixels:
    """The face with lids drawn over its eyes, and lashes below."""
    out = cv2.resize(pixels, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC).astype(np.float32)
    for x, y in ((144, 101), (187, 103)):
        skin = pixels[y - 12 : y - 9, x - 6 : x + 6].reshape(-1, 3).mean(0)
        for middle, radii, wide, colour, soft, opaque in (
            ((4 * x, 4 * y), (56, 26), -1, skin, 6, 1.0),
            ((4 * x, 4 * y + 4), (44, 14), 5, np.array([50, 30, 25]), 2, 0.8),
        ):
            drawn = np.zeros(out.shape[:2], np.float32)
            cv2.ellipse(drawn, middle, radii, 0, 0, 360 if wide < 0 else 180, 1, wide, cv2.LINE_AA)
            covered = opaque * cv2.GaussianBlur(drawn, (0, 0), soft)[..., None]
            out = out * (1 - covered) + colour * covered
    small = cv2.resize(np.clip(out, 0, 255).astype(np.uint8), pixels.shape[1::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def save(path: Path, pixels: Pixels) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, quality=92)
    return path


def test_softness_follows_the_blur_whatever_contrast_and_noise() -> None:
    picture = scene()
    found = [softness(blurred(picture, radius)) for radius in (0.01, 1.5, 3, 5)]
    assert found == sorted(found) and found[0] < 0.6
    assert found[1:3] == pytest.approx([1.5, 3], rel=0.25)
    faint = (110 + 0.25 * (picture.astype(np.float32) - 110)).astype(np.uint8)
    assert softness(blurred(faint, 3)) == pytest.approx(found[2], rel=0.15)
    for sigma in (3, 6):
        assert softness(noisy(picture, sigma)) < 0.9  # noise is no blur
        assert softness(noisy(blurred(picture, 3), sigma)) == pytest.approx(3, rel=0.25)  # nor is it sharp


def test_a_photo_is_as_sharp_as_its_sharpest_part() -> None:
    picture = scene()
    portrait = blurred(picture, 5)
    portrait[200:420, 300:600] = picture[200:420, 300:600]
    found = edges(grey(portrait))
    assert found.softness is not None and found.softness < 0.8
    inside, outside = found.within(320, 220, 580, 400), found.within(0, 0, 200, 600)
    assert inside is not None and outside is not None and inside < 0.8 and outside > 2.5


def test_nothing_is_said_about_a_picture_without_edges() -> None:
    assert edges(np.full((400, 600), 120, np.float32)).softness is None
    assert edges(grey(noisy(np.full((400, 600, 3), 120, np.uint8), 8))).softness is None
    assert noise(grey(noisy(np.full((400, 600, 3), 120, np.uint8), 8))) == pytest.approx(8 * 0.67, rel=0.1)


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    with own_access() as access:
        yield lambda model, inputs, role="model": access.ask(model, inputs, role)


def test_eyes_are_told_open_or_shut(ask: Ask) -> None:
    threshold = hints()["eyes-shut"].threshold
    (open_,) = faces(Picture(FACE), ask)
    (closed,) = faces(Picture(shut(FACE)), ask)
    assert open_.opened is not None and closed.opened is not None
    assert open_.opened > 1.4 * threshold and closed.opened < threshold
    left, top, right, bottom = open_.eyes[0]
    assert left < 144 < right and top < 101 < bottom
    assert faces(Picture(scene()), ask) == ()


def test_photos_are_looked_at_and_found_by_what_was_noticed(folder: Path, catalogue: Catalogue) -> None:
    picture = scene()
    save(folder / "sharp.jpg", picture)
    save(folder / "soft.jpg", blurred(picture, 4))
    save(folder / "dark.jpg", (picture * 0.15).astype(np.uint8))
    clipped = picture.copy()
    clipped[:, :300] = 255
    save(folder / "clipped.jpg", clipped)
    save(folder / "blink.jpg", shut(FACE))
    (folder / "bad.jpg").write_bytes(b"no photo")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    catalogue.add(folder)
    assert names(catalogue, "hint:any") == names(catalogue, "hint:none") == []
    found = catalogue.look()
    assert (found.photos, found.failed) == (6, 1)
    assert names(catalogue, "hint:blurred") == ["soft.jpg"]
    for query in ("hint:underexposed", "hint:dark"):  # the second is what older releases called it
        assert names(catalogue, query) == ["dark.jpg"]
    for query in ("hint:clipped", "hint:burnt"):
        assert names(catalogue, query) == ["clipped.jpg"]
    assert names(catalogue, "hint:eyes-shut") == ["blink.jpg"]
    assert names(catalogue, "hint:none") == ["sharp.jpg"]
    assert names(catalogue, "-hint:any is:problem") == ["bad.jpg"]
    (soft,) = catalogue.search("hint:blurred").photos
    (note,) = soft.hints
    assert note.value > note.threshold and f"{note.value:.1f}" in note.reason and note.label == "Blurred"
    assert (soft.rating, soft.flag, soft.label, soft.sidecar) == (0, 0, "", None)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before  # nothing is written beside them
    with pytest.raises(InvalidQuery, match="hint:nice"):
        catalogue.search("hint:nice")
    assert catalogue.look().photos == 0  # once is enough
    for hint in hints().values():
        assert hint.says and hint.label and hint.threshold


def test_hints_follow_a_photo_and_are_made_again_after_a_rebuild(folder: Path, catalogue: Catalogue) -> None:
    save(folder / "soft.jpg", blurred(scene(), 4))
    catalogue.add(folder)
    catalogue.look()
    (folder / "soft.jpg").rename(folder / "renamed.jpg")
    catalogue.update()
    assert names(catalogue, "hint:blurred") == ["renamed.jpg"]
    save(folder / "renamed.jpg", scene())
    catalogue.update()
    assert names(catalogue, "hint:blurred") == [] and catalogue.looks.are_lacking()
    catalogue.look()
    assert names(catalogue, "hint:none") == ["renamed.jpg"]
    catalogue.rebuild()
    assert names(catalogue, "hint:none") == [] and catalogue.looks.are_lacking()
    catalogue.look()
    assert names(catalogue, "hint:none") == ["renamed.jpg"] and catalogue.verify().clean


def test_looking_can_be_stopped_and_goes_on(folder: Path, catalogue: Catalogue) -> None:
    for number in range(6):
        save(folder / f"{number}.jpg", scene(number, 320, 240))
    catalogue.add(folder)
    control = Control(lambda done, total, message: None)
    control.cancel()
    with pytest.raises(Cancelled):
        catalogue.look(control=control)
    seen = catalogue.looks.looked()[0]
    assert seen < 6 and catalogue.look().photos == 6 - seen


def test_thumbnails_are_made_on_the_way(
    folder: Path, catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    save(folder / "one.jpg", scene())
    catalogue.add(folder)
    catalogue.look()
    (kept,) = (tmp_path / "home/cache/thumbnails").rglob("*.jpg")
    with Image.open(io.BytesIO(kept.read_bytes())) as image:
        assert max(image.size) == 320
