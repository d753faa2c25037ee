"""Who works a batch off, this machine or a cluster, and what is told of it."""

from __future__ import annotations

import contextlib
import dataclasses
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stillbytes.app.cli.output import print_json, print_table
from stillbytes.app.cli.progress import told
from stillbytes.core.jobs import Control

if TYPE_CHECKING:
    from stillbytes.library.batch import Batch, Item, Queue
    from stillbytes.library.batch.running import Hands

MOST_SHOWN = 20
_file = click.Path(dir_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True)
class Where:
    """address: of a cluster's scheduler, None for this machine. ca, cert, key: files for TLS. at_once: photos under way
    on this machine, None for the usual number."""

    address: str | None = None
    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    at_once: int | None = None

    def over(self, other: Where | None) -> Where:
        """With what is not said here as the other says it."""
        if other is None:
            return self
        said = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return dataclasses.replace(other, **{name: value for name, value in said.items() if value is not None})

    @contextlib.contextmanager
    def hands(self) -> Iterator[Hands]:
        """Raises EngineError where the cluster cannot be reached."""
        from stillbytes.library.batch.running import AT_ONCE, Local  # noqa: PLC0415

        if self.address is None:
            yield Local(self.at_once or AT_ONCE)
            return
        from stillbytes.library.batch.cluster import Cluster, Security, open_to_all  # noqa: PLC0415 - Dask

        if open_to_all(self.address):
            print(
                f"stillbytes: {self.address} is not encrypted: whoever reaches it can run programs on all machines of "
                "the cluster. See docs/batch.md about TLS.",
                file=sys.stderr,
            )
        with Cluster(self.address, Security(self.ca, self.cert, self.key)) as cluster:
            yield cluster


def tls_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for name, says in (
        ("key", "The private key of that certificate."),
        ("cert", "This machine's certificate."),
        ("ca", "The certificate of who signs those of the cluster: all that is sent is encrypted."),
    ):
        command = click.option(f"--tls-{name}", name, type=_file, metavar="FILE", help=says)(command)
    return command


def cluster_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--cluster and TLS, given to the command as one `where`."""

    @wraps(command)
    def with_where(*args: Any, address: str | None, ca: Any, cert: Any, key: Any, **given: Any) -> Any:
        return command(*args, where=Where(address, ca, cert, key, given.pop("at_once", None)), **given)

    says = "Have it done by the machines of this Dask cluster, such as tls://10.0.0.2:8786."
    return click.option("--cluster", "address", metavar="ADDRESS", help=says)(tls_options(with_where))


def running_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The same, and how many photos at once."""
    says = "So many photos at once on this machine; with two, both cores of a small one are busy."
    at_once = click.option("--at-once", type=click.IntRange(1, 64), default=None, metavar="N", help=says)
    return at_once(cluster_options(command))


def carried(queue: Queue, batches: Sequence[Batch], where: Where, as_json: bool) -> int:
    """Work batches off, one after the other, and tell what became of them. Returns the exit status. Raises Cancelled,
    QueueError."""
    from stillbytes.library.batch import run  # noqa: PLC0415

    ended = []
    for one in batches:
        with told(as_json) as shown, where.hands() as hands:

            def progress(done: int, total: int, photo: str, title: str = one.title, show: Control = shown) -> None:
                show.progress(done, total, title)

            ended.append(run(queue, one.id, Control(progress), hands))
    if as_json:
        print_json([fields(queue, one) for one in ended] if len(ended) != 1 else fields(queue, ended[0]))
    else:
        for one in ended:
            say(queue, one)
    return 1 if any(one.failed for one in ended) else 0


def fields(queue: Queue, one: Batch) -> dict[str, Any]:
    """A batch with all its photos, in JSON's types."""
    return {**brief(one), "photos": [of_item(item) for item in queue.items(one.id)]}


def brief(one: Batch) -> dict[str, Any]:
    return {**dataclasses.asdict(one), "total": one.total}


def of_item(item: Item) -> dict[str, Any]:
    return {
        "number": item.number, "photo": str(item.photo), "version": item.version, "state": item.state,
        "target": str(item.target) if item.target else None, "attempts": item.attempts, "note": item.note,
        "by": item.by, "error": {"message": item.message, "remedy": item.remedy} if item.state == "failed" else None,
    }  # fmt: skip


def say(queue: Queue, one: Batch) -> None:
    """What became of a batch, for people."""
    print(f"{one.id}  {one.title}: {counts(one)}.")
    failed = queue.items(one.id, ("failed",), limit=MOST_SHOWN)
    if failed:
        print_table(("Failed", "Why", "What to do"), [(str(i.photo), i.message, i.remedy) for i in failed])
        if one.failed > len(failed):
            print(f"and {one.failed - len(failed)} more; `stillbytes batch show {one.id} --failed` lists them.")
        print(f"`stillbytes batch resume --failed {one.id}` tries them again.")


def counts(one: Batch) -> str:
    parts = [f"{count} {word}" for word in ("done", "failed", "waiting", "running") if (count := getattr(one, word))]
    return f"{', '.join(parts) or 'nothing'} of {one.total}"
