"""Least squares over a few dozen dials: Levenberg-Marquardt within bounds, then as few and as round values as will do.

K. Levenberg, 1944; D. Marquardt, "An algorithm for least-squares estimation of nonlinear parameters", 1963. Derivatives
are differences, for a render of a small picture takes about a millisecond. What a dial is worth is told by the second
derivatives, without solving anew: B. Hassibi, D. Stork, "Second order derivatives for network pruning: Optimal Brain
Surgeon", NIPS 1992.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillbytes.generate.look.dials import Dial, Vector

Residuals = Callable[[Vector], NDArray[np.float32]]
"""Where the dials stand -> numbers whose sum of squares is to be small. Raises Cancelled when it should stop."""

STEP = 0.1
"""Of a dial, to take a difference over."""
DAMPING = 1e-3
"""Where Levenberg-Marquardt starts."""
TRIES = 6


@dataclass(frozen=True, slots=True)
class Solved:
    """Where the dials stand, what is left there, and its second derivatives (dials, dials)."""

    at: Vector
    cost: float
    curvature: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Solver:
    """prior: what a dial one unit away from 0 adds to the cost, which settles what the picture does not tell."""

    residuals: Residuals
    low: Vector
    high: Vector
    prior: Vector

    def cost(self, at: Vector) -> float:
        return self._cost(self.residuals(at), at)

    def _cost(self, r: NDArray[np.float32], at: Vector) -> float:
        return float(np.dot(r, r)) + float(self.prior @ (at * at))

    def solve(self, start: Vector, rounds: int, free: NDArray[np.bool_] | None = None, gain: float = 0.005) -> Solved:
        """From `start`, at most `rounds` linearisations; ends when one wins less than the part `gain` of the cost.

        free: which dials may turn, all by default.
        """
        free = np.ones(len(start), bool) if free is None else free
        at, damping = np.clip(start, self.low, self.high), DAMPING
        r = self.residuals(at)
        cost = self._cost(r, at)
        curvature = np.zeros((len(at), len(at)))
        for _ in range(rounds):
            curvature, slope = self._linear(at, r, free)
            before = cost
            for _ in range(TRIES):
                moved = np.clip(at + self._step(at, curvature, slope, damping, free), self.low, self.high)
                r_moved = self.residuals(moved)
                cost_moved = self._cost(r_moved, moved)
                if cost_moved < cost:
                    at, r, cost, damping = moved, r_moved, cost_moved, max(damping / 5, 1e-6)
                    break
                damping *= 6
            if cost >= before * (1 - gain):
                break
        return Solved(at, cost, curvature)

    def _linear(
        self, at: Vector, r: NDArray[np.float32], free: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float64], Vector]:
        """Half the second derivatives and half the slope of the cost."""
        turned = np.flatnonzero(free)
        columns = np.empty((len(turned), len(r)), np.float32)
        for row, i in enumerate(turned):
            step = STEP if at[i] + STEP <= self.high[i] else -STEP
            moved = at.copy()
            moved[i] += step
            columns[row] = (self.residuals(moved) - r) / np.float32(step)
        curvature, slope = np.diag(self.prior), self.prior * at
        curvature[np.ix_(turned, turned)] += columns @ columns.T
        slope[turned] += columns @ r
        return curvature, slope

    def _step(
        self, at: Vector, curvature: NDArray[np.float64], slope: Vector, damping: float, free: NDArray[np.bool_]
    ) -> Vector:
        """The damped Gauss-Newton step of the dials that do not press against their bounds."""
        pressing = ((at <= self.low) & (slope > 0)) | ((at >= self.high) & (slope < 0))
        turned = np.flatnonzero(free & ~pressing)
        step = np.zeros_like(at)
        if len(turned):
            inner = curvature[np.ix_(turned, turned)]
            inner = inner + damping * np.diag(np.diag(inner) + 1e-9)
            step[turned] = -np.linalg.lstsq(inner, slope[turned], rcond=1e-12)[0]
        return step


def spared(solved: Solved, dials: Sequence[Dial], allowance: float) -> NDArray[np.bool_]:
    """Which dials are needed: those whose return to 0 would raise the cost by more than `allowance` in all.

    Parts go one by one, that first which is missed least when the others make up for it.
    """
    parts = [dial.part for dial in dials]
    kept = np.ones(len(dials), bool)
    inverse = np.linalg.pinv(solved.curvature, hermitian=True)
    at = solved.at.copy()
    spent = 0.0
    while True:
        best: tuple[float, NDArray[np.intp]] | None = None
        for part in dict.fromkeys(p for p, k in zip(parts, kept, strict=True) if k):
            own = np.array([i for i, p in enumerate(parts) if p == part])
            worth = float(at[own] @ np.linalg.pinv(inverse[np.ix_(own, own)], hermitian=True) @ at[own])
            if best is None or worth < best[0]:
                best = worth, own
        if best is None or spent + best[0] > allowance:
            return kept
        worth, own = best
        spent += worth
        held = np.linalg.pinv(inverse[np.ix_(own, own)], hermitian=True)
        at = at - inverse[:, own] @ held @ at[own]
        inverse = inverse - inverse[:, own] @ held @ inverse[own]
        at[own] = 0.0
        kept[own] = False
