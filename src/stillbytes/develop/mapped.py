"""The picture that the look stage reads, through the table that a camera profile has before exposure."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect
from stillbytes.develop.hsv_tables import TO_PROPHOTO, Baked, rows
from stillbytes.develop.kernels.load import Library, Placed
from stillbytes.develop.sensor import Planes


class Mapped:
    """Remembers the pictures that were asked for last, as many as fit in `most_bytes`."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._planes: OrderedDict[Hashable, Planes] = OrderedDict()

    def of(
        self, library: Library, planes: Planes, seen: Hashable, held: Rect, baked: Baked, matrix: NDArray[np.float64]
    ) -> tuple[Planes, Hashable]:
        """White-balanced camera RGB over `held`, as it is and was `seen` -> with its colours changed, and what is equal
        for equal pixels. matrix: (3, 3) to linear Rec.2020."""
        key = (seen, baked, matrix.tobytes())
        if key not in self._planes:
            into = TO_PROPHOTO @ matrix
            low, span = (np.asarray(baked.uniforms[name], np.float32) for name in ("low", "span"))
            encoded = np.float32(np.float64(baked.uniforms["encoded"]))
            uniforms = np.concatenate([rows(into), rows(np.linalg.inv(into)), low, span, [encoded]]).astype(np.float32)
            nodes, edges = baked.grid
            self._planes[key] = made = np.empty_like(planes)
            place = (held.x, held.y, 0)
            library.call("hsv_map", Placed(planes, place), uniforms, nodes, *edges, Placed(made, place))
            while len(self._planes) > 1 and sum(p.nbytes for p in self._planes.values()) > self._most:
                self._planes.popitem(last=False)
        self._planes.move_to_end(key)
        return self._planes[key], key
