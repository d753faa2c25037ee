"""Engines started so that they outlive the command that asked for them; the editor adopts them, `stop` ends them."""

from __future__ import annotations

import socket

from stillbytes.core.errors import EngineError
from stillbytes.core.preferences import Preferences
from stillbytes.engines.engine import Loadable
from stillbytes.engines.supervise import records
from stillbytes.engines.supervise.process import Launch, Process

COMFYUI_READY = 300.0
"""Seconds. A first start on a cold disk imports PyTorch and every node pack."""
COMFYUI_PORT = 8188


async def llama(choices: Preferences, model: Loadable) -> records.Record:
    """A llama-server with that model, or the one that already runs with it. Raises EngineError, ModelError."""
    from stillbytes.engines.llama import find  # noqa: PLC0415 - each engine's parts only when asked
    from stillbytes.engines.llama.engine import Llama, found  # noqa: PLC0415

    there = await find.find(choices.llama, ports=())
    if there.program is None:
        raise next(iter(there.problems), EngineError("There is no llama-server on this computer.", find.REMEDY))
    path = there.program.path
    engine = Llama(lambda: found(path))
    await engine.load(model, detached=True)
    await engine.client.close()
    return records.running("llama")[-1]


async def comfyui(choices: Preferences) -> records.Record:
    """The ComfyUI of this disk, or the one of ours that runs. Raises EngineError."""
    from stillbytes.engines.comfyui import find, install_plan, local  # noqa: PLC0415 - only when asked

    if running := records.running("comfyui"):
        return running[-1]
    there = await find.find(choices.comfyui, ports=())
    if there.installed is None:
        raise next(
            iter(there.problems),
            EngineError("There is no ComfyUI on this computer.", "`stillbytes engines install comfyui` installs it."),
        )
    installed = there.installed
    known = await local.flags(installed)
    port = _port(COMFYUI_PORT)
    wanted = ["--listen", "127.0.0.1", "--port", str(port)]
    wanted += [flag for flag in ("--disable-auto-launch",) if flag in known]
    if install_plan.card() == "cpu" and "--cpu" in known:
        wanted.append("--cpu")
    url = f"http://127.0.0.1:{port}"

    async def healthy() -> bool:
        try:
            await find.probe(url, 5.0)
        except find.NothingThere:
            return False
        return True

    process = Process("comfyui")
    await process.start(
        Launch(
            (*installed.command(), *wanted),
            url,
            healthy,
            environment={"PYTHONUTF8": "1"},
            folder=installed.folder,
            ready_within=COMFYUI_READY,
            detached=True,
        )
    )
    return records.running("comfyui")[-1]


def _port(usual: int) -> int:
    """The usual one where it is free, for the person's browser; else any."""
    for wanted in (usual, 0):
        with socket.socket() as one:
            try:
                one.bind(("127.0.0.1", wanted))
            except OSError:
                continue
            return int(one.getsockname()[1])
    raise EngineError("No port is free on this computer.", "Close some programs.")
