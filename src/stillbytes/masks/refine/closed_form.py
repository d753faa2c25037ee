"""Closed-form matting (Levin, Lischinski, Weiss, "A closed-form solution to natural image matting", PAMI 2008).

In each small window alpha is taken for a linear function of the picture's light, a . I + b. What remains of an alpha
after that is its cost, a matrix that never has to be written down: applying it takes a few box filters (K. He, J. Sun,
X. Tang, "Fast matting using large kernel matting Laplacian matrices", CVPR 2010).

Cost: 0.07 s for each application to a megapixel on two cores; five to eight of them are needed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
RADIUS = 1
SMOOTH = 1e-5
"""Variance of light below which a window is called even."""
ENOUGH = 1e-4
"""Of the first residual's energy: what is left makes no difference in 8 bits."""
MOST_STEPS = 30


class Windows:
    """The windows of a picture. light: (rows, columns, 3) float32, linear."""

    def __init__(self, light: Floats) -> None:
        self._light = [np.ascontiguousarray(light[..., channel]) for channel in range(3)]
        exact = [plane.astype(np.float64) for plane in self._light]  # differences of almost equal numbers follow
        means = [_mean(plane) for plane in exact]

        def covariance(i: int, j: int) -> NDArray[np.float64]:
            return np.asarray(_mean(exact[i] * exact[j]) - means[i] * means[j] + (SMOOTH if i == j else 0.0))

        a, b, c = covariance(0, 0), covariance(0, 1), covariance(0, 2)
        d, e, f = covariance(1, 1), covariance(1, 2), covariance(2, 2)
        minors = (d * f - e * e, c * e - b * f, b * e - c * d, a * f - c * c, b * c - a * e, a * d - b * b)
        determinant = a * minors[0] + b * minors[1] + c * minors[2]
        self._inverse = [np.asarray(minor / determinant, np.float32) for minor in minors]
        self._means = [mean.astype(np.float32) for mean in means]

    def lines(self, alpha: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """What alpha is at each place as a function of light: three factors and what is added."""
        mean = _mean(alpha)
        x, y, z = (_mean(light * alpha) - m * mean for light, m in zip(self._light, self._means, strict=True))
        a, b, c, d, e, f = self._inverse
        factors = a * x + b * y + c * z, b * x + d * y + e * z, c * x + e * y + f * z
        added = mean - sum(k * m for k, m in zip(factors, self._means, strict=True))
        return _mean(factors[0]), _mean(factors[1]), _mean(factors[2]), _mean(np.asarray(added, np.float32))

    def cost(self, alpha: Floats) -> Floats:
        """The matting Laplacian times alpha, divided by the size of a window."""
        x, y, z, added = self.lines(alpha)
        red, green, blue = self._light
        return np.asarray(alpha - x * red - y * green - z * blue - added, np.float32)

    def solved(self, wanted: Floats, weight: Floats) -> Floats:
        """The alpha that costs least, where leaving `wanted` costs `weight` times the square of the difference."""
        alpha = wanted.copy()
        residual = -self.cost(alpha)
        scale = 1 / (weight + np.float32(0.5))  # about the diagonal, which makes for fewer steps
        step = scaled = np.asarray(scale * residual, np.float32)
        energy = first = float(np.vdot(residual, scaled))
        for _ in range(MOST_STEPS):
            if energy <= ENOUGH * first or energy <= 1e-12:
                break
            applied = self.cost(step) + weight * step
            length = np.float32(energy / max(1e-20, float(np.vdot(step, applied))))
            alpha = np.asarray(alpha + length * step, np.float32)
            residual = np.asarray(residual - length * applied, np.float32)
            scaled = np.asarray(scale * residual, np.float32)
            before, energy = energy, float(np.vdot(residual, scaled))
            step = np.asarray(scaled + np.float32(energy / before) * step, np.float32)
        return alpha


def _mean(plane: NDArray[np.floating]) -> NDArray[np.floating]:
    """Of each window, in the type that is given."""
    import cv2  # noqa: PLC0415 - loads only when a mask is looked for

    side = 2 * RADIUS + 1
    return np.asarray(cv2.boxFilter(plane, -1, (side, side), borderType=cv2.BORDER_REFLECT))
