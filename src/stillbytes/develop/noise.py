"""A photo's noise model when the file brings none."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FLAT_PART = 0.2
"""The part of the patches, the flattest of each brightness, that is taken for noise alone."""


def estimate(quads: NDArray[np.float64]) -> tuple[float, float]:
    """(slope, offset) of variance = slope * signal + offset, for single samples with signal 1 at saturation.

    quads: (3, rows, columns), green the mean of two samples. The variance of horizontal differences in small patches
    is fitted against their mean, using the flattest patches of each brightness (after Liu, Tanaka, Okutomi,
    "Noise level estimation using weak textured patches", 2013, reduced to its principle).
    """
    green = quads[1]
    rows, columns = green.shape[0] // 8 * 8, green.shape[1] // 8 * 8
    if rows < 32 or columns < 32:
        return 1e-4, 1e-7
    patches = green[:rows, :columns].reshape(rows // 8, 8, columns // 8, 8).swapaxes(1, 2).reshape(-1, 8, 8)
    mean = patches.mean(axis=(1, 2))
    # Second differences cancel slopes; their variance is 6 times the sample's. Green is a mean of two samples.
    second = patches[:, :, :-2] - 2 * patches[:, :, 1:-1] + patches[:, :, 2:]
    variance = np.mean(second**2, axis=(1, 2)) / 6 * 2
    usable = (mean > 1e-4) & (mean < 0.9)
    if np.count_nonzero(usable) < 64:
        return 1e-4, 1e-7
    mean, variance = mean[usable], variance[usable]
    order = np.argsort(mean)
    bins = np.array_split(order, 16)
    points = []
    for members in bins:
        flattest = members[np.argsort(variance[members])[: max(1, int(len(members) * FLAT_PART))]]
        points.append((mean[flattest].mean(), variance[flattest].mean()))
    signal, measured = np.array(points).T
    weight = 1 / np.maximum(measured, 1e-9)
    design = np.stack([signal, np.ones_like(signal)], axis=1) * weight[:, None]
    slope, offset = np.linalg.lstsq(design, measured * weight, rcond=None)[0]
    return float(np.clip(slope, 1e-7, 1e-2)), float(np.clip(offset, 1e-9, 1e-3))
