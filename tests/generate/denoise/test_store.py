"""The files of results: what is put comes back with how it was made, what is damaged or foreign does not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile

from stillbytes.core.errors import NotFound, SidecarError
from stillbytes.generate.denoise.store import Denoised, Recipe

RECIPE = Recipe("tiny", "ab" * 32, "12" * 12, tiles=9, kept=1, dimmed=2, gain=1.5)


def some(seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 65536, (40, 60, 3), np.uint16)


def test_what_is_put_comes_back(tmp_path: Path) -> None:
    folder = tmp_path / "photo.stillbytes"
    assert Denoised(folder).put(some(), RECIPE) == folder / "denoised-tiny.tif"
    again = Denoised(folder)
    assert again.recipe("tiny") == RECIPE
    assert np.array_equal(again.clean("tiny").samples, some())


def test_another_result_takes_its_place(tmp_path: Path) -> None:
    store = Denoised(tmp_path)
    store.put(some(), RECIPE)
    first = store.clean("tiny")
    store.put(some(2), RECIPE)
    assert store.clean("tiny") != first and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("model", ["", "../tiny", "a/b", "A", "x" * 200, "nobody"])
def test_what_a_sidecar_may_say_leads_nowhere_else(tmp_path: Path, model: str) -> None:
    store = Denoised(tmp_path / "in")
    tifffile.imwrite(tmp_path / "denoised-tiny.tif", some(), photometric="rgb")
    assert store.recipe(model) is None
    with pytest.raises(NotFound):
        store.clean(model)


def test_foreign_and_damaged_files_are_none(tmp_path: Path) -> None:
    store = Denoised(tmp_path)
    path = store.put(some(), RECIPE)
    content = bytearray(path.read_bytes())
    for at in (200, len(content) // 2, len(content) - 40):
        content[at] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(SidecarError, match=r"damaged|cannot be read"):
        Denoised(tmp_path).clean("tiny")
    for told in (b"", b"II*\0", b"no picture at all" * 99):
        path.write_bytes(told)
        assert Denoised(tmp_path).recipe("tiny") is None
        with pytest.raises(SidecarError, match="Denoise the photo again"):
            Denoised(tmp_path).clean("tiny")
    tifffile.imwrite(path, some(), photometric="rgb", description='{"stillbytes": 3}', metadata=None)
    assert Denoised(tmp_path).recipe("tiny") is None
