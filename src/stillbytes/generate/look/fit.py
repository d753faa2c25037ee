"""Settings under which our pipeline renders a photo like a given picture of the same scene.

The target is aligned with the photo: a generated restyle, another program's rendering or an edit of ours. Fitted are
develop parameters of the whole picture, so what a target changes in places stays with the target. What they cannot do,
such as a colour that turns into another only where it is light, a small look-up table does, where it is allowed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import UnusablePicture
from stillbytes.develop.difference import Floats, delta_e_2000, lab_of
from stillbytes.develop.lut_spaces import LUT_SPACES
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.generate.look import dials, table
from stillbytes.generate.look.dials import Board, Dial, Vector, without_look
from stillbytes.generate.look.proxy import Cancel, Pixels, Proxy, aligned, aligned_pixels, as_floats, shrunk
from stillbytes.generate.look.solve import Solver, spared
from stillbytes.generate.look.table import Nodes, Table

Progress = Callable[[int, int, str], None]

EDGE = 256
"""Pixels of the proxy's long edge."""
MOST_PIXELS = 12_000
"""Of the proxy, by chance, that are compared."""
JUDGED_EDGE = 1024
"""The same of the pictures whose difference is told."""
ENOUGH = 0.2
"""Squared dE at which no more kinds of dials are tried."""
PRIOR = 2e-3
"""Squared dE that a dial one unit away from 0 has to win."""
SPARE, SPARE_PART = 0.05, 0.04
"""What leaving dials out and rounding may cost: so much dE (as a root of squares), and that part of what is left."""
FLAT = 1.0
"""Standard deviation of L*, a* and b* below which a picture is one flat tone."""
GREY, GREY_PART = 1.5, 0.1
"""Chroma beside one tint per lightness below which a picture is black and white, and that part of the photo's own."""
STEPS = 6
WORTH = 0.1
"""Mean dE that a look-up table has to win."""


@dataclass(frozen=True, slots=True)
class Closeness:
    """How far a rendering is from its target: mean and 95th percentile of CIEDE2000 over the proxy's pixels."""

    mean: float
    p95: float

    @classmethod
    def of(cls, one: Floats, two: Floats) -> Closeness:
        """Of two arrays (pixels, 3) of CIE L*a*b*."""
        difference = delta_e_2000(one, two)
        return cls(float(difference.mean()), float(np.percentile(difference, 95)))


@dataclass(frozen=True, slots=True)
class Fitted:
    """settings: what the photo had, its look replaced. before: without any look, sliders: with these settings. table:
    for what is left then, None where none is allowed or worth it. after: with settings and table."""

    settings: Settings
    before: Closeness
    sliders: Closeness
    after: Closeness
    table: Table | None = None


def fit(
    pipeline: Pipeline,
    settings: Settings,
    target: Pixels,
    space: str = "srgb",
    *,
    with_table: bool = False,
    edge: int = EDGE,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> Fitted:
    """Settings that make the photo look like `target`: the same scene, cropped alike, any size.

    settings: the photo's own; its crop, lens, noise and masks are kept and in effect, its look is replaced.
    target: (height, width, 3) uint8, uint16 or float32 0..1, encoded in the RGB space `space`.
    with_table: a small look-up table may do what is left, in the spaces that tables are made for; then a table that
    the photo has is part of the look.
    Few dials are turned, to round values, where that comes as close. Raises UnusablePicture for a target of another
    shape, of one flat tone, or with values that are no numbers; Cancelled.

    >>> fit(photo.pipeline, photo.settings, np.asarray(restyled)).settings   # doctest: +SKIP
    Settings(exposure=0.35, contrast=20.0, vibrance=15.0)
    """
    tell = progress or (lambda done, total, message: None)
    floats = as_floats(target, "The target")
    kept = without_look(settings, with_table)
    tell(0, STEPS, "Comparing")
    judge = Judge(Proxy(pipeline, kept, min(JUDGED_EDGE, max(floats.shape[:2])), space, cancelled), floats, space)
    before = judge.closeness(kept)
    proxy = Proxy(pipeline, kept, min(edge, max(floats.shape[:2])), space, cancelled)
    task = Task.of(proxy, kept, *aligned(floats, proxy, space))
    turned = _turned(task, tell)
    sliders = judge.closeness(turned)
    if sliders.mean >= before.mean:
        turned, sliders = kept, before
    if with_table and space in LUT_SPACES:
        tell(STEPS - 1, STEPS, "Look-up table")
        found = task.table(turned, aligned_pixels(floats, proxy, space), space)
        after = judge.closeness(turned, found)
        if found is not None and after.mean <= sliders.mean - WORTH:
            tell(STEPS, STEPS, "")
            return Fitted(turned, before, sliders, after, Table(found, space))
    tell(STEPS, STEPS, "")
    return Fitted(turned, before, sliders, sliders)


class Judge:
    """Says how close a rendering is to the target, at a size where averages of light and of images hardly differ."""

    def __init__(self, proxy: Proxy, target: Floats, space: str) -> None:
        self._proxy, self._space = proxy, space
        self._wanted = self._halved(aligned_pixels(target, proxy, space))

    def closeness(self, settings: Settings, nodes: Nodes | None = None) -> Closeness:
        """nodes: of a look-up table that the rendering goes through."""
        rendered = self._proxy.render(settings)
        return Closeness.of(self._halved(rendered if nodes is None else table.applied(nodes, rendered)), self._wanted)

    def _halved(self, picture: Floats) -> Floats:
        height, width = max(1, picture.shape[0] // 2), max(1, picture.shape[1] // 2)
        return lab_of(shrunk(picture, width, height, self._space)[0], self._space).reshape(-1, 3)


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be made alike. start, wanted: (pixels, 3) L*a*b* without and with the look; weight: (pixels,)."""

    proxy: Proxy
    kept: Settings
    some: NDArray[np.intp]
    start: Floats
    wanted: Floats
    weight: Floats

    @classmethod
    def of(cls, proxy: Proxy, kept: Settings, wanted: Floats, weight: Floats) -> Task:
        """Raises UnusablePicture when the target is one flat tone and the photo is not."""
        start = proxy.lab(kept)
        if wanted.std(axis=0).max() < FLAT <= start.std(axis=0).max():
            raise UnusablePicture("The target is one flat tone.", "Make it anew; there is no look in it.")
        count = len(wanted)
        some = np.sort(np.random.default_rng(0).permutation(count)[:MOST_PIXELS])
        return cls(proxy, kept, some, start[some], wanted[some], weight[some])

    def lab(self, settings: Settings) -> Floats:
        return self.proxy.lab(settings, self.some)

    def residual(self, weight: Floats) -> Callable[[Settings], Floats]:
        """Settings -> differences in lightness, chroma and hue in about units of CIEDE2000, whose squares sum to their
        weighted mean.

        The formula's own weights are taken at the target's colours, so that they do not change from step to step.
        """
        lightness, a, b = self.wanted.T
        chroma = np.hypot(a, b) + np.float32(1e-6)
        share = np.sqrt(weight / max(float(weight.sum()), 1e-9))
        per_l = share / (1 + 0.015 * (lightness - 50) ** 2 / np.sqrt(20 + (lightness - 50) ** 2))
        along, across = (axis * share / ((1 + 0.045 * chroma) * chroma) for axis in (a, b))
        turn_a, turn_b = (axis * share / ((1 + 0.015 * chroma) * chroma) for axis in (-b, a))
        neutral = chroma < 1e-3  # no hue: both axes count alike
        along[neutral], turn_b[neutral], across[neutral], turn_a[neutral] = share[neutral], share[neutral], 0, 0

        def residual(settings: Settings) -> Floats:
            d_l, d_a, d_b = (self.lab(settings) - self.wanted).T
            return np.concatenate([d_l * per_l, d_a * along + d_b * across, d_a * turn_a + d_b * turn_b])

        return residual

    def trust(self, settings: Settings) -> Floats:
        """(pixels,) the weights, less for pixels that are far off when most are not: what the target changed in
        places."""
        return self._trust(self.lab(settings))

    def _trust(self, lab: Floats) -> Floats:
        difference = delta_e_2000(lab, self.wanted)
        usual = max(2.0, 3.0 * float(np.median(difference)))
        return np.asarray(self.weight / (1 + (difference / usual) ** 2), np.float32)

    def table(self, settings: Settings, target: Floats, space: str) -> Nodes | None:
        """The look-up table for what these settings leave. target: (height, width, 3) codes at the proxy's size."""
        codes, wanted = (picture.reshape(-1, 3)[self.some] for picture in (self.proxy.render(settings), target))
        # A colour that differs everywhere is no place that the target changed: a first table tells them apart.
        first = table.fitted(codes, wanted, self.weight)
        if first is None:
            return None
        return table.fitted(codes, wanted, self._trust(lab_of(table.applied(first, codes), space)))


def _turned(task: Task, tell: Progress) -> Settings:
    grey = _is_grey(task.wanted, task.start)
    fixed = {"black_and_white": True} if grey else {}
    tints = [*dials.curve(), *dials.grading(), *dials.grading_light()]
    if grey:  # of which white balance and greys both change the tones: the greys, that do more, come first
        first, colours, last = dials.greys(), [*tints, *dials.white()], []
    else:
        first, colours = [*dials.white(), *dials.colour()], [*tints, *dials.mixer()]
        last = dials.channel_curves()
    stages: list[tuple[str, list[Dial], int]] = [
        ("Light", [*dials.light(), *first], 4),
        ("Tones", dials.regions(), 4),
        ("Colours", colours, 6),
        ("Curves", last, 6),
    ]
    board = Board([], task.proxy.pipeline.as_shot, fixed)
    at: Vector = np.zeros(0)
    weight, cost = task.weight, np.inf
    for done, (message, more, rounds) in enumerate(stages, 1):
        tell(done, STEPS, message)
        if cost < ENOUGH:
            break
        board, at = board.with_more(more), np.concatenate([at, np.zeros(len(more))])
        solved = _solver(task, board, weight).solve(at, rounds)
        at, cost = solved.at, solved.cost
        weight = task.trust(task.kept.changed(**board.values(at)))
    tell(STEPS - 2, STEPS, "Simplifying")
    solver = _solver(task, board, weight)
    solved = solver.solve(at, 2)
    allowed = solved.cost * SPARE_PART + SPARE**2
    needed = spared(solved, board.dials, allowed)
    at = solver.solve(np.where(needed, solved.at, 0.0), 4, needed).at
    return _rounded(task.residual(weight), task.kept, board, at, allowed)


def _solver(task: Task, board: Board, weight: Floats) -> Solver:
    residual = task.residual(weight)
    prior = np.full(len(board.dials), PRIOR)
    return Solver(lambda at: residual(task.kept.changed(**board.values(at))), board.low, board.high, prior)


def _rounded(
    residual: Callable[[Settings], Floats], kept: Settings, board: Board, at: Vector, allowed: float
) -> Settings:
    """The settings with the roundest values that cost no more than allowed."""
    best = float(np.square(residual(kept.changed(**board.values(at)))).sum())
    for step in (5.0, 2.0):
        settings = kept.changed(**board.values(at, step))
        if float(np.square(residual(settings)).sum()) <= best + allowed:
            return settings
    return kept.changed(**board.values(at, 1.0))


def _is_grey(wanted: Floats, start: Floats) -> bool:
    """Whether the target is black and white, perhaps toned, and the photo is not. Both (pixels, 3) L*a*b*."""
    own = colourfulness(start)
    return own > GREY and colourfulness(wanted) < max(GREY, GREY_PART * own)


def colourfulness(lab: Floats) -> float:
    """95th percentile of the chroma beside the usual colour of the same lightness."""
    order = np.argsort(lab[:, 0])
    runs = np.array_split(lab[order, 1:], max(1, min(256, len(order) // 16)))
    left = np.concatenate([np.hypot(*(run - np.median(run, axis=0)).T) for run in runs])
    return float(np.percentile(left, 95))
