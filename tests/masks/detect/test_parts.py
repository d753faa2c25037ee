"""Parts of people: of a real face by the small networks, and the loaders of networks that parse faces and bodies.

face.jpg is a part of NASA's portrait of Eileen Collins (S93-25522, in the public domain).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from masks.detect.export import FLOAT, by_colour
from masks.detect.stub import BLUE, GREEN, RED, Asked, Here, inside, painted, weights
from numpy.typing import NDArray
from PIL import Image

from stillbytes import masks
from stillbytes.core.errors import ModelError, NotFound
from stillbytes.gpu.access import Access, own_access
from stillbytes.masks.detect.detector import Picture
from stillbytes.masks.detect.find import find
from stillbytes.masks.detect.networks import Box
from stillbytes.masks.detect.parts import parsing
from stillbytes.masks.detect.parts.faces import Square, upright
from stillbytes.masks.detect.parts.find import models, parts_of

FACE = np.asarray(Image.open(Path(__file__).with_name("face.jpg")).convert("RGB"))
PUPILS = ((144, 101), (187, 103))
"""Columns and rows, read off the photo."""
TEETH = (164, 146)
SHOULDER = (60, 330)


@pytest.fixture(scope="module")
def networks() -> Iterator[Access]:
    with own_access() as found:
        yield found


def shown(networks: Access, *parts: str, picture: NDArray[np.uint8] = FACE) -> NDArray[np.float64]:
    return find(masks.Person(parts=parts), Picture(np.ascontiguousarray(picture)), networks).pixels / 255


def test_eyes_lips_teeth_and_skin_of_a_face_are_told_apart(networks: Access) -> None:
    eyes, lips, teeth, skin = (shown(networks, part) for part in ("eyes", "lips", "teeth", "face skin"))
    for x, y in PUPILS:
        assert eyes[y, x] > 0.9 and skin[y, x] < 0.1
    assert teeth[TEETH[1], TEETH[0]] > 0.9 and lips[TEETH[1], TEETH[0]] < 0.1
    for one in (eyes, lips, teeth):
        assert np.minimum(one, skin).sum() < 0.25 * one.sum()
    assert np.minimum(lips, teeth).sum() < 0.2 * teeth.sum()  # the mouth is 30 pixels wide
    light = FACE.mean(-1)
    assert np.average(light, weights=teeth) > np.average(light, weights=lips) + 20
    assert all(one[SHOULDER[1], SHOULDER[0]] == 0 for one in (eyes, lips, teeth, skin))
    assert 0.03 < skin.mean() < 0.2


def test_the_fringe_is_no_skin(networks: Access) -> None:
    skin = shown(networks, "face skin")
    hair = (150, 70)
    assert skin[hair[1], hair[0]] < 0.3 and skin[115, 166] > 0.9


def test_several_parts_are_the_most_of_each(networks: Access) -> None:
    both, eyes, lips = shown(networks, "eyes", "lips"), shown(networks, "eyes"), shown(networks, "lips")
    assert np.abs(both - np.maximum(eyes, lips)).max() < 0.01


def test_a_mirrored_face_has_mirrored_eyes(networks: Access) -> None:
    eyes, mirrored = shown(networks, "eyes"), shown(networks, "eyes", picture=FACE[:, ::-1])
    inside, other = eyes > 0.5, mirrored[:, ::-1] > 0.5
    assert (inside & other).sum() > 0.7 * (inside | other).sum()


@pytest.mark.parametrize("part", ["hair", "clothes", "body skin"])
def test_what_no_network_here_tells_is_said_with_the_one_that_would(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path))
    with own_access() as own, pytest.raises(NotFound, match=part) as told:
        find(masks.Person(parts=(part,)), Picture(FACE), own)
    assert "stillbytes models pull " in told.value.remedy


def test_the_networks_for_faces_are_offered_for_faces_and_those_for_bodies_for_clothes(networks: Access) -> None:
    result = find(masks.Person(parts=("eyes",)), Picture(FACE), networks)
    assert {offer.model for offer in result.better} == set(parsing.FACES)
    assert models(("clothes",)) == parsing.BODIES and set(models(("hair",))) == {*parsing.FACES, *parsing.BODIES}


def bisenet(folder: Path) -> Asked:
    """As onnx_export.py of yakhyo/face-parsing writes it: `output`, and two more that only training needs."""
    told, bias = weights(19, {4: RED, 17: GREEN, 12: BLUE})
    spare = {name: np.zeros((1, 19, 64, 64)) for name in ("feat16", "feat32")}
    return Asked(
        by_colour(
            folder / "b.onnx", {"input": (FLOAT, [1, 3, 512, 512])}, "input", "output", told, bias, constants=spare
        )
    )


@pytest.mark.parametrize("angle", [0.0, 0.6, -2.5])
@pytest.mark.parametrize(("part", "colour"), [("eyes", RED), ("hair", GREEN), ("lips", BLUE)])
def test_a_parsed_face_lies_where_it_is_in_the_photo(tmp_path: Path, angle: float, part: str, colour: Any) -> None:
    from stillbytes.masks.detect.parts.find import _placed  # noqa: PLC0415

    around = Square(260, 190, 220, angle)
    found, head = parsing.of_face(Picture(painted()), around, (part,), bisenet(tmp_path), "bisenet-resnet18")
    assert found.shape == (512, 512)
    mask = _placed(found, head, (400, 600), 1.0) > 0.5
    assert (mask & inside(colour)).sum() > 0.93 * (mask | inside(colour)).sum()


def test_a_square_beyond_the_photo_goes_on_with_its_edge() -> None:
    picture = Picture(np.full((40, 60, 3), 90, np.uint8))
    for square in (Square(0, 0, 100), Square(30, 20, 4), Square(1000, 1000, 50), Square(30, 20, 5000, 1.0)):
        assert upright(picture, square, 64).shape == (64, 64, 3)
    assert (upright(picture, Square(0, 0, 100), 64) == 90).all()


def schp(folder: Path) -> Asked:
    """As pirocheto/schp-atr-18 exports it: three outputs of 512 pixels. It sees blue first."""
    told, bias = weights(18, {11: RED[::-1], 4: GREEN, 14: BLUE[::-1]})
    spare = {"parsing_logits": np.zeros((1, 18, 8, 8)), "edge_logits": np.zeros((1, 2, 8, 8))}
    return Asked(
        by_colour(
            folder / "s.onnx", {"pixel_values": (FLOAT, [1, 3, 512, 512])}, "pixel_values", "logits", told, bias,
            constants=spare,
        )
    )  # fmt: skip


@pytest.mark.parametrize(("part", "colour"), [("face skin", RED), ("clothes", GREEN), ("body skin", BLUE)])
def test_a_parsed_body_lies_where_it_is_in_the_photo(tmp_path: Path, part: str, colour: Any) -> None:
    from stillbytes.masks.detect.parts.find import _boxed  # noqa: PLC0415

    person = Box(120, 60, 420, 320, "person", 1.0)
    found, box = parsing.of_body(Picture(painted()), person, (part,), schp(tmp_path), "schp-atr")
    mask = _boxed(found, box, (400, 600), 1.0) > 0.5
    assert (mask & inside(colour)).sum() > 0.93 * (mask | inside(colour)).sum()


def test_a_network_of_something_else_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="19 classes") as told:
        parsing.of_face(
            Picture(painted()), Square(200, 200, 100), ("eyes",), schp_as_bisenet(tmp_path), "bisenet-resnet34"
        )
    assert "models pull" in told.value.remedy


def schp_as_bisenet(folder: Path) -> Asked:
    told, bias = weights(18, {})
    return Asked(by_colour(folder / "w.onnx", {"input": (FLOAT, [1, 3, 512, 512])}, "input", "logits", told, bias))


def test_a_network_that_parses_is_preferred_where_it_is_here(networks: Access, tmp_path: Path) -> None:
    person = [Box(20, 0, 300, 400, "person", 1.0)]
    here = Here({"bisenet-resnet18": bisenet(tmp_path), "schp-atr": schp(tmp_path)}, networks)
    _, used = parts_of(Picture(FACE_RED), person, ("hair", "eyes", "clothes"), here)
    assert used == ("bisenet-resnet18", "schp-atr", "face-mesh", "blazeface-short")


FACE_RED = FACE.copy()
FACE_RED[300:380, 40:120] = 0, 255, 0
