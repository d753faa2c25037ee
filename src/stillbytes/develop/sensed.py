"""A photo as its sensor saw it, for who works on that light outside of the pipeline."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect
from stillbytes.develop.camera import Camera
from stillbytes.develop.sensor import Planes, Sensor
from stillbytes.photo.decoded import CameraColour, Decoded


class Sensed:
    """Light is white-balanced camera RGB, 1 where green saturates, under the as-shot white: no setting changes it.
    Defect pixels are replaced in it and highlights reconstructed as in new edits."""

    def __init__(self, decoded: Decoded, camera: Camera, sensor: Callable[[], Sensor], lock: threading.RLock) -> None:
        """sensor: when light is asked for. lock: held while it is read."""
        self._decoded, self._camera, self._sensor, self._lock = decoded, camera, sensor, lock

    @property
    def layout(self) -> str:
        return self._decoded.layout

    @property
    def colour(self) -> CameraColour | None:
        """What the file says of the camera's colours."""
        return self._decoded.colour

    @property
    def cell(self) -> str:
        """The sites of the mosaic's cell row by row, such as "RGGB"; empty where there is no mosaic."""
        return self._decoded.pattern if self._decoded.layout == "bayer" else ""

    @property
    def gains(self) -> tuple[float, float, float]:
        """Where each channel of the light saturates."""
        return self._camera.gains

    @property
    def to_working(self) -> NDArray[np.float64]:
        """(3, 3): light -> linear Rec.2020 in which white stays white."""
        return self._camera.to_rec2020()

    @property
    def noise(self) -> tuple[float, float]:
        """(slope, offset) of the samples' variance, signal 1 at saturation."""
        with self._lock:
            return self._sensor().noise

    @cached_property
    def digest(self) -> str:
        """Of the samples and what they mean as light: equal for the same exposure, whatever its file is called."""
        decoded = self._decoded
        told = (decoded.layout, decoded.samples.shape, decoded.pattern, decoded.black, decoded.white, self.gains)
        digest = hashlib.blake2b(repr(told).encode(), digest_size=12)
        digest.update(np.ascontiguousarray(decoded.samples).data)
        return digest.hexdigest()

    def light(self, rect: Rect) -> Planes:
        """(3, rows, columns) of a part of the frame, without noise reduction."""
        with self._lock:
            return self._sensor().read(0, rect, None)[0]

    def mosaic(self, rect: Rect) -> NDArray[np.float32]:
        """(rows, columns), 0 at black and 1 at saturation, of a part of the frame that begins anywhere in the cell."""
        decoded = self._decoded
        with self._lock:
            codes = self._sensor().codes
        part = codes[rect.y : rect.bottom, rect.x : rect.right].astype(np.float32)
        for site, black in enumerate(decoded.black):
            here = np.s_[(site // 2 - rect.y) % 2 :: 2, (site % 2 - rect.x) % 2 :: 2]
            part[here] = (part[here] - np.float32(black)) / np.float32(decoded.white - black)
        return part
