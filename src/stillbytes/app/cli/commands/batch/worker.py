"""`stillbytes batch scheduler` and `worker`: a cluster of one's own machines."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import click

from stillbytes.app.cli.commands.batch.carrying import tls_options

ENGINES = ("llama", "comfyui")
USABLE = ("running", "guest", "installed")
_DETECTED = "auto"


@click.command("scheduler")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address that machines reach this one by.")
@click.option("--port", type=click.IntRange(0, 65535), default=8786, show_default=True)
@tls_options
def scheduler(host: str, port: int, ca: Path | None, cert: Path | None, key: Path | None) -> int:
    """Be the middle of a cluster: give out what `stillbytes batch --cluster` brings to those that work.

    Whoever reaches it can run programs on all machines of the cluster: use --tls-ca, --tls-cert and --tls-key, or a
    network that is yours alone.
    """
    from stillbytes.library.batch.cluster import Security, schedule  # noqa: PLC0415 - Dask

    schedule(host, port, Security(ca, cert, key), lambda address: print(address, flush=True))
    return 0


@click.command("worker")
@click.argument("address")
@click.option("--at-once", type=click.IntRange(1, 64), default=2, show_default=True, help="Photos at the same time.")
@click.option(
    "--offer",
    "offered",
    type=click.Choice([_DETECTED, "nothing", *ENGINES]),
    multiple=True,
    default=[_DETECTED],
    show_default=True,
    help="An engine that this machine has; by default those that are found.",
)
@click.option("--map", "pairs", multiple=True, metavar="THERE=HERE", help="How a folder is called on this machine.")
@tls_options
def worker(
    address: str,
    at_once: int,
    offered: Sequence[str],
    pairs: Sequence[str],
    ca: Path | None,
    cert: Path | None,
    key: Path | None,
) -> int:
    """Work for the cluster whose scheduler is at ADDRESS, such as tls://10.0.0.2:8786, until that ends.

    The folders of the photos and of what is made of them have to be shared with this machine, under the same names or
    with --map. A batch that needs an engine goes to machines that offer it.
    """
    from stillbytes.library.batch.cluster import Security, path_map, serve  # noqa: PLC0415 - Dask

    engines = [name for name in offered if name in ENGINES]
    if _DETECTED in offered:
        engines = [*dict.fromkeys([*engines, *_found()])]

    def began(name: str) -> None:
        with_engines = f", with {' and '.join(engines)}" if engines else ""
        print(f"{name} works for {address}{with_engines}.", flush=True)

    security = Security(ca, cert, key)
    serve(address, at_once=at_once, engines=engines, mapped=path_map(pairs), security=security, began=began)
    return 0


def _found() -> list[str]:
    """Engines of this machine that could be used at once."""
    from stillbytes.core import preferences  # noqa: PLC0415
    from stillbytes.core.errors import StillbytesError  # noqa: PLC0415
    from stillbytes.engines import status  # noqa: PLC0415
    from stillbytes.gpu import talking  # noqa: PLC0415

    try:
        there = {one.name for one in asyncio.run(status.status(preferences.load())) if one.state in USABLE}
        if "llama" in there and not talking.asked():
            there.discard("llama")
    except StillbytesError:
        return []
    return [name for name in ENGINES if name in there]


def verbs() -> dict[str, click.Command]:
    return {"scheduler": scheduler, "worker": worker}
