"""`stillbytes gpu ...`: what the card can do, what it is doing, and how well. One file per command."""

from __future__ import annotations

import importlib
import importlib.util

import click

COMMANDS = ("plan", "status", "bench", "simulate")
"""The modules of this package that hold a command, in the order of the help."""


class _Commands(click.Group):
    """Each command is imported when it is asked for; one whose file is missing is not offered."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name in COMMANDS if importlib.util.find_spec(f"{__name__}.{name}") is not None]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        found: click.Command = importlib.import_module(f"{__name__}.{cmd_name}").command()
        return found


def command() -> click.Command:
    return _Commands("gpu", help="Plan, watch and measure the graphics card.", no_args_is_help=True)
