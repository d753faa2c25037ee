"""Colour science in float64: matrices between spaces, chromatic adaptation, temperature and tint, camera profiles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stillbytes.photo.spaces import SPACES

Array = NDArray[np.float64]

BRADFORD: Array = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
"""XYZ -> sharpened cone responses (Lam 1985), as in ICC.1:2022 annex E."""

XYZ_TO_LMS: Array = np.array(
    [
        [0.8189330101, 0.3618667424, -0.1288597137],
        [0.0329845436, 0.9293118715, 0.0361456387],
        [0.0482003018, 0.2643662691, 0.6338517070],
    ]
)
LMS_TO_OKLAB: Array = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
"""Oklab: B. Ottosson, "A perceptual color space for image processing", 2020."""

REC2020_TO_XYZ: Array = SPACES["rec2020"].to_xyz
REC2020_LUMINANCE: Array = REC2020_TO_XYZ[1]
_REC2020_TO_LMS_RAW = XYZ_TO_LMS @ REC2020_TO_XYZ
REC2020_TO_LMS: Array = _REC2020_TO_LMS_RAW / _REC2020_TO_LMS_RAW.sum(axis=1, keepdims=True)
"""Rows sum to one exactly, so that greys have no chroma in Oklab."""


def white_xyz(xy: tuple[float, float]) -> Array:
    """XYZ with Y = 1 of a chromaticity."""
    x, y = xy
    return np.array([x / y, 1.0, (1 - x - y) / y])


def adaptation(source: tuple[float, float], target: tuple[float, float]) -> Array:
    """(3, 3) Bradford adaptation, XYZ under the white `source` -> XYZ under the white `target`."""
    gains = (BRADFORD @ white_xyz(target)) / (BRADFORD @ white_xyz(source))
    return np.asarray(np.linalg.inv(BRADFORD) @ np.diag(gains) @ BRADFORD)


def between(source: str, target: str) -> Array:
    """(3, 3) matrix from one linear RGB space to another, whites adapted by Bradford."""
    a, b = SPACES[source], SPACES[target]
    return np.asarray(np.linalg.inv(b.to_xyz) @ adaptation(a.white, b.white) @ a.to_xyz)


# Temperature and tint after A. R. Robertson, "Computation of correlated color temperature and distribution
# temperature", JOSA 58(11), 1968: isotemperature lines by mired, u and v of the Planckian locus (CIE 1960) and slope;
# the values of Wyszecki and Stiles, "Color Science", 2nd edition, table 1(3.11).
_ROBERTSON = np.array(
    [
        (0, 0.18006, 0.26352, -0.24341), (10, 0.18066, 0.26589, -0.25479), (20, 0.18133, 0.26846, -0.26876),
        (30, 0.18208, 0.27119, -0.28539), (40, 0.18293, 0.27407, -0.30470), (50, 0.18388, 0.27709, -0.32675),
        (60, 0.18494, 0.28021, -0.35156), (70, 0.18611, 0.28342, -0.37915), (80, 0.18740, 0.28668, -0.40955),
        (90, 0.18880, 0.28997, -0.44278), (100, 0.19032, 0.29326, -0.47888), (125, 0.19462, 0.30141, -0.58204),
        (150, 0.19962, 0.30921, -0.70471), (175, 0.20525, 0.31647, -0.84901), (200, 0.21142, 0.32312, -1.0182),
        (225, 0.21807, 0.32909, -1.2168), (250, 0.22511, 0.33439, -1.4512), (275, 0.23247, 0.33904, -1.7298),
        (300, 0.24010, 0.34308, -2.0637), (325, 0.24792, 0.34655, -2.4681), (350, 0.25591, 0.34951, -2.9641),
        (375, 0.26400, 0.35200, -3.5814), (400, 0.27218, 0.35407, -4.3633), (425, 0.28039, 0.35577, -5.3762),
        (450, 0.28863, 0.35714, -6.7262), (475, 0.29685, 0.35823, -8.5955), (500, 0.30505, 0.35907, -11.324),
        (525, 0.31320, 0.35968, -15.628), (550, 0.32129, 0.36011, -23.325), (575, 0.32931, 0.36038, -40.770),
        (600, 0.33724, 0.36051, -116.45),
    ]
)  # fmt: skip
TINT_SCALE = -3000.0
"""Tint units per unit of distance from the Planckian locus in CIE 1960 uv (the DNG SDK's convention)."""


def _line(mired: float) -> tuple[Array, Array]:
    """The point (u, v) of the locus at `mired` and the unit direction of its isotemperature line."""
    r, u, v, t = _ROBERTSON.T
    i = int(np.clip(np.searchsorted(r, mired) - 1, 0, len(r) - 2))
    f = (mired - r[i]) / (r[i + 1] - r[i])
    ends = [np.array([1.0, t[j]]) / np.hypot(1.0, t[j]) for j in (i, i + 1)]
    along = (1 - f) * ends[0] + f * ends[1]
    point = np.array([(1 - f) * u[i] + f * u[i + 1], (1 - f) * v[i] + f * v[i + 1]])
    return point, along / np.hypot(*along)


def chromaticity(temperature: float, tint: float) -> tuple[float, float]:
    """CIE 1931 xy of the light of that temperature (kelvin, 1667..) and tint."""
    point, along = _line(1e6 / temperature)
    u, v = point + along * (tint / TINT_SCALE)
    scale = u - 4 * v + 2
    return float(1.5 * u / scale), float(v / scale)


def temperature_tint(xy: tuple[float, float]) -> tuple[float, float]:
    """Temperature in kelvin and tint of a chromaticity; the inverse of `chromaticity`.

    Found by bisection on the mired scale: the point lies on the isotemperature line whose normal distance is zero.
    """
    x, y = xy
    scale = -2 * x + 12 * y + 3
    uv = np.array([4 * x / scale, 6 * y / scale])

    def side(mired: float) -> float:
        point, along = _line(mired)
        d = uv - point
        return float(d[0] * along[1] - d[1] * along[0])

    low, high = 1e-3, 600.0
    if side(low) * side(high) > 0:
        mired = low if abs(side(low)) < abs(side(high)) else high
    else:
        rising = side(high) > side(low)
        for _ in range(60):
            mired = (low + high) / 2
            if (side(mired) > 0) == rising:
                high = mired
            else:
                low = mired
    point, along = _line(mired)
    return 1e6 / max(mired, 1e-3), float((uv - point) @ along) * TINT_SCALE
