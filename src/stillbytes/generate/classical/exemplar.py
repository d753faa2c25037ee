"""Fills a hole with what is around it: patches that agree with each other, from coarse to fine, then full resolution.

The coarse picture is found as in Wexler, Shechtman and Irani, "Space-Time Completion of Video" (PAMI 2007): every
small patch that touches the hole looks for its nearest neighbour outside, and the neighbours vote for the pixels, again
and again. Neighbours are found in a forest of k-d trees over principal components (FLANN), not by PatchMatch. They are
then made coherent as in Ashikhmin, "Synthesizing Natural Textures" (I3D 2001): a pixel takes over the source next to
its neighbour's where that fits as well. Full resolution is copied from those sources, and a membrane closes the seam
(Perez, Gangnet and Blake, "Poisson Image Editing", SIGGRAPH 2003).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import Cancelled, UnusablePicture
from stillbytes.generate.classical.membrane import membrane

Floats = NDArray[np.float32]
Hole = NDArray[np.bool_]
Cancel = Callable[[], bool]

SIDE = 9
"""Pixels along a patch."""
HALF = SIDE // 2
VOTING = 3
"""Pixels to each side of a patch's centre for which it votes; the rest only tells what fits."""
FINEST = 80.0
"""Root of the hole's area in pixels at the finest level where patches are compared."""
COARSEST = 7.0
MOST_SOURCES = 15_000
COMPONENTS = 24
NEAR = 0.15
"""How much nearness counts beside likeness."""
ROUNDS, LAST_ROUNDS = 5, 2
"""At each level, and at the finest, which is nearly right from the start."""
MARGIN = 4
"""Pixels around the hole in which its seam is closed."""
COHERENCE = 1.05
"""How much less like a neighbour's source may be to be taken: what is copied in one piece has no seams and no blur."""
BETWEEN = 2.0
"""Levels are made of the picture at so many times the finest scale, which is made once."""
THREADS = 2
"""At once; every place and every strip is worked out for itself, so that their number changes nothing."""
STRIP = 64
"""Rows at full resolution that are worked on at once: they stay in the processor's caches."""
_FOREST = {"algorithm": 1, "trees": 4}
"""FLANN's word for k-d trees, and so many."""
DARK = 1e-3
"""Light below which differences count as absolute ones; middle grey is 0.18."""


def fill(light: Floats, hole: Hole, cancelled: Cancel = lambda: False) -> Floats:
    """The picture with its hole filled; everything else stays to the last bit. See `inside`."""
    out = light.copy()
    out[hole] = inside(light, hole, cancelled)
    return out


def inside(light: Floats, hole: Hole, cancelled: Cancel = lambda: False) -> Floats:
    """(n, 3): light for the n pixels of the hole, row by row.

    light: (height, width, 3) scene-linear, finite. hole: (height, width). The same input gives the same output.
    Raises UnusablePicture when nothing is left around the hole to fill it with, Cancelled.
    """
    if light.shape[:2] != hole.shape or light.ndim != 3:
        raise UnusablePicture("The hole has another size than the picture.", "Give both the same.")
    if not hole.any():
        return np.zeros((0, 3), np.float32)
    finest = min(1.0, FINEST / float(np.sqrt(hole.sum())))
    levels = _Levels(light, hole, finest)
    if not _sources(levels.at(finest)[1]).any():
        if hole.all():
            raise UnusablePicture("The whole picture is to be removed.", "Leave something around it.")
        return decoded(membrane(encoded(light), hole)[hole])
    offsets = _offsets(levels, hole, cancelled)
    return decoded(_copied(light, hole, offsets, cancelled))


def encoded(light: Floats) -> Floats:
    """About as the eye sees light: logarithmic, linear near black."""
    return np.asarray(np.log2(np.maximum(light, 0) + np.float32(DARK)), np.float32)


def decoded(tones: Floats) -> Floats:
    return np.asarray(np.maximum(np.exp2(tones) - np.float32(DARK), 0), np.float32)


def _in_strips(rows: int, height: int, work: Callable[[slice], None]) -> None:
    """All strips of so many rows, some at a time. What `work` raises is raised here."""
    with ThreadPoolExecutor(THREADS) as threads:
        for _ in threads.map(work, (slice(top, min(top + height, rows)) for top in range(0, rows, height))):
            pass


class _Levels:
    """The picture at scales of which none is above `finest`; pixels count as hole when any part of them is.

    Raises UnusablePicture when it holds something that is no number.
    """

    def __init__(self, light: Floats, hole: Hole, finest: float) -> None:
        self._shape = hole.shape
        block = max(1, int(1 / (BETWEEN * finest)))
        if block > 1:
            light, self._known = _in_blocks(light, hole, block)
        else:
            self._known = (~hole).astype(np.float32)
        if not np.isfinite(light).all():
            raise UnusablePicture("The picture holds values that are no numbers.", "Develop it again.")
        self._tones = encoded(light)
        self._clean = self._tones * self._known[..., None]

    def at(self, scale: float) -> tuple[Floats, Hole]:
        width, height = self._size(scale)
        if (height, width) == self._known.shape:
            return self._tones, self._known < 0.999
        share = cv2.resize(self._known, (width, height), interpolation=cv2.INTER_AREA)
        clean = cv2.resize(self._clean, (width, height), interpolation=cv2.INTER_AREA)
        small = clean / np.maximum(share, 1e-6)[..., None]
        return small.astype(np.float32), share < 0.999

    def _size(self, scale: float) -> tuple[int, int]:
        height, width = (max(SIDE, round(side * scale)) for side in self._shape)
        return width, height


def _in_blocks(light: Floats, hole: Hole, block: int) -> tuple[Floats, Floats]:
    """Mean light of blocks of so many pixels a side, of those outside of the hole, and the share of these. The last
    blocks repeat the pixels at the edge."""
    rows, columns = (-(-side // block) for side in hole.shape)
    small, share = np.empty((rows, columns, 3), np.float32), np.empty((rows, columns), np.float32)
    more = columns * block - hole.shape[1]

    def work(strip: slice) -> None:
        first, last = strip.start * block, min(strip.stop * block, len(light))
        border = (0, (strip.stop - strip.start) * block - (last - first), 0, more, cv2.BORDER_REPLICATE)
        known = cv2.copyMakeBorder((~hole[first:last]).astype(np.float32), *border)
        clean = cv2.copyMakeBorder(light[first:last], *border) * known[..., None]
        size = (columns, strip.stop - strip.start)
        share[strip] = cv2.resize(known, size, interpolation=cv2.INTER_AREA)
        small[strip] = cv2.resize(clean, size, interpolation=cv2.INTER_AREA)
        small[strip] /= np.maximum(share[strip], 1e-6)[..., None]

    _in_strips(rows, max(1, STRIP // block), work)
    return small, share


def _sources(hole: Hole) -> Hole:
    """Centres of patches that lie wholly in the picture and outside of the hole."""
    free = cv2.erode((~hole).astype(np.uint8), np.ones((SIDE, SIDE), np.uint8), borderValue=0)
    free[:HALF], free[-HALF:], free[:, :HALF], free[:, -HALF:] = 0, 0, 0, 0
    return np.asarray(free > 0)


def _touching(hole: Hole) -> Hole:
    """Centres of patches that touch the hole."""
    return np.asarray(cv2.dilate(hole.astype(np.uint8), np.ones((SIDE, SIDE), np.uint8)) > 0)


def _scales(hole: Hole) -> Iterator[float]:
    edge = float(np.sqrt(hole.sum()))
    finest = min(1.0, FINEST / edge)
    steps = max(0, int(np.ceil(np.log2(max(edge * finest / COARSEST, 1.0)))))
    yield from (finest * 2.0**-step for step in range(steps, -1, -1))


def _offsets(levels: _Levels, hole: Hole, cancelled: Cancel) -> NDArray[np.int32]:
    """(height, width, 2): from each place of the finest level to its source, rows then columns."""
    guess: Floats | None = None
    found: NDArray[np.int32] | None = None
    best = np.zeros((0, 2), np.int32)
    scales = list(_scales(hole))
    for scale in scales:
        picture, small = levels.at(scale)
        sources = _sources(small)
        if not sources.any():
            continue
        if found is None:
            picture = membrane(picture, small)
        else:
            larger = cv2.resize(guess, small.shape[::-1], interpolation=cv2.INTER_LINEAR)
            picture = np.where(small[..., None], larger, picture).astype(np.float32)
        search = _Search(picture, small, sources)
        for _ in range(ROUNDS if scale < scales[-1] else LAST_ROUNDS):
            if cancelled():
                raise Cancelled()
            search.look_at(picture)
            best = search.coherent(search.nearest())
            picture = search.voted(picture, best)
        guess, found = picture, search.field(best)
    assert found is not None
    return found


class _Search:
    """Looks for sources of the patches that touch the hole of one level, which has `count` of them.

    Offsets are (count, 2): from each patch to its source, rows then columns.
    """

    def __init__(self, picture: Floats, hole: Hole, sources: Hole) -> None:
        self._hole, self._free = hole, sources
        self._at = np.argwhere(_touching(hole)).astype(np.int32)
        height, width = hole.shape
        self._flat = self._at[:, 0] * width + self._at[:, 1]
        self._beside = list(self._neighbours())
        self._under = list(self._pixels())
        every = np.argwhere(sources)
        some = np.arange(len(every))
        if len(every) > MOST_SOURCES:
            some = np.random.default_rng(0).permutation(len(every))[:MOST_SOURCES]
        self._places = places = every[some]
        patches = _patches(picture, places)
        self._mean = patches.mean(axis=0)
        sample = patches[:: max(1, len(patches) // 4000)] - self._mean
        # Not by singular values: on threads that other work keeps waiting these take fifty times as long.
        _, axes = np.linalg.eigh(sample.T @ sample)
        self._axes = axes[:, : -COMPONENTS - 1 : -1].astype(np.float32)
        spread = float(sample.std()) * SIDE * NEAR / max(height, width)
        self._near = np.float32(max(spread * np.sqrt(3.0) * 4, 1e-6))
        self._like = np.zeros((height * width, COMPONENTS), np.float32)
        self._like[every @ (width, 1)] = self._components(
            _patches(picture, every) if len(some) < len(every) else patches
        )
        self._index = cv2.flann.Index(self._features(self._like[places @ (width, 1)], places), _FOREST)
        far = cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, 3)
        self._trust = np.exp2(-far[self._at[:, 0], self._at[:, 1]] / 2).astype(np.float32)

    def _neighbours(self) -> Iterator[NDArray[np.intp]]:
        """For each step that coherence looks at: which patch is there, -1 where none is."""
        height, width = self._hole.shape
        rows, columns = self._at.T
        number = np.full(height * width, -1)
        number[self._flat] = np.arange(len(self._at))
        for step in (8, 4, 2, 1, 1):
            for down, right in ((-step, 0), (step, 0), (0, -step), (0, step)):
                there = np.clip(rows + down, 0, height - 1) * width + np.clip(columns + right, 0, width - 1)
                yield number[there]

    def _pixels(self) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """For each pixel that a patch votes for: the patches in which it is inside of the picture, and its place."""
        height, width = self._hole.shape
        rows, columns = self._at.T
        for down in range(-VOTING, VOTING + 1):
            for right in range(-VOTING, VOTING + 1):
                y, x = rows + down, columns + right
                inside = np.flatnonzero((y >= 0) & (y < height) & (x >= 0) & (x < width))
                yield inside, (y * width + x)[inside]

    def field(self, offsets: NDArray[np.int32]) -> NDArray[np.int32]:
        """(height, width, 2) with 0 where no patch touches the hole."""
        found = np.zeros((*self._hole.shape, 2), np.int32)
        found[self._at[:, 0], self._at[:, 1]] = offsets
        return found

    def _components(self, patches: Floats) -> Floats:
        return np.asarray((patches - self._mean) @ self._axes, np.float32)

    def _features(self, components: Floats, places: NDArray[np.integer]) -> Floats:
        return np.ascontiguousarray(np.hstack([components, places.astype(np.float32) * self._near]), np.float32)

    def look_at(self, picture: Floats) -> None:
        """The picture as it is by now; what it shows outside of the hole stays."""
        self._wanted = self._components(_patches(picture, self._at))

    def nearest(self) -> NDArray[np.int32]:
        """Offsets to the most like patch outside of the hole."""
        cv2.setRNGSeed(0)
        wanted = self._features(self._wanted, self._at)
        with ThreadPoolExecutor(THREADS) as threads:
            found = list(threads.map(self._looked_up, np.array_split(wanted, THREADS)))
        return np.asarray(self._places[np.concatenate(found)] - self._at, np.int32)

    def _looked_up(self, wanted: Floats) -> NDArray[np.int32]:
        if not len(wanted):
            return np.zeros(0, np.int32)
        index, _ = self._index.knnSearch(wanted, 1, params={"checks": 24})
        return np.asarray(index[:, 0])

    def coherent(self, offsets: NDArray[np.int32]) -> NDArray[np.int32]:
        """With the neighbour's offset where that fits about as well as the own one."""
        best = offsets.copy()
        error = self._error(best)
        height, width = self._hole.shape
        free = self._free.reshape(-1)
        for beside in self._beside:
            other = best[beside]
            which = np.flatnonzero((beside >= 0) & np.any(other != best, axis=1))
            other = other[which]
            source = self._at[which] + other
            inside = np.flatnonzero(np.all((source >= 0) & (source < (height, width)), axis=1))
            inside = inside[free[source[inside, 0] * width + source[inside, 1]]]
            if not len(inside):
                continue
            which, other = which[inside], other[inside]
            tried = self._error(other, which)
            better = tried < error[which] * np.float32(COHERENCE)
            best[which[better]], error[which[better]] = other[better], tried[better]
        return best

    def _error(self, offsets: NDArray[np.int32], which: NDArray[np.intp] | slice = np.s_[:]) -> Floats:
        """How unlike the patches there and their sources are, far ones more."""
        unlike = self._like[self._flat[which] + self._steps(offsets)] - self._wanted[which]
        like = np.einsum("ij,ij->i", unlike, unlike)
        away = np.square(offsets.astype(np.float32) * self._near).sum(axis=1)
        return np.asarray(like + away, np.float32)

    def _steps(self, offsets: NDArray[np.int32]) -> NDArray[np.int32]:
        """(count,) offsets in the picture as one row."""
        return offsets[:, 0] * np.int32(self._hole.shape[1]) + offsets[:, 1]

    def voted(self, picture: Floats, offsets: NDArray[np.int32]) -> Floats:
        """The picture with every pixel of the hole as the sources of the patches around it say."""
        error = self._error(offsets)
        usual = max(float(np.percentile(error, 75)), 1e-6)
        weight = np.exp(-error / (2 * usual)) * self._trust + np.float32(1e-6)
        steps, pixels = self._steps(offsets), picture.reshape(-1, 3)
        total = np.zeros((picture.shape[0] * picture.shape[1], 4), np.float32)
        for inside, flat in self._under:
            w = weight[inside]
            total[flat, :3] += pixels[flat + steps[inside]] * w[:, None]  # each place once: an offset shifts all alike
            total[flat, 3] += w
        total = total.reshape(*self._hole.shape, 4)
        mean = total[..., :3] / np.maximum(total[..., 3:], 1e-9)
        return np.where(self._hole[..., None], mean, picture).astype(np.float32)


def _patches(picture: Floats, places: NDArray[np.integer]) -> Floats:
    """(places, SIDE * SIDE * channels), channel by channel, edges repeated."""
    padded = np.pad(picture, ((HALF, HALF), (HALF, HALF), (0, 0)), "edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (SIDE, SIDE), (0, 1))
    return np.ascontiguousarray(windows[places[:, 0], places[:, 1]].reshape(len(places), -1))


def _copied(light: Floats, hole: Hole, offsets: NDArray[np.int32], cancelled: Cancel) -> Floats:
    """(n, 3) tones for the pixels of the hole from its sources at full resolution, seam closed."""
    height, width = hole.shape
    rows, columns = np.flatnonzero(hole.any(axis=1)), np.flatnonzero(hole.any(axis=0))
    top, bottom = max(0, int(rows[0]) - MARGIN), min(height, int(rows[-1]) + 1 + MARGIN)
    left, right = max(0, int(columns[0]) - MARGIN), min(width, int(columns[-1]) + 1 + MARGIN)
    part = np.s_[top:bottom, left:right]
    within, own = hole[part], encoded(light[part])
    around = cv2.dilate(within.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    filled, known = _gathered(light, hole, offsets, (top, bottom, left, right), cancelled)
    np.copyto(filled, own, where=~(around & known)[..., None])
    if (none := around & ~known).any():
        filled = membrane(filled, none)
    # What the copy says of the pixels just outside, against what they are.
    edge = around & ~within
    seam = np.zeros_like(filled)
    seam[edge] = own[edge] - filled[edge]
    correction = membrane(seam, within)
    # Nothing gets darker or brighter than what was copied and what is there already.
    np.copyto(own, filled, where=within[..., None])
    closed = np.clip(own[within] + correction[within], own.min(axis=(0, 1)), own.max(axis=(0, 1)))
    return np.asarray(closed, np.float32)


def _gathered(
    light: Floats, hole: Hole, offsets: NDArray[np.int32], part: tuple[int, int, int, int], cancelled: Cancel
) -> tuple[Floats, Hole]:
    """Over the part (top, bottom, left, right): what the sources of the four nearest places of the finest level say,
    the nearer the more, in tones, and where there is any."""
    height, width = hole.shape
    rows_small, columns_small = offsets.shape[:2]
    down, across = height / rows_small, width / columns_small
    # Columns, then rows, as the map of a picture has them; both in one word, to be looked up at once.
    shifts = np.rint(offsets[..., ::-1] * np.array([across, down])).astype(np.int16).view(np.int32)[..., 0]
    top, bottom, left, right = part
    y, x = np.arange(top, bottom), np.arange(left, right)
    fy, fx = (y + 0.5) / down - 0.5, (x + 0.5) / across - 0.5
    above, before = np.floor(fy).astype(np.int64), np.floor(fx).astype(np.int64)
    fy, fx = (fy - above).astype(np.float32), (fx - before).astype(np.float32)
    total = np.empty((len(y), len(x), 3), np.float32)
    weights = np.zeros((len(y), len(x)), np.float32)
    free = (~hole).astype(np.uint8)

    def work(strip: slice) -> None:
        if cancelled():
            raise Cancelled()
        counts = weights[strip]
        sums = np.zeros((*counts.shape, 3), np.float32)
        places = np.stack(np.meshgrid(x, y[strip]), axis=-1).astype(np.int16)
        for i in (0, 1):
            rows = shifts[np.clip(above[strip] + i, 0, rows_small - 1)]
            vertical = np.square(1 - i - fy[strip])[:, None]
            for j in (0, 1):
                shift = np.take(rows, np.clip(before + j, 0, columns_small - 1), axis=1)
                source = places + shift.view(np.int16).reshape(places.shape)
                weight = vertical * np.square(1 - j - fx) + np.float32(1e-6)
                weight *= cv2.remap(free, source, None, cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT)
                weight *= shift != 0
                sums += cv2.remap(light, source, None, cv2.INTER_NEAREST) * weight[..., None]
                counts += weight
        sums /= np.maximum(counts, np.float32(1e-12))[..., None]
        total[strip] = encoded(sums)

    _in_strips(len(y), STRIP, work)
    return total, weights > 0
