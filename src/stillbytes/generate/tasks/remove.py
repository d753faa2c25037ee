"""Remove: what a mask covers gives way to what is around it."""

from __future__ import annotations

from typing import ClassVar

from stillbytes.generate.task import EngineChoice, Task


class Remove(Task):
    name = "remove"
    label = "Remove"
    says = "What the mask covers gives way to what is around it."
    draws = "remove"
    engines: ClassVar[tuple[EngineChoice, ...]] = ("auto", "onnx", "comfyui", "classical")
    order = 10
