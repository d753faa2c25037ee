"""Suggested captions as the server has them made: when a person asks, and by itself while nothing else is done."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stillbytes.core import preferences
from stillbytes.core.errors import Cancelled, StillbytesError
from stillbytes.core.jobs import Control, Job, Jobs
from stillbytes.core.saying import joined, said

if TYPE_CHECKING:
    from stillbytes.app.languages import Language
    from stillbytes.app.server.library.shelf import Shelf
    from stillbytes.library.captions.suggesting import Suggested

BLIND_S = 60.0
"""A server without eyes, or that did not answer, is asked again after so long."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ready:
    """model: who is asked; the host of a server. asked: pictures so far. itself: whether that goes on by itself."""

    model: str
    asked: int
    itself: bool


class Captioning:
    """Thread-safe.

    asked, idle: queues for what a person asks for, and for what nobody does. quiet: whether nobody is at work, and
    nothing that anybody asked for.
    """

    def __init__(self, shelf: Shelf, asked: Jobs, idle: Jobs, quiet: Callable[[], bool]) -> None:
        self._shelf, self._asked, self._idle, self._quiet = shelf, asked, idle, quiet
        self._language: Language | None = None
        self._unwanted, self._wishes = False, 0
        self._eyes: dict[str, tuple[bool, float]] = {}
        self._lock = threading.Lock()

    def ready(self, language: Language) -> Ready | None:
        """None where no model sees, or it is not known yet, which is told once it is. language: of who asks."""
        who = self._seer()
        if not who:
            return None
        first, self._language = self._language is None, language
        if first:
            self.notice()
        model = who.partition("://")[2] if "://" in who else who
        return Ready(model, self._shelf.catalogue.captions.asked(), preferences.load().captions)

    def _seer(self) -> str:
        """Who would be asked and is known to have eyes; empty for nobody."""
        from stillbytes.library.captions.suggesting import seer  # noqa: PLC0415 - with the library

        who = seer()
        if "://" not in who:
            return who
        eyes, known = self._eyes.get(who, (False, float("-inf")))
        if not eyes and time.monotonic() - known > BLIND_S:
            self._eyes[who] = False, time.monotonic()
            threading.Thread(target=self._look, args=(who,), name="eyes", daemon=True).start()
        return who if eyes else ""

    def _look(self, who: str) -> None:
        """Ask a server whether it sees."""
        from stillbytes.library.captions.suggesting import sees  # noqa: PLC0415 - with the library

        eyes = bool(sees(who))
        self._eyes[who] = eyes, time.monotonic()
        if eyes:
            self._shelf.told()
            self.notice()

    def choose(self, itself: bool) -> None:
        """Whether to suggest by itself. Raises StillbytesError when that cannot be kept."""
        preferences.change(captions=itself)
        self._wishes += 1
        if not itself:
            for job in self._idle.list():
                if not job.ended:
                    self._idle.cancel(job.id)
        else:
            self._unwanted = False
            self.notice()

    def start(self, photos: Sequence[int], language: Language, *, again: bool) -> Job:
        """What a person asks for: the pictures of these photos, now."""
        wanted = list(photos)

        def work(control: Control) -> str:
            found = self._suggest(control, wanted, lambda: self._spoken(language), again)
            return _told(found.photos, found.failed)

        return self._asked.start(said("Suggest captions and keywords"), len(wanted), work)

    def notice(self) -> None:
        """Go on by itself where there is something to say, unless that is not wanted. Returns at once."""
        threading.Thread(target=self._notice, name="captions", daemon=True).start()

    def _notice(self) -> None:
        from stillbytes.library.captions.suggesting import of_this_machine  # noqa: PLC0415 - with the library

        with self._lock:
            try:
                busy = any(not job.ended for job in self._idle.list())
                wanted = not self._unwanted and self._language is not None and preferences.load().captions
                if busy or not wanted or not of_this_machine(self._seer()):
                    return
                if self._shelf.catalogue.captions.are_lacking():
                    self._idle.start(said("Suggest captions while nothing else is done"), 0, self._by_itself)
            except StillbytesError:
                log.info("no captions are suggested", exc_info=True)

    def _by_itself(self, control: Control) -> str:
        photos = failed = 0
        wishes = self._wishes
        try:  # more photos may come meanwhile
            while (found := self._suggest(control, None, lambda: self._spoken(self._language), again=False)).photos:
                photos, failed = photos + found.photos, failed + found.failed
            return _told(photos, failed)
        except (Cancelled, StillbytesError):  # a person stopped it, or it does not work here: not again and again
            self._unwanted = self._wishes == wishes
            raise

    def _spoken(self, asked: Language | None) -> Language:
        """The chosen language, else that of who asks."""
        return preferences.load().language or asked or "en"

    def _suggest(
        self, control: Control, photos: Sequence[int] | None, language: Callable[[], Language], again: bool
    ) -> Suggested:
        captions = self._shelf.catalogue.captions
        quiet = None if photos is not None else self._quiet
        return captions.suggest(
            "", photos=photos, language=language, again=again, control=control, quiet=quiet, told=self._shelf.told
        )


def _told(photos: int, failed: int) -> str:
    many = said("{count:,} photo has suggestions | {count:,} photos have suggestions", count=photos - failed)
    return joined([many, said("nothing could be said about {number:,}", number=failed)], ", ") if failed else many
