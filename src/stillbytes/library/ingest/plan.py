"""What an import would do: which file would be copied where, and what is there already. Nothing is written."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from stillbytes.core.errors import Cancelled
from stillbytes.core.jobs import Control
from stillbytes.core.saying import said
from stillbytes.edit.presets import Presets
from stillbytes.library.catalogue import Catalogue
from stillbytes.library.ingest.card import Card, File, Shot, beside_of
from stillbytes.library.ingest.choices import Choices
from stillbytes.library.ingest.duplicates import Held
from stillbytes.library.ingest.errors import IngestError
from stillbytes.library.ingest.names import Names, example


@dataclass(frozen=True, slots=True)
class Copy:
    """One file that is to be. target: below the destination, "/" between folders.

    source: None for a sidecar that the card does not have. of: of a sidecar that is written anew the photo's path on
    the card and its new name; None for what is copied byte by byte. keywords: that it gets. size: bytes, of the source.
    content: of a photo, by which it is known to be the one that was planned.
    """

    source: Path | None
    target: str
    size: int = 0
    changed: int = 0
    photo: bool = False
    of: tuple[str, str] | None = None
    keywords: tuple[str, ...] = ()
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class Planned:
    """What is to become of a shot. number: its {sequence}. already: where it, or the part that is not copied, is.

    state: "new", "duplicate", "unreadable", or "left" for one that was not chosen.
    """

    shot: Shot
    state: str
    copies: tuple[Copy, ...] = ()
    number: int = 0
    already: Path | None = None

    @property
    def target(self) -> str:
        """Of its first photo; empty when nothing is copied."""
        return next((copy.target for copy in self.copies if copy.photo), "")


@dataclass(frozen=True, slots=True)
class Plan:
    """examples: names as the template makes them of the first shots, whether or not these are copied."""

    source: Path
    choices: Choices
    shots: tuple[Planned, ...]
    problems: tuple[tuple[str, str], ...] = ()
    examples: tuple[str, ...] = ()

    @property
    def copies(self) -> list[Copy]:
        return [copy for one in self.shots for copy in one.copies]

    @property
    def size(self) -> int:
        """Bytes to copy, once."""
        return sum(copy.size for copy in self.copies)

    @property
    def unread(self) -> list[tuple[str, str]]:
        """(path, why) of all that cannot be read, and so is not copied: folders, files, and photos of whole shots."""
        whole = [(file, one.shot) for one in self.shots if one.state == "unreadable" for file in one.shot.photos]
        return [*self.problems, *((str(file.path), shot.problem) for file, shot in whole)]

    def count(self, state: str) -> int:
        return sum(one.state == state for one in self.shots)


def plan(
    card: Card,
    choices: Choices,
    library: Catalogue | None = None,
    chosen: Collection[int] | None = None,
    control: Control | None = None,
) -> Plan:
    """library: whose photos are duplicates, besides those below the destination. chosen: places of shots in the card's
    order; all when None. Raises IngestError for folders that lie in each other or cannot be looked into, InvalidSetting
    for a preset that there is not, Cancelled.
    """
    try:
        _check(card, choices)
        return _plan(card, choices, library, chosen, control or Control(lambda done, total, message: None))
    except OSError as error:
        reason = error.strerror or str(error)
        raise IngestError(
            said("{filename} cannot be looked at: {why}.", filename=str(error.filename)[:200], why=reason),
            "Check the folders.",
        ) from error


def _plan(
    card: Card, choices: Choices, library: Catalogue | None, chosen: Collection[int] | None, control: Control
) -> Plan:
    held = Held(card, choices, library)
    names = Names(choices)
    done = []
    for place, shot in enumerate(card.shots):
        if control.cancelled():
            raise Cancelled()
        if place % 50 == 0:
            control.progress(place, len(card.shots), said("Looking for duplicates"))
        if shot.problem or not shot.photos:
            done.append(Planned(shot, "unreadable"))
            continue
        there = {file: at for file in shot.photos if (at := held.find(file)) is not None}
        new = [file for file in shot.photos if file not in there]
        already = next(iter(there.values()), None)
        if not new:
            done.append(Planned(shot, "duplicate", already=already))
        elif chosen is not None and place not in chosen:
            done.append(Planned(shot, "left", already=already))
        else:
            held.add(new)
            folder, stem, number = names.free(shot, [*new, *_belonging(shot, new)], already)
            copies = tuple(_copies(shot, new, folder, stem, choices))
            done.append(Planned(shot, "new", copies, number, already))
    return Plan(card.source, choices, tuple(done), card.problems, tuple(example(card, choices)))


def _check(card: Card, choices: Choices) -> None:
    if choices.to.resolve().is_relative_to(card.top):
        raise IngestError("The destination lies in what is imported.", "Choose a folder elsewhere.")
    second = choices.second_copy
    if second is not None:
        one, other = choices.to.resolve(), second.resolve()
        if one.is_relative_to(other) or other.is_relative_to(one):
            raise IngestError(
                "The folder of the second copy and the destination lie in each other.", "Choose another disk."
            )
        if other.is_relative_to(card.top):
            raise IngestError("The second copy lies in what is imported.", "Choose a folder elsewhere.")
    if choices.preset:
        Presets().find(choices.preset)


def _belonging(shot: Shot, photos: Collection[File]) -> list[File]:
    """What goes along with these photos of a shot: what bears their whole name, and with the first photo the rest."""
    owners = {packet: photo for photo in shot.photos if (packet := beside_of(shot, photo)) is not None}
    found = []
    for file in shot.beside:
        whole = (one for one in shot.photos if file.rest.casefold().startswith(f"{one.rest.casefold()}."))
        owner = owners.get(file) or next(whole, shot.photos[0])
        if owner in photos:
            found.append(file)
    return found


def _copies(shot: Shot, photos: list[File], folder: str, stem: str, choices: Choices) -> Iterator[Copy]:
    renamed = any(stem != file.path.name[: -len(file.rest)] for file in photos)
    remarked = bool(choices.preset or choices.keywords or choices.remarks)
    packets = {packet: photo for photo in photos if (packet := beside_of(shot, photo)) is not None}
    keywords = tuple(dict.fromkeys([*shot.keywords, *choices.keywords])) if choices.keywords else ()
    for file in photos:
        yield Copy(file.path, f"{folder}{stem}{file.rest}", file.size, file.changed, photo=True, content=file.content)
        if remarked and file not in packets.values():
            rest = ".xmp" if file is shot.photos[0] else f"{file.rest}.xmp"
            yield Copy(None, f"{folder}{stem}{rest}", of=(str(file.path), f"{stem}{file.rest}"), keywords=keywords)
    for file in _belonging(shot, photos):
        of = None
        if file in packets and (remarked or renamed):
            of = (str(packets[file].path), f"{stem}{packets[file].rest}")
        target = f"{folder}{stem}{file.rest}"
        yield Copy(file.path, target, file.size, file.changed, of=of, keywords=keywords if of else ())
