"""How far a command is, on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from stillbytes.core.jobs import Control


@contextmanager
def told(as_json: bool) -> Iterator[Control]:
    """A bar on a terminal, a line for each tenth elsewhere, nothing for programs. On standard error."""
    if as_json:
        yield Control(lambda done, total, message: None)
    elif not sys.stderr.isatty():
        told: list[str] = []

        def line(done: int, total: int, message: str) -> None:
            text = f"{message} {100 * done // total // 10 * 10} %" if total else ""
            if text and text not in told:
                told[:] = [text]
                print(text, file=sys.stderr, flush=True)

        yield Control(line)
    else:
        from rich.console import Console  # noqa: PLC0415
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("", total=None)
            yield Control(
                lambda done, total, message: bar.update(task, completed=done, total=total or None, description=message)
            )
