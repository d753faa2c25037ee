"""Sky: a small network; without it, the border that separates a smooth upper part from the rest.

The border search follows Y. Shen and Q. Wang, "Sky region detection in a single image for autonomous ground robot
navigation", 2013: of all borders that a threshold on the gradient gives, the one whose sides differ most. A graph cut
on colours then finds its shape.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import NotFound
from stillbytes.masks.detect import grabcut
from stillbytes.masks.detect.detector import CLASSICAL, Bytes, Detector, Finding, Networks, Picture, best, sureness
from stillbytes.masks.detect.horizon import above_horizon
from stillbytes.masks.detect.networks import first, planes
from stillbytes.masks.kind import Floats
from stillbytes.masks.kinds.sky import Sky

SIDE = 384
EDGE = 480
"""Long edge of the picture in which the classical way looks."""
LEAST = 0.004
"""Less of the picture than this is not called a sky."""
DOUBT = 0.85
"""Mean probability inside of a mask: of real skies above 0.94 on 36 street photos, of blurred flowers below 0.75."""
SURE, NOT_SKY = 0.97, 0.4
"""Of a place in the sky: nothing is doubted from here on, and something else is there below."""
TRUST = 2.0
"""Trained on skies behind twigs, it tells them better than colours do, as long as it sees them."""
ALIKE = 18.0
"""Distance in CIE Lab within which a part is taken for the same sky as that which reaches the upper edge."""


class FindSky(Detector[Sky]):
    kind = "sky"
    version = 2
    models = ("skyseg-u2netp",)
    without = "The smooth upper part of the picture; clouds at the horizon and bright walls may mislead it."

    def find(self, picture: Picture, kind: Sky, networks: Networks, model: str | None) -> Finding:
        if model is not None:
            small = picture.stretched(SIDE, SIDE)
            coarse = np.clip(first(networks.ask(model, {"input": planes(small)})), 0, 1)
            lab = _lab(small)
            coarse, used = above_horizon(lab, _without_doubts(_one_sky(lab, coarse))), model
            if _doubtful(coarse) and not _agreed(coarse, classical(picture.within(EDGE))):
                raise self.nothing("sky")
        else:
            coarse, used = classical(picture.within(EDGE)), CLASSICAL
        sure = 0.0 if used == CLASSICAL else sureness(coarse)
        if float((coarse > 0.5).mean()) < LEAST:
            raise self.nothing("sky")
        return Finding(coarse, (used,), trust=TRUST, sure=sure)


def sky_of(picture: Picture, networks: Networks, shape: tuple[int, int]) -> Floats:
    """(rows, columns) of that shape: where the sky is, for who looks for something else; 0 without one."""
    import cv2  # noqa: PLC0415 - loads only when a mask is looked for

    try:
        found = FindSky().find(picture, Sky(), networks, best(FindSky.models, networks)).coarse
    except NotFound:
        return np.zeros(shape, np.float32)
    return np.asarray(cv2.resize(found, shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)


def _doubtful(coarse: Floats) -> bool:
    """Whether the network is not sure of its own answer, as it is of blurred backdrops."""
    return bool((coarse > 0.5).any()) and sureness(coarse) < DOUBT


def _agreed(coarse: Floats, other: Floats) -> bool:
    """Whether the classical way sees it in much the same place."""
    import cv2  # noqa: PLC0415

    inside = coarse > 0.5
    also = cv2.resize(other, coarse.shape[::-1], interpolation=cv2.INTER_AREA) > 0.5
    return float((inside & also).sum()) > 0.5 * float((inside | also).sum())


def _without_doubts(coarse: Floats) -> Floats:
    """With dark clouds filled: spots in the sky of which the network is not sure, and never sure that they are not it,
    as it is of birds and kites."""
    import cv2  # noqa: PLC0415 - loads only when a mask is looked for

    doubted = (coarse < SURE).astype(np.uint8)
    count, labels = cv2.connectedComponents(doubted, connectivity=8)
    least = np.full(count, np.inf)
    np.minimum.at(least, labels.ravel(), coarse.ravel())
    filled = least > NOT_SKY
    filled[0] = False
    return np.where(filled[labels], np.float32(1), coarse)


def _one_sky(lab: Floats, coarse: Floats) -> Floats:
    """Without parts that do not reach the upper edge, unless they have the colour of one that does, at their height:
    a sky is brighter and paler the nearer to the horizon. lab: CIE Lab of the same places."""
    import cv2  # noqa: PLC0415 - loads only when a mask is looked for

    sure = (coarse > 0.5).astype(np.uint8)
    count, labels, statistics, _ = cv2.connectedComponentsWithStats(sure, connectivity=8)
    reaching = set(np.unique(labels[:4])) - {0}
    if not reaching or count - 1 == len(reaching):
        return coarse
    sky = _by_height(lab, np.isin(labels, list(reaching)))
    kept = coarse.copy()
    for part in range(1, count):
        if part in reaching:
            continue
        where = labels == part
        expected = sky[np.nonzero(where)[0]].mean(0)
        if statistics[part, cv2.CC_STAT_AREA] > 0 and np.linalg.norm(lab[where].mean(0) - expected) > ALIKE:
            grown = cv2.dilate(where.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
            kept[grown & (labels != 0) & where] = 0
            kept[grown & (labels == 0)] = np.minimum(kept[grown & (labels == 0)], 0.05)
    return kept


def _by_height(lab: Floats, sky: NDArray[np.bool_]) -> Floats:
    """(height, 3): the sky's mean colour in each row; where it does not reach, that of the nearest row."""
    rows = np.flatnonzero(sky.any(1))
    means = np.stack([lab[row][sky[row]].mean(0) for row in rows])
    every = np.arange(len(sky))
    return np.stack([np.interp(every, rows, plane) for plane in means.T], -1).astype(np.float32)


def classical(pixels: Bytes) -> Floats:
    """0 or 1 for each pixel of a small picture; all 0 when nothing looks like a sky."""
    import cv2  # noqa: PLC0415

    height, width = pixels.shape[:2]
    lab = _lab(pixels)
    smoothed = cv2.GaussianBlur(lab[..., 0], (0, 0), 1)
    slope = np.float32(1 / 8) * np.hypot(cv2.Sobel(smoothed, cv2.CV_32F, 1, 0), cv2.Sobel(smoothed, cv2.CV_32F, 0, 1))
    texture = cv2.blur(slope, (9, 9))
    above = _best_border(lab, slope)
    nowhere = np.zeros((height, width), np.float32)
    if above is None or not _plausible(lab, above):
        return nowhere
    row = np.arange(height)[:, None]
    known = np.where(above, grabcut.PERHAPS, grabcut.PERHAPS_NOT).astype(np.uint8)
    core = cv2.erode(above.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    core &= (texture < 1.2) & (row < 0.5 * height)
    if not core.any():
        core = above & (row < 0.1 * height)
    far = np.linalg.norm(lab - lab[core].mean(0), axis=-1) > 2 * ALIKE if core.any() else np.ones_like(above)
    known[(row >= 0.75 * height) & (far | (texture > 1.2))] = grabcut.NOT
    known[core] = grabcut.IS
    known[(texture > 6) | (_green(lab) & ~core)] = grabcut.NOT
    found = grabcut.cut(pixels, known)
    _, labels = cv2.connectedComponents((found > 0.5).astype(np.uint8), connectivity=4)
    reaching = np.zeros(labels.max() + 1, bool)
    reaching[np.unique(labels[: max(1, height // 40)])] = True
    reaching[0] = False
    return np.asarray(reaching[labels], np.float32)


def _best_border(lab: Floats, slope: Floats) -> NDArray[np.bool_] | None:
    """What lies above the border whose sides differ most, in units of how much each side varies."""
    height = lab.shape[0]
    best: tuple[float, NDArray[np.bool_]] | None = None
    for threshold in np.linspace(1.0, 14.0, 16):
        edges = slope > threshold
        edges[0] = False
        border = np.where(edges.any(0), edges.argmax(0), height)
        above = np.arange(height)[:, None] < border[None]
        if not 0.02 < above.mean() < 0.98:
            continue
        upper, lower = lab[above], lab[~above]
        apart = float(np.linalg.norm(upper.mean(0) - lower.mean(0)))
        varied = [float(np.linalg.eigvalsh(np.cov(side.T) + 0.5 * np.eye(3))[-1]) ** 0.5 for side in (upper, lower)]
        score = apart / (1 + varied[0] + 0.5 * varied[1])
        if best is None or score > best[0]:
            best = score, above
    if best is None:
        return np.ones(slope.shape, bool) if float(np.median(slope)) < 0.5 else None
    return best[1]


def _plausible(lab: Floats, above: NDArray[np.bool_]) -> bool:
    """Skies are bright beside what is below, or blue; they are not green."""
    lightness, _, b = np.median(lab[above], 0)
    if _green(np.median(lab[above], 0)[None, None])[0, 0]:
        return False
    if above.all():
        return bool(b < -8 or lightness > 70)
    return bool(b < -8 or lightness > np.median(lab[~above][:, 0]) + 4)


def _green(lab: Floats) -> NDArray[np.bool_]:
    return np.asarray((lab[..., 1] < -8) & (lab[..., 2] > 8))


def _lab(pixels: Bytes) -> Floats:
    """CIE Lab of sRGB."""
    import cv2  # noqa: PLC0415

    return np.asarray(cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)
