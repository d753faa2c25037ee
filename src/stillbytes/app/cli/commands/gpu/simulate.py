"""`stillbytes gpu simulate`: the broker against a card in software, beside what others do and the best possible."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from stillbytes.app.cli.output import json_option, print_table


@click.command("simulate")
@click.option("--seeds", default=20, show_default=True, type=click.IntRange(1), help="How many traces are played.")
@click.option("--first-seed", default=0, show_default=True, type=int, help="The seed of the first.")
@click.option("--events", default=2000, show_default=True, type=click.IntRange(1), help="Events in each trace.")
@click.option("--trace", type=click.Path(path_type=Path, dir_okay=False), help="Play this file instead.")
@click.option(
    "--write-trace", type=click.Path(path_type=Path, dir_okay=False), help="Write the first trace to a file and stop."
)
@json_option()
def simulate(
    seeds: int, first_seed: int, events: int, trace: Path | None, write_trace: Path | None, as_json: bool
) -> int:
    """Play traces of mixed use against the broker and other policies, on a simulated 12 GB card with faults."""
    from stillbytes.gpu.simulate import compare, traces  # noqa: PLC0415 - only when asked for

    if write_trace is not None:
        traces.write_trace(traces.make_trace(first_seed, events), write_trace)
        return 0
    if trace is not None:
        found = compare.play(traces.read_trace(trace.expanduser()))
        played = 1
    else:
        played = seeds

        def progress(done: int) -> None:
            if sys.stderr.isatty():
                print(f"\r{done} of {seeds} traces", end="" if done < seeds else "\n", file=sys.stderr, flush=True)

        found = compare.compare(range(first_seed, first_seed + seeds), events, progress)
    policies = {name: tally.fields() for name, tally in found.items()}
    for name in compare.CLAIRVOYANT:
        policies[name]["kind"] = "exact" if found[name].exact == played else "best schedule found"
    if as_json:
        print(json.dumps({"traces": played, "policies": policies}, indent=2), flush=True)
        return 0
    best = policies["clairvoyant"]["mean_interactive_wait_s"] or 1e-9
    rows = [
        (
            name,
            f"{one['mean_interactive_wait_s']:.3f}",
            f"{one['mean_interactive_wait_s'] / best:.2f}",
            f"{one['p95_interactive_wait_s']:.2f}",
            *(str(one[key]) for key in ("served", "out_of_memory", "deadlocks", "refused", "crashed", "tried_again")),
        )
        for name, one in policies.items()
    ]
    headings = ("policy", "mean wait s", "of optimum", "p95 s", "served", "out of memory", "deadlocks", "refused")
    print_table((*headings, "crashed", "tried again"), rows)
    for name, ahead in compare.CLAIRVOYANT.items():
        leaves = "may have models leave before their memory is needed" if ahead else "nothing leaves before it must"
        print(f"{name}: {policies[name]['kind']} by one who knows the whole trace, loads on demand; {leaves}.")
    return 0


def command() -> click.Command:
    return simulate
