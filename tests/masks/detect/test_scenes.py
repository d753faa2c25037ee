"""Landscapes: loaders against files with the published signatures, which tell a painted picture's colours apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from masks.detect.export import FLOAT, INT64, by_colour
from masks.detect.stub import BLUE, GREEN, RED, Asked, Here, inside, painted, weights
from numpy.typing import NDArray

from stillbytes import masks
from stillbytes.core.errors import ModelError, NotFound
from stillbytes.gpu.access import own_access
from stillbytes.gpu.models import registry
from stillbytes.masks.detect import scenes
from stillbytes.masks.detect.detector import Picture
from stillbytes.masks.detect.find import find
from stillbytes.masks.detect.landscape import FindLandscape, green
from stillbytes.masks.kinds.landscape import WHAT

COLOURS = {"water": BLUE, "vegetation": GREEN, "buildings": RED}


def segformer(folder: Path, classes: int = 150, size: int = 0) -> Path:
    """As Xenova/segformer-b0-finetuned-ade-512-512 asks and answers: a quarter of the side."""
    told, bias = weights(classes, {21: BLUE, 4: GREEN, 25: RED} if classes > 25 else {})
    inputs = {"pixel_values": (FLOAT, ["batch", 3, "height", "width"])}
    return by_colour(folder / "segformer.onnx", inputs, "pixel_values", "logits", told, bias, shrink=4, size=size)


def detr(folder: Path) -> Path:
    """As Xenova/detr-resnet-50-panoptic asks and answers: 100 shapes, of which four are sure and the fifth is not."""
    sure = np.full((1, 100, 251), -4.0)
    sure[0, :, 250] = 8
    for query, number in enumerate((199, 148, 184, 197)):  # a wall, a river, a tree, a building
        sure[0, query, number], sure[0, query, 250] = 8, -4
    told, bias = np.zeros((100, 3)), np.full(100, -20.0)
    bias[0] = 2
    for query, colour in ((1, BLUE), (2, GREEN), (3, RED)):
        told[query], bias[query] = np.array(colour) * 8, -4
    bias[4] = 90  # strong everywhere, but of nothing
    inputs = {"pixel_values": (FLOAT, ["b", 3, "h", "w"]), "pixel_mask": (INT64, ["b", 64, 64])}
    constants = {"logits": sure, "pred_boxes": np.zeros((1, 100, 4))}
    return by_colour(
        folder / "detr.onnx", inputs, "pixel_values", "pred_masks", told, bias, shrink=4, constants=constants
    )


def overlap(found: NDArray[np.float32], colour: tuple[float, float, float]) -> float:
    import cv2  # noqa: PLC0415

    mask = cv2.resize(found, (600, 400)) > 0.5
    wanted = inside(colour)
    return float((mask & wanted).sum() / (mask | wanted).sum())


@pytest.mark.parametrize("what", COLOURS)
@pytest.mark.parametrize("model", ["segformer-b0-ade", "detr-panoptic"])
def test_each_thing_lies_where_it_is_in_the_photo(tmp_path: Path, model: str, what: str) -> None:
    ask = Asked(detr(tmp_path) if model == scenes.DETR else segformer(tmp_path))
    found = scenes.named(Picture(painted()), what, ask, model)
    if what == "buildings":  # the grey wall is one as well
        assert found.mean() > 0.8
    else:
        assert overlap(found, COLOURS[what]) > 0.9


def test_every_thing_that_the_kind_knows_is_among_the_classes_of_each_network_and_none_twice() -> None:
    for classes in (scenes.ADE, scenes.COCO):
        assert set(classes) == set(WHAT)
        numbers = [number for of_one in classes.values() for number in of_one]
        assert len(numbers) == len(set(numbers))
    assert 2 not in [n for of_one in scenes.ADE.values() for n in of_one]  # the sky
    assert 187 not in [n for of_one in scenes.COCO.values() for n in of_one]


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    here = Here({"segformer-b0-ade": Asked(segformer(tmp_path))})
    with pytest.raises(NotFound, match="mountains"):
        FindLandscape().find(Picture(painted()), masks.Landscape("mountains"), here, "segformer-b0-ade")


def test_a_network_of_something_else_is_told_of(tmp_path: Path) -> None:
    cityscapes = Asked(segformer(tmp_path, 19))
    with pytest.raises(ModelError, match="does not answer") as told:
        scenes.named(Picture(painted()), "water", cityscapes, "segformer-b0-ade")
    assert "models pull" in told.value.remedy
    with pytest.raises(ModelError, match="does not answer"):
        scenes.named(Picture(painted()), "water", lambda *asked: {"logits": np.zeros((1, 9, 251))}, "detr-panoptic")


@pytest.mark.parametrize("what", [what for what in WHAT if what != "vegetation"])
def test_without_a_network_the_one_to_get_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path))
    with own_access() as own, pytest.raises(NotFound, match=what) as told:
        find(masks.Landscape(what), Picture(painted()), own)
    assert f"stillbytes models pull {scenes.FREE}" in told.value.remedy
    assert registry.get(scenes.FREE).licence.commercial


def test_one_that_lies_in_the_models_folder_is_used_through_the_broker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path))
    (file,) = registry.get("segformer-b0-ade").files
    path = tmp_path / "models" / file.name
    path.parent.mkdir(parents=True)
    segformer(tmp_path, size=file.size).rename(path)
    with own_access() as own:
        result = find(masks.Landscape("water"), Picture(painted()), own)
    assert result.used == ("segformer-b0-ade",)
    assert [offer.model for offer in result.better] == ["detr-panoptic", "segformer-b2-ade"]
    assert overlap(result.pixels.astype(np.float32) / 255, BLUE) > 0.97  # the edges are the photo's own


def test_dark_clothes_are_no_plants_and_dark_woods_are() -> None:
    pixels = np.zeros((100, 200, 3), np.uint8)
    pixels[:, :100], pixels[:, 100:] = (11, 16, 13), (12, 30, 9)
    shown = green(Picture(pixels))
    assert shown[:, :90].max() < 0.1 and shown[:, 110:].min() > 0.9
