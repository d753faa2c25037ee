"""What is measured of a photo while its settings are looked for: the developed picture, small."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import StillbytesError
from stillbytes.develop.colour import REC2020_LUMINANCE
from stillbytes.develop.frame import Frame, Output
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.resampling import canvas
from stillbytes.develop.resampling.frame_grid import FrameGrid
from stillbytes.develop.settings import Settings

EDGE = 256
"""Long edge of the picture that is measured."""
CODES = Output("srgb", "float32")
LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
"""ITU-R BT.709, here of encoded values: how bright a place looks, not how much light it has."""
PERSON = 4.0
"""How much more a person counts than what is around."""

Floats = NDArray[np.float32]
People = Callable[[], NDArray[np.uint8]]
"""Where people are: (rows, columns) over the whole frame, 255 where they are. Raises what finding them raises."""


@dataclass
class Meter:
    """pipeline: of the photo. people: looks for them, or None where nobody is to be looked for."""

    pipeline: Pipeline
    people: People | None = None

    def picture(self, settings: Settings, edge: int = EDGE) -> Floats:
        """(rows, columns, 3) of the developed picture in sRGB codes, 0..1."""
        return np.asarray(self._frame(settings, edge).pixels, np.float32)

    def luma(self, settings: Settings) -> Floats:
        """(rows, columns) 0..1: of `picture`."""
        return np.asarray(self.picture(settings) @ LUMA)

    def luminance(self, settings: Settings) -> Floats:
        """(rows, columns): scene-linear, middle grey 0.18, of the part of the frame that is developed."""
        grid = self._grid(settings)
        return np.tensordot(REC2020_LUMINANCE.astype(np.float32), grid.light(), 1)

    def weights(self, settings: Settings) -> Floats:
        """(rows, columns), their sum 1: how much each pixel of `luma` counts. The middle counts more than the edges, a
        person more than both, and empty canvas not at all."""
        grid = self._grid(settings)
        form = self.pipeline.form(settings)
        y, x = np.ogrid[0.5 : grid.height, 0.5 : grid.width]
        middle = np.exp(-4 * ((x / grid.width - 0.5) ** 2 + (y / grid.height - 0.5) ** 2))
        weights: NDArray[Any] = 0.5 + middle
        if self.people is not None:
            weights = weights * (1 + PERSON * self._people(self.people, grid))
        weights = np.asarray(form.from_cut(weights), np.float64)
        known = self._frame(settings).known
        if known is not None:
            weights = weights * (known / canvas.FULL)
        return np.asarray(weights / max(weights.sum(), 1e-6), np.float32)

    def _people(self, look: People, grid: FrameGrid) -> Any:
        try:
            seen = look()
        except StillbytesError:
            return 0.0  # nobody is in it, or nothing here can tell
        x, y = grid.points()
        rows, columns = seen.shape
        unit = grid.frame.long_edge
        column = np.clip((x * unit / grid.frame.width * columns).astype(np.intp), 0, columns - 1)
        row = np.clip((y * unit / grid.frame.height * rows).astype(np.intp), 0, rows - 1)
        return seen[row, column].astype(np.float32) / 255

    def _frame(self, settings: Settings, edge: int = EDGE) -> Frame:
        return self.pipeline.render(settings, self._scale(settings, edge), output=CODES)

    def _scale(self, settings: Settings, edge: int = EDGE) -> float:
        return min(1.0, edge / self.pipeline.developed_size(settings).long_edge)

    def _grid(self, settings: Settings) -> FrameGrid:
        """The pixels of `luma`, before flips and turns."""
        return self.pipeline.grid(settings, self._scale(settings))
