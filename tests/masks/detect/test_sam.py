"""Segment Anything: loaders against files with the published signatures and random weights, run by ONNX Runtime."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from masks.detect.export import FLOAT, INT64, export
from numpy.typing import NDArray

from stillbytes.core.errors import ModelError
from stillbytes.masks.detect import sam
from stillbytes.masks.detect.detector import Picture
from stillbytes.masks.detect.networks import Box


def osam(folder: Path) -> dict[str, Path]:
    """As github.com/wkentaro/osam asks and answers (osam/_models/sam2/_encoding.py and _decoding.py)."""
    f, i64 = FLOAT, INT64
    embedded: dict[str, list[int]] = {
        "image_embeddings": [1, 256, 64, 64], "high_res_features1": [1, 32, 256, 256],
        "high_res_features2": [1, 64, 128, 128],
    }  # fmt: skip
    return {
        "encoder": export(folder / "e.onnx", {"input": (f, [1, 3, 1024, 1024])}, embedded),
        "decoder": export(
            folder / "d.onnx",
            {
                **{name: (f, list(shape)) for name, shape in embedded.items()},
                "point_coords": (f, [1, "n", 2]),
                "point_labels": (f, [1, "n"]),
                "mask_input": (f, [1, 1, 256, 256]),
                "has_mask_input": (f, [1]),
                "orig_im_size": (i64, [2]),
            },
            {"masks": [1, 3, 68, 102], "iou_predictions": [1, 3], "low_res_masks": [1, 3, 256, 256]},
        ),
    }


class Sessions:
    """Runs the files, and notes the roles that were asked."""

    def __init__(self, files: dict[str, Path]) -> None:
        import onnxruntime as ort  # noqa: PLC0415

        self.sessions = {r: ort.InferenceSession(str(p), providers=["CPUExecutionProvider"]) for r, p in files.items()}
        self.roles: list[str] = []

    def __call__(self, model: str, inputs: Mapping[str, NDArray[Any]], role: str) -> dict[str, NDArray[Any]]:
        self.roles.append(role)
        session = self.sessions[role]
        return dict(zip([o.name for o in session.get_outputs()], session.run(None, dict(inputs)), strict=True))


@pytest.fixture
def picture() -> Picture:
    return Picture(np.random.default_rng(1).integers(0, 256, (136, 204, 3), dtype=np.uint8), key="a photo")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    sam._remembered.clear()


def test_sam_2_1_is_asked_as_the_declared_export_wants_it(tmp_path: Path, picture: Picture) -> None:
    sessions = Sessions(osam(tmp_path))
    found = sam.mask(picture, ((0.4, 0.3),), ((0.1, 0.1),), None, sessions, "sam2.1-tiny")
    assert found.shape == (68, 102) and 0 <= found.min() < found.max() <= 1
    boxed = sam.mask(picture, (), (), Box(10, 10, 90, 80, "", 1.0), sessions, "sam2.1-tiny")
    assert boxed.shape == found.shape


def test_a_second_click_costs_the_decoder_only_also_after_a_restart(tmp_path: Path, picture: Picture) -> None:
    sessions = Sessions(osam(tmp_path))
    first = sam.mask(picture, ((0.4, 0.3),), (), None, sessions, "sam2.1-tiny")
    sam.mask(picture, ((0.6, 0.3),), (), None, sessions, "sam2.1-tiny")
    sam._remembered.clear()
    again = sam.mask(picture, ((0.4, 0.3),), (), None, sessions, "sam2.1-tiny")
    assert sessions.roles == ["encoder", "decoder", "decoder", "decoder"]
    assert np.abs(again - first).max() < 0.02  # 16-bit floats


def test_a_damaged_memory_of_the_encoder_is_made_anew(tmp_path: Path, picture: Picture) -> None:
    from stillbytes.core import paths  # noqa: PLC0415

    sessions = Sessions(osam(tmp_path))
    sam.mask(picture, ((0.4, 0.3),), (), None, sessions, "sam2.1-tiny")
    sam._remembered.clear()
    (held,) = paths.cache("encoded").glob("*.npz")
    held.write_bytes(held.read_bytes()[: held.stat().st_size // 2])
    sam.mask(picture, ((0.4, 0.3),), (), None, sessions, "sam2.1-tiny")
    assert sessions.roles.count("encoder") == 2


def test_an_encoder_of_something_else_is_told_of(picture: Picture) -> None:
    def ask(model: str, inputs: Mapping[str, NDArray[Any]], role: str) -> dict[str, NDArray[Any]]:
        return {"features": np.zeros((1, 7, 4, 4), np.float32)}

    with pytest.raises(ModelError, match="encoder of sam2") as told:
        sam.mask(picture, ((0.4, 0.3),), (), None, ask, "sam2.1-tiny")
    assert "models pull" in told.value.remedy
