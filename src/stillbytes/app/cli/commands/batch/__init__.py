"""`stillbytes batch`: tasks for many photos, in a queue that goes on after whatever stopped it."""

from __future__ import annotations

import importlib

import click

from stillbytes.app.cli.commands.batch.carrying import Where, cluster_options
from stillbytes.app.cli.output import json_option

VERBS = {
    **dict.fromkeys(("export", "edit", "mask", "ask", "heal", "match"), "making"),
    **dict.fromkeys(("run", "resume", "list", "show", "cancel", "forget"), "queueing"),
    **dict.fromkeys(("scheduler", "worker"), "worker"),
}
"""Verb -> the module that holds it, in the order of the help."""


class _Verbs(click.Group):
    """Each module is imported when a verb of it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"{__name__}.{VERBS[cmd_name]}")
        found: click.Command = module.verbs()[cmd_name]
        return found


@click.group("batch", cls=_Verbs, invoke_without_command=True)
@cluster_options
@json_option()
@click.pass_context
def batch(context: click.Context, where: Where, as_json: bool) -> int:
    """Do the same to many photos: export, edit, mask, ask, heal, match.

    Each verb puts a batch into the queue and works it off. Whatever stops that, Ctrl+C, a crash or a power cut, it goes
    on with `run`; what is done is not done again, and nothing is half written. With --cluster the photos go to the
    machines of a Dask cluster, which share their folders (docs/batch.md); without a verb, what waits in the queue.

    \b
    stillbytes batch export ~/Pictures/2024 --recursive --size 2048 -o ~/web
    stillbytes batch edit --search "rating:>=4 -is:edited" --preset "Soft film" --auto tone
    stillbytes batch ask --search "keyword:portrait" "warmer, and brighten the faces"
    stillbytes batch run
    """
    context.obj = where
    if context.invoked_subcommand is None:
        if where.address is None:
            raise click.UsageError("Say what to do, such as export; or --cluster, to have done there what waits.")
        from stillbytes.app.cli.commands.batch.queueing import work_off  # noqa: PLC0415

        return work_off([], where, as_json)
    return 0


def command() -> click.Command:
    return batch
