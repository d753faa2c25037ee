"""One file over HTTP: resumed where it stopped, checked while it is written, never half of one at its place."""

from __future__ import annotations

import errno
import functools
import hashlib
import json
import os
import re
import shutil
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from stillbytes.core.errors import Cancelled, ModelError
from stillbytes.core.files import write_atomically
from stillbytes.core.saying import said

if TYPE_CHECKING:
    import httpx

CHUNK = 8 << 20
CONNECT_PATIENCE, READ_PATIENCE = 20.0, 30.0
"""Seconds until a server counts as silent."""
SLOWEST, SLOW_PATIENCE = 64 << 10, 60.0
"""A connection that brings fewer bytes than this in so many seconds is given up and made anew."""
TELLS_EVERY = 0.1  # seconds
TRIES = 5
"""Attempts in a row that bring nothing, before giving up."""
PAUSES = (0.5, 1.0, 2.0, 4.0)
REDIRECTS = 5
KEPT_FREE = 256 << 20
"""Bytes that a download leaves on the disk for everybody else."""
CONTINUES = said("Run the same command again: it goes on where it stopped.")
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Control(Protocol):
    """What a download tells and asks: core.jobs.Control is one."""

    @property
    def progress(self) -> Callable[[int, int, str], None]: ...

    def cancelled(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to download. size and sha256: None where unknown; with `about` the size may be off by a quarter."""

    url: str
    name: str
    size: int | None = None
    sha256: str | None = None
    about: bool = False


@dataclass(frozen=True, slots=True)
class _Begun:
    """What is known about the part on the disk."""

    url: str
    etag: str
    total: int | None


class NoRoom(ModelError):
    """The disk is full, or would become so. Another source would not help."""


class _Again(Exception):
    """The connection broke; trying again makes sense. Its text says how it broke."""


def download(wanted: Wanted, part: Path, control: Control, headers: Mapping[str, str] | None = None) -> str:
    """Write the file to `part`, beginning where an earlier call stopped, and return its sha256.

    `part` is kept when the connection breaks for good, the disk fills or the caller cancels; it is removed when its
    content is not what was wanted. Raises ModelError, and Cancelled when the control says so.
    """
    import httpx  # noqa: PLC0415 - only who downloads needs it

    client = httpx.Client(
        verify=_certificates(),
        follow_redirects=True,
        max_redirects=REDIRECTS,
        timeout=httpx.Timeout(READ_PATIENCE, connect=CONNECT_PATIENCE),
        headers={"User-Agent": "stillbytes", "Accept-Encoding": "identity"},
    )
    part.parent.mkdir(parents=True, exist_ok=True)
    with client:
        return _persist(client, wanted, part, control, dict(headers or {}))


def check_space(folder: Path, needed: int, name: str) -> None:
    """Raises ModelError when `folder`'s disk has no room for `needed` bytes more."""
    free = shutil.disk_usage(folder).free
    if needed + KEPT_FREE > free:
        raise NoRoom(
            said(
                "{name} needs {needed} on the disk of {folder}, where {free} are free.",
                name=name,
                needed=gigabytes(needed),
                folder=folder,
                free=gigabytes(free),
            ),
            "Free some space, or set STILLBYTES_HOME to a larger disk.",
        )


def gigabytes(size: int) -> str:
    """Decimal, as disks and download pages count.

    >>> gigabytes(6_938_078_334), gigabytes(44_342_436), gigabytes(900)
    ('6.94 GB', '44.3 MB', '0.9 kB')
    """
    for unit, name in ((1e9, "GB"), (1e6, "MB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size / 1e3:.3g} kB"


@contextmanager
def written(name: str, folder: Path) -> Iterator[None]:
    """Around writing: a full disk becomes an error that says so."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL or getattr(error, "winerror", None) == 112:  # ERROR_DISK_FULL
            raise NoRoom(
                said("The disk of {folder} became full while {name} was written.", folder=folder, name=name),
                said("Free some space. {continues}", continues=CONTINUES),
            ) from error
        if error.errno is None:  # not from the file system
            raise
        raise ModelError(
            said(
                "{name} cannot be written to {folder}: {why}.",
                name=name,
                folder=folder,
                why=str(error.strerror or error),
            )
        ) from error


def _persist(client: httpx.Client, wanted: Wanted, part: Path, control: Control, headers: dict[str, str]) -> str:
    """Try until it is here, as long as attempts bring something."""
    import httpx  # noqa: PLC0415

    fruitless = 0
    while True:
        before = part.stat().st_size if part.exists() else 0
        try:
            return _attempt(client, wanted, part, control, headers)
        except _Stale as changed:
            forget(part)
            fruitless += 1
            if fruitless >= TRIES:
                raise ModelError(
                    said("{file} keeps changing on the server.", file=wanted.name), "Try again later."
                ) from changed
        except _Again as broken:
            after = part.stat().st_size if part.exists() else 0
            fruitless = 0 if after > before else fruitless + 1
            if fruitless >= TRIES:
                if not after:
                    host = httpx.URL(wanted.url).host
                    raise ModelError(
                        said(
                            "{file} cannot be downloaded from {host}: {why}.",
                            file=wanted.name,
                            host=host,
                            why=str(broken),
                        ),
                        "Is there a network? STILLBYTES_HUB names another place to download from.",
                    ) from broken
                raise ModelError(
                    said(
                        "The download of {file} stopped at {size} of {all}: {why}."
                        if wanted.size
                        else "The download of {file} stopped at {size}: {why}.",
                        file=wanted.name,
                        size=gigabytes(after),
                        all=gigabytes(wanted.size or 0),
                        why=str(broken),
                    ),
                    CONTINUES,
                ) from broken
            _pause(PAUSES[min(fruitless, len(PAUSES) - 1)], control)


def _attempt(client: httpx.Client, wanted: Wanted, part: Path, control: Control, headers: dict[str, str]) -> str:
    import httpx  # noqa: PLC0415

    begun = _begun(part)
    have = part.stat().st_size if begun and begun.url == wanted.url and part.exists() else 0
    resuming = have > 0 and begun is not None and bool(begun.etag or wanted.sha256)
    asked = dict(headers)
    if resuming and begun:
        if have == begun.total:  # all of it is here: only the check is left
            return _checked(wanted, part, have, _digest(part, have, control).hexdigest(), None)
        asked["Range"] = f"bytes={have}-"
        if begun.etag and not begun.etag.startswith("W/"):
            asked["If-Range"] = begun.etag
    try:
        with client.stream("GET", wanted.url, headers=asked) as reply:
            return _receive(reply, wanted, part, _start(reply, wanted, have if resuming else 0, begun), control)
    except httpx.TooManyRedirects as error:
        raise ModelError(
            said("{file} cannot be found: its address leads in circles.", file=wanted.name), "Try again later."
        ) from error
    except (httpx.TransportError, httpx.StreamError) as error:
        raise _Again(" ".join(f"{type(error).__name__}: {error}".split())[:200]) from error
    except httpx.HTTPError as error:
        raise ModelError(
            said("{file} cannot be downloaded: {why}.", file=wanted.name, why=str(error)), "Try again later."
        ) from error


def _start(reply: httpx.Response, wanted: Wanted, have: int, begun: _Begun | None) -> int:
    """From which byte the reply goes on. Raises ModelError for a refusal, _Again for a server in trouble."""
    status = reply.status_code
    if status == 206:
        found = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+|\*)", reply.headers.get("Content-Range", ""))
        same = begun is not None and (not begun.etag or reply.headers.get("ETag", "") in ("", begun.etag))
        if not found or int(found[1]) != have or not same:
            raise _Stale
        return have
    if status == 200:
        return 0
    if status == 416:  # there is nothing after what we have, or the file became shorter
        raise _Stale
    host = reply.url.host
    if status in (401, 403):
        raise ModelError(
            said("{host} does not give out {file} (status {status}).", host=host, file=wanted.name, status=status),
            "Accept its licence on its page there, and set HF_TOKEN to an access token of yours.",
        )
    if status in (404, 410):
        raise ModelError(
            said("{host} has no {file} any more (status {status}).", host=host, file=wanted.name, status=status),
            "Choose another precision or model.",
        )
    if status in (408, 425, 429) or status >= 500:
        raise _Again(f"{host} answered with status {status}")
    raise ModelError(
        said("{host} answered {file} with status {status}.", host=host, file=wanted.name, status=status),
        "Try again later.",
    )


class _Stale(_Again):
    """What is on the disk is not the beginning of what the server has."""

    def __init__(self) -> None:
        super().__init__("the file changed on the server")


def _receive(reply: httpx.Response, wanted: Wanted, part: Path, start: int, control: Control) -> str:
    length = reply.headers.get("Content-Length", "")
    total = start + int(length) if length.isdecimal() else wanted.size if not wanted.about else None
    _check_size(wanted, total)
    check_space(part.parent, max(0, (total or wanted.size or 0) - start), wanted.name)
    etag = reply.headers.get("ETag", "")
    with written(wanted.name, part.parent):
        _remember(part, _Begun(wanted.url, etag, total))
        digest = _digest(part, start, control) if start else hashlib.sha256()
        with part.open("r+b" if start else "wb") as file:
            file.seek(start)
            file.truncate()
            done = _copy(reply, file, digest.update, start, total or wanted.size or 0, wanted.name, control)
            file.flush()
            os.fsync(file.fileno())
    if total is not None and done < total:
        raise _Again(f"the connection ended at {gigabytes(done)} of {gigabytes(total)}")
    return _checked(wanted, part, done, digest.hexdigest(), _told_by_hub(reply))


def _check_size(wanted: Wanted, total: int | None) -> None:
    """Refuse what cannot be the file before a byte of it is written."""
    if total is None or wanted.size is None:
        return
    fits = abs(total - wanted.size) <= wanted.size * 0.25 if wanted.about else total == wanted.size
    if not fits:
        raise ModelError(
            said(
                "The server's {file} has {total:,} bytes, not the {expected:,} it should have.",
                file=wanted.name,
                total=total,
                expected=wanted.size,
            ),
            "It was replaced there: choose another precision or model, or look for a newer Stillbytes.",
        )


def _copy(
    reply: httpx.Response,
    file: BinaryIO,
    update: Callable[[bytes], object],
    done: int,
    total: int,
    name: str,
    control: Control,
) -> int:
    told = watched = time.monotonic()
    at_watch = done
    for chunk in reply.iter_raw():
        if control.cancelled():
            raise Cancelled(
                said("The download of {name} was stopped at {size}.", name=name, size=gigabytes(done)), CONTINUES
            )
        file.write(chunk)
        update(chunk)
        done += len(chunk)
        now = time.monotonic()
        if now - told >= TELLS_EVERY:
            told = now
            control.progress(done, max(total, done), name)
        if now - watched >= SLOW_PATIENCE:
            if done - at_watch < SLOWEST:
                raise _Again("the server became too slow")
            watched, at_watch = now, done
    control.progress(done, max(total, done), name)
    return done


def _checked(wanted: Wanted, part: Path, done: int, sha256: str, by_hub: str | None) -> str:
    """The digest, if the file is what was wanted; otherwise nothing of it is kept."""
    told = wanted.sha256 or by_hub
    if told and sha256 != told:
        forget(part)
        raise ModelError(
            said(
                "{file} arrived with another content than published (sha256 {sha}..., "
                "not {expected}...); it was not installed.",
                file=wanted.name,
                sha=sha256[:12],
                expected=told[:12],
            ),
            "Try again. If it happens twice, the file was replaced or something on the way changes it: report it.",
        )
    if wanted.size is not None and not wanted.about and done != wanted.size:
        forget(part)
        raise ModelError(
            said(
                "{file} arrived with {done:,} bytes, not the {expected:,} it should have; it was not installed.",
                file=wanted.name,
                done=done,
                expected=wanted.size,
            ),
            "Try again later.",
        )
    return sha256


def _told_by_hub(reply: httpx.Response) -> str | None:
    """The hub tells the sha256 of large files as the ETag of what it redirects from."""
    for answer in (*reply.history, reply):
        etag = answer.headers.get("X-Linked-ETag", "").strip('"')
        if re.fullmatch(r"[0-9a-f]{64}", etag):
            return str(etag)
    return None


def forget(part: Path) -> None:
    """Remove a part and what is known about it."""
    for path in (part, _about(part)):
        path.unlink(missing_ok=True)


def _about(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _remember(part: Path, begun: _Begun) -> None:
    write_atomically(_about(part), json.dumps(asdict(begun)).encode())


def _begun(part: Path) -> _Begun | None:
    try:
        told = json.loads(_about(part).read_bytes())
        return _Begun(str(told["url"]), str(told["etag"]), told["total"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _digest(part: Path, length: int, control: Control) -> hashlib._Hash:
    """Of the first `length` bytes."""
    digest = hashlib.sha256()
    with part.open("rb") as file:
        while length > 0 and (data := file.read(min(CHUNK, length))):
            if control.cancelled():
                raise Cancelled
            digest.update(data)
            length -= len(data)
    return digest


def _pause(seconds: float, control: Control) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if control.cancelled():
            raise Cancelled("The download was stopped.", CONTINUES)
        time.sleep(min(0.1, left))


@functools.cache
def _certificates() -> ssl.SSLContext:
    """The system's, which has companies' own, and Mozilla's, for systems whose Python finds none."""
    import certifi  # noqa: PLC0415 - comes with httpx

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
