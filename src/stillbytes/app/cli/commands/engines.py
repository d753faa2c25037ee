"""`stillbytes engines`: which engines there are; starting, stopping and installing them; what they print."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stillbytes.app.cli.output import json_option, print_json, print_table
from stillbytes.core import paths, preferences
from stillbytes.core.errors import EngineError, ModelError
from stillbytes.core.jobs import Control
from stillbytes.engines import status as engines_status
from stillbytes.engines.engine import Loadable, Option

if TYPE_CHECKING:
    from stillbytes.engines.comfyui.install_plan import InstallPlan

SLEEPS_AFTER = 900
"""Seconds without work after which a language engine that a command started gives its memory back by itself."""
STARTED = ("llama", "comfyui")
LLAMA_REMEDY = (
    "`winget install llama.cpp` on Windows, `brew install llama.cpp` on macOS and Linux, or a release of llama.cpp; "
    "then name its llama-server in the preferences (`llama.program`) if it is not on the PATH."
)


@click.group("engines")
def engines() -> None:
    """Show, start, stop and install the engines that run AI models.

    The editor starts and stops them by itself; an engine started here goes on running until `stop`, and the editor
    uses it.
    """


@engines.command("status")
@json_option()
def status(as_json: bool) -> int:
    """Show which engines there are, where, in which version, and whether they run."""
    found = asyncio.run(engines_status.status(preferences.load()))
    if as_json:
        print_json({"engines": [asdict(one) for one in found]})
        return 0
    rows = []
    for one in found:
        place = " ".join(part for part in (one.url, f"process {one.pid}" if one.pid else "") if part)
        rows.append(
            (one.name, one.state, one.version, one.where, place, " ".join(filter(None, (one.says, one.remedy))))
        )
    print_table(("Engine", "State", "Version", "Where", "Runs at", ""), rows)
    return 0


@engines.command("start")
@click.argument("engine", type=click.Choice(STARTED))
@click.option("--model", help="Of llama: a model's name, or a GGUF file. Without, the one chosen or the one installed.")
@click.option("--context", type=click.IntRange(min=256), default=8192, show_default=True, help="Of llama: tokens.")
@json_option()
def start(engine: str, model: str | None, context: int, as_json: bool) -> int:
    """Start an engine that goes on running after this command; at once when it runs already."""
    from stillbytes.engines import begin  # noqa: PLC0415 - only to start

    choices = preferences.load()
    if engine == "llama":
        loadable = _loadable(choices, model, {"ctx-size": context, "sleep-idle-seconds": SLEEPS_AFTER})
        record = asyncio.run(begin.llama(choices, loadable))
    else:
        record = asyncio.run(begin.comfyui(choices))
    if as_json:
        print_json({"engine": engine, "url": record.url, "pid": record.pid, "about": record.about})
    else:
        print(f"{engine} runs at {record.url} (process {record.pid}). `stillbytes engines stop {engine}` ends it.")
    return 0


@engines.command("stop")
@click.argument("names", nargs=-1, type=click.Choice(STARTED), metavar="[ENGINE...]")
@json_option()
def stop(names: tuple[str, ...], as_json: bool) -> int:
    """End engines that Stillbytes started; all of them without a name. Those of others are left alone."""
    ended = {name: engines_status.end(name) for name in names or STARTED}
    if as_json:
        print_json({"stopped": ended})
    else:
        print("\n".join(f"{name}: {'stopped' if count else 'none of ours runs'}" for name, count in ended.items()))
    return 0


@engines.command("logs")
@click.argument("engine", type=click.Choice(STARTED))
@click.option("--lines", "-n", type=click.IntRange(1, 100_000), default=50, show_default=True, help="How many.")
@json_option()
def logs(engine: str, lines: int, as_json: bool) -> int:
    """Show the last lines that an engine printed, and where its log is."""
    from stillbytes.engines.supervise.log import this_run  # noqa: PLC0415

    path = paths.home() / "logs" / "engines" / f"{engine}.log"
    if not path.exists():
        raise EngineError(f"{engine} has no log yet: Stillbytes has not started it.", f"It would be {path}.")
    kept = this_run(path, 16 << 20).splitlines()[-lines:]
    if as_json:
        print_json({"path": str(path), "lines": kept})
    else:
        print("\n".join([*kept, f"({path})"]))
    return 0


@engines.command("install")
@click.argument("engine", metavar="comfyui", type=click.Choice(STARTED))  # who writes llama is told where to get it
@click.option("--folder", type=click.Path(path_type=Path), help="Where to, or an existing ComfyUI to complete.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@json_option()
def install(engine: str, folder: Path | None, yes: bool, as_json: bool) -> int:
    """Install ComfyUI with the node packs that Stillbytes uses; shows sources, licences and sizes first."""
    if engine == "llama":
        raise EngineError("Stillbytes does not install llama.cpp itself.", LLAMA_REMEDY)
    if as_json and not yes:
        raise click.UsageError("--json needs --yes: there is nobody to ask.")
    from stillbytes.engines.comfyui.install import install as carry_out  # noqa: PLC0415
    from stillbytes.engines.comfyui.install_plan import plan  # noqa: PLC0415

    planned = plan(folder)
    if not as_json:
        _show(planned)
    if planned.mib and not yes:
        click.confirm("Install?", abort=True)
    installed = carry_out(planned, _steps(silent=as_json))
    if as_json:
        print_json({"folder": str(installed.folder), "version": installed.version, "packs": list(installed.packs)})
    else:
        print(f"ComfyUI {installed.version} is in {installed.folder}.")
    return 0


def _show(planned: InstallPlan) -> None:
    rows = [
        (
            step.says,
            "done" if step.done else f"{step.mib} MiB" if step.mib else "",
            step.version,
            step.licence,
            step.source,
        )
        for step in planned.steps
    ]
    print_table(("Step", "Download", "Version", "Licence", "From"), rows)
    print(
        f"In all {planned.mib} MiB to download and {planned.disk} MiB on the disk, into {planned.folder}, "
        f"where {planned.free} MiB are free."
    )


def _steps(silent: bool) -> Control:
    """A control that writes each step once, on standard error."""
    told = ""

    def report(done: int, total: int, message: str) -> None:
        nonlocal told
        line = message.partition(":")[0]
        if line != told and not silent:
            told = line
            print(f"{line}{f' ({done} of {total} MiB)' if total else ''}", file=sys.stderr, flush=True)

    return Control(report)


def _loadable(choices: preferences.Preferences, named: str | None, options: dict[str, Option]) -> Loadable:
    """The model as the engine takes it: a file, one named, the one chosen, or the best one that is installed."""
    if named and named.lower().endswith(".gguf"):
        path = Path(named).expanduser().absolute()
        if not path.is_file():
            raise ModelError(f"There is no model file at {path}.", "Check the name.")
        return Loadable(path.stem, {"model": path}, options)
    from stillbytes.gpu.models import actions  # noqa: PLC0415 - only to start
    from stillbytes.gpu.models.registry import find  # noqa: PLC0415
    from stillbytes.gpu.models.store import open_store  # noqa: PLC0415

    store = open_store(choices)
    name = named or choices.llama.model
    if name:
        model = find(name)
        if model.engine != "llama":
            raise ModelError(
                f"{model.title} is not a language model.", "`stillbytes models list --task chat` shows those."
            )
    else:
        here = [one.model for one in actions.list_models(store, task="chat") if one.installed]
        if not here:
            raise ModelError(
                "No language model is installed.", "`stillbytes models list --task chat` shows what there is."
            )
        model = max(here, key=lambda one: one.quality)
    files: dict[str, Any] = actions.where(store, model)
    return Loadable(model.id, files, options)


def command() -> click.Command:
    from stillbytes.app.cli.commands.tensorrt import tensorrt  # noqa: PLC0415 - part of it

    engines.add_command(tensorrt)
    return engines
