"""The machines of a Dask cluster as hands for batches. Needs the extra `stillbytes[cluster]`.

Only orders and results go over the network, as JSON's types; photos and pictures are in folders that all share.
Whoever reaches the scheduler can run programs on every machine: see docs/batch.md about TLS.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import math
import os
import platform
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import Any

from stillbytes.core import paths
from stillbytes.core.errors import EngineError
from stillbytes.library.batch.carrying import Order, Result, carry_out

PATIENCE_SECONDS = 30.0
"""For the scheduler, for its first worker, and for what runs to end when a batch is stopped."""
FRESH_SECONDS = 1.0
"""So old may be what is known of the machines."""
AHEAD = 2
"""Orders under way for each photo that can be worked on at once, so that nobody waits for the next."""
ONCE_MORE = ("lost", "pending")
"""What an order is whose result was lost with the machine that had it: another one is at it."""
GONE = "Start it again, and go on with `stillbytes batch run`."


@dataclass(frozen=True, slots=True)
class Security:
    """Files for TLS, as Dask wants them; without any, what Dask's own configuration says. With `ca`, nothing is sent
    that is not encrypted."""

    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None

    def of_dask(self) -> Any:
        """Raises EngineError where Dask is not installed."""
        dask = _dask()
        if not (self.ca or self.cert or self.key):
            return dask.Security()
        named = {"ca_file": self.ca, "client_cert": self.cert, "client_key": self.key}
        named |= {"worker_cert": self.cert, "worker_key": self.key, "scheduler_cert": self.cert}
        named |= {"scheduler_key": self.key}
        files = {f"tls_{name}": str(path.expanduser().absolute()) for name, path in named.items() if path}
        return dask.Security(require_encryption=self.ca is not None, **files)


class Cluster:
    """Hands for `run`. Orders of a machine that dies are given to another one; one that ends several machines fails."""

    def __init__(self, address: str, security: Security | None = None, patience: float = PATIENCE_SECONDS) -> None:
        """Raises EngineError when the scheduler cannot be reached, or has no workers."""
        dask = _dask()
        self.address, self._patience = address, patience
        self._under_way: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._stopped = False
        self._seen: tuple[float, Mapping[str, Mapping[str, Any]]] = (-math.inf, {})
        try:
            self._client: Any = dask.Client(
                address, security=(security or Security()).of_dask(), timeout=patience, set_as_default=False,
                name="stillbytes",
            )  # fmt: skip
            self._client.wait_for_workers(1, timeout=patience)
        except (OSError, TimeoutError, ValueError, RuntimeError, TypeError) as error:
            if client := getattr(self, "_client", None):
                client.close()
                raise EngineError(
                    f"No machine works for the cluster at {address}.", "`stillbytes batch worker` has one do so."
                ) from error
            reason = " ".join(str(error).split())[:300]
            raise EngineError(
                f"The cluster at {address} cannot be reached: {reason}.",
                "`stillbytes batch scheduler` starts one; docs/batch.md says how.",
            ) from error

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def at_once(self) -> int:
        """As many as the machines that are there now can do, and some ahead."""
        return max(1, sum(int(worker["nthreads"]) for worker in self._workers().values())) * AHEAD

    def take(self, order: Order, engines: tuple[str, ...]) -> Future[Result]:
        """Raises EngineError when no machine has an engine that is needed."""
        offered = [worker.get("resources") or {} for worker in self._workers().values()] if engines else []
        for engine in engines:
            if offered and not any(engine in one for one in offered):
                raise EngineError(
                    f"No machine of the cluster offers {engine}.",
                    f"`stillbytes batch worker --offer {engine}` on one that has it, or do it on this machine.",
                )
        result: Future[Result] = Future()
        key = f"stillbytes-{order['batch']}-{order['number']}-{time.monotonic_ns()}"
        try:
            under_way = self._client.submit(
                carry_out_there, dict(order), key=key, pure=False, resources=dict.fromkeys(engines, 1) or None
            )
        except (OSError, RuntimeError) as error:
            raise self._gone(error) from error
        self._await(key, under_way, result)
        return result

    def stop(self) -> None:
        """Nothing more is begun; what has begun is waited for, a while, and does not count."""
        if self._stopped:
            return
        self._stopped = True
        with self._lock:
            left = list(self._under_way.values())
        with contextlib.suppress(Exception):  # the cluster may be what is gone
            self._client.cancel(left)
            until = time.monotonic() + self._patience
            while left and time.monotonic() < until and self._busy():
                time.sleep(0.1)
        with contextlib.suppress(Exception):
            self._client.close(timeout=5)

    def _workers(self) -> Mapping[str, Mapping[str, Any]]:
        """As they were a moment ago at most. Raises EngineError when the scheduler is gone."""
        if time.monotonic() > self._seen[0] + FRESH_SECONDS:
            try:
                workers = self._client.scheduler_info(n_workers=-1)["workers"]
            except (OSError, RuntimeError) as error:
                raise self._gone(error) from error
            self._seen = (time.monotonic(), workers)
        return self._seen[1]

    def _gone(self, error: BaseException) -> EngineError:
        return EngineError(f"The cluster at {self.address} is gone: {type(error).__name__}.", GONE)

    def _busy(self) -> bool:
        """Whether any machine is at work for us."""
        found: Mapping[str, Sequence[Any]] = self._client.processing()
        return any(str(key).startswith("stillbytes-") for keys in found.values() for key in keys)

    def _await(self, key: str, future: Any, result: Future[Result]) -> None:
        with self._lock:
            self._under_way[key] = future
        future.add_done_callback(lambda done: self._ended(key, done, result))

    def _ended(self, key: str, future: Any, result: Future[Result]) -> None:
        with self._lock:
            self._under_way.pop(key, None)
        if result.cancelled() or self._stopped:
            result.cancel()
            return
        try:
            if future.status == "finished":
                result.set_result(future.result(timeout=self._patience))
            elif future.status == "error":
                result.set_result(_failure(future.exception(timeout=self._patience)))
            else:
                raise ConnectionError(future.status)
        except Exception as error:  # of Dask's many; whoever works the batch off has to hear of it
            if future.status in ONCE_MORE:
                self._await(key, future, result)
            else:
                result.set_exception(self._gone(error))


def _failure(error: BaseException) -> Result:
    """What Dask says of one order."""
    if type(error).__name__ == "KilledWorker":
        said = "The machines that worked on it ended, one after the other."
        return {"by": "", "error": (said, "Try it alone: `stillbytes develop`.")}
    reason = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    return {"by": "", "error": (f"A machine of the cluster could not do it ({reason}).", "Is Stillbytes on all of it?")}


# On the machines of the cluster.


@dataclass(frozen=True, slots=True)
class PathMap:
    """Pairs of folders: as whoever gives orders knows it, and as it is called here."""

    pairs: tuple[tuple[str, str], ...] = ()

    def here(self, path: str) -> str:
        """The path on this machine; the same where no pair fits."""
        return next((found for there, here in self.pairs if (found := _moved(path, there, here))), path)

    def there(self, path: str) -> str:
        return next((found for there, here in self.pairs if (found := _moved(path, here, there))), path)

    def within(self, document: Any) -> Any:
        """A document with all whole paths in it as they are here."""
        if isinstance(document, str):
            return self.here(document)
        if isinstance(document, Mapping):
            return {name: self.within(value) for name, value in document.items()}
        return [self.within(value) for value in document] if isinstance(document, list | tuple) else document


def path_map(pairs: Sequence[str]) -> PathMap:
    """From texts THERE=HERE. Raises EngineError.

    >>> path_map(["Z:/photos=/mnt/photos"]).here("Z:\\\\photos\\\\2024\\\\a.nef")
    '/mnt/photos/2024/a.nef'
    """
    found = []
    for pair in pairs:
        there, equals, here = pair.partition("=")
        if not (there and equals and here):
            raise EngineError(f"{pair!r} maps nothing.", "Write FOLDER-THERE=FOLDER-HERE.")
        found.append((there, here))
    return PathMap(tuple(found))


def _pure(path: str) -> PurePath:
    """Of Windows where it looks like that, whichever system this is."""
    windows = PureWindowsPath(path)
    return windows if windows.drive or "\\" in path else PurePosixPath(path)


def _moved(path: str, old: str, new: str) -> str | None:
    """The path below `new` as it is below `old`; None where it is not below that."""
    found, top = _pure(path), _pure(old)
    if type(found) is not type(top) or not found.is_relative_to(top):
        return None
    return str(_pure(new).joinpath(*found.relative_to(top).parts))


_mapped = PathMap()


def carry_out_there(order: dict[str, Any]) -> Result:
    """What a machine of the cluster does with an order."""
    dask = _dask()
    result = carry_out(_mapped.within(order))
    if "part" in result:
        result["part"] = _mapped.there(result["part"])
    with contextlib.suppress(ValueError, AttributeError):
        result["by"] = str(dask.get_worker().name)
    return result


def serve(
    address: str,
    *,
    at_once: int,
    engines: Sequence[str] = (),
    mapped: PathMap | None = None,
    security: Security | None = None,
    began: Callable[[str], None] = lambda name: None,
) -> None:
    """Work for the cluster at that address, until it ends. Raises EngineError when it cannot be reached."""
    global _mapped  # noqa: PLW0603 - of this process, which does nothing else
    _mapped = mapped or PathMap()
    dask, asked = _dask(), (security or Security()).of_dask()
    name = f"{platform.node()}-{os.getpid()}"

    async def work() -> None:
        worker = dask.Worker(
            address, nthreads=at_once, name=name, resources=dict.fromkeys(engines, at_once), security=asked,
            memory_limit=0, host=_facing(address), dashboard=False, dashboard_address="127.0.0.1:0",
            local_directory=str(paths.cache("cluster")), death_timeout=PATIENCE_SECONDS,
        )  # fmt: skip
        async with worker:
            began(name)
            await worker.finished()

    try:
        asyncio.run(work())
    except (OSError, TimeoutError, ValueError, RuntimeError, TypeError) as error:
        reason = " ".join(str(error).split())[:300]
        raise EngineError(f"The cluster at {address} cannot be reached: {reason}.", "Check the address.") from error


def schedule(host: str, port: int, security: Security | None = None, began: Callable[[str], None] = print) -> None:
    """Be the scheduler of a cluster, until it is stopped. Raises EngineError where the port is taken."""
    dask, asked = _dask(), (security or Security()).of_dask()
    protocol = "tls" if asked.require_encryption else "tcp"

    async def work() -> None:
        scheduler = dask.Scheduler(
            host=host, port=port, protocol=protocol, security=asked, dashboard=False, dashboard_address="127.0.0.1:0"
        )
        async with scheduler:
            began(scheduler.address)
            await scheduler.finished()

    try:
        asyncio.run(work())
    except (OSError, ValueError, RuntimeError) as error:
        raise EngineError(f"No cluster can be started at {host}:{port}: {error}.", "Choose another port.") from error


def open_to_all(address: str) -> bool:
    """Whether what goes there can be read on the way: no encryption, and not this machine alone."""
    protocol, _, place = address.rpartition("://")
    host = place.rsplit(":", 1)[0].strip("[]")
    if protocol == "tls":
        return False
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"


def _facing(address: str) -> str | None:
    """This machine's own address as whoever is at `address` sees it: no other network needs to reach a worker."""
    place = address.rpartition("://")[2]
    host, _, port = place.rpartition(":")
    with contextlib.suppress(OSError, ValueError):
        family, *_, there = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect(there)  # sends nothing
            return str(probe.getsockname()[0])
    return None


def _dask() -> Any:
    try:
        import distributed  # noqa: PLC0415 - an extra, and slow to load
    except ImportError as error:
        raise EngineError("Dask is not installed.", 'pip install "stillbytes[cluster]"') from error
    return distributed
