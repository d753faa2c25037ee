"""What every painter is asked and answers, whatever runs behind it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.saying import said
from stillbytes.generate.region.region import Native

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
Cancel = Callable[[], bool]
Depths = Callable[[Bytes], Bytes]
"""(height, width, 3) -> (height, width), bright is near."""


@dataclass(frozen=True, slots=True)
class News:
    """How far a piece of work is. fraction: 0..1. says: the step, for people. preview: an encoded picture of what is
    being made, as `mime` says; empty for none."""

    fraction: float
    says: str
    preview: bytes = b""
    mime: str = ""


Tell = Callable[[News], None]


def silent(news: News) -> None:
    """For who does not want to hear."""


def counted(says: str, number: int, count: int) -> str:
    """What is told of one of several."""
    return said("{doing} ({number} of {all})", doing=says, number=number, all=count) if count > 1 else says


def nth(tell: Tell, number: int, count: int) -> Tell:
    """News of one of several equal parts as news of the whole."""

    def told(news: News) -> None:
        says = counted(news.says, number + 1, count)
        tell(News((number + news.fraction) / count, says, news.preview, news.mime))

    return told


@dataclass(frozen=True, slots=True)
class Painting:
    """picture: (height, width, 3) of a size that the painter takes. mask: (height, width) float32 0..1, where it is
    drawn. seed: of the variant. denoise: denoising strength; less than 1 keeps the composition of what is there.
    depths: (height, width), bright is near; None where depth is not kept."""

    picture: Bytes
    mask: Floats
    seed: int = 0
    denoise: float = 1.0
    depths: Bytes | None = None


class Painter(ABC):
    """engine: where it runs. model: id of the declared model. native: what it works in.

    varied: whether another seed gives another picture. refines: whether a denoising strength means anything to it, so
    that large holes can be drawn once more pixel for pixel. keeps_depth: whether it wants to know near from far.
    """

    engine: ClassVar[Literal["onnx", "comfyui"]]
    varied: ClassVar[bool]
    refines: ClassVar[bool]
    keeps_depth: bool = False
    model: str
    native: Native

    @abstractmethod
    def paint(self, painting: Painting, tell: Tell = silent, cancelled: Cancel | None = None) -> Floats:
        """(height, width, 3) codes 0..1, all of the picture, as the model left it.

        Raises Cancelled, Refused, ModelError, EngineError, among them UnusableAnswer for an answer that is no picture.
        """

    def recipe(self) -> Mapping[str, Any]:
        """What makes the same again, beside the hole and the seed."""
        return {"engine": self.engine, "model": self.model}
