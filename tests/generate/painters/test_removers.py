"""LaMa and MI-GAN: loaders against files with the published signatures, and answers that are no pictures."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from stillbytes.core.geometry import Size
from stillbytes.generate.painters.answer import UnusableAnswer, checked, picture, smoothed
from stillbytes.generate.painters.lama import Lama
from stillbytes.generate.painters.migan import MiGan
from stillbytes.generate.painters.painter import Painting

STUBS = Path(__file__).parents[3] / ".." / "shared" / "reference" / "models" / "stubs"
FILES = {"lama": "lama_fp32.onnx", "mi-gan": "migan_pipeline_v2.onnx"}


class Sessions:
    """Runs the stubs, and keeps what they were asked."""

    def __init__(self) -> None:
        self.asked: list[Mapping[str, NDArray[Any]]] = []

    def __call__(
        self, model: str, inputs: Mapping[str, NDArray[Any]], role: str = "model", **_: Any
    ) -> dict[str, NDArray[Any]]:
        import onnxruntime as ort  # noqa: PLC0415

        self.asked.append(inputs)
        session = ort.InferenceSession(str(STUBS / FILES[model]), providers=["CPUExecutionProvider"])
        return dict(zip([o.name for o in session.get_outputs()], session.run(None, dict(inputs)), strict=True))


def painting(size: int = 512) -> Painting:
    random = np.random.default_rng(1)
    shown = random.integers(40, 200, (size, size, 3), np.uint8)
    mask = np.zeros((size, size), np.float32)
    mask[100:200, 150:300] = 1
    return Painting(shown, mask)


def test_lama_is_asked_as_its_export_says() -> None:
    sessions, asked = Sessions(), painting()
    answer = Lama(sessions).paint(asked)
    (inputs,) = sessions.asked
    assert inputs["image"].dtype == np.float32 and inputs["image"].min() >= 0 and inputs["image"].max() <= 1
    assert inputs["mask"].shape == (1, 1, 512, 512) and inputs["mask"][0, 0, 150, 200] == 1
    assert answer.shape == (512, 512, 3) and answer.min() >= 0 and answer.max() <= 1


def test_migan_is_asked_as_its_pipeline_says() -> None:
    sessions, asked = Sessions(), painting(384)
    answer = MiGan(sessions).paint(asked)
    (inputs,) = sessions.asked
    assert inputs["image"].dtype == inputs["mask"].dtype == np.uint8
    assert inputs["mask"][0, 0, 150, 200] == 0 and inputs["mask"][0, 0, 0, 0] == 255
    assert answer.shape == (384, 384, 3)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (np.full((64, 64, 3), np.nan), "no numbers"),
        (np.zeros((64, 64, 3)), "black"),
        (np.full((64, 64, 3), 128.0), "empty"),
        (np.zeros((32, 64, 3)), "shape"),
        (np.zeros((64, 64)), "shape"),
    ],
)
def test_answers_that_are_no_pictures_are_told(answer: NDArray[np.floating], says: str) -> None:
    asked = np.random.default_rng(1).integers(30, 220, (64, 64, 3), np.uint8)
    with pytest.raises(UnusableAnswer, match=says):
        checked(answer, asked, "The model")


def test_a_night_sky_may_come_back_black() -> None:
    assert checked(np.zeros((64, 64, 3)), np.zeros((64, 64, 3), np.uint8), "The model").max() == 0


def encoded(size: tuple[int, int], format: str = "PNG") -> bytes:
    kept = io.BytesIO()
    Image.effect_noise(size, 50).convert("RGB").save(kept, format)
    return kept.getvalue()


def test_pictures_come_in_as_they_were_sent() -> None:
    assert picture(encoded((40, 30)), Size(40, 30), "ComfyUI").shape == (30, 40, 3)


@pytest.mark.parametrize(
    "content", [b"", b"<svg/>", encoded((40, 30))[:200], encoded((40, 30), "GIF"), b"\x89PNG\r\n\x1a\n"]
)
def test_what_is_no_picture_is_told(content: bytes) -> None:
    with pytest.raises(UnusableAnswer, match="did not give back a picture"):
        picture(content, Size(40, 30), "ComfyUI")


def test_a_picture_of_another_size_is_told_before_it_is_decoded() -> None:
    with pytest.raises(UnusableAnswer, match="40 x 30"):
        picture(encoded((40, 30)), Size(64, 64), "ComfyUI")


def test_slopes_become_even_and_edges_stay() -> None:
    slope = np.linspace(0.3, 0.34, 400)[None, :, None] * np.ones((60, 400, 3))
    stepped = (np.rint(slope * 255) / 255).astype(np.float32)
    even = smoothed(stepped)
    assert np.abs(even - slope)[20:40, 20:-20].max() < np.abs(stepped - slope).max() * 0.6
    edge = stepped.copy()
    edge[:, 200:] += 0.2
    near = np.s_[:, 196:204]
    assert np.array_equal(smoothed(edge)[near], edge[near])
