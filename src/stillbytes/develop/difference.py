"""How far apart two colours look: CIE L*a*b*, Oklab and CIEDE2000."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop.colour import LMS_TO_OKLAB, XYZ_TO_LMS, adaptation, white_xyz
from stillbytes.photo.spaces import D65, SPACES

Floats = NDArray[np.float32]


def lab(xyz: NDArray[np.float64]) -> NDArray[np.float64]:
    """CIE L*a*b* (..., 3) of XYZ (..., 3) relative to D65, whose Y is 1 (CIE 15:2018, 8.2.1)."""
    t = xyz / white_xyz(D65)
    f = np.where(t > 216 / 24389, np.cbrt(t), (24389 / 27 * t + 16) / 116)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1)


def lab_of(pixels: Floats, space: str) -> Floats:
    """(..., 3) float32 CIE L*a*b* under D65 of pixels (..., 3), encoded in the RGB space `space`, 0..1."""
    t = _linear(pixels, space) @ (_to_xyz(space) / white_xyz(D65)[:, None]).T.astype(np.float32)
    f = np.where(t > np.float32(216 / 24389), np.cbrt(t), (np.float32(24389 / 27) * t + 16) / 116)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1)


def oklab_of(pixels: Floats, space: str) -> Floats:
    """(..., 3) float32 Oklab (Ottosson 2020), lightness 0..1, of pixels (..., 3), encoded in `space`, 0..1."""
    lms = _linear(pixels, space) @ _to_lms(space).T.astype(np.float32)
    return np.asarray(np.cbrt(lms) @ LMS_TO_OKLAB.T.astype(np.float32), np.float32)


def oklab_of_linear(rgb: NDArray[np.float64], space: str) -> NDArray[np.float64]:
    """(..., 3) Oklab of linear light (..., 3) in the RGB space `space`, 0..1."""
    return np.asarray(np.cbrt(rgb @ _to_lms(space).T) @ LMS_TO_OKLAB.T)


def linear_of_oklab(lab: NDArray[np.float64], space: str) -> NDArray[np.float64]:
    """The light of `oklab_of_linear`; beyond 0..1 what the space cannot show."""
    return np.asarray((lab @ np.linalg.inv(LMS_TO_OKLAB).T) ** 3 @ np.linalg.inv(_to_lms(space)).T)


def delta_e_2000(one: NDArray[np.floating], two: NDArray[np.floating]) -> NDArray[np.float64]:
    """CIEDE2000 of two arrays (..., 3) of L*a*b* (G. Sharma, W. Wu, E. Dalal, "The CIEDE2000 color-difference formula",
    2005). Returns (...)."""
    l1, a1, b1 = np.moveaxis(np.asarray(one, np.float64), -1, 0)
    l2, a2, b2 = np.moveaxis(np.asarray(two, np.float64), -1, 0)
    c_mean = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    g = 0.5 * (1 - np.sqrt(c_mean**7 / (c_mean**7 + 25.0**7)))
    a1, a2 = (1 + g) * a1, (1 + g) * a2
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    dh = (h2 - h1 + 180) % 360 - 180
    dh = np.where(c1 * c2 == 0, 0, dh)
    d_l, d_c, d_h = l2 - l1, c2 - c1, 2 * np.sqrt(c1 * c2) * np.sin(np.radians(dh) / 2)
    l_m, c_m = (l1 + l2) / 2, (c1 + c2) / 2
    h_m = np.where(np.abs(h1 - h2) > 180, (h1 + h2 + 360) / 2, (h1 + h2) / 2)
    t = 1 - 0.17 * np.cos(np.radians(h_m - 30)) + 0.24 * np.cos(np.radians(2 * h_m))
    t = t + 0.32 * np.cos(np.radians(3 * h_m + 6)) - 0.2 * np.cos(np.radians(4 * h_m - 63))
    s_l = 1 + 0.015 * (l_m - 50) ** 2 / np.sqrt(20 + (l_m - 50) ** 2)
    s_c, s_h = 1 + 0.045 * c_m, 1 + 0.015 * c_m * t
    r_c = 2 * np.sqrt(c_m**7 / (c_m**7 + 25.0**7))
    r_t = -np.sin(2 * np.radians(30 * np.exp(-(((h_m - 275) / 25) ** 2)))) * r_c
    return np.asarray(np.sqrt((d_l / s_l) ** 2 + (d_c / s_c) ** 2 + (d_h / s_h) ** 2 + r_t * d_c / s_c * d_h / s_h))


def _to_lms(space: str) -> NDArray[np.float64]:
    """(3, 3): linear RGB of the space -> cone responses, exactly no chroma for its greys."""
    to_lms = XYZ_TO_LMS @ _to_xyz(space)
    return np.asarray(to_lms / to_lms.sum(axis=1, keepdims=True))


def _to_xyz(space: str) -> NDArray[np.float64]:
    """(3, 3): linear RGB of the space -> XYZ, its white adapted to D65."""
    found = SPACES[space]
    return np.asarray(adaptation(found.white, D65) @ found.to_xyz)


def _linear(pixels: Floats, space: str) -> Floats:
    t = SPACES[space].transfer
    v = np.asarray(pixels, np.float32)
    bent = np.maximum(np.float32(t.a) * v + np.float32(t.b), 0) ** np.float32(t.gamma)
    return np.where(v >= np.float32(t.d), bent, np.float32(t.c) * v)
