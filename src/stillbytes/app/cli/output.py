"""What commands print: tables for people, JSON for programs, errors for both."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import click

from stillbytes.core.errors import StillbytesError


def json_option() -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The option of every command that reports."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


def print_json(value: Any) -> None:
    print(json.dumps(value, indent=2), flush=True)


def error_fields(error: StillbytesError) -> dict[str, str]:
    """An error in JSON's types."""
    return {"message": error.message, "remedy": error.remedy}


def print_error(message: str, remedy: str, as_json: bool) -> None:
    """To standard error for people, to standard output as {"error": {...}}, in one line, for programs."""
    if as_json:
        print(json.dumps({"error": {"message": message, "remedy": remedy}}), flush=True)
    else:
        print("\n".join(line for line in (f"stillbytes: {message}", remedy) if line), file=sys.stderr)


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, title: str = "") -> None:
    """A table as wide as the terminal, whose long texts wrap; for a file or another program as wide as it needs."""
    from rich.console import Console  # noqa: PLC0415 - only when something is shown
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(title=title or None, title_justify="left", show_header=any(headings), box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))  # as it is: a file's name may hold brackets
    console = Console(width=None if sys.stdout.isatty() else 1000)
    console.print(table)
