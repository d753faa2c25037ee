"""What installing ComfyUI would mean: each step with its source, version, licence and size, before anything is done."""

from __future__ import annotations

import json
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from stillbytes.core.errors import EngineError
from stillbytes.core.saying import said
from stillbytes.engines.comfyui import local
from stillbytes.engines.comfyui.local import Installation
from stillbytes.engines.comfyui.sources import SOURCES, Source, Sources

Card = Literal["cuda", "rocm", "cpu", "metal"]
Kind = Literal["program", "environment", "torch", "requirements", "pack", "ours", "check"]
UNPACKED = 3
"""A source takes about three times its download on the disk."""
RESERVE_MIB = 1024
"""Left free on the disk."""
OURS = Path(__file__).parent / "pack"
PACK = "stillbytes"
"""Our pack's folder in custom_nodes."""


@dataclass(frozen=True, slots=True)
class Step:
    """source: where it is fetched from, empty when nothing is. mib: to download. disk: MiB that it takes.

    pinned: what the source table says, for packs and the program. done: by an earlier attempt that did not end.
    """

    id: str
    kind: Kind
    says: str
    source: str = ""
    version: str = ""
    licence: str = ""
    mib: int = 0
    disk: int = 0
    pinned: Source | None = None
    done: bool = False


@dataclass(frozen=True, slots=True)
class InstallPlan:
    """folder: where ComfyUI will be or is. existing: it is there, and is only completed. card: what PyTorch is for.

    index: where PyTorch comes from, empty for where all packages do. free: MiB on that disk.
    """

    folder: Path
    card: Card
    existing: Installation | None
    steps: tuple[Step, ...]
    index: str
    free: int

    @property
    def mib(self) -> int:
        """Still to download."""
        return sum(step.mib for step in self.steps if not step.done)

    @property
    def disk(self) -> int:
        """MiB still to be written."""
        return sum(step.disk for step in self.steps if not step.done)

    @property
    def fits(self) -> bool:
        return not self.disk or self.disk + RESERVE_MIB <= self.free


def card() -> Card:
    """What this machine calculates pictures with."""
    if sys.platform == "darwin":
        return "metal" if platform.machine() == "arm64" else "cpu"
    try:
        import pynvml  # noqa: PLC0415 - only to look at the card

        pynvml.nvmlInit()
        count = pynvml.nvmlDeviceGetCount()
        pynvml.nvmlShutdown()
    except Exception:  # of many kinds, all of them meaning that there is no NVIDIA driver
        count = 0
    if count:
        return "cuda"
    return "rocm" if Path("/dev/kfd").exists() else "cpu"


def plan(
    folder: Path | None = None, on: Card | None = None, python: Path | None = None, sources: Sources = SOURCES
) -> InstallPlan:
    """What would be done, without doing it. folder: where to, or an existing ComfyUI; ours when not given.

    python: of an existing one, where it is not inside. Raises EngineError for a folder that holds something else.
    """
    folder = (folder or local.ours()).expanduser().absolute()
    chosen = on or card()
    try:
        existing = local.read(folder, python)
    except EngineError:
        existing = None
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise EngineError(
                said("{folder} is not empty and holds no ComfyUI.", folder=folder),
                "Choose another folder, or move away what is in it.",
            ) from None
    steps = tuple(_completing(existing, sources) if existing else _installing(sources, chosen))
    done = set() if existing else steps_done(folder, steps)
    steps = tuple(_marked(step, step.id in done) for step in steps)
    return InstallPlan(folder, chosen, existing, steps, sources.torch[chosen].index, _free_mib(folder))


def workplace(folder: Path) -> Path:
    """Where an installation into `folder` is prepared: on the same disk, so that it can be moved there at once."""
    return folder.with_name(f".{folder.name}.installing")


def steps_done(folder: Path, steps: tuple[Step, ...]) -> set[str]:
    """The ids of what an earlier attempt has done, if it was at the same plan."""
    try:
        told = json.loads((workplace(folder) / "done.json").read_bytes())
        return {str(id) for id in told["done"]} if told["plan"] == fingerprint(steps) else set()
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def fingerprint(steps: tuple[Step, ...]) -> list[list[str]]:
    return [[step.id, step.source, step.version] for step in steps]


def ours_is_current(custom_nodes: Path) -> bool:
    """Whether our pack is there as it is here."""
    there = custom_nodes / PACK
    return all(
        (there / file.name).is_file() and (there / file.name).read_bytes() == file.read_bytes()
        for file in OURS.glob("*.py")
    )


def _installing(sources: Sources, on: Card) -> Iterator[Step]:
    torch = sources.torch[on]
    usual = "the index of Python packages that this machine uses"
    yield _fetching(sources.comfyui, "comfyui", "program", "ComfyUI")
    yield Step("environment", "environment", "A Python environment of its own", disk=50)
    yield Step(
        "torch",
        "torch",
        f"PyTorch for {on}",
        torch.index or usual,
        "the newest for this Python",
        "BSD-3-Clause" + (", with NVIDIA's libraries under their own licence" if on == "cuda" else ""),
        torch.mib,
        torch.disk,
    )
    yield Step(
        "requirements",
        "requirements",
        "The other Python packages that ComfyUI asks for",
        usual,
        "as ComfyUI asks",
        "each its own",
        sources.requirements,
        sources.requirements_disk,
    )
    yield from (_pack(source) for source in sources.packs)
    yield _our_step()
    yield Step("check", "check", "A look at whether it runs")


def _completing(existing: Installation, sources: Sources) -> Iterator[Step]:
    there = {name.lower() for name in existing.packs}
    yield from (_pack(source) for source in sources.packs if source.name.lower() not in there)
    if not ours_is_current(existing.base / "custom_nodes"):
        yield _our_step()


def _pack(source: Source) -> Step:
    return _fetching(source, f"pack:{source.name}", "pack", f"The node pack {source.name}")


def _our_step() -> Step:
    return Step("ours", "ours", "Stillbytes' part in ComfyUI: memory told and given back", licence="Apache-2.0", disk=1)


def _fetching(source: Source, id: str, kind: Kind, says: str) -> Step:
    version = f"{source.version} ({source.commit[:12]})"
    disk = UNPACKED * source.mib
    return Step(id, kind, says, source.repository, version, source.licence, source.mib, disk, source)


def _marked(step: Step, done: bool) -> Step:
    return replace(step, done=done)


def _free_mib(folder: Path) -> int:
    """On the disk that the folder is or will be on."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    return shutil.disk_usage(there).free // 2**20
