"""Which engines there are, whether they run, and what to do about those that do not."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Literal

from stillbytes.core.errors import EngineError
from stillbytes.core.preferences import Preferences
from stillbytes.core.saying import said
from stillbytes.engines.supervise import records

Name = Literal["llama", "comfyui", "onnx"]
NAMES: tuple[Name, ...] = ("llama", "comfyui", "onnx")
State = Literal["running", "guest", "installed", "absent", "broken"]
"""running: started by us. guest: somebody else's, used as it is. broken: chosen or found, but it cannot be used."""


@dataclass(frozen=True, slots=True)
class Status:
    """where: its program, folder or package. url, pid: of one that runs. says: more, in words."""

    name: Name
    state: State
    version: str = ""
    where: str = ""
    url: str = ""
    pid: int | None = None
    says: str = ""
    remedy: str = ""


async def status(choices: Preferences) -> list[Status]:
    """All engines, in the order of NAMES. Raises nothing: what is wrong is in the answer."""
    return list(await asyncio.gather(_llama(choices), _comfyui(choices), asyncio.to_thread(_onnx)))


async def _llama(choices: Preferences) -> Status:
    from stillbytes.engines.llama import find  # noqa: PLC0415 - each engine's parts only when asked

    found = await find.find(choices.llama)
    version = found.program.version if found.program else ""
    where = f"{found.program.path} ({found.where})" if found.program else ""
    problem = found.problems[0] if found.problems else None
    if ours := records.running("llama"):
        record = ours[-1]
        model = record.about.get("model", "")
        return Status("llama", "running", version, where or record.command[0], record.url, record.pid, model)
    if found.running is not None:
        run = found.running
        kind = "llama-server" if run.kind == "llama-server" else "a server with OpenAI's API"
        says = f"{kind}, used without control of its memory; offers {', '.join(run.models)[:200] or 'no model'}"
        return Status("llama", "guest", run.version or version, where, run.url, None, says)
    if found.program is not None:
        return Status("llama", "installed", version, where, says=problem.message if problem else "")
    if problem is not None:
        return Status("llama", "broken", says=problem.message, remedy=problem.remedy)
    return Status("llama", "absent", says="There is no llama-server on this computer.", remedy=find.REMEDY)


async def _comfyui(choices: Preferences) -> Status:
    from stillbytes.engines.comfyui import find  # noqa: PLC0415 - each engine's parts only when asked

    found = await find.find(choices.comfyui)
    installed, run = found.installed, found.running
    version = installed.version if installed else ""
    where = str(installed.folder) if installed else ""
    problem = found.problems[0] if found.problems else None
    if ours := records.running("comfyui"):
        record = ours[-1]
        return Status("comfyui", "running", version, where or record.command[0], record.url, record.pid)
    if run is not None:
        says = f"on {run.device}" if run.device else ""
        return Status("comfyui", "guest", run.version, where, run.url, None, says)
    if installed is not None:
        return Status("comfyui", "installed", version, where, says=problem.message if problem else "")
    if problem is not None:
        return Status("comfyui", "broken", says=problem.message, remedy=problem.remedy)
    return Status(
        "comfyui",
        "absent",
        says="There is no ComfyUI on this computer.",
        remedy="`stillbytes engines install comfyui` installs it and shows first what it brings.",
    )


def _onnx() -> Status:
    try:
        import onnxruntime  # noqa: PLC0415 - heavy

        providers = ", ".join(
            name.removesuffix("ExecutionProvider")
            for name in onnxruntime.get_available_providers()
            if "Azure" not in name
        )
    except Exception as error:  # a library that does not fit the machine raises anything
        return Status("onnx", "broken", says=f"{type(error).__name__}: {error}"[:300], remedy="Reinstall Stillbytes.")
    says = f"comes with Stillbytes; runs on {providers}"
    return Status("onnx", "installed", onnxruntime.__version__, "the Python package onnxruntime", says=says)


def end(name: str) -> int:
    """End every engine of that name that we started, in this or another command. Returns how many.

    Raises EngineError for one that does not end.
    """
    ended = 0
    for record in records.running(name):
        if not records.end(record):
            raise EngineError(
                said("{name} (process {process}) does not end.", name=name, process=record.pid), "End it by hand."
            )
        ended += 1
    return ended
