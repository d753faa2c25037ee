"""ComfyUI installed for the person: `plan` first, to be shown, then `install`.

A new one is built in a folder beside its place and moved there when everything is in it and it runs, so there is never
half of one. What a step has done is kept: an installation that was cancelled, or that a power cut ended, goes on where
it was. Into a ComfyUI that is there already only what is missing is brought: the node packs and our own.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from stillbytes.core.errors import Cancelled, EngineError
from stillbytes.core.files import write_atomically
from stillbytes.core.jobs import Control
from stillbytes.core.saying import said
from stillbytes.engines.comfyui import checkout, local
from stillbytes.engines.comfyui.install_plan import (
    OURS,
    PACK,
    RESERVE_MIB,
    InstallPlan,
    Step,
    fingerprint,
    plan,
    workplace,
)
from stillbytes.engines.comfyui.local import Installation
from stillbytes.engines.comfyui.programs import end_left_over, run

__all__ = ["InstallPlan", "Step", "Tools", "install", "plan"]

PIP_LIMIT, VENV_LIMIT, CHECK_LIMIT = 4 * 3600.0, 600.0, 600.0
"""Seconds. PyTorch for CUDA is 3 GB: four hours at 2 Mbit/s."""
QUICK_TEST = "--quick-test-for-ci"
"""ComfyUI's option to load all it has and end."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What installing is done with. python: that the environment is made of. uv, git: None where there is none."""

    python: Path
    uv: Path | None
    git: Path | None

    @classmethod
    def here(cls) -> Tools:
        uv, git = shutil.which("uv"), shutil.which("git")
        return cls(Path(sys.executable), Path(uv) if uv else None, Path(git) if git else None)


def install(planned: InstallPlan, control: Control, tools: Tools | None = None) -> Installation:
    """Do what was planned. Progress is told in MiB of what there is to download.

    Raises EngineError with what to do, Cancelled; what was done so far is kept for the next time.
    """
    if not planned.fits:
        raise EngineError(
            said(
                "ComfyUI needs about {needed} MiB on the disk of {folder}, and {free} MiB are free.",
                needed=planned.disk,
                folder=planned.folder,
                free=planned.free,
            ),
            said(
                "Make room ({reserve} MiB are to stay free), or choose a folder on another disk.", reserve=RESERVE_MIB
            ),
        )
    existing = planned.existing
    work = workplace(planned.folder) if existing is None else existing.base / ".stillbytes-installing"
    try:
        with _alone(work):
            _Work(planned, work, control, tools or Tools.here()).do_all()
            if existing is None:
                _move(work / "ComfyUI", planned.folder)
        checkout.remove(work)
    except OSError as error:
        raise EngineError(
            said("ComfyUI could not be installed into {folder}: {why}.", folder=planned.folder, why=str(error)),
            "Is there room, and may you write there? Try again: what was done is kept.",
        ) from error
    return local.read(planned.folder, existing.python if existing else None)


@dataclass
class _Work:
    """One attempt. work: the folder for what is not finished yet."""

    planned: InstallPlan
    work: Path
    control: Control
    tools: Tools
    past: int = field(default=0)

    def __post_init__(self) -> None:
        existing = self.planned.existing
        self.log = self.work / "install.log"
        self.program = existing.folder if existing else self.work / "ComfyUI"
        self.custom_nodes = (existing.base if existing else self.program) / "custom_nodes"
        inside = "Scripts/python.exe" if sys.platform == "win32" else "bin/python"
        self.python = existing.python if existing else self.program / "venv" / inside

    def do_all(self) -> None:
        steps = self.planned.steps
        done = [step.id for step in steps if step.done]
        for step in steps:
            if self.control.cancelled():
                raise Cancelled
            self.tell(step.says)
            if not step.done:
                self.do(step)
                done.append(step.id)
                told = {"plan": fingerprint(steps), "done": done}
                write_atomically(self.work / "done.json", json.dumps(told).encode())
                self.past += step.mib
        self.tell("ComfyUI is installed")

    def tell(self, message: str) -> None:
        self.control.progress(self.past, self.planned.mib, message)

    def do(self, step: Step) -> None:
        match step.kind:
            case "program":
                self.fetch(step, self.program)
            case "environment":
                self.make_environment()
            case "torch":
                index = ["--index-url", self.planned.index] if self.planned.index else []
                self.pip(step, "torch", "torchvision", "torchaudio", *index)
            case "requirements":
                self.pip(step, "-r", self.program / "requirements.txt")
            case "pack":
                made = self.work / step.id.partition(":")[2]
                self.fetch(step, made)
                if (made / "requirements.txt").is_file():
                    self.pip(step, "-r", made / "requirements.txt")
                self.put(made)
            case "ours":
                made = self.work / PACK
                checkout.remove(made)
                shutil.copytree(OURS, made, ignore=shutil.ignore_patterns("__pycache__"))
                self.put(made)
            case "check":
                self.check(step)

    def check(self, step: Step) -> None:
        """Have it load everything and end; on the CPU, for the card is the broker's."""
        self.run([self.python_there(), "-s", "-c", "import torch, torchvision"], step, CHECK_LIMIT)
        made = local.read(self.program)
        if QUICK_TEST in asyncio.run(local.flags(made)):
            self.run([*made.command(), "--cpu", QUICK_TEST], step, CHECK_LIMIT)

    def fetch(self, step: Step, folder: Path) -> None:
        assert step.pinned is not None
        checkout.remove(folder)  # of an attempt that ended before it could say that it was done
        checkout.fetch(step.pinned, folder, self.log, self.control, self.tools.git)

    def make_environment(self) -> None:
        folder = self.program / "venv"
        checkout.remove(folder)
        uv, python = self.tools.uv, self.tools.python
        command: list[str | Path] = [python, "-m", "venv", folder]
        if uv:
            command = [uv, "venv", "--quiet", "--python", python, folder]
        run(command, self.work, self.log, self.control, VENV_LIMIT)

    def pip(self, step: Step, *wanted: str | Path) -> None:
        python = self.python_there()
        command: list[str | Path] = [python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
        if self.tools.uv:
            command = [self.tools.uv, "pip", "install", "--python", python]
        self.run([*command, *wanted], step, PIP_LIMIT)

    def run(self, command: list[str | Path], step: Step, limit: float) -> None:
        run(
            command,
            self.work,
            self.log,
            self.control,
            limit,
            lambda line: self.tell(f"{step.says}: {line}"),
            {"PYTHONNOUSERSITE": "1", "PYTHONUTF8": "1"},
        )

    def python_there(self) -> Path:
        if self.python is None:
            raise EngineError(
                said("There is no Python inside {folder} to install packages with.", folder=self.program),
                "Choose the one that ComfyUI was installed with in the settings (comfyui.python).",
            )
        return self.python

    def put(self, made: Path) -> None:
        """Have a finished pack in custom_nodes, in place of an older one."""
        there, old = self.custom_nodes / made.name, self.work / f"{made.name}.old"
        self.custom_nodes.mkdir(exist_ok=True)
        checkout.remove(old)
        if there.exists():
            there.replace(old)
        made.replace(there)
        checkout.remove(old)


def _move(made: Path, folder: Path) -> None:
    if folder.exists():
        folder.rmdir()  # empty, as the plan has seen
    for _ in range(10):
        try:
            made.replace(folder)
            return
        except PermissionError:  # on Windows, while a virus scanner looks at it
            time.sleep(1)
    made.replace(folder)


@contextmanager
def _alone(work: Path) -> Iterator[None]:
    """Keep a second installer out. Raises EngineError when one is at it."""
    import psutil  # noqa: PLC0415 - only while something is installed

    work.mkdir(parents=True, exist_ok=True)
    lock = work / "lock"
    try:
        told = lock.read_text()
        if told.isdigit() and psutil.pid_exists(int(told)):
            raise EngineError(
                said("ComfyUI is being installed there already, by process {told}.", told=told),
                said("Wait for it; if it is something else, remove {lock}.", lock=lock),
            )
    except FileNotFoundError:
        pass
    lock.write_text(str(os.getpid()))
    end_left_over(work)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
