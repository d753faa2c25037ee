"""The photo and its target as the same few pixels, which is what a fit looks at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import Cancelled, UnusablePicture
from stillbytes.core.saying import said
from stillbytes.develop.difference import Floats, lab_of
from stillbytes.develop.frame import Output
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.resampling.canvas import FULL
from stillbytes.develop.settings import Settings
from stillbytes.photo.spaces import SPACES

Cancel = Callable[[], bool]
Pixels = NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.float32]

FLAT = 3.0
"""Standard deviation inside a pixel of the proxy, in L*, that halves its weight: light averages, its image does not."""
ASPECT = 0.03


class Proxy:
    """Renders the photo small, under settings that keep its geometry."""

    def __init__(
        self, pipeline: Pipeline, settings: Settings, edge: int, space: str = "srgb", cancelled: Cancel | None = None
    ) -> None:
        """settings: which crop and geometry. edge: pixels of the long edge."""
        size = pipeline.developed_size(settings)
        self.pipeline = pipeline
        self.scale = min(1.0, edge / size.long_edge)
        small = size.scaled(self.scale)
        self.width, self.height = small.width, small.height
        self._output = Output(space, "float32")
        self._cancelled = cancelled or (lambda: False)

    def render(self, settings: Settings) -> Floats:
        """(height, width, 3) float32, encoded, 0..1. Raises Cancelled."""
        if self._cancelled():
            raise Cancelled()
        return np.asarray(self.pipeline.render(settings, self.scale, output=self._output).pixels, np.float32)

    def seen(self, settings: Settings) -> NDArray[np.bool_]:
        """(height, width): where the photo or a patch is, and not empty canvas."""
        known = self.pipeline.render(settings, self.scale, output=self._output).known
        return np.ones((self.height, self.width), bool) if known is None else known == FULL

    def lab(self, settings: Settings, some: NDArray[np.intp] | None = None) -> Floats:
        """(pixels, 3) float32 CIE L*a*b*, of all pixels or `some`. Raises Cancelled."""
        pixels = self.render(settings).reshape(-1, 3)
        return lab_of(pixels if some is None else pixels[some], self._output.space)


def as_floats(picture: Pixels, what: str) -> Floats:
    """(height, width, 3) float32 0..1. `what` names the picture in errors. Raises UnusablePicture."""
    given: NDArray[Any] = np.asarray(picture)
    if given.ndim != 3 or given.shape[2] != 3 or 0 in given.shape:
        raise UnusablePicture(
            said("{what} has the shape {shape}.", what=what, shape=given.shape), "Give rows of RGB pixels."
        )
    floats = given.astype(np.float32)
    if given.dtype.kind == "u":
        return floats / np.float32(np.iinfo(given.dtype).max)
    if not np.isfinite(floats).all():
        raise UnusablePicture(
            said("{what} has values that are no numbers.", what=what), "Make it anew; what made it went wrong."
        )
    return np.clip(floats, 0.0, 1.0)


def shrunk(picture: Floats, width: int, height: int, space: str) -> tuple[Floats, Floats]:
    """The picture at that size, averaged as light, and (height, width) how much each pixel tells, 0..1: little where
    the picture is busy inside it."""
    transfer = SPACES[space].transfer
    size = (width, height)
    light = cv2.resize(transfer.to_linear(picture).astype(np.float32), size, interpolation=cv2.INTER_AREA)
    grey = picture.mean(axis=-1) * np.float32(100)
    mean = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    square = cv2.resize(grey * grey, size, interpolation=cv2.INTER_AREA)
    weight = 1 / (1 + np.maximum(square - mean * mean, 0) / FLAT**2)
    return transfer.to_encoded(light.reshape(height, width, 3)).astype(np.float32), weight.reshape(height, width)


def aligned(picture: Floats, proxy: Proxy, space: str) -> tuple[Floats, Floats]:
    """(pixels, 3) float32 CIE L*a*b* of the target where the proxy has its pixels, and (pixels,) weights.

    Raises UnusablePicture when its sides have another ratio than the photo's.
    """
    _check_shape(picture, proxy)
    small, weight = shrunk(picture, proxy.width, proxy.height, space)
    return lab_of(small, space).reshape(-1, 3), weight.ravel()


def aligned_pixels(picture: Floats, proxy: Proxy, space: str) -> Floats:
    """The target at the proxy's size, (height, width, 3). Raises UnusablePicture as `aligned` does."""
    _check_shape(picture, proxy)
    return shrunk(picture, proxy.width, proxy.height, space)[0]


def _check_shape(picture: Floats, proxy: Proxy) -> None:
    height, width = picture.shape[:2]
    ratio = (width / height) / (proxy.width / proxy.height)
    # A proxy's own sides are rounded to whole pixels.
    slack = ASPECT + 0.5 / min(proxy.width, proxy.height) + 0.5 / min(width, height)
    if abs(np.log(ratio)) > slack:
        raise UnusablePicture(
            said(
                "The target is {width} x {height} pixels, but the developed photo is shaped like "
                "{photo_width} x {photo_height}.",
                width=width,
                height=height,
                photo_width=proxy.width,
                photo_height=proxy.height,
            ),
            "Give the same picture, cropped alike; from another picture only its look can be matched.",
        )
