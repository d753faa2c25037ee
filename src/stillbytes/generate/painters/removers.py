"""Networks that remove: no words, no seed, one answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from stillbytes.generate.painters.painter import Cancel, Painter


class Ask(Protocol):
    """As `gpu.access.Access.ask`."""

    def __call__(
        self,
        model: str,
        inputs: Mapping[str, NDArray[Any]],
        role: str = "model",
        *,
        label: str = "",
        cancelled: Cancel | None = None,
    ) -> dict[str, NDArray[Any]]: ...


class Remover(Painter):
    """A network in ONNX Runtime with one output."""

    engine = "onnx"
    varied = False
    refines = False

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def asked(self, inputs: Mapping[str, NDArray[Any]], cancelled: Cancel | None) -> NDArray[np.float32]:
        """The network's first output, [1, 3, height, width] as (height, width, 3); other shapes as they are."""
        outputs = self._ask(self.model, inputs, label="Remove", cancelled=cancelled)
        answer = np.asarray(next(iter(outputs.values())), np.float32)
        return answer[0].transpose(1, 2, 0) if answer.ndim == 4 and answer.shape[0] == 1 else answer
