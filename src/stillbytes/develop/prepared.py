"""What the look stage reads beside the picture, kept while it stays the same: see `develop.kernels.prepare`."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect, Size
from stillbytes.develop.guide import Guide
from stillbytes.develop.kernels import layout
from stillbytes.develop.kernels.load import Library, Placed
from stillbytes.develop.operation import Operation, Scene
from stillbytes.develop.settings import Settings

Plane = NDArray[np.float32] | NDArray[np.uint32]


class Prepared:
    """Remembers the planes of the views that were asked for last, as many as fit in `most_bytes`."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._planes: OrderedDict[Hashable, Plane] = OrderedDict()

    def of(
        self,
        library: Library,
        view: Hashable,
        source: Placed,
        grid: Size,
        strip: Rect,
        luma: NDArray[np.float32],
        bases: tuple[Guide, NDArray[np.uint32]],
        chosen: Sequence[tuple[Operation, bool]],
        settings: Settings,
        scene: Scene,
    ) -> list[Placed]:
        """The bases and the planes of `chosen` operations over `strip` of the cut grid, in whole tiles.

        view: equal for equal pictures. source: white-balanced camera RGB over the strip and LOOK_MARGIN around it.
        bases: the guide of the grid's geometry and its packed values. chosen: with whether each changes anything;
        nothing is worked out for one that does not.
        """
        guide, packed = bases
        per_x, per_y = (guide.columns - 1) / grid.width, (guide.rows - 1) / grid.height
        numbers = np.array([*luma, per_x, 0.5 * per_x, per_y, 0.5 * per_y], np.float32)
        arguments: tuple[Any, ...] = (packed, numbers, grid.width, grid.height, guide.columns, guide.rows)
        shape = (strip.height, -(-strip.width // layout.TILE) * layout.TILE)
        worked_out = -(-strip.width // layout.LANES) * layout.LANES

        def made(kernel: str, kind: Any, digest: bytes, *rest: Any) -> Placed:
            key = (view, strip, kernel, digest)
            if key not in self._planes:
                self._planes[key] = plane = np.empty(shape, kind)
                library.call(kernel, source, *rest, Placed(plane[:, :worked_out], (strip.x, strip.y)))
                plane[:, worked_out:] = 0  # read, but not seen
                self._forget()
            self._planes.move_to_end(key)
            return Placed(self._planes[key], (strip.x, strip.y))

        found = [made("bases", np.uint32, numbers.tobytes(), *arguments)]
        for operation, active in chosen:
            if active:
                values = layout.pack_prepare(operation, {"luma": luma, **operation.prepare_uniforms(settings, scene)})
                name = layout.prepare_name(operation)
                found.append(made(name, np.float32, values.tobytes(), values, grid.width, grid.height))
            else:
                nothing = np.broadcast_to(np.zeros(shape[1], np.float32), shape)
                found.append(Placed(nothing, (strip.x, strip.y)))
        return found

    def _forget(self) -> None:
        while len(self._planes) > 4 and sum(plane.nbytes for plane in self._planes.values()) > self._most:
            self._planes.popitem(last=False)
