"""What a detector is, and what all of them work with: the photo as a network sees it, and the networks themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import NotFound
from stillbytes.core.saying import said
from stillbytes.engines.comfyui.workflow import Workflow
from stillbytes.masks.kind import Floats, Found
from stillbytes.masks.refine.matting import BY_NETWORK

Bytes = NDArray[np.uint8]
K = TypeVar("K", bound=Found)
CLASSICAL = "classical"
"""What is told to have found a mask where no network did."""
LEAST_SURE = 0.7
"""How sure a network is of what it found (`Finding.sure`): below this a person is told. So were one of 24 composites
and ten of 69 other pictures, most of them of nothing in particular."""
Ask = Callable[[str, Mapping[str, NDArray[Any]], str], dict[str, NDArray[Any]]]
"""(model's id, inputs, role of the file) -> outputs by name. Raises EngineError, ModelError, Refused, Cancelled."""


class Networks(Protocol):
    """What this machine has. `gpu.access.Access` is one."""

    def ask(self, model: str, inputs: Mapping[str, NDArray[Any]], role: str = "model", /) -> dict[str, NDArray[Any]]:
        """A network's outputs by name, as `Ask`."""
        ...

    def drawn(
        self, model: str, picture: bytes, build: Callable[[str, Mapping[str, str]], Workflow], /
    ) -> tuple[bytes, ...]:
        """What a graph in ComfyUI hands out for an encoded picture, encoded. build: the graph, from the picture's name
        there and the names of the model's files by role. Raises as `ask`, and InvalidWorkflow."""
        ...

    def here(self, model: str, /) -> bool:
        """Whether all files of a model are on this machine."""
        ...

    def file(self, model: str, role: str, /) -> Path:
        """Where one of its files is. Raises ModelError."""
        ...


def best(models: tuple[str, ...], networks: Networks) -> str | None:
    """The first of them that is on this machine."""
    return next((model for model in models if networks.here(model)), None)


@dataclass(frozen=True)
class Picture:
    """The frame as it was taken, whatever its edit.

    pixels: (height, width, 3) uint8 sRGB at full resolution. key: of the photo's content, "" when nothing is to be
    remembered about it.
    """

    pixels: Bytes
    key: str = ""
    _small: dict[tuple[int, int], Bytes] = field(default_factory=dict, compare=False, repr=False)

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def long_edge(self) -> int:
        return max(self.height, self.width)

    def stretched(self, width: int, height: int) -> Bytes:
        """All of it at that size, proportions aside."""
        import cv2  # noqa: PLC0415 - loads only when a mask is looked for

        if (width, height) not in self._small:
            how = cv2.INTER_AREA if width < self.width else cv2.INTER_LINEAR
            self._small[width, height] = np.asarray(cv2.resize(self.pixels, (width, height), interpolation=how))
        return self._small[width, height]

    def within(self, long_edge: int) -> Bytes:
        """All of it with at most that many pixels along its long edge."""
        scale = min(1.0, long_edge / self.long_edge)
        return self.stretched(max(1, round(self.width * scale)), max(1, round(self.height * scale)))

    def cut(self, left: int, top: int, right: int, bottom: int) -> Picture:
        """A part of it."""
        return Picture(np.ascontiguousarray(self.pixels[top:bottom, left:right]))


@dataclass(frozen=True, slots=True)
class Finding:
    """coarse: (rows, columns) float32, 0..1, over the whole frame. used: ids of the models, or CLASSICAL.

    refine: whether edges are to be found at full resolution; not for what has none, such as depth. inverted: the mask
    is what is left over. trust: what `coarse` counts beside the photo's colours at edges, see masks/refine. sure: how
    sure the network is of it, 0..1, 0 where colours alone had to tell; None where nobody says.
    """

    coarse: Floats
    used: tuple[str, ...]
    refine: bool = True
    inverted: bool = False
    trust: float = BY_NETWORK
    sure: float | None = None


def sureness(coarse: Floats) -> float:
    """How sure a network is of what it found: its mean probability there."""
    inside = coarse > 0.5
    return float(coarse[inside].mean()) if inside.any() else 0.0


class Detector(Generic[K]):
    """Base of all detectors: one file in `masks/detect`, which fills one kind of mask.

    kind: the name of that. version: counts changes of what it finds. models: ids it can use, the best first. further:
    those that it uses instead where a field of the kind is given, by that, or for some of its values. also: what it
    always uses besides. without: in words, what it does with none of them, "" if nothing.
    """

    kind: ClassVar[str]
    version: ClassVar[int]
    models: ClassVar[tuple[str, ...]] = ()
    further: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    also: ClassVar[tuple[str, ...]] = ()
    without: ClassVar[str] = ""

    def choices(self, kind: K) -> tuple[str, ...]:
        """Which of its models can find that, the best first."""
        return self.models

    def find(self, picture: Picture, kind: K, networks: Networks, model: str | None) -> Finding:
        """model: the best of `choices` that is here; None for the classical way. Raises NotFound when there is no such
        thing in the picture, or nothing here that could find it."""
        raise NotImplementedError

    def nothing(self, what: str) -> NotFound:
        """That it is not in the picture."""
        return NotFound(
            said("No {what} was found in this photo.", what=what), "Draw a mask, or choose an object with a box."
        )


def pixels_of(picture: Picture, point: tuple[float, float]) -> tuple[float, float]:
    """A place in frame units as column and row of the full picture."""
    return point[0] * picture.long_edge, point[1] * picture.long_edge
