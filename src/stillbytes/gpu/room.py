"""Room on the card for pictures, beside the models: a lease that stays while pictures follow each other."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from stillbytes.core.errors import StillbytesError
from stillbytes.gpu.broker.messages import Way

if TYPE_CHECKING:
    from stillbytes.gpu.access import Access
    from stillbytes.gpu.broker.broker import Lease

STEP_MIB = 128
"""Leases are of whole steps, so that pictures of about the same size need no other one."""
REST_S, LOOK_S = 2.0, 0.1
"""So long after the last picture a lease is given back; how often that is looked at."""
PATIENCE_S, AGAIN_S = 0.2, 5.0
"""So long a picture waits for its lease, which it usually has at once; after that none is asked for for some time."""
log = logging.getLogger(__name__)


class Room:
    """Thread-safe. access: to the broker that divides the card."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._lock = threading.Lock()
        self._held: _Held | None = None
        self._not_before = float("-inf")

    @contextlib.contextmanager
    def of(self, mib: int) -> Iterator[bool]:
        """Whether so much of the card may be used until the end of the block."""
        with self._lock:
            held = self._leased(-(-mib // STEP_MIB) * STEP_MIB)
        try:
            yield held is not None
        finally:
            if held is not None:
                held.leave()

    def _leased(self, mib: int) -> _Held | None:
        held = self._held
        if held is not None and held.mib >= mib and held.granted.is_set() and held.enter():
            return held
        if time.monotonic() < self._not_before:
            return None
        if held is not None:
            held.wanted = False
        held = self._held = _Held(mib)
        threading.Thread(target=held.run, args=(self._access,), name="room for pictures", daemon=True).start()
        if held.granted.wait(PATIENCE_S) and held.enter():
            return held
        held.wanted = False
        self._not_before = time.monotonic() + AGAIN_S
        log.info("there is no room on the card for a picture of %d MiB", mib)
        return None


class _Held:
    """One lease. wanted: not any more once a larger one takes its place or nobody waits for it."""

    def __init__(self, mib: int) -> None:
        self.mib, self.wanted = mib, True
        self.granted = threading.Event()
        self._lock = threading.Lock()
        self._users, self._last, self._over = 0, time.monotonic(), False

    def enter(self) -> bool:
        """Use it, if it was not given back meanwhile."""
        with self._lock:
            self._users += not self._over
            return not self._over

    def leave(self) -> None:
        with self._lock:
            self._users -= 1
            self._last = time.monotonic()

    def run(self, access: Access) -> None:
        """In a thread of its own, as long as it lasts."""
        try:
            access.run("A picture", (Way((), self.mib, 0.0),), self._keep, aside=True, cancelled=self._late)
        except StillbytesError as error:
            log.info("no lease for a picture: %s", error)

    async def _keep(self, lease: Lease, engines: object) -> None:
        self.granted.set()
        while not self._ends():
            await asyncio.sleep(LOOK_S)

    def _ends(self) -> bool:
        with self._lock:
            resting = time.monotonic() - self._last > REST_S
            self._over = not self._users and (resting or not self.wanted)
            return self._over

    def _late(self) -> bool:
        return not self.wanted and not self.granted.is_set()
