"""`stillbytes gpu bench`: measures this machine, so that plans rest on it instead of on estimates."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from stillbytes.app.cli.output import json_option, print_json
from stillbytes.core import preferences
from stillbytes.gpu import measured
from stillbytes.gpu.bench import bench

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("bench")
@click.option("--model", "models", multiple=True, type=_FILE, metavar="FILE", help="A GGUF file; several may be given.")
@click.option(
    "--llama-server", "program", type=_FILE, metavar="FILE", help="The program to use instead of the one found."
)
@json_option()
def measure_machine(models: tuple[Path, ...], program: Path | None, as_json: bool) -> int:
    """Measure memory, disk and language models, and keep the results for plans."""
    found = program or preferences.load().llama.program
    if found is None and (on_path := shutil.which("llama-server")):
        found = Path(on_path)
    before = measured.load()
    result = bench(before, program=found, models=list(models), say=lambda text: None if as_json else print(text))
    measured.save(result.measured)
    if as_json:
        print_json({"path": str(measured.path()), "told": list(result.told), **result.measured.model_dump()})
    else:
        print(f"Kept in {measured.path()}.")
    return 0


def command() -> click.Command:
    return measure_machine
