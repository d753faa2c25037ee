"""DNG files for tests, written from known scenes: what goes in is what a decoder has to give back."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import simplejpeg
import tifffile
from numpy.typing import NDArray

Samples = NDArray[np.uint16]

BLACK, WHITE = 512, 15000
NEUTRAL = (0.46, 1.0, 0.82)
"""Camera RGB of white in the scenes' light."""
MATRIX_D65 = ((0.9020, -0.2890, -0.0715), (-0.4535, 1.2436, 0.2348), (-0.0934, 0.1919, 0.7086))
MATRIX_A = ((0.9900, -0.3300, -0.0600), (-0.4300, 1.2100, 0.2500), (-0.0600, 0.1700, 0.6500))
FORWARD = ((0.7978, 0.1352, 0.0313), (0.2880, 0.7119, 0.0001), (0.0000, 0.0000, 0.8251))
X_TRANS = ("GGRGGB", "GGBGGR", "BRGRBG", "GGBGGR", "GGRGGB", "RBGBRG")
"""The 6x6 cell of Fuji's sensors, row by row."""

QUAD = ("RRGG", "RRGG", "GGBB", "GGBB")
"""The 4x4 cell of a quad Bayer sensor, row by row."""

_SHORT, _LONG, _RATIONAL, _SRATIONAL, _BYTE, _ASCII, _DOUBLE = "H", "I", "2I", "2i", "B", "s", "d"
Tag = tuple[int, str, int | None, Any, bool]


def scene(width: int = 96, height: int = 64) -> NDArray[np.float32]:
    """(height, width, 3) camera RGB, 0..1: a ramp, coloured patches and a saturated corner; no symmetry at all."""
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    light = np.stack([0.05 + 0.5 * x, 0.05 + 0.6 * y, 0.05 + 0.4 * (1 - x) * y], -1)
    light[height // 8 : height // 4, width // 8 : width // 3] = (0.40, 0.15, 0.08)
    light[height // 2 : -height // 8, width // 2 : width * 2 // 3] = (0.08, 0.35, 0.12)
    light[: height // 8, -width // 4 :] = 1.0
    return light.astype(np.float32)


def quantised(light: NDArray[np.floating], *, iso: int | None = None, seed: int = 1) -> Samples:
    """Light 0..1 as the sensor's numbers, with the noise of an ISO setting if one is given."""
    light = np.asarray(light, np.float64)
    if iso is not None:
        slope, offset = noise(iso)
        light = light + np.random.default_rng(seed).normal(size=light.shape) * np.sqrt(slope * light + offset)
    return np.clip(np.rint(light * (WHITE - BLACK) + BLACK), 0, WHITE).astype(np.uint16)


def noise(iso: int) -> tuple[float, float]:
    """(S, O) of the DNG noise profile: variance = S * x + O."""
    return iso / 100 / 60000, ((3 + 0.004 * iso) * iso / 100 / 60000) ** 2


def mosaic(light: NDArray[np.floating], cell: Sequence[str]) -> NDArray[np.float32]:
    """One colour per site. cell: rows of letters, as ("RG", "GB")."""
    out = np.empty(light.shape[:2], np.float32)
    for y, row in enumerate(cell):
        for x, letter in enumerate(row):
            site = np.s_[y :: len(cell), x :: len(row)]
            out[site] = light[site][..., "RGB".index(letter)]
    return out


def bayer(pattern: str = "RGGB") -> tuple[str, str]:
    """The two rows of a Bayer cell."""
    return pattern[:2], pattern[2:]


def write_dng(
    path: Path,
    samples: Samples,
    *,
    cell: Sequence[str] | None = ("RG", "GB"),
    orientation: int = 1,
    black: Sequence[int] = (BLACK,) * 4,
    white: int = WHITE,
    neutral: Sequence[float] | None = NEUTRAL,
    white_xy: Sequence[float] | None = None,
    matrices: Sequence[Any] = (MATRIX_D65,),
    illuminants: Sequence[int] = (21,),
    forward: Sequence[Any] = (),
    calibrations: Sequence[Any] = (),
    analog_balance: Sequence[float] | None = None,
    baseline_exposure: float = 0.0,
    iso: int | None = None,
    active_area: Sequence[int] | None = None,
    crop: Sequence[int] | None = None,
    preview: NDArray[np.uint8] | None = None,
    model: str = "Test 1",
    more: Sequence[Tag] = (),
) -> Path:
    """samples: (rows, columns) of a mosaic or, with cell None, (rows, columns[, 3]) of a monochrome or linear DNG.

    active_area: (top, left, bottom, right); crop: (left, top, width, height) within it; preview: RGB, written as
    the first directory's JPEG with the samples in a sub-directory, as cameras and converters do; iso also writes
    the noise profile. Returns `path`.
    """
    about = [
        _tag(50706, _BYTE, (1, 4, 0, 0)),
        _tag(50707, _BYTE, (1, 1, 0, 0)),
        _text(271, "Stillbytes"),
        _text(272, model),
        _text(50708, model),
        _tag(274, _SHORT, (orientation,)),
        _tag(50730, _SRATIONAL, _rationals([baseline_exposure])),
    ]
    for numbers, values in (((50721, 50722), matrices), ((50964, 50965), forward), ((50723, 50724), calibrations)):
        about += [_tag(number, _SRATIONAL, _rationals(value)) for number, value in zip(numbers, values, strict=False)]
    about += [_tag(number, _SHORT, (light,)) for number, light in zip((50778, 50779), illuminants, strict=False)]
    if analog_balance is not None:
        about.append(_tag(50727, _RATIONAL, _rationals(analog_balance)))
    if neutral is not None:
        about.append(_tag(50728, _RATIONAL, _rationals(neutral)))
    if white_xy is not None:
        about.append(_tag(50729, _RATIONAL, _rationals(white_xy)))
    if iso is not None:
        about += [_tag(34855, _SHORT, (iso,)), _tag(51041, _DOUBLE, noise(iso))]
    about += list(more)

    rows, columns = samples.shape[:2]
    area = tuple(active_area or (0, 0, rows, columns))
    levels = tuple(black) if cell and len(cell) == 2 else (black[0],)
    held = [
        _tag(50714, _SHORT, levels if samples.ndim == 2 else levels * 3),
        _tag(50717, _SHORT, (white,) * (samples.shape[2] if samples.ndim == 3 else 1)),
        _tag(50829, _LONG, area),
        _tag(50719, _LONG, tuple(crop[:2]) if crop else (0, 0)),
        _tag(50720, _LONG, tuple(crop[2:]) if crop else (area[3] - area[1], area[2] - area[0])),
        _tag(50718, _RATIONAL, (1, 1, 1, 1)),
    ]
    if cell:
        letters = "".join(cell)
        held += [
            _tag(33421, _SHORT, (len(cell), len(cell[0]))),
            _tag(33422, _BYTE, tuple("RGB".index(letter) for letter in letters)),
            _tag(50710, _BYTE, (0, 1, 2)),
            _tag(50711, _SHORT, (1,)),
        ]
    if len(levels) == 4:
        held.append(_tag(50713, _SHORT, (2, 2)))
    options: dict[str, Any] = {
        "photometric": 32803 if cell else 34892 if samples.ndim == 3 else "minisblack",
        "planarconfig": 1 if cell or samples.ndim == 3 else None,
        "compression": None,
        "rowsperstrip": rows,
        "metadata": None,
        "software": False,
    }
    with tifffile.TiffWriter(path, byteorder="<") as file:
        if preview is None:
            file.write(samples, subfiletype=0, extratags=about + held, **options)
        else:
            file.write(
                iter([simplejpeg.encode_jpeg(preview, quality=90, colorsubsampling="444")]),
                shape=preview.shape,
                dtype=preview.dtype,
                photometric="ycbcr",
                compression="jpeg",
                rowsperstrip=preview.shape[0],
                subfiletype=1,
                subifds=1,
                metadata=None,
                software=False,
                extratags=about,
            )
            file.write(samples, subfiletype=0, extratags=held, **options)
    if options["photometric"] == "minisblack":  # the writer knows no one-channel LinearRaw
        with tifffile.TiffFile(path, mode="r+") as written:
            written.pages[0].tags[262].overwrite(34892)
    return path


def make_photo(
    path: Path,
    light: NDArray[np.floating] | None = None,
    *,
    pattern: str = "RGGB",
    iso: int | None = None,
    **options: Any,
) -> Samples:
    """A Bayer DNG of a scene (see `scene`); `options` are write_dng's. Returns the samples it holds."""
    samples = quantised(mosaic(scene() if light is None else light, bayer(pattern)), iso=iso)
    write_dng(path, samples, cell=bayer(pattern), iso=iso, **options)
    return samples


def _tag(number: int, kind: str, values: Sequence[Any]) -> Tag:
    count = len(values) // 2 if kind in (_RATIONAL, _SRATIONAL) else len(values)
    return number, kind, count, tuple(values) if len(values) > 1 else values[0], True


def _text(number: int, text: str) -> Tag:
    return number, _ASCII, None, text, True


def _rationals(values: Any) -> tuple[int, ...]:
    fractions = [Fraction(float(v)).limit_denominator(1_000_000) for v in np.ravel(values)]
    return tuple(part for f in fractions for part in (f.numerator, f.denominator))
