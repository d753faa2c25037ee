"""Masks that are found: with the small networks that come with Stillbytes, without any, and when things go wrong."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from stillbytes import masks
from stillbytes.core.errors import Cancelled, NotFound, Refused
from stillbytes.gpu.access import Access, own_access
from stillbytes.masks.detect import person, sam, sky
from stillbytes.masks.detect.detector import Picture
from stillbytes.masks.detect.find import detectors, find
from stillbytes.masks.detect.networks import Box
from stillbytes.masks.detect.salient import without_specks
from stillbytes.masks.kind import Found
from stillbytes.masks.kinds import kinds
from stillbytes.masks.refine.matting import refined

REFERENCE = Path(os.environ.get("STILLBYTES_SHARED", Path(__file__).parents[3] / "shared")) / "reference"
STREETS = sorted((REFERENCE / "sky").glob("*.jpg"))[::4]
"""Some of them; `benchmarks/masks.py` looks at all."""
needs_reference = pytest.mark.skipif(not STREETS, reason="the reference photos are not here")
Bytes = NDArray[np.uint8]


@pytest.fixture(scope="module")
def networks() -> Any:
    with own_access() as found:
        yield found


def opened(path: Path) -> Bytes:
    return np.asarray(Image.open(path).convert("RGB"))


def overlap(mask: NDArray[Any], path: Path) -> float:
    """Intersection over union of the mask's inside with the label, where there is one."""
    label = np.asarray(Image.open(path.with_suffix(".sky.png")))
    inside, sky_there, labelled = mask > 127, label == 255, label != 128
    both, either = (inside & sky_there & labelled).sum(), ((inside | sky_there) & labelled).sum()
    return float(both / max(1, either))


def landscape(height: int = 240, width: int = 360) -> tuple[Bytes, NDArray[np.float64]]:
    """A painted scene with thin branches before a sky, and how much of each pixel is sky."""
    fine = 4
    y, x = np.mgrid[0 : height * fine, 0 : width * fine] / fine
    ground = y > 0.62 * height + 12 * np.sin(x / 40)
    branches = np.zeros_like(ground)
    for i in range(14):
        branches |= (np.abs(x - 0.1 * width - 22 * i - 0.25 * (height - y) * np.sin(i)) < 0.7) & (y > 40 + 5 * i)
    is_sky = ~(ground | branches)
    noise = np.random.default_rng(2).normal(0, 0.02, y.shape)
    light = np.where(
        is_sky[..., None],
        np.stack([0.35 + 0.2 * y / height, 0.5 + 0.2 * y / height, 0.85 + 0 * y], -1),
        np.stack([0.05 + noise, 0.06 + noise, 0.03 + noise], -1),
    )
    small = light.reshape(height, fine, width, fine, 3).mean((1, 3)).clip(0, 1)
    alpha = is_sky.reshape(height, fine, width, fine).mean((1, 3))
    encoded = np.where(small <= 0.0031308, 12.92 * small, 1.055 * small ** (1 / 2.4) - 0.055)
    return np.rint(255 * encoded).astype(np.uint8), alpha


@needs_reference
def test_the_sky_of_streets_is_found_by_the_network(networks: Access) -> None:
    found = {path.stem: overlap(find(masks.Sky(), Picture(opened(path)), networks).pixels, path) for path in STREETS}
    assert np.mean(list(found.values())) > 0.90, found
    assert min(found.values()) > 0.65, found


@needs_reference
def test_the_sky_of_streets_is_found_without_a_network_too() -> None:
    found = {}
    for path in STREETS:
        picture = opened(path)
        found[path.stem] = overlap(refined(picture, sky.classical(picture)), path)
    assert np.mean(list(found.values())) > 0.78, found


@needs_reference
@pytest.mark.parametrize("name", ["dandelion", "ladybird", "marigold"])
def test_no_sky_and_no_people_are_found_among_flowers(networks: Access, name: str) -> None:
    picture = Picture(opened(REFERENCE / "photos" / f"{name}.jpg"))
    for kind in (masks.Sky(), masks.Person()):
        with pytest.raises(NotFound, match=kind.name):
            find(kind, picture, networks)


def test_matting_finds_branches_that_the_network_saw_only_as_a_blur() -> None:
    picture, alpha = landscape()
    coarse = alpha.reshape(40, 6, 60, 6).mean((1, 3)).astype(np.float32)  # a sixth of the resolution
    blurred = np.asarray(Image.fromarray(coarse).resize((360, 240), Image.Resampling.BILINEAR))
    fine = refined(picture, coarse) / 255.0
    near = (alpha > 0.02) & (alpha < 0.98)
    plain = (blurred > 0.5).astype(float)
    assert np.abs(fine - alpha)[near].mean() < 0.667 * np.abs(plain - alpha)[near].mean()


def test_matting_touches_nothing_that_is_far_from_an_edge() -> None:
    picture, _ = landscape()
    for value in (0.0, 1.0):
        assert (refined(picture, np.full((30, 40), value, np.float32)) == round(255 * value)).all()


def test_a_plain_sky_is_found_without_a_network() -> None:
    picture, alpha = landscape()
    assert ((sky.classical(picture) > 0.5) != (alpha > 0.5)).mean() < 0.1


def test_what_was_found_is_told_with_what_would_be_better(networks: Access) -> None:
    picture, _ = landscape()
    result = find(masks.Sky(), Picture(picture), networks)
    assert result.used == ("skyseg-u2netp",) and result.better == ()
    assert result.recipe["detector"] == "sky" and result.recipe["models"]["skyseg-u2netp"]
    assert json.dumps(dict(result.recipe)) and result.pixels.shape == picture.shape[:2]


def test_every_kind_that_is_found_has_a_detector_whose_models_are_declared() -> None:
    from stillbytes.gpu.models import registry  # noqa: PLC0415

    assert set(detectors()) == {name for name, kind in kinds().items() if issubclass(kind, Found)}
    for detector in detectors().values():
        further = [model for models in detector.further.values() for model in models]
        for model in (*detector.models, *detector.also):
            assert registry.get(model).engine == "onnx"
        assert {registry.get(model).engine for model in further} <= {"onnx", "comfyui"}


def test_a_box_is_enough_without_a_network_for_objects(networks: Access) -> None:
    rows, columns = np.mgrid[0:200, 0:300]
    disc = np.hypot(rows - 90, columns - 140) < 40
    noise = np.random.default_rng(1).normal(0, 6, (200, 300, 3))
    picture = np.where(disc[..., None], (200, 60, 40), (60, 120, 70)) + noise
    kind = masks.Object(box=(90 / 300, 40 / 300, 190 / 300, 140 / 300))
    result = find(kind, Picture(picture.clip(0, 255).astype(np.uint8)), networks)
    inside = result.pixels > 127
    assert (inside & disc).sum() > 0.9 * (inside | disc).sum()


@needs_reference
def test_a_click_beside_everything_finds_nothing_instead_of_a_dot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path))  # no network that takes prompts
    picture = Picture(opened(REFERENCE / "photos" / "ladybird.jpg"))
    with own_access() as own, pytest.raises(NotFound, match="object") as told:
        find(masks.Object(points=((0.5, 0.5 * picture.height / picture.width),)), picture, own)
    assert "box" in told.value.remedy


def test_what_nothing_can_find_is_said_with_a_remedy(networks: Access) -> None:
    picture = Picture(landscape()[0])
    for kind in (
        masks.Object(),
        masks.Object(words="the moon"),
        masks.Object(words="a dog"),
        masks.Landscape("water"),
        masks.Person(parts=("hair",)),
        masks.Object(box=(3.0, 3.0, 4.0, 4.0)),
    ):
        try:
            found = find(kind, picture, networks)
        except NotFound as told:
            assert told.remedy
        else:
            pytest.fail(f"{kind} was found by {found.used}")


def test_looking_can_be_stopped(networks: Access) -> None:
    with pytest.raises(Cancelled):
        find(masks.Sky(), Picture(landscape()[0]), networks, cancelled=lambda: True)


@pytest.mark.parametrize("left", [None, 1000])
def test_a_downloaded_network_that_is_gone_or_cut_off_is_offered_first(bare: Access, left: int | None) -> None:
    from stillbytes.gpu.models import registry  # noqa: PLC0415

    file = registry.get("isnet-small").files[0]
    bare.store.record(file, "https://example.org", "0" * 64)
    if left is not None:
        (bare.store.home / file.name).parent.mkdir(parents=True, exist_ok=True)
        (bare.store.home / file.name).write_bytes(b"\0" * left)
    y, x = np.mgrid[0:200, 0:300]
    pixels = np.where((np.hypot(x - 150, y - 100) < 50)[..., None], (200, 40, 30), (70, 110, 150)).astype(np.uint8)
    found = find(masks.Subject(), Picture(pixels), bare)
    assert found.used == ("classical",)
    assert [(offer.model, offer.lost) for offer in found.better][:2] == [
        ("isnet-small", True),
        ("birefnet-general", False),
    ]


@pytest.mark.parametrize("damage", ["gone", "garbage"])
def test_a_damaged_network_is_told_of_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path))
    from stillbytes.gpu.models import registry  # noqa: PLC0415

    file = registry.get("isnet-small").files[0]
    path = tmp_path / "models" / file.name
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\0" * file.size)
    with own_access() as own:
        if damage == "gone":
            path.unlink()
        with pytest.raises(Refused) as told:
            find(masks.Subject(), Picture(landscape(64, 96)[0]), own)
        assert "isnet-small" in told.value.message and "models pull" in told.value.message
        assert "other programs" not in str(told.value)
        assert find(masks.Sky(), Picture(landscape()[0]), own).used == ("skyseg-u2netp",)


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 2), (3, 3)])
def test_pictures_of_any_size_are_looked_at(networks: Access, size: tuple[int, int]) -> None:
    picture = Picture(np.full((*size, 3), 120, np.uint8))
    for kind in (masks.Sky(), masks.Landscape(), masks.Object(points=((0.5, 0.5),)), masks.Person()):
        with contextlib.suppress(NotFound):
            assert find(kind, picture, networks).pixels.shape == size


class Stub:
    """Answers as the published exports of Segment Anything do, and notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, tuple[int, ...]]]] = []

    def __call__(self, model: str, inputs: Mapping[str, NDArray[Any]], role: str) -> dict[str, NDArray[Any]]:
        self.asked.append((model, role, {name: array.shape for name, array in inputs.items()}))
        if role == "encoder":
            if model == "mobile-sam":
                return {"image_embeddings": np.zeros((1, 256, 64, 64), np.float32)}
            return {
                "high_res_feats_0": np.zeros((1, 32, 256, 256), np.float32),
                "high_res_feats_1": np.zeros((1, 64, 128, 128), np.float32),
                "image_embed": np.zeros((1, 256, 64, 64), np.float32),
            }
        x, y = inputs["point_coords"][0, 0]
        if model == "mobile-sam":
            height, width = (int(v) for v in inputs["orig_im_size"])
            logits = np.full((1, 1, height, width), -9.0, np.float32)
            logits[..., max(0, int(y) - 40) : int(y) + 40, max(0, int(x) - 40) : int(x) + 40] = 9
            return {"masks": logits, "iou_predictions": np.ones((1, 1), np.float32)}
        logits = np.full((1, 3, 256, 256), -9.0, np.float32)
        logits[0, 1, max(0, int(y) // 4 - 9) : int(y) // 4 + 9, max(0, int(x) // 4 - 9) : int(x) // 4 + 9] = 9
        return {"masks": logits, "iou_predictions": np.array([[0.1, 0.9, 0.2]], np.float32)}


@pytest.mark.parametrize("model", ["mobile-sam", "sam2.1-tiny"])
def test_a_click_is_where_it_is_for_networks_that_take_prompts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path))
    stub, picture = Stub(), Picture(landscape(400, 600)[0], key=f"photo {model}")
    point = (0.7, 0.2)
    found = sam.mask(picture, (point,), ((0.1, 0.1),), None, stub, model)
    rows, columns = np.nonzero(found > 0.5)
    centre = (columns.mean() + 0.5) / found.shape[1], (rows.mean() + 0.5) / found.shape[0] * 400 / 600
    assert centre == pytest.approx(point, abs=0.01)
    sam._remembered.clear()  # as after a restart: the encoder's result is read from the disk
    again = sam.mask(picture, (point,), ((0.1, 0.1),), None, stub, model)
    assert np.array_equal(again, found)
    assert [role for _, role, _ in stub.asked] == ["encoder", "decoder", "decoder"]


@needs_reference
def test_the_contract_of_published_exports_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import onnxruntime as ort  # noqa: PLC0415

    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path))
    stubs = REFERENCE / "models" / "stubs"
    files = {
        ("mobile-sam", "encoder"): "mobile_sam_image_encoder.onnx",
        ("mobile-sam", "decoder"): "sam_mask_decoder_single.onnx",
        ("sam2.1-tiny", "encoder"): "sam2.1_hiera_tiny.encoder.onnx",
        ("sam2.1-tiny", "decoder"): "sam2.1_hiera_tiny.decoder.onnx",
    }

    def ask(model: str, inputs: Mapping[str, NDArray[Any]], role: str) -> dict[str, NDArray[Any]]:
        session = ort.InferenceSession(str(stubs / files[model, role]), providers=["CPUExecutionProvider"])
        return dict(zip([o.name for o in session.get_outputs()], session.run(None, dict(inputs)), strict=True))

    for model in ("mobile-sam", "sam2.1-tiny"):
        found = sam.mask(Picture(landscape()[0]), ((0.5, 0.3),), (), None, ask, model, sam.PLAIN)
        assert found.ndim == 2 and np.isfinite(found).all()


def test_specks_far_from_the_subject_are_left_out_and_what_is_near_or_large_stays() -> None:
    rows, columns = np.mgrid[0:200, 0:300].astype(np.float32)

    def disc(row: int, column: int, radius: float) -> NDArray[np.float32]:
        return (np.hypot(rows - row, columns - column) < radius).astype(np.float32)

    subject_there = np.maximum(disc(100, 100, 50), disc(60, 250, 12))  # a large one and a smaller one
    strand = disc(100, 156, 2)
    specks = np.maximum(disc(20, 200, 2), 0.6 * disc(180, 270, 3))
    kept = without_specks(np.maximum(np.maximum(subject_there, strand), specks))
    assert np.array_equal(kept, np.maximum(subject_there, strand))
    assert np.array_equal(without_specks(specks), specks)  # nothing else is there
    assert not without_specks(np.zeros((5, 5), np.float32)).any()


def test_a_dark_cloud_is_sky_and_a_kite_is_none() -> None:
    seen = np.zeros((384, 384), np.float32)
    seen[:200] = 0.995
    seen[40:60, 50:90] = 0.6  # a cloud that the network doubts
    seen[80:90, 300:310] = 0.05  # a kite, with an edge
    seen[90:92, 300:310] = 0.6

    class Networks:
        def ask(self, *asked: Any) -> dict[str, NDArray[Any]]:
            return {"output": seen[None, None]}

    found = sky.FindSky().find(Picture(landscape()[0]), masks.Sky(), Networks(), "skyseg-u2netp")  # type: ignore[arg-type]
    assert found.coarse[40:60, 50:90].min() == 1
    assert found.coarse[80:90, 300:310].max() < 0.1 and found.coarse[300:].max() == 0


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Only the networks that come with Stillbytes."""
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path))
    with own_access() as found:
        yield found


def test_without_a_network_for_subjects_a_person_is_one(bare: Access) -> None:
    picture = Picture(opened(Path(__file__).parent / "detect/face.jpg"))
    subject_there, person = (find(kind, picture, bare) for kind in (masks.Subject(), masks.Person()))
    assert subject_there.used == ("yolox-nano", "selfie-segmentation")
    inside, also = subject_there.pixels > 127, person.pixels > 127
    assert (inside & also).sum() > 0.9 * (inside | also).sum()
    assert subject_there.better[0].model == "birefnet-general"


def test_without_a_network_for_subjects_the_sky_is_none(bare: Access) -> None:
    rows, columns = np.mgrid[0:300, 0:450] / 300
    noise = np.random.default_rng(1).normal(0, 2, (300, 450, 3))
    light = np.stack([60 + 60 * rows, 110 + 60 * rows, 200 + 30 * rows], -1) + noise
    kite = (np.abs(columns - 0.9) + np.abs(rows - 0.4)) < 0.1
    light[kite] = 200, 40, 30
    result = find(masks.Subject(), Picture(light.clip(0, 255).astype(np.uint8)), bare)
    inside = result.pixels > 127
    assert result.used[-1] == "classical" and (inside & kite).sum() > 0.9 * (inside | kite).sum()


def test_somebody_whom_the_network_does_not_see_is_told_by_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = np.full((240, 360, 3), (120, 140, 160), np.uint8)
    pixels[60:220, 320:] = (150, 30, 40)  # cut off by the photo's edge
    box = Box(300, 50, 360, 230, "person", 0.7)
    monkeypatch.setattr(person, "boxes", lambda picture, ask: [box])

    class Blind:
        def ask(self, *asked: Any) -> dict[str, NDArray[Any]]:
            return {"out": np.zeros((1, 256, 256, 1), np.float32)}

    found = person.FindPerson().find(Picture(pixels), masks.Person(), Blind(), "selfie-segmentation")  # type: ignore[arg-type]
    assert found.used == ("yolox-nano", "selfie-segmentation", "classical")
    there = np.zeros((240, 360), bool)
    there[60:220, 320:] = True
    inside = found.coarse > 0.5
    assert inside.shape == there.shape and (inside & there).sum() > 0.9 * (inside | there).sum()
