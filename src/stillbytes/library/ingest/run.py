"""Carrying an import out, from its beginning or from where it was stopped."""

from __future__ import annotations

import contextlib
import errno
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from stillbytes.core import files
from stillbytes.core.errors import Cancelled, StillbytesError
from stillbytes.core.jobs import Control
from stillbytes.core.saying import said
from stillbytes.library.catalogue import Catalogue, LibraryBusy
from stillbytes.library.catalogue.database import alone
from stillbytes.library.ingest import copying, journal
from stillbytes.library.ingest.errors import IngestError
from stillbytes.library.ingest.journal import Journal
from stillbytes.library.ingest.plan import Copy, Plan
from stillbytes.library.ingest.sidecars import composed
from stillbytes.photo.whereabouts import content_of

SPARE = 64 << 20
"""Bytes that are to be left free beside what is copied."""
PATIENCE_SECONDS = 120.0
"""For another process that is filling the library."""
FULL = {errno.ENOSPC, errno.EDQUOT}


@dataclass(frozen=True, slots=True)
class Failed:
    path: Path
    message: str


@dataclass(frozen=True, slots=True)
class Report:
    """photos, files, size: copied now or before it was stopped (size in bytes); doubled: files in the second folder.
    added: photos that are new in the library; waiting: why they are not in it yet, in words. remarks: of files that
    were copied, but not as was wanted."""

    photos: int
    files: int
    size: int
    doubled: int
    added: int
    failed: tuple[Failed, ...] = ()
    remarks: tuple[Failed, ...] = ()
    folders: tuple[Path, ...] = ()
    waiting: str = ""
    seconds: float = 0.0


def carry_out(plan: Plan, library: Catalogue, control: Control | None = None) -> Report:
    """Copy what is planned, verify it, and take it into the library.

    A file that cannot be read is listed and stops nothing. A full disk, a card that is taken out and a lost destination
    end it (IngestError), as does Cancelled; then `resume` goes on. It tries again what failed, too. Raises LibraryBusy
    while another import runs.
    """
    if not plan.copies:
        return Report(0, 0, 0, 0, 0)
    with _alone(library):
        _check_space(plan.choices.to, plan.choices.second_copy, plan.size, plan.size)
        return _run(journal.begin(library, plan), library, control or _unwatched())


def resume(library: Catalogue, id: str, control: Control | None = None) -> Report:
    """Go on with an import that was stopped. Raises NotFound, and as `carry_out`."""
    with _alone(library):
        found = journal.opened(library, id)
        _settle(found)
        left = sum(copy.size for n, copy in enumerate(found.copies) if found.steps.get(n) not in ("copied", "doubled"))
        second = sum(copy.size for n, copy in enumerate(found.copies) if found.steps.get(n) != "doubled")
        _check_space(found.choices.to, found.choices.second_copy, left, second)
        return _run(found, library, control or _unwatched())


def forget(library: Catalogue, id: str) -> None:
    """Leave the rest of an import undone; what was copied stays. Raises NotFound, LibraryBusy."""
    with _alone(library):
        try:
            found = journal.opened(library, id)
        except IngestError:
            journal.path_of(library, id).unlink(missing_ok=True)
        else:
            _settle(found)
            found.end()


@dataclass(slots=True)
class _Doing:
    """An import under way. told: of progress."""

    journal: Journal
    control: Control
    failed: list[Failed] = field(default_factory=list)
    remarks: list[Failed] = field(default_factory=list)

    def part(self, target: Path, number: int) -> Path:
        """The temporary name beside a target, the same each time, so that nothing is left behind."""
        return target.with_name(f".{self.journal.id}-{number}.part")

    def target(self, copy: Copy) -> Path:
        return self.journal.choices.to / copy.target

    def stopped(self) -> None:
        if self.control.cancelled():
            raise Cancelled()


def _run(found: Journal, library: Catalogue, control: Control) -> Report:
    begin, doing = time.monotonic(), _Doing(found, control)
    second = found.choices.second_copy
    _make(found.choices.to, *([second] if second is not None else []))
    for number, copy in enumerate(found.copies):
        doing.stopped()
        control.progress(number, len(found.copies), Path(copy.target).name)
        with _failing(doing, copy):
            if found.steps.get(number) not in ("copied", "doubled"):
                _copy(doing, number, copy)
            if second is not None and found.steps.get(number) == "copied":
                _double(doing, number, copy, second)
    done = [n for n in range(len(found.copies)) if found.steps.get(n) in ("copied", "doubled")]
    folders = tuple(sorted({doing.target(found.copies[n]).parent for n in done}))
    added, waiting = _take_in(doing, library, folders)
    if not doing.failed:  # else it can be tried again: planned anew, a photo without its second copy is there already
        found.end()
    return Report(
        photos=sum(found.copies[n].photo for n in done),
        files=len(done),
        size=sum(found.copies[n].size for n in done),
        doubled=sum(found.steps[n] == "doubled" for n in done),
        added=added,
        failed=tuple(doing.failed),
        remarks=tuple(doing.remarks),
        folders=folders,
        waiting=waiting,
        seconds=time.monotonic() - begin,
    )


def _copy(doing: _Doing, number: int, copy: Copy) -> None:
    target, found = doing.target(copy), doing.journal
    part = doing.part(target, number)
    source: Path | bytes | None = copy.source
    if copy.source is not None and copy.content and content_of(copy.source) != copy.content:
        raise IngestError(
            said("{source} is another photo than the one that was planned.", source=copy.source),
            "Put in the card that was begun with and run it again, or give the rest up with `import --forget`.",
        )
    if copy.of is not None:
        try:
            source = composed(copy, found.choices)
        except (StillbytesError, OSError) as error:
            if copy.source is None:
                raise
            doing.remarks.append(Failed(copy.source, f"It was copied as it is: {error}"))
    if source is None:
        raise ValueError("A copy of nothing.")
    size = len(source) if isinstance(source, bytes) else copy.size
    digest = copying.copy(source, part, size, copy.changed, doing.control.cancelled)
    try:
        found.note(number, "verified", digest)
        files.place(part, target)
    except FileExistsError:
        part.unlink()
        if not _is_there(target, digest) and copy.of is None:
            raise
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    found.note(number, "copied")


def _double(doing: _Doing, number: int, copy: Copy, second: Path) -> None:
    """From the copy, whose bytes are known to be right; a sidecar may have been written anew since."""
    source, target = doing.target(copy), second / copy.target
    part = doing.part(target, number)
    expected = doing.journal.digests.get(number) if copy.of is None else None
    status = source.stat()
    changed = status.st_mtime_ns
    digest = copying.copy(source, part, status.st_size, changed, doing.control.cancelled, expected)
    try:
        files.place(part, target)
    except FileExistsError:
        part.unlink()
        if not _is_there(target, digest) and copy.of is None:
            raise
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    doing.journal.note(number, "doubled")


def _is_there(target: Path, digest: bytes) -> bool:
    return target.is_file() and copying.digest_of(target) == digest


def _settle(found: Journal) -> None:
    """After a stop: which of the files that were about to get their names have them, and what is left over."""
    doing = _Doing(found, _unwatched())
    for number, copy in enumerate(found.copies):
        step = found.steps.get(number)
        if step == "doubled":
            continue
        places = [doing.target(copy)]
        if found.choices.second_copy is not None:
            places.append(found.choices.second_copy / copy.target)
        for place in places:
            with contextlib.suppress(OSError):
                doing.part(place, number).unlink()
        with contextlib.suppress(OSError):
            if step == "verified" and _is_there(places[0], found.digests[number]):
                found.note(number, "copied")


@contextlib.contextmanager
def _failing(doing: _Doing, copy: Copy) -> Iterator[None]:
    """What goes wrong with one file is listed; what would go wrong with every other one, too, ends the import."""
    choices = doing.journal.choices
    try:
        yield
    except Cancelled:
        raise
    except IngestError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        if error.errno in FULL:
            raise IngestError(
                said("The disk is full: {file} could not be copied.", file=copy.target),
                "Make room and run it again: it goes on where it stopped.",
            ) from error
        source = doing.journal.source
        if not _reachable(source):
            raise IngestError(
                said("{source} is out of reach: was the card taken out?", source=source),
                "Put it in and run it again: it goes on.",
            ) from error
        for top in filter(None, (choices.to, choices.second_copy)):
            if not top.is_dir() or error.errno == errno.EROFS:
                raise IngestError(
                    said("{top} cannot be written: {why}.", top=top, why=reason),
                    "Connect it and run it again: it goes on.",
                ) from error
        doing.failed.append(Failed(copy.source or choices.to / copy.target, f"It was not copied: {reason}."))
    except StillbytesError as error:
        doing.failed.append(Failed(copy.source or choices.to / copy.target, str(error)))


def _reachable(source: Path) -> bool:
    try:
        if source.is_file():
            return True
        return next(source.iterdir(), None) is not None  # an empty one is where a card was mounted
    except OSError:
        return False


def _make(*tops: Path) -> None:
    for top in tops:
        try:
            top.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unmade(top, error.strerror or str(error)) from error


def _unmade(top: Path, reason: str) -> IngestError:
    return IngestError(
        said("{top} cannot be made: {why}.", top=top, why=reason), "Choose another folder, or connect it."
    )


def _check_space(to: Path, second: Path | None, size: int, second_size: int) -> None:
    """Raises IngestError where what is to be copied does not fit."""
    needed: dict[int, tuple[Path, int]] = {}
    for top, count in ((to, size), (second, second_size)):
        if top is not None and count:
            try:
                place = next((folder for folder in (top, *top.parents) if folder.is_dir()), None)
                if place is None:  # a drive that is not plugged in
                    raise _unmade(top, "there is no such disk")
                device = place.stat().st_dev
            except OSError as error:
                raise _unmade(top, error.strerror or str(error)) from error
            needed[device] = (place, needed.get(device, (place, 0))[1] + count)
    for place, count in needed.values():
        free = shutil.disk_usage(place).free
        if count + SPARE > free:
            raise IngestError(
                said(
                    "There is not enough room in {place}: {number} are to be copied, {free} are free.",
                    place=place,
                    number=told(count),
                    free=told(free),
                ),
                "Make room, choose another folder, or import fewer photos.",
            )


def told(size: int) -> str:
    """Bytes as people say it.

    >>> told(1_234_567_890), told(42_000)
    ('1.23 GB', '0.0 MB')
    """
    return f"{size / 1e9:.2f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"


def _take_in(doing: _Doing, library: Catalogue, folders: tuple[Path, ...]) -> tuple[int, str]:
    """(photos that are new in the library, why there are none although there should be)"""
    found, to = doing.journal, doing.journal.choices.to.resolve()
    if not folders:
        return 0, ""
    until = time.monotonic() + PATIENCE_SECONDS
    doing.control.progress(len(found.copies), len(found.copies), said("Adding to the library"))
    while True:
        doing.stopped()
        try:
            if any(to.is_relative_to(folder.path) for folder in library.folders()):
                added = library.look_into([folder.resolve() for folder in folders]).added
            else:
                added = library.add(to, doing.control).added
            break
        except LibraryBusy as error:
            if time.monotonic() > until:
                return 0, f"{error.message} `stillbytes library add` takes the photos in."
            time.sleep(0.3)
        except StillbytesError as error:
            if isinstance(error, Cancelled):
                raise
            return 0, str(error)
    digests = {
        doing.target(copy).resolve(): found.digests[n]
        for n, copy in enumerate(found.copies)
        if copy.photo and n in found.digests
    }
    library.vouch(digests)
    return added, ""


def _alone(library: Catalogue) -> contextlib.AbstractContextManager[None]:
    return alone(library.place, "import", said("importing photos"), said("what it has copied stays"))


def _unwatched() -> Control:
    return Control(lambda done, total, message: None)
