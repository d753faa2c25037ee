"""A cluster of two nodes, one of which is killed in mid-run: every photo is exported once, and none is torn."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from stillbytes.core.errors import EngineError
from stillbytes.core.jobs import Control
from stillbytes.library.batch import Ask, Export, Queue, run
from stillbytes.library.batch.cluster import Cluster, PathMap, Security, open_to_all, path_map

pytest.importorskip("distributed")
STILLBYTES = [sys.executable, "-m", "stillbytes"]
COUNT = 16


class Nodes:
    """Processes of a cluster: a scheduler and workers, each begun with some words before it."""

    def __init__(self, home: Path) -> None:
        self._home, self._all = home, list[subprocess.Popen[str]]()

    def begin(self, *command: str, before: Sequence[str] = ()) -> tuple[subprocess.Popen[str], str]:
        """Returns the process and the first line that it says."""
        process = subprocess.Popen(
            [*before, *STILLBYTES, "batch", *command],
            stdout=subprocess.PIPE, text=True, env={**os.environ, "STILLBYTES_HOME": str(self._home)},
            start_new_session=True,
        )  # fmt: skip
        self._all.append(process)
        assert process.stdout is not None
        return process, process.stdout.readline().strip()

    def begin_together(self, commands: Sequence[tuple[Sequence[str], Sequence[str]]]) -> list[subprocess.Popen[str]]:
        """The same for several, (command, before) each; all are there when this returns."""
        return [process for process, _ in [self.begin(*command, before=before) for command, before in commands]]

    def end(self) -> None:
        for process in self._all:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            assert process.stdout is not None
            process.stdout.close()


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[Nodes]:
    found = Nodes(tmp_path / "node")
    yield found
    found.end()


@pytest.fixture
def network() -> Iterator[tuple[str, list[list[str]]]]:
    """Two network namespaces joined by a bridge: the address of this side, and what begins a program in each."""
    if not shutil.which("ip") or not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("needs root and the program ip, for network namespaces")
    number = os.getpid() % 200
    bridge, top = f"sbb{os.getpid()}", f"10.{number + 20}.77"
    spaces = [f"sbn{os.getpid()}-{place}" for place in (1, 2)]

    def ip(*words: str) -> None:
        done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"no network namespaces here: ip {' '.join(words)}: {done.stderr.strip()}")

    try:
        ip("link", "add", bridge, "type", "bridge")
        ip("addr", "add", f"{top}.1/24", "dev", bridge)
        ip("link", "set", bridge, "up")
        for place, space in enumerate(spaces, 2):
            ip("netns", "add", space)
            outer, inner = f"sbv{os.getpid()}{place}", "eth0"
            ip("link", "add", outer, "type", "veth", "peer", "name", inner, "netns", space)
            ip("link", "set", outer, "master", bridge, "up")
            ip("-n", space, "addr", "add", f"{top}.{place}/24", "dev", inner)
            ip("-n", space, "link", "set", inner, "up")
            ip("-n", space, "link", "set", "lo", "up")
        yield f"{top}.1", [["ip", "netns", "exec", space] for space in spaces]
    finally:
        for words in (*(["netns", "del", space] for space in spaces), ["link", "del", bridge]):
            subprocess.run(["ip", *words], capture_output=True, check=False)


@pytest.fixture
def certificate(tmp_path: Path) -> Security:
    """One that signs itself, for all machines of a cluster."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "stillbytes")])
    today = datetime.datetime.now(datetime.UTC)
    local = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(today - datetime.timedelta(days=1)).not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(local, critical=False).add_extension(x509.BasicConstraints(True, None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    cert, secret = tmp_path / "node.pem", tmp_path / "node.key"
    cert.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return Security(cert, cert, secret)


@pytest.fixture
def many(photos: list[Path]) -> list[Path]:
    found = [photos[0].with_name(f"many_{number:02}.dng") for number in range(COUNT)]
    for path in found:
        path.write_bytes(photos[0].read_bytes())
    return found


def exported_while_one_dies(
    queue: Queue, many: list[Path], target: Path, cluster: Cluster, victim: subprocess.Popen[str]
) -> None:
    """Run a batch, kill a node with everything in it after the first results of both, and look at what is there."""
    made = queue.add(Export(folder=str(target), how={"size": 96}), many)

    def progress(done: int, total: int, name: str) -> None:
        by = {item.by for item in queue.items(made.id, ("done",))}
        if victim.poll() is None and (len(by) == 2 or done >= COUNT // 2):
            os.killpg(victim.pid, signal.SIGKILL)
            victim.wait()

    ended = run(queue, made.id, Control(progress), cluster)
    assert (ended.state, ended.done) == ("done", COUNT), queue.items(made.id, ("failed",))
    assert victim.poll() is not None and len(list(target.iterdir())) == COUNT  # nothing else, hidden or not
    for path in many:
        with Image.open(target / f"{path.stem}.jpg") as picture:
            picture.load()
    done = [note.number for note in queue.journal(made.id) if note.event == "done"]
    assert sorted(number for number in done if number) == list(range(1, COUNT + 1))  # each counted once


def test_a_node_that_is_killed_costs_no_photo(
    nodes: Nodes, queue: Queue, many: list[Path], tmp_path: Path, certificate: Security
) -> None:
    tls = ["--tls-ca", str(certificate.ca), "--tls-cert", str(certificate.cert), "--tls-key", str(certificate.key)]
    _, address = nodes.begin("scheduler", "--port", "0", *tls)
    assert address.startswith("tls://127.0.0.1:")
    # The second node knows the folders by another name.
    elsewhere = tmp_path / "elsewhere"
    elsewhere.symlink_to(tmp_path, target_is_directory=True)
    mapped = ["--map", f"{tmp_path}={elsewhere}"]
    worker = ["worker", address, "--offer", "nothing", "--at-once", "1", *tls]
    first, _ = nodes.begin_together([(worker, ()), ([*worker, *mapped], ())])
    with Cluster(address, certificate) as cluster:
        exported_while_one_dies(queue, many, tmp_path / "out", cluster, first)
    with Cluster(address, certificate) as cluster:
        refused = queue.add(Ask(request="make it look like a dream of my grandmother"), many[:1])
        with pytest.raises(EngineError, match="offers llama"):
            run(queue, refused.id, hands=cluster)
        assert queue.batch(refused.id).waiting == 1
    with pytest.raises(EngineError, match="cannot be reached"):
        Cluster(address.replace("tls://", "tcp://"), patience=2.0)


def test_two_nodes_on_a_network(
    network: tuple[str, list[list[str]]], nodes: Nodes, queue: Queue, many: list[Path], tmp_path: Path
) -> None:
    host, spaces = network
    _, address = nodes.begin("scheduler", "--host", host, "--port", "0")
    worker = ["worker", address, "--offer", "nothing", "--at-once", "1"]
    first, _ = nodes.begin_together([(worker, space) for space in spaces])
    with Cluster(address) as cluster:
        exported_while_one_dies(queue, many, tmp_path / "out", cluster, first)


class Told:
    """An order under way, of which a test tells what becomes of it."""

    def __init__(self) -> None:
        self.status, self._callbacks = "pending", list[Callable[[Told], None]]()

    def add_done_callback(self, callback: Callable[[Told], None]) -> None:
        self._callbacks.append(callback)

    def result(self, timeout: float) -> dict[str, str]:
        return {"by": "another", "error": ""}

    def tell(self, status: str) -> None:
        self.status = status
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback(self)


class Scheduler:
    """As much of Dask's client as a cluster asks for."""

    def __init__(self, *_: object, **__: object) -> None:
        self.orders: list[Told] = []

    def wait_for_workers(self, *_: object, **__: object) -> None: ...

    def submit(self, *_: object, **__: object) -> Told:
        self.orders.append(Told())
        return self.orders[-1]


def test_a_result_that_is_lost_with_its_machine_is_waited_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """It had ended there, and nobody had fetched what came of it."""
    client = Scheduler()
    monkeypatch.setattr("distributed.Client", lambda *_, **__: client)
    cluster = Cluster("tcp://127.0.0.1:9")
    order: Any = {"batch": "b", "number": 1}
    found = cluster.take(order, ())
    client.orders[0].tell("lost")
    assert not found.done()
    client.orders[0].tell("finished")
    assert found.result(timeout=1)["by"] == "another"
    gone = cluster.take(order, ())
    client.orders[1].tell("cancelled")
    with pytest.raises(EngineError, match="gone"):
        gone.result(timeout=1)


def test_where_nobody_is_it_is_said(home: Path) -> None:
    begun = time.monotonic()
    with pytest.raises(EngineError, match="cannot be reached"):
        Cluster("tcp://127.0.0.1:9", patience=0.5)
    assert time.monotonic() - begun < 60


def test_paths_are_mapped_there_and_back() -> None:
    windows = path_map(["Z:\\photos=/mnt/photos"])
    assert windows.here("z:/photos/2024/a.nef") == "/mnt/photos/2024/a.nef"
    assert windows.there("/mnt/photos/out/a.jpg") == "Z:\\photos\\out\\a.jpg"
    assert windows.here("/home/me/a.nef") == "/home/me/a.nef"
    both = PathMap((("/home/me/photos", "/srv/photos"), ("/tmp/out", "D:\\out")))
    assert both.within({"photo": "/home/me/photos/a.nef", "task": {"folder": "/tmp/out", "n": 3}}) == {
        "photo": "/srv/photos/a.nef", "task": {"folder": "D:\\out", "n": 3},
    }  # fmt: skip
    with pytest.raises(EngineError):
        path_map(["/photos"])


def test_what_can_be_read_on_the_way_is_known() -> None:
    open_ones = ("tcp://10.0.0.2:8786", "nas:8786", "tcp://[2001:db8::1]:8786")
    assert all(map(open_to_all, open_ones))
    assert not any(map(open_to_all, ("tls://10.0.0.2:8786", "tcp://127.0.0.1:1", "localhost:8786", "tcp://[::1]:1")))
