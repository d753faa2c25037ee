"""One running editor for each STILLBYTES_HOME: whoever comes second hands over what it was to open, and ends.

Who is first is told by a lock that the system itself releases when its process ends, however that happens: nothing can
be left behind that keeps the next start away. Where the first can be reached is in a file beside it, which only this
user can read.
"""

from __future__ import annotations

import contextlib
import errno
import http.client
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from stillbytes.core import paths
from stillbytes.core.errors import StillbytesError
from stillbytes.core.files import lock

PATIENCE_SECONDS = 60.0
"""How long a first one may take until it answers: it may have begun a moment ago, and may be about to end."""
PAUSE_SECONDS = 0.1
_TAKEN = {errno.EAGAIN, errno.EACCES, errno.EDEADLK}
"""What the systems say of a lock that another has; anything else means that the file system knows no locks."""
MOST_TOLD = 64 << 10
"""Bytes of an answer that are read."""


class First:
    """What the first one holds. Use as a context: at its end the next one may begin."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def publish(self, url: str, key: str) -> None:
        """From now on others can hand over. key: the server's token."""
        told = json.dumps({"url": url, "key": key, "process": os.getpid()}).encode()
        place = _rendezvous()
        part = place.with_suffix(".part")
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(told)
        part.replace(place)

    def withdraw(self) -> None:
        """Nobody can hand over any more: they wait until we have ended, and are the first then."""
        _rendezvous().unlink(missing_ok=True)

    def __enter__(self) -> First:
        return self

    def __exit__(self, *_: object) -> None:
        self.withdraw()
        os.close(self._handle)


def first_or_hand_over(places: Sequence[Path], patience: float = PATIENCE_SECONDS) -> First | None:
    """Become the first, or have the first open these places; None when it did.

    Raises StillbytesError when the first cannot open them, or runs and does not answer.
    """
    until = time.monotonic() + patience
    while True:
        if (found := _first()) is not None:
            return found
        told = _told()
        if told is not None and _handed_over(told, places, until - time.monotonic()):
            return None
        if time.monotonic() > until:
            process = f" (process {told['process']})" if told else ""
            raise StillbytesError(
                f"Stillbytes runs already{process} and does not answer.", "End it, then try again; nothing is lost."
            )
        time.sleep(PAUSE_SECONDS)


def _first() -> First | None:
    place = paths.home() / "app.lock"
    place.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(place, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        lock(handle, wait=False)
    except OSError as error:
        if error.errno in _TAKEN:
            os.close(handle)
            return None
    return First(handle)


def _rendezvous() -> Path:
    return paths.home() / "app.json"


def _told() -> dict[str, Any] | None:
    """Where the first one can be reached, once it has said so."""
    try:
        told = json.loads(_rendezvous().read_bytes()[:MOST_TOLD])
        return {"url": str(told["url"]), "key": str(told["key"]), "process": int(told["process"])}
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _handed_over(told: dict[str, Any], places: Sequence[Path], seconds: float) -> bool:
    """False when nobody answers there (any more). Raises StillbytesError for what the first one refuses."""
    address = urlsplit(told["url"])
    if address.hostname != "127.0.0.1" or address.port is None:
        return False
    # Not through a proxy, whatever the environment says.
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=max(1.0, seconds))
    body = json.dumps({"places": [str(place) for place in places]})
    headers = {"authorization": f"Bearer {told['key']}", "content-type": "application/json"}
    with contextlib.closing(connection):
        try:
            connection.request("POST", "/api/open", body, headers)
            answer = connection.getresponse()
            said = answer.read(MOST_TOLD)
        except (OSError, http.client.HTTPException):
            return False
    if answer.status == http.client.OK:
        return True
    if answer.status in (http.client.UNAUTHORIZED, http.client.MISDIRECTED_REQUEST):
        return False  # another program has got the port since
    try:
        error = json.loads(said)["error"]
        message, remedy = str(error["message"]), str(error["remedy"])
    except (ValueError, TypeError, KeyError):
        return False
    raise StillbytesError(message, remedy)
