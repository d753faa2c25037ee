"""`stillbytes gpu status`: the card, what holds its memory, and the engines that run."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

import click

from stillbytes.app.cli.output import json_option, print_json, print_table


@click.command("status")
@json_option()
def status(as_json: bool) -> int:
    """Show the card's memory, who holds it, and which engines run.

    What the editor waits for, and why, is in its memory bar; here are the driver's figures.
    """
    from stillbytes.core import preferences  # noqa: PLC0415 - only to report
    from stillbytes.engines import status as engines  # noqa: PLC0415
    from stillbytes.gpu import telemetry  # noqa: PLC0415
    from stillbytes.gpu.models import actions  # noqa: PLC0415
    from stillbytes.gpu.models.store import open_store  # noqa: PLC0415

    choices = preferences.load()
    card = telemetry.device()
    memory = telemetry.memory(choices.vram_mib)
    found = asyncio.run(engines.status(choices))
    running: dict[str, list[int]] = {one.name: [one.pid] for one in found if one.pid}
    reading = memory.read(running)
    used = dict(reading.used or {})
    others = max(0, memory.total - reading.free - sum(used.values()))
    damaged = {one.model.id: one.damage for one in actions.list_models(open_store(choices)) if one.damage}
    if as_json:
        print_json(
            {
                "card": asdict(card) if card else None,
                "memory": {
                    "kind": memory.kind,
                    "name": memory.name,
                    "total_mib": memory.total,
                    "free_mib": reading.free,
                    "engines_mib": used,
                    "others_mib": others,
                },
                "engines": [asdict(one) for one in found],
                "damaged_models": damaged,
            }
        )
        return 0
    if card is None:
        print("No NVIDIA card answers here: engines run on the processor, in main memory.")
    else:
        print(f"{card.name}, driver {card.driver}")
    rows = [(name, f"{mib} MiB") for name, mib in used.items()]
    rows += [("other programs", f"{others} MiB"), ("free for engines", f"{reading.free} of {memory.total} MiB")]
    print_table(("Held by", ""), rows, title=memory.name)
    print_table(("Engine", "State", "Version", "", ""), [(e.name, e.state, e.version, e.says, e.remedy) for e in found])
    if damaged:
        print_table(("Model", ""), damaged.items(), title="Damaged, so not used")
        print(f"`stillbytes models pull {' '.join(damaged)}` downloads again what is damaged.")
    return 0


def command() -> click.Command:
    return status
