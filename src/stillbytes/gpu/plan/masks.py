"""The network that masks need beside what is planned. One works at a time, and those at rest leave first."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable
from dataclasses import dataclass

from stillbytes.gpu.estimate.figure import Figure
from stillbytes.gpu.estimate.network import network
from stillbytes.gpu.models import registry
from stillbytes.gpu.models.model import Model, NetworkArchitecture, Task

ALWAYS: tuple[Task, ...] = ("subject", "object")
"""What masks are asked for most; for these a network is counted even before one is installed."""
ON_DEVICE = ("onnxruntime-gpu", "onnxruntime-directml", "onnxruntime-rocm")
"""Builds of ONNX Runtime that work on a card; the one that comes with Stillbytes works on the processor."""


@dataclass(frozen=True, slots=True)
class Masks:
    """models: the networks that are counted, by their titles; missing: those of them that are not installed.

    memory: of the largest. on_card: whether that is the card's; otherwise the host's.
    """

    models: tuple[str, ...]
    missing: tuple[str, ...]
    memory: Figure
    on_card: bool

    def beside(self, *, on_card: bool) -> Figure:
        """What of the planned memory they take, which is the card's or, without one, the host's."""
        return self.memory if self.on_card == on_card else Figure(0.0, "MiB")


def masks(installed: Callable[[Model], bool] | None = None, *, card: bool = True) -> Masks:
    """Of each task the best network that is installed, and for the usual tasks without one the smallest.

    card: whether there is one.
    """
    networks = [m for m in registry.all_models() if m.engine == "onnx" and m.kind in ("segmenter", "depth")]
    networks = [m for m in networks if isinstance(m.architecture, NetworkArchitecture)]
    here = {m.id for m in networks if installed is not None and installed(m)}
    chosen: dict[str, Model] = {}
    for task in dict.fromkeys(task for m in networks for task in m.tasks):
        able = [m for m in networks if task in m.tasks]
        if ready := [m for m in able if m.id in here]:
            best = max(ready, key=lambda m: (m.quality, -m.size))
            chosen[best.id] = best
        elif task in ALWAYS:
            smallest = min(able, key=lambda m: m.size)
            chosen[smallest.id] = smallest
    return Masks(
        tuple(m.title for m in chosen.values()),
        tuple(m.title for m in chosen.values() if m.id not in here),
        max((network(m) for m in chosen.values()), key=lambda figure: figure.value),
        card and on_device(),
    )


def on_device() -> bool:
    """Whether networks work on a card here, by the build of ONNX Runtime that is installed."""
    for name in ON_DEVICE:
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        return True
    return False
