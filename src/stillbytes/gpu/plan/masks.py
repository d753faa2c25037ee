"""The networks that masks need: small, but they stay on the card beside what is planned, so they are in every sum."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from stillbytes.gpu.estimate.figure import Figure, total
from stillbytes.gpu.estimate.network import network
from stillbytes.gpu.models import registry
from stillbytes.gpu.models.model import Model, NetworkArchitecture, Task

ALWAYS: tuple[Task, ...] = ("subject", "object")
"""What masks are asked for most; for these a network is counted even before one is installed."""


@dataclass(frozen=True, slots=True)
class Masks:
    """models: the networks that are counted, by their titles. memory: of all of them together. installed: whether they
    are here; otherwise the smallest declared ones are counted."""

    models: tuple[str, ...]
    memory: Figure
    installed: bool


def masks(installed: Callable[[Model], bool] | None = None) -> Masks:
    """Of each task the best network that is installed; without any, the smallest for the usual tasks."""
    networks = [m for m in registry.all_models() if m.engine == "onnx" and m.kind in ("segmenter", "depth")]
    networks = [m for m in networks if isinstance(m.architecture, NetworkArchitecture)]
    here = [m for m in networks if installed is not None and installed(m)]
    chosen: dict[str, Model] = {}
    for task in dict.fromkeys(task for m in networks for task in m.tasks):
        able = [m for m in here if task in m.tasks]
        if able:
            best = max(able, key=lambda m: (m.quality, -m.size))
            chosen[best.id] = best
    if not chosen:
        for task in ALWAYS:
            smallest = min((m for m in networks if task in m.tasks), key=lambda m: m.size)
            chosen[smallest.id] = smallest
    return Masks(
        tuple(m.title for m in chosen.values()), total([network(m) for m in chosen.values()]), installed=bool(here)
    )
