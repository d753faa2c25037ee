"""Imports as the server holds them: the cards that were looked at, what would be copied, and the copying."""

from __future__ import annotations

import os
import threading
import uuid
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stillbytes.app.server.library.shelf import Shelf
from stillbytes.app.server.models import readable
from stillbytes.core.errors import NotFound
from stillbytes.core.jobs import Control, Job, Jobs
from stillbytes.core.saying import about, joined, said

if TYPE_CHECKING:
    from stillbytes.library.ingest import Card, Choices, Plan, Report, Source, Unfinished

MOST_CARDS = 4
"""Cards that stay looked at; the one that was used least goes first."""
MOST_TOLD = 3


class Importing:
    """Thread-safe. Cards are known by the number that `look` gives them, their shots by their place in order."""

    def __init__(self, shelf: Shelf, looks: Jobs, imports: Jobs) -> None:
        self._shelf, self._looks, self._imports = shelf, looks, imports
        self._lock = threading.Lock()
        self._cards: OrderedDict[str, Card | None] = OrderedDict()

    def sources(self) -> list[Source]:
        from stillbytes.library.ingest import sources  # noqa: PLC0415 - few pages import

        return sources()

    def look(self, source: str) -> tuple[str, Job]:
        """Read what is on a card, in the background; the number that it will have. Raises NotFound."""
        place = whole(source)
        if not os.path.isdir(place):  # noqa: PTH112 - unlike Path's, false for a name that is too long
            raise NotFound(
                said("{source} is no folder.", source=readable(source[:200])),
                "Connect the card, or choose another folder.",
            )
        number = uuid.uuid4().hex[:12]
        with self._lock:
            self._cards[number] = None
            while len(self._cards) > MOST_CARDS:
                self._cards.popitem(last=False)

        def work(control: Control) -> str:
            from stillbytes.library.ingest import look  # noqa: PLC0415

            card = look(place, control)
            with self._lock:
                if number in self._cards:
                    self._cards[number] = card
            return said("{count:,} shot | {count:,} shots", count=len(card.shots))

        return number, self._looks.start(said("Look at {place}", place=place.name or str(place)), 0, work)

    def card(self, number: str) -> Card | None:
        """None while it is being looked at. Raises NotFound."""
        with self._lock:
            if number not in self._cards:
                raise NotFound("This card is not looked at any more.", "Look at it again.")
            self._cards.move_to_end(number)
            return self._cards[number]

    def ready(self, number: str) -> Card:
        """Raises NotFound."""
        card = self.card(number)
        if card is None:
            raise NotFound("This card is still being looked at.", "Wait for the job that does it.")
        return card

    def plan(self, number: str, choices: Choices, chosen: Collection[int] | None = None) -> Plan:
        """Raises NotFound, IngestError, InvalidSetting."""
        from stillbytes.library.ingest import plan  # noqa: PLC0415

        return plan(self.ready(number), choices, self._shelf.catalogue, chosen)

    def picture(self, number: str, place: int) -> bytes:
        """A small JPEG of a shot. Raises NotFound, UnreadablePhoto."""
        from stillbytes.develop.settings import Settings  # noqa: PLC0415
        from stillbytes.library import previews  # noqa: PLC0415

        shots = self.ready(number).shots
        if not 0 <= place < len(shots) or not shots[place].photos:
            raise NotFound("There is no such photo on the card.", "Look at it again.")
        path = shots[place].photos[-1].path  # a JPEG beside its RAW is read faster, and shows the same
        if not path.is_file() or path.is_symlink():
            raise NotFound(said("{file} is not there any more.", file=path.name), "Was the card taken out?")
        return previews.cached(path, Settings()) or previews.of_camera(path)

    def start(self, number: str, choices: Choices, chosen: Collection[int] | None) -> Job:
        """Copy what is chosen of a card, in the background. Raises NotFound, IngestError, InvalidSetting."""
        planned = self.plan(number, choices, chosen)

        def work(control: Control) -> str:
            from stillbytes.library.ingest import carry_out  # noqa: PLC0415

            return self._settled(carry_out(planned, self._shelf.catalogue, control), choices, planned.unread)

        label = said(
            "Import {count:,} photo from {place} | Import {count:,} photos from {place}",
            count=planned.count("new"),
            place=planned.source.name or str(planned.source),
        )
        return self._imports.start(label, len(planned.copies), work)

    def unfinished(self) -> list[Unfinished]:
        from stillbytes.library.ingest import unfinished  # noqa: PLC0415

        running = any(not job.ended for job in self._imports.list())
        return [] if running else unfinished(self._shelf.catalogue)

    def resume(self, id: str) -> Job:
        """Go on with an import that was stopped, in the background. Raises NotFound."""
        from stillbytes.library.ingest import unfinished  # noqa: PLC0415

        left = next((one for one in unfinished(self._shelf.catalogue) if one.id == id), None)
        if left is None:
            raise NotFound("There is no such import.", "It may have come to its end.")
        choices = left.choices

        def work(control: Control) -> str:
            from stillbytes.library.ingest import resume  # noqa: PLC0415

            return self._settled(resume(self._shelf.catalogue, id, control), choices)

        return self._imports.start(
            said("Go on importing from {place}", place=left.source.name or str(left.source)), left.files, work
        )

    def forget(self, id: str) -> None:
        """Raises NotFound, LibraryBusy while an import runs."""
        from stillbytes.library.ingest import forget  # noqa: PLC0415

        forget(self._shelf.catalogue, id)

    def _settled(self, report: Report, choices: Choices, unread: Sequence[tuple[str, str]] = ()) -> str:
        """The result in words. Raises IngestError when any file failed, or any of the card could not be read."""
        from stillbytes.library.ingest import IngestError  # noqa: PLC0415

        self._shelf.arrived(choices.to.name or str(choices.to))
        copied = [
            said(
                "{count:,} photo copied and verified in {folder} | {count:,} photos copied and verified in {folder}",
                count=report.photos,
                folder=str(choices.to),
            )
        ]
        if report.doubled:
            copied.append(said(", and in {folder}", folder=str(choices.second_copy)))
        if report.waiting:
            copied.append(said(". They are not in the library yet: {why}", why=report.waiting))
        wrong = []
        if report.failed:
            many = said(
                "{count:,} of the files was not copied; import again to go on. | "
                "{count:,} of the files were not copied; import again to go on.",
                count=len(report.failed),
            )
            wrong += [many, *_listed([(str(one.path), one.message) for one in report.failed])]
        if unread:
            many = said("{count:,} of the card's files or folders cannot be read.", count=len(unread))
            wrong += [many, *_listed(unread)]
        if wrong:
            raise IngestError(readable(joined(wrong)), readable(joined([*copied, "."], "")))
        return joined(copied, "")


def _listed(files: Sequence[tuple[str, str]]) -> list[str]:
    some = [about(Path(path).name, why) for path, why in files[:MOST_TOLD]]
    return [*some, said("And {number:,} more.", number=len(files) - MOST_TOLD)] if len(files) > MOST_TOLD else some


def chosen(values: Mapping[str, Any]) -> Choices:
    """What a page chose, whose folders have to begin with the root of a disk. Raises IngestError, NotFound."""
    from stillbytes.library.ingest import chosen as of_values  # noqa: PLC0415

    for name in ("to", "second_copy"):
        if values.get(name):
            whole(str(values[name]))
    return of_values(**values)


def whole(text: str) -> Path:
    """Raises NotFound."""
    try:
        path = Path(text).expanduser()
        if path.is_absolute() and "\0" not in text:
            os.fsencode(path)
            return path
    except (ValueError, RuntimeError) as error:
        raise NotFound(said("{text} is no path.", text=readable(text[:200])), "Choose another folder.") from error
    raise NotFound(said("{text} is no whole path.", text=readable(text[:200])), "Begin with the root of the disk.")
