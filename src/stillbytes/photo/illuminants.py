"""The lights that cameras are calibrated for: what EXIF's LightSource and DNG's IlluminantData say of them."""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

Chromaticity = tuple[float, float]

KELVIN = {
    1: 5500.0, 2: 4150.0, 3: 2850.0, 4: 5500.0, 9: 5500.0, 10: 6500.0, 11: 7500.0, 12: 6400.0, 13: 5050.0,
    14: 4150.0, 15: 3525.0, 16: 2925.0, 17: 2850.0, 18: 5500.0, 19: 6500.0, 20: 5500.0, 21: 6504.0, 22: 7500.0,
    23: 5000.0, 24: 3200.0,
}  # fmt: skip
"""EXIF LightSource -> kelvin; ranges of fluorescent lamps (EXIF 2.32, table 9) by their middle."""
STANDARD: dict[int, Chromaticity] = {
    17: (0.44758, 0.40745), 18: (0.34842, 0.35161), 19: (0.31006, 0.31616), 20: (0.33243, 0.34744),
    21: (0.31272, 0.32903), 22: (0.29903, 0.31488), 23: (0.34567, 0.35851),
}  # fmt: skip
"""EXIF LightSource -> CIE 1931 xy of the CIE's standard lights (CIE 15:2018, table T.3)."""
OTHER = 255
"""A light that IlluminantData describes."""
MOST_SAMPLES = 10_000
"""Of a spectrum."""


def white_of(code: int, data: bytes = b"", order: str = "<") -> Chromaticity | None:
    """The chromaticity of a calibration illuminant; None of one that nothing is known of.

    data: IlluminantData, for code 255; order: its byte order, "<" or ">".
    """
    if code == OTHER:
        return _described(data, order)
    return STANDARD.get(code) or (planckian(KELVIN[code]) if code in KELVIN else None)


def kelvin_of(code: int, white: Chromaticity) -> float:
    """The correlated colour temperature of a calibration illuminant of that chromaticity."""
    return KELVIN[code] if code in KELVIN else correlated(white)


def correlated(white: Chromaticity) -> float:
    """Correlated colour temperature in kelvin, at least 1000 (C. McCamy, "Correlated color temperature as an explicit
    function of chromaticity coordinates", Color Research and Application 17(2), 1992)."""
    x, y = white
    if abs(y - 0.1858) < 1e-6:
        return 1000.0
    n = (x - 0.3320) / (y - 0.1858)
    return float(min(max(1000.0, -449 * n**3 + 3525 * n**2 - 6823.3 * n + 5520.33), 100_000.0))


def planckian(kelvin: float) -> Chromaticity:
    """Of a black body, 1667 to 25000 K (B. Kim et al., US patent 7024034, 2006; error below 1e-3)."""
    t = 1000 / min(max(kelvin, 1667.0), 25000.0)
    if kelvin < 4000:
        x = -0.2661239 * t**3 - 0.2343589 * t**2 + 0.8776956 * t + 0.179910
    else:
        x = -3.0258469 * t**3 + 2.1070379 * t**2 + 0.2226347 * t + 0.240390
    if kelvin < 2222:
        y = -1.1063814 * x**3 - 1.34811020 * x**2 + 2.18555832 * x - 0.20219683
    elif kelvin < 4000:
        y = -0.9549476 * x**3 - 1.37418593 * x**2 + 2.09137015 * x - 0.16748867
    else:
        y = 3.0817580 * x**3 - 5.87338670 * x**2 + 3.75112997 * x - 0.37001483
    return x, y


def _described(data: bytes, order: str) -> Chromaticity | None:
    """DNG 1.7.1.0, IlluminantData1: a chromaticity, or a spectrum seen by the CIE's observer of 1931."""
    try:
        (kind,) = struct.unpack_from(f"{order}H", data)
        if kind == 0:
            a, b, c, d = struct.unpack_from(f"{order}4I", data, 2)
            return _plausible((a / b, c / d))
        if kind != 1:
            return None
        count, *ends = struct.unpack_from(f"{order}I4I", data, 2)
        if not 2 <= count <= MOST_SAMPLES:
            return None
        pairs = np.array(struct.unpack_from(f"{order}{2 * count}I", data, 22), np.float64).reshape(-1, 2)
        first, step = ends[0] / ends[1], ends[2] / ends[3]
    except (struct.error, ZeroDivisionError):
        return None
    if step <= 0 or not pairs[:, 1].all():
        return None
    waves = np.arange(360.0, 831.0)
    light = np.interp(waves, first + step * np.arange(count), pairs[:, 0] / pairs[:, 1])
    x, y, z = (float((sensitivity * light).sum() / sensitivity.sum()) for sensitivity in _observer(waves))
    total = x + y + z
    return _plausible((x / total, y / total)) if total > 0 else None


def _plausible(white: Chromaticity) -> Chromaticity | None:
    x, y = white
    return white if 0.05 < x < 0.8 and 0.05 < y < 0.8 and x + y < 0.99 else None


def _observer(waves: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """The colour matching functions of 1931 as sums of Gaussians (C. Wyman, P.-P. Sloan, P. Shirley, "Simple analytic
    approximations to the CIE XYZ color matching functions", JCGT 2(2), 2013)."""

    def lobe(height: float, centre: float, below: float, above: float) -> NDArray[np.float64]:
        width = np.where(waves < centre, below, above)
        return np.asarray(height * np.exp(-0.5 * ((waves - centre) * width) ** 2))

    return (
        lobe(0.362, 442.0, 0.0624, 0.0374) + lobe(1.056, 599.8, 0.0264, 0.0323) + lobe(-0.065, 501.1, 0.0490, 0.0382),
        lobe(0.821, 568.8, 0.0213, 0.0247) + lobe(0.286, 530.9, 0.0613, 0.0322),
        lobe(1.217, 437.0, 0.0845, 0.0278) + lobe(0.681, 459.0, 0.0385, 0.0725),
    )
