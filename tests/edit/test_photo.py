"""Photos, and what they keep in memory."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import numpy as np
from dng import make_photo

import stillbytes as sb


def test_a_photo_that_is_let_go_is_freed_at_once_and_decoded_again_when_it_is_asked_for(tmp_path: Path) -> None:
    make_photo(tmp_path / "a.dng")
    photo = sb.open(tmp_path / "a.dng")
    first = np.asarray(photo.edit(exposure=1).render(64))
    assert photo.pipeline.sensed.layout == "bayer"
    held = weakref.ref(photo.pipeline)
    gc.disable()
    try:
        photo.let_go()
        assert held() is None
    finally:
        gc.enable()
    np.testing.assert_array_equal(np.asarray(photo.edit(exposure=1).render(64)), first)


def test_a_photo_that_somebody_else_decoded_is_left_to_them(tmp_path: Path) -> None:
    make_photo(tmp_path / "a.dng")
    photo = sb.open(tmp_path / "a.dng")
    lent = photo.already(photo.pipeline)
    lent.let_go()
    assert lent.pipeline is photo.pipeline
