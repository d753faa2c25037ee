"""A soft proof: how a picture will look through a profile, and what of it that profile cannot show."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import ExportError
from stillbytes.core.saying import said
from stillbytes.develop.difference import lab_of
from stillbytes.edit.exporting.spec import INTENTS
from stillbytes.edit.picture import Picture
from stillbytes.photo.output.convert import FROM, converted, profile_of
from stillbytes.photo.profile import icc_profile

if TYPE_CHECKING:
    from stillbytes.edit.photo import Edit

WORTH_SHOWING = 3.0
"""Distance in CIELAB between a colour and what the profile makes of it from which it is out of gamut: what LittleCMS'
own alarm does not say, and less would mark what rounding does."""
ALARM = (128, 128, 128)
BITS = 6
"""Of each channel that the quick table tells apart."""
INSIDE, OUTSIDE, UNSURE = range(3)


def proof(
    edit: Edit, icc: str, size: int | None, *, intent: str = "relative", black_point: bool = True, warn: bool = False
) -> tuple[Picture, float]:
    """See `Edit.proof`. Raises ExportError, and as `Edit.render`."""
    profile = profile_of(icc)
    if intent not in INTENTS:
        raise ExportError(
            said("There is no intent {intent!r}.", intent=intent), said("Use one of {these}.", these=", ".join(INTENTS))
        )
    picture = np.asarray(edit.render(size, None, FROM, "uint16"))
    shown, outside = proofed(picture, profile, intent=intent, bpc=black_point, warn=warn)
    found = shown.view(Picture)
    found.space = "srgb"
    return found, outside


def proofed(
    picture: NDArray[np.uint16],
    profile: bytes,
    *,
    intent: str = "relative",
    bpc: bool = True,
    warn: bool = False,
    space: str = "srgb",
    quick: bool = False,
) -> tuple[NDArray[np.uint8], float]:
    """The picture as it will look, and the part of it, 0..1, whose colours the profile has not.

    picture: (height, width, 3) uint16, encoded in ProPhoto RGB. Returned in the RGB space `space`. warn: colours that
    the profile has not become grey. quick: a table tells most of those, see `_gamut`.
    Raises ExportError for a profile that cannot be used.
    """
    shown = converted(picture, profile, bits=16, intent=intent, bpc=bpc)
    back = converted(shown, icc_profile(space), source=profile, bits=8)
    outside = (_quickly_outside if quick else _outside)(picture, profile)
    if warn:
        back[outside] = ALARM
    return back, float(outside.mean())


def _outside(picture: NDArray[np.uint16], profile: bytes) -> NDArray[np.bool_]:
    """(...) of (..., 3) colours in ProPhoto RGB: whether the profile has them not."""
    exact = converted(picture, profile, bits=16, intent="relative", bpc=False, exact=True)
    again = converted(exact, icc_profile(FROM), source=profile, bits=16, bpc=False, exact=True)
    return np.asarray(np.linalg.norm(_lab(picture) - _lab(again), axis=-1) > WORTH_SHOWING)


def _quickly_outside(picture: NDArray[np.uint16], profile: bytes) -> NDArray[np.bool_]:
    """As `_outside`, which only those colours are asked that lie where the table is not sure."""
    known = _gamut(profile)[_cells(picture)]
    outside: NDArray[np.bool_] = known == OUTSIDE
    unsure = known == UNSURE
    outside[unsure] = _outside(picture[unsure][:, None], profile)[:, 0]
    return outside


@lru_cache(maxsize=4)
def _gamut(profile: bytes) -> NDArray[np.uint8]:
    """INSIDE, OUTSIDE or UNSURE for each of the cells that ProPhoto RGB is divided into, 1 << BITS along each channel,
    in the order of `_cells`. The middle of a cell and of its neighbours tell: one where these differ is not sure."""
    steps = ((np.arange(1 << BITS) + 0.5) * (65536 >> BITS)).astype(np.uint16)
    colours = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), -1)
    least: NDArray[np.bool_] = _outside(colours.reshape(1 << BITS, -1, 3), profile).reshape(colours.shape[:3])
    most = least
    for axis in range(3):
        least, most = np.all(_beside(least, axis), -1), np.any(_beside(most, axis), -1)
    return np.where(least, OUTSIDE, np.where(most, UNSURE, INSIDE)).astype(np.uint8).ravel()


def _beside(cells: NDArray[np.bool_], axis: int) -> NDArray[np.bool_]:
    """(..., 3): each cell with those before and behind it along an axis."""
    padding = [(1, 1) if at == axis else (0, 0) for at in range(cells.ndim)]
    return np.lib.stride_tricks.sliding_window_view(np.pad(cells, padding, "edge"), 3, axis)


def _cells(picture: NDArray[np.uint16]) -> NDArray[np.uint32]:
    """The number of the cell that each colour lies in."""
    cells = np.zeros(picture.shape[:-1], np.uint32)
    for channel in range(3):
        cells <<= np.uint32(BITS)
        cells |= picture[..., channel] >> np.uint16(16 - BITS)
    return cells


def _lab(picture: NDArray[Any]) -> NDArray[Any]:
    return lab_of(picture.astype(np.float32) / np.float32(65535), FROM)
