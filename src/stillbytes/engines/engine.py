"""What every engine can be asked by the broker, whatever it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

Option = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Loadable:
    """A model as an engine loads it.

    id: the model's name everywhere in Stillbytes. files: by role ("model", "projector", "vae"...), those on this disk.
    options: what the planner decided, in the engine's own terms (context length, cache type, tile size...).
    """

    id: str
    files: Mapping[str, Path]
    options: Mapping[str, Option] = field(default_factory=dict)


class Engine(Protocol):
    """One engine and the models in it. All sizes in MiB of device memory (host memory where there is no device).

    name: "llama", "comfyui" or "onnx". divisible: whether it can give back a part of a model and keep the rest.
    """

    name: str
    divisible: bool

    async def load(self, model: Loadable) -> None:
        """Have the model ready for work, starting the engine if needed; at once when it is.

        Raises OutOfMemory when it does not fit, EngineError when it cannot be done at all.
        """

    async def unload(self, model: str, mib: int | None = None) -> None:
        """Ask for a model's memory back, or at least `mib` of it where `divisible`.

        Returns when the engine has agreed; the memory itself may come back later, which is for the caller to watch.
        """

    async def footprint(self) -> Mapping[str, int]:
        """What each loaded model holds, as far as the engine knows. Empty when it does not run."""

    def in_use(self) -> bool:
        """Whether it has work under way."""

    async def restart(self) -> None:
        """End the whole process so that all of its memory comes back; the next `load` starts it again."""

    async def close(self) -> None:
        """End it for good, unless somebody else started it."""
