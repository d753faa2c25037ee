"""A soft proof shows what a profile makes of a picture, and what it has not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from dng import make_photo

import stillbytes as sb
from stillbytes.core.errors import ExportError
from stillbytes.edit.exporting.proof import ALARM, proofed
from stillbytes.photo.profile import icc_profile
from stillbytes.photo.spaces import SPACES


def grey_and_green() -> np.ndarray[tuple[int, int, int], np.dtype[np.uint16]]:
    """(10, 20, 3) in ProPhoto RGB: on the left grey, on the right a green that sRGB has not."""
    picture = np.full((10, 20, 3), 30000, np.uint16)
    picture[:, 10:] = (5000, 50000, 5000)
    return picture


def test_only_what_the_profile_has_not_is_marked() -> None:
    shown, outside = proofed(grey_and_green(), icc_profile("srgb"), warn=True)
    assert outside == 0.5
    assert (shown[:, 10:] == ALARM).all() and (np.ptp(shown[:, :10].astype(int), axis=-1) <= 1).all()
    plain, _ = proofed(grey_and_green(), icc_profile("srgb"))
    assert plain[0, 15, 1] > 150 and (plain[:, :10] == shown[:, :10]).all()


def test_the_quick_table_marks_what_the_exact_way_marks() -> None:
    y, x = np.mgrid[0:120, 0:160]
    picture = np.stack([x * 400, y * 540, 20000 + 0 * x], -1).astype(np.uint16)
    profile = icc_profile("srgb")
    exact, much = proofed(picture, profile, warn=True)
    quick, about = proofed(picture, profile, warn=True, quick=True)
    assert 0.1 < much < 0.9 and about == much
    assert (exact == quick).all()


def test_it_is_shown_in_the_colours_of_the_screen() -> None:
    picture = grey_and_green()
    wide, _ = proofed(picture, icc_profile("prophoto"), space="display-p3")
    small, _ = proofed(picture, icc_profile("srgb"), space="display-p3")
    assert wide[0, 15, 1] - wide[0, 15, 0].astype(int) > small[0, 15, 1] - small[0, 15, 0].astype(int)
    assert (wide[0, 0] == small[0, 0]).all()


def test_a_larger_profile_has_more() -> None:
    assert proofed(grey_and_green(), icc_profile("prophoto"))[1] == 0


def test_grey_looks_as_it_would_be_written() -> None:
    light = SPACES["prophoto"].transfer.to_linear(np.array(30000 / 65535))
    expected = 255 * float(SPACES["srgb"].transfer.to_encoded(light))
    shown, _ = proofed(grey_and_green(), icc_profile("adobe-rgb"))
    assert shown[0, 0] == pytest.approx([expected] * 3, abs=1.01)


def test_of_a_photo(tmp_path: Path) -> None:
    make_photo(tmp_path / "a.dng")
    (tmp_path / "p.icc").write_bytes(icc_profile("srgb"))
    edit = sb.open(tmp_path / "a.dng").edit()
    picture, outside = edit.proof(str(tmp_path / "p.icc"), 48)
    assert picture.shape[1] == 48 and picture.space == "srgb" and 0 <= outside <= 1
    assert np.abs(np.asarray(picture, int) - np.asarray(edit.render(48), int)).mean() < 12
    with pytest.raises(ExportError, match="intent"):
        edit.proof(str(tmp_path / "p.icc"), 48, intent="odd")
