"""`stillbytes gpu bench`: measures this machine, so that plans rest on it instead of on estimates."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from stillbytes.app.cli.output import json_option, print_json
from stillbytes.core import preferences
from stillbytes.core.errors import StillbytesError
from stillbytes.gpu import measured, telemetry
from stillbytes.gpu.bench import Engines, bench
from stillbytes.gpu.bench_subjects import subjects
from stillbytes.gpu.measured import Measured
from stillbytes.gpu.models.store import open_store

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("bench")
@click.option(
    "--model",
    "names",
    multiple=True,
    metavar="MODEL",
    help="An installed model, or a .gguf or .safetensors file; several may be given.",
)
@click.option(
    "--llama-server", "program", type=_FILE, metavar="FILE", help="The program to use instead of the one found."
)
@json_option()
def measure_machine(names: Sequence[str], program: Path | None, as_json: bool) -> int:
    """Measure memory, disk and models, and keep the results for plans.

    Without --model it is the language and the image model that the plan chooses of those installed.
    """
    choices = preferences.load()
    memory = telemetry.memory(choices.vram_mib)
    before = measured.load()
    wanted = subjects(names, choices, open_store(choices), memory, before)
    engines = Engines(choices, on_card=memory.kind == "card", program=program)

    def say(text: str) -> None:
        if not as_json:
            _clear()
            print(text, flush=True)

    def keep(after: Measured) -> None:
        """Beside what an editor has kept since this began."""
        measured.change(lambda now: now.with_news(before, after))

    work = bench(before, wanted, engines, memory, say=say, progress=_progress, keep=keep)
    try:
        result = asyncio.run(work)
    except KeyboardInterrupt:
        raise StillbytesError(
            "The measurement was stopped.", "What was measured until then is kept; run it again for the rest."
        ) from None
    finally:
        _clear()
    if as_json:
        fields = result.measured.model_dump()
        print_json({"path": str(measured.path()), "told": list(result.told), "failed": list(result.failed), **fields})
    else:
        print(f"Kept in {measured.path()}.")
    return 1 if names and result.failed else 0


def _progress(text: str) -> None:
    """One line that is overwritten, on a terminal only."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}...", end="", file=sys.stderr, flush=True)


def _clear() -> None:
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def command() -> click.Command:
    return measure_machine
