"""`stillbytes batch run`, `list`, `show`, `resume`, `cancel`, `forget`: the queue itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from stillbytes.app.cli.commands.batch.carrying import (
    Where,
    brief,
    carried,
    counts,
    of_item,
    running_options,
)
from stillbytes.app.cli.output import json_option, print_json, print_table

_ids = click.argument("ids", nargs=-1, metavar="[ID...]")
_id = click.argument("id", metavar="ID")


def verbs() -> dict[str, click.Command]:
    return {"run": run, "resume": resume, "list": list_batches, "show": show, "cancel": cancel, "forget": forget}


@click.command("run")
@_ids
@running_options
@json_option()
@click.pass_context
def run(context: click.Context, ids: Sequence[str], where: Where, as_json: bool) -> int:
    """Do what waits in the queue, and go on with what was stopped: these batches, or all that are not cancelled.

    What is done is not done again, and what failed not tried again; `resume --failed` does that.
    """
    return work_off(ids, where.over(context.obj), as_json)


@click.command("resume")
@_ids
@click.option("--failed", is_flag=True, help="Also try again what failed.")
@running_options
@json_option()
@click.pass_context
def resume(context: click.Context, ids: Sequence[str], failed: bool, where: Where, as_json: bool) -> int:
    """Go on with these batches, cancelled ones too; without an ID with all that were stopped."""
    from stillbytes.library.batch import Queue  # noqa: PLC0415 - after the arguments were found right

    with Queue() as queue:
        states = ("stopped", "failed") if failed else ("stopped",)
        wanted = [queue.batch(id) for id in ids] if ids else [b for b in queue.batches() if b.state in states]
        again = [queue.again(one.id, failed=failed) for one in wanted]
        return carried(queue, again, where.over(context.obj), as_json)


@click.command("list")
@json_option()
def list_batches(as_json: bool) -> int:
    """Show the batches, and how far each is."""
    from stillbytes.library.batch import Queue  # noqa: PLC0415 - the help does without

    with Queue() as queue:
        found = queue.batches()
    if as_json:
        print_json({"batches": [brief(one) for one in found]})
    elif not found:
        print("No batches.")
    else:
        rows = [(one.id, one.title, one.state, counts(one), one.made[:16].replace("T", " ")) for one in found]
        print_table(("Batch", "Task", "State", "Photos", "Made (UTC)"), rows)
    return 0


@click.command("show")
@_id
@click.option("--failed", is_flag=True, help="Only the photos that failed.")
@click.option("--journal", is_flag=True, help="Also what was done, step by step.")
@json_option()
def show(id: str, failed: bool, journal: bool, as_json: bool) -> int:
    """Show a batch: its task, and what became of each photo."""
    from stillbytes.library.batch import Queue  # noqa: PLC0415 - the help does without

    with Queue() as queue:
        one = queue.batch(id)
        items = queue.items(one.id, ("failed",) if failed else ())
        notes = queue.journal(one.id) if journal else []
        task = queue.task(one.id)
    if as_json:
        told: dict[str, Any] = {**brief(one), "task": task.model_dump(mode="json", exclude_defaults=True)}
        told["task"]["kind"] = one.kind
        told["photos"] = [of_item(item) for item in items]
        if journal:
            told["journal"] = [
                {"at": note.at, "number": note.number, "event": note.event, "detail": note.detail} for note in notes
            ]
        print_json(told)
        return 0
    print(f"{one.id}  {one.title}, {one.state}: {counts(one)}.")
    rows = [(str(i.photo), i.state, str(i.target or ""), f"{i.message} {i.remedy}".strip() or i.note) for i in items]
    print_table(("Photo", "State", "File", ""), rows)
    if journal:
        lines = [(note.at[:19].replace("T", " "), str(note.number or ""), note.event, note.detail) for note in notes]
        print_table(("When (UTC)", "Photo", "What", ""), lines)
    return 0


@click.command("cancel")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@json_option()
def cancel(ids: Sequence[str], as_json: bool) -> int:
    """Stop batches, also ones that another process works on. What is done stays; `resume` goes on."""
    from stillbytes.library.batch import Queue  # noqa: PLC0415 - the help does without

    with Queue() as queue:
        found = [queue.cancel(id) for id in ids]
    if as_json:
        print_json({"batches": [brief(one) for one in found]})
    else:
        for one in found:
            print(f"{one.id}  {one.title}: {counts(one)}.")
    return 0


@click.command("forget")
@click.argument("ids", nargs=-1, metavar="[ID...]")
@click.option("--done", is_flag=True, help="All that came to their end without a failure.")
@json_option()
def forget(ids: Sequence[str], done: bool, as_json: bool) -> int:
    """Take batches off the list. What they did stays."""
    from stillbytes.library.batch import Queue  # noqa: PLC0415 - the help does without

    if not ids and not done:
        raise click.UsageError("Name batches, or --done for those that are done.")
    with Queue() as queue:
        wanted = [queue.batch(id) for id in ids]
        wanted += [one for one in queue.batches() if done and one.state == "done" and one not in wanted]
        for one in wanted:
            queue.forget(one.id)
    if as_json:
        print_json({"forgotten": [brief(one) for one in wanted]})
    else:
        print(f"{len(wanted)} batches forgotten.")
    return 0


def work_off(ids: Sequence[str], where: Where, as_json: bool) -> int:
    """What waits, or these batches. Returns the exit status."""
    from stillbytes.library.batch import Queue  # noqa: PLC0415 - after the arguments were found right

    with Queue() as queue:
        wanted = [queue.batch(id) for id in ids] or [b for b in queue.batches() if b.state in ("waiting", "stopped")]
        if not wanted and not as_json:
            print("Nothing waits.")
            return 0
        return carried(queue, wanted, where, as_json)
