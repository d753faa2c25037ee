"""Stripes along rows and columns: what each has too much, told from smooth, dark parts of the mosaic."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stillbytes.photo.decoded import Decoded

SAMPLES = 1024
"""Of each colour along a line are enough."""
REACH = 6
"""Lines of the same colours on both sides that a line is compared with."""
DARK = 0.15
"""Signal up to which samples are looked at, 1 at saturation."""
SMOOTH = 4.0
"""Standard deviations of noise that a smooth place differs from its neighbours at most."""
LEAST = 16
"""Samples that have to tell about a line."""
SURE = 2.0
"""Standard deviations of chance that a stripe has to be beyond."""
MEDIAN = 1.2533
"""Standard deviation of a median, where that of the mean is 1."""

Codes = NDArray[np.uint16]
Offsets = NDArray[np.float32]


def offsets(samples: Codes, decoded: Decoded, noise: tuple[float, float]) -> tuple[Offsets, Offsets]:
    """Codes by which each row and each column of a Bayer mosaic is brighter than those around; 0 where nothing tells.

    samples: those of `decoded`, defect ones replaced. noise: (slope, offset) of their variance, signal 1 at saturation.
    """
    black = np.array(decoded.black, np.float32).reshape(2, 2)
    rows = _lines(samples, black, decoded.white, noise)
    columns = _lines(samples.T, black.T, decoded.white, noise)
    return rows, columns


def _lines(samples: Codes, black: NDArray[np.float32], white: float, noise: tuple[float, float]) -> Offsets:
    slope, offset = (np.float32(v) for v in noise)
    found = np.zeros(samples.shape[0], np.float32)
    for parity in (0, 1):  # lines of the same two colours
        span = np.float32(white) - black[parity].mean()
        step = 2 * max(1, samples.shape[1] // 2 // SAMPLES)
        both = [samples[parity::2, colour::step].astype(np.float32) - black[parity, colour] for colour in (0, 1)]
        signal = np.concatenate(both, axis=1) / span
        count = len(signal)
        if count < 2 * REACH + 1:
            continue
        # What the lines around have here: the mean over a window, by running sums.
        padded = np.pad(signal, ((REACH + 1, REACH), (0, 0)), "edge")
        padded[0] = 0
        total = np.cumsum(padded, axis=0, dtype=np.float64)
        mean = ((total[2 * REACH + 1 :] - total[:count]) / (2 * REACH + 1)).astype(np.float32)
        spread = np.sqrt(slope * np.maximum(mean, 0) + offset)
        apart = signal - mean
        told = (mean < DARK) & (np.abs(apart) < SMOOTH * spread)
        # A place with a slope is not smooth: its neighbours above and below differ.
        told[1:-1] &= np.abs(mean[2:] - mean[:-2]) < spread[1:-1]
        enough = np.flatnonzero(told.sum(axis=1) >= LEAST)
        for line in enough:
            here = told[line]
            more = np.median(apart[line, here])
            # As far as it is more than chance (Wiener's filter), so that a line without a stripe gets none.
            chance = MEDIAN * np.mean(spread[line, here]) / np.sqrt(np.count_nonzero(here))
            found[2 * line + parity] = more * max(0.0, 1 - (SURE * chance / max(abs(more), 1e-12)) ** 2) * span
    return found
