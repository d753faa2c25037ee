"""Settings that give a photo the look of any other picture, without a model.

Matched are traits that do not depend on what is where: the distribution of tones, the tint of shadows, midtones and
highlights, and how strong each hue is. Pictures differ in what they show, too, so the way towards the reference is
limited: every trait moves part of it, every dial has a range of taste, and clipping and glaring colours cost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from stillbytes.core.errors import UnusablePicture
from stillbytes.develop.camera import WhitePoint
from stillbytes.develop.difference import Floats, lab_of
from stillbytes.develop.operations.colour_mixer import BANDS
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.generate.look import dials
from stillbytes.generate.look.dials import Board, Dial, Vector, without_look
from stillbytes.generate.look.fit import GREY, Progress, colourfulness
from stillbytes.generate.look.proxy import Cancel, Pixels, Proxy, as_floats, shrunk
from stillbytes.generate.look.solve import Solver, spared
from stillbytes.generate.look.table import Table, applied, reached
from stillbytes.generate.look.traits import Array, Traits, neutrality_of

EDGE = 192
STEPS = 4
MOST_PIXELS = 5_000
"""Of the picture, by chance, that tell what a table does."""
WORTH = 0.9
"""Part of the distance to which a table has to bring it."""
FLAT = 4.0
"""Range of lightness, 1 to 100, below which a picture has no tones to match."""
FARTHEST = {"tones": 24.0, "tint": 3.5, "bands": 5.0, "chroma": 3.0}
"""How far a trait moves at most, in the traits' units; half as far it moves most of the way."""
WEIGHTS = {"tones": 0.3, "tint": 1.2, "bands": 0.35, "chroma": 0.4}
TONED = 4
"""So many times as far goes the tint of black and white, which is nothing but the look."""
OVERALL = 0.4
"""What the tint of all pixels counts beside that of the neutral ones of a region."""
MOST = {
    "exposure": 1.5, "contrast": 45, "highlights": 60, "shadows": 60, "whites": 40, "blacks": 40, "temperature": 35,
    "tint": 18, "saturation": 25, "vibrance": 30, "curve": 26,
}  # fmt: skip
MOST_OF_BAND, MOST_OF_WHEEL, MOST_OF_TONED_WHEEL = 25, 16, 40
POINTS = (0, 64, 128, 192, 255)
"""Where the curve has points: few, which keeps it smooth."""
PRIOR, SPARE = 0.08, 0.05
ENOUGH_OF_TONE, ENOUGH_OF_BAND = 0.04, 0.03
"""Share of pixels from which on the tint of a region and the strength of a hue are known."""


@dataclass(frozen=True, slots=True)
class Matched:
    """settings: what the photo had, its look replaced. before, sliders: distance of the traits without any look, and
    with these settings, in about just visible differences. table: for what is left then, None where none is allowed or
    worth it. after: with settings and table."""

    settings: Settings
    before: float
    sliders: float
    after: float
    table: Table | None = None


def match(
    pipeline: Pipeline,
    settings: Settings,
    reference: Pixels,
    space: str = "srgb",
    *,
    with_table: bool = False,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> Matched:
    """Settings that make the photo look like `reference`, a picture of whatever else.

    settings: the photo's own; its crop, lens, noise and masks are kept and in effect, its look is replaced.
    with_table: a small look-up table may do what is left; then a table that the photo has is part of the look.
    reference: (height, width, 3) uint8, uint16 or float32 0..1, encoded in the RGB space `space`.
    Raises UnusablePicture for a reference of one flat tone or with values that are no numbers; Cancelled.

    >>> match(photo.pipeline, photo.settings, np.asarray(other)).settings   # doctest: +SKIP
    Settings(temperature=5900.0, exposure=-0.25, grade_shadows_hue=210.0, grade_shadows_saturation=8.0)
    """
    tell = progress or (lambda done, total, message: None)
    floats = as_floats(reference, "The reference")
    tell(0, STEPS, "Comparing")
    height, width = floats.shape[:2]
    scale = min(1.0, EDGE / max(height, width))
    small, _ = shrunk(floats, max(1, round(width * scale)), max(1, round(height * scale)), space)
    grey = colourfulness(lab_of(small, space).reshape(-1, 3)) < GREY
    theirs = Traits.of(small, space, np.ones(small.size // 3, np.float32) if grey else None)
    if np.ptp(theirs.tones) < FLAT:
        raise UnusablePicture("The reference is one flat tone.", "Choose a picture with light and dark parts.")
    kept = without_look(settings, with_table)
    proxy = Proxy(pipeline, kept, EDGE, cancelled=cancelled)
    seen = proxy.seen(kept)
    if not seen.any():  # a crop of nothing but empty canvas
        return Matched(kept, 0.0, 0.0, 0.0)
    plain = proxy.render(kept)[seen]
    colourless = colourfulness(lab_of(plain, "srgb").reshape(-1, 3)) < GREY
    neutral = np.ones(plain.size // 3, np.float32) if grey else neutrality_of(plain, "srgb")
    own = Traits.of(plain, "srgb", neutral)
    if np.ptp(own.tones) < FLAT:  # nothing in the photo that tones could be given to
        return Matched(kept, 0.0, 0.0, 0.0)
    goal = Goal(own, theirs, grey, colourless)

    def residuals(tried: Settings) -> Floats:
        return goal.residuals(Traits.of(proxy.render(tried)[seen], "srgb", neutral))

    found = _turned(residuals, kept, pipeline.as_shot, grey, colourless, tell)
    before, sliders = (float(np.linalg.norm(residuals(one))) for one in (kept, found))
    if sliders >= before:
        found, sliders = kept, before
    matched = Matched(found, before, sliders, sliders)
    if with_table:
        tell(STEPS - 1, STEPS, "Look-up table")
        matched = _tabled(matched, goal, proxy.render(found)[seen], neutral)
    tell(STEPS, STEPS, "")
    return matched


def _tabled(matched: Matched, goal: Goal, pixels: Floats, neutral: Floats) -> Matched:
    """With a table where it is worth it. pixels: (pixels, 3) as the settings make them."""
    some = np.sort(np.random.default_rng(0).permutation(len(pixels))[:MOST_PIXELS])

    def left(codes: Floats) -> Floats:
        return goal.residuals(Traits.of(codes, "srgb", neutral[some]))

    nodes = reached(pixels[some], left)
    after = float(np.linalg.norm(goal.residuals(Traits.of(applied(nodes, pixels), "srgb", neutral))))
    return replace(matched, after=after, table=Table(nodes, "srgb")) if after < WORTH * matched.sliders else matched


def _turned(
    residuals: Callable[[Settings], Floats],
    kept: Settings,
    as_shot: WhitePoint,
    grey: bool,
    colourless: bool,
    tell: Progress,
) -> Settings:
    stages = {
        "Tones": dials.light() + dials.white() + dials.regions(),
        "Colours": [*dials.curve(POINTS), *dials.colour(), *dials.mixer("saturation"), *_tints()],
    }
    board = Board([], as_shot, {"black_and_white": True} if grey and not colourless else {})
    at: Vector = np.zeros(0)
    for done, (message, more) in enumerate(stages.items(), 1):
        tell(done, STEPS, message)
        added = _limited(more, grey, colourless)
        board, at = board.with_more(added), np.concatenate([at, np.zeros(len(added))])
        solver = Solver(partial(_at, residuals, kept, board), board.low, board.high, np.full(len(at), PRIOR))
        solved = solver.solve(at, 8)
        at = solved.at
    needed = spared(solved, board.dials, SPARE * solved.cost + SPARE)
    at = solver.solve(np.where(needed, at, 0.0), 4, needed).at
    return kept.changed(**board.values(at, 5.0))


def _at(residuals: Callable[[Settings], Floats], kept: Settings, board: Board, at: Vector) -> Floats:
    return residuals(kept.changed(**board.values(at)))


class Goal:
    """The traits to reach from `own`: part of the way to `theirs`, where both pictures tell enough."""

    def __init__(self, own: Traits, theirs: Traits, grey: bool, colourless: bool) -> None:
        """grey: the reference is black and white, perhaps toned. colourless: the photo is."""

        def limited(name: str, mine: Array, other: Array) -> Array:
            most = FARTHEST[name] * (TONED if grey and name == "tint" else 1)
            return mine + most * np.tanh((other - mine) / most)

        self._own, self._theirs = own, theirs
        self._tones = limited("tones", own.tones, theirs.tones)
        start = np.zeros_like(own.tint) if grey else own.tint
        self._tint = limited("tint", start, theirs.tint)
        # A region in which either picture has hardly anything neutral tells little.
        known = np.sqrt(np.minimum(np.minimum(own.told, theirs.told) / ENOUGH_OF_TONE, 1.0))
        known[-1] *= OVERALL
        self._tint_weight = known[:, None] * (0.0 if colourless else 1.0)
        self._bands = limited("bands", own.bands, theirs.bands)
        masses = np.minimum(own.masses, theirs.masses)
        in_colour = 0.0 if grey or colourless else 1.0
        self._band_weight = np.sqrt(np.minimum(masses / ENOUGH_OF_BAND, 1.0)) * in_colour
        self._chroma = float(limited("chroma", np.array(own.chroma), np.array(theirs.chroma)))
        self._chroma_weight = in_colour
        self._strongest = max(own.strongest, min(theirs.strongest, 1.25 * own.strongest))

    def residuals(self, traits: Traits) -> Floats:
        """Numbers whose squares sum to what is left of the way, and to what is clipped or glaring."""
        glaring = max(0.0, traits.strongest - self._strongest) * self._chroma_weight
        whiter = max(0.0, traits.white - max(self._own.white, min(self._theirs.white, 0.02)) - 0.003)
        blacker = max(0.0, traits.black - max(self._own.black, min(self._theirs.black, 0.03)) - 0.005)
        parts = (
            WEIGHTS["tones"] * (traits.tones - self._tones),
            WEIGHTS["tint"] * ((traits.tint - self._tint) * self._tint_weight).ravel(),
            WEIGHTS["bands"] * (traits.bands - self._bands) * self._band_weight,
            [WEIGHTS["chroma"] * (traits.chroma - self._chroma) * self._chroma_weight],
            [glaring, 150 * whiter, 100 * blacker],
        )
        return np.concatenate(parts).astype(np.float32)


def _tints() -> list[Dial]:
    return dials.grading("shadows", "midtones", "highlights")


def _limited(found: list[Dial], grey: bool, colourless: bool) -> list[Dial]:
    """The dials within the range of taste, without those that do nothing, or harm, to a picture without colours."""
    bands = {f"saturation_{band}" for band in BANDS}
    coloured = {"temperature", "tint", "saturation", "vibrance"} | bands
    of_wheel = MOST_OF_TONED_WHEEL if grey else MOST_OF_WHEEL
    kept = []
    for dial in found:
        wheel = dial.part.startswith("grade_")
        if (dial.part in coloured and (grey or colourless)) or (wheel and colourless):
            continue
        most = MOST_OF_BAND if dial.part in bands else of_wheel if wheel else MOST[dial.part]
        kept.append(dial.narrowed(most))
    return kept
