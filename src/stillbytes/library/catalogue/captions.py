"""Suggested captions and keywords, in the database: by content, as what is seen in a picture belongs to it wherever it
goes. What is accepted of them goes into the sidecars, like what a person typed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stillbytes.core.jobs import Control
from stillbytes.core.preferences import Language
from stillbytes.library.captions.words import VERSION, Known, folded, leaf
from stillbytes.library.catalogue.database import Database
from stillbytes.library.catalogue.kept import Kept
from stillbytes.library.catalogue.search import run

if TYPE_CHECKING:
    from stillbytes.core.errors import StillbytesError
    from stillbytes.library.captions.suggesting import Answer, Suggested
    from stillbytes.library.catalogue.scan.pool import Readers
    from stillbytes.library.catalogue.search.run import Entry

CAPTION = "="
"""What is kept of a caption that was dismissed; of a keyword it is the folded word, after a "#"."""
KNOWN = 400
"""Keywords of the library from which those that a model is told are taken."""
_BARE = (
    "(NOT EXISTS (SELECT 1 FROM photo_keywords k WHERE k.photo = photos.id) "
    "OR coalesce((SELECT t.caption FROM texts t WHERE t.rowid = photos.id), '') = '')"
)
_UNASKED = "content NOT IN (SELECT content FROM suggestions WHERE version = ?)"


@dataclass(frozen=True, slots=True)
class Offer:
    """What is suggested for a photo and it does not have. caption: empty for none, or where the photo has one.
    keywords: paths, those that the library has in its own form. problem: why there is nothing."""

    number: int
    caption: str
    keywords: tuple[str, ...]
    model: str
    language: str
    problem: str = ""

    @property
    def open(self) -> bool:
        """Whether there is anything to accept."""
        return bool(self.caption or self.keywords)


class Captions:
    """Raises LibraryError."""

    def __init__(self, database: Database, kept: Kept, reading: Callable[[], AbstractContextManager[Readers]]) -> None:
        self._database, self._kept, self._reading = database, kept, reading

    def suggest(
        self,
        query: str = "",
        *,
        photos: Sequence[int] | None = None,
        language: Callable[[], Language] = lambda: "en",
        again: bool = False,
        control: Control | None = None,
        quiet: Callable[[], bool] | None = None,
        told: Callable[[Sequence[int]], None] | None = None,
    ) -> Suggested:
        """Have a model that sees say what is in the pictures that it was not asked about yet.

        photos: these, instead of those of a search. again: also those that it was asked about, and what was dismissed
        of them is forgotten. language, quiet: see `captions.suggesting.suggest`; with `quiet`, photos that have a
        caption and keywords are left out. told: hears of which photos there is something new. Raises InvalidQuery,
        NotFound without such a model, EngineError, Cancelled, with all that was said so far kept.
        """
        from stillbytes.library.captions.suggesting import suggest  # noqa: PLC0415 - searching does without

        self._forget_unused()
        wanted = self.lacking(query, photos=photos, again=again, bare=quiet is not None)
        if again:
            self._welcome([content for content, _ in wanted])
        with self._database.reading() as db:
            words = _known(db).leaves(KNOWN)

        def keep(answer: Answer) -> None:
            self.put(answer)
            if told is not None:
                told(self._numbers(answer.content))

        watched = control or Control(lambda done, total, message: None)
        return suggest(wanted, words, language, keep, watched, quiet)

    def lacking(
        self, query: str = "", *, photos: Sequence[int] | None = None, again: bool = False, bare: bool = False
    ) -> list[tuple[bytes, Path]]:
        """Pictures that no model was asked about, each by one of its files that is within reach, the newest first.

        photos: of these only. again: all. bare: only of photos without caption or without keywords. Raises
        InvalidQuery.
        """
        with self._database.reading() as db:
            where, values = run.condition(db, query)
            if photos is not None:
                where, values = f"({where}) AND id IN (SELECT value FROM json_each(?))", (*values, _json(photos))
            if not again:
                where, values = f"({where}) AND {_UNASKED}", (*values, VERSION)
            if bare:
                where = f"({where}) AND version = 1 AND {_BARE}"
            sql = (
                "SELECT content, (SELECT path FROM folders WHERE folders.id = photos.folder), name FROM photos "
                f"WHERE ({where}) AND NOT missing "
                "AND folder IN (SELECT f.id FROM folders f JOIN roots r ON r.id = f.root WHERE r.online) "
                "ORDER BY id DESC"
            )
            found: dict[bytes, Path] = {}
            for content, place, name in db.execute(sql, values):
                found.setdefault(content, Path(place, name))
        return list(found.items())

    def are_lacking(self) -> bool:
        """Whether there are any that would be asked about by itself."""
        sql = f"SELECT EXISTS (SELECT 1 FROM photos WHERE NOT missing AND version = 1 AND {_UNASKED} AND {_BARE})"
        with self._database.reading() as db:
            return bool(db.execute(sql, (VERSION,)).fetchone()[0])

    def asked(self) -> int:
        """Pictures that a model was asked about."""
        with self._database.reading() as db:
            return int(db.execute("SELECT count(*) FROM suggestions").fetchone()[0])

    def put(self, answer: Answer) -> None:
        sql = "INSERT OR REPLACE INTO suggestions VALUES (?, ?, ?, ?, ?, ?, ?)"
        words = json.dumps(answer.suggestion.keywords, ensure_ascii=False)
        row = (answer.content, VERSION, answer.model, answer.language, answer.suggestion.caption, words, answer.problem)
        with self._database.writing() as db:
            db.execute(sql, row)

    def _numbers(self, content: bytes) -> list[int]:
        with self._database.reading() as db:
            return [number for (number,) in db.execute("SELECT id FROM photos WHERE content = ?", (content,))]

    def of(self, numbers: Sequence[int]) -> dict[int, Offer]:
        """What is suggested for photos that a model was asked about, by number."""
        with self._database.reading() as db:
            return dict(self._offers(db, numbers))

    def _offers(self, db: sqlite3.Connection, numbers: Sequence[int]) -> Iterator[tuple[int, Offer]]:
        sql = (
            "SELECT p.id, s.content, s.model, s.language, s.caption, s.keywords, s.problem FROM json_each(?) w "
            "JOIN photos p ON p.id = w.value JOIN suggestions s ON s.content = p.content"
        )
        rows = db.execute(sql, (_json(numbers),)).fetchall()
        if not rows:
            return
        known = _known(db)
        entries = {entry.number: entry for entry in run.entries(db, [row[0] for row in rows])}
        for number, content, model, language, caption, words, problem in rows:
            entry = entries[number]
            gone = {what for (what,) in db.execute("SELECT what FROM dismissed WHERE content = ?", (content,))}
            have = {folded(path) for path in entry.keywords} | {folded(leaf(path)) for path in entry.keywords}
            left = [word for word in _words(words) if f"#{folded(word)}" not in gone]
            paths = known.matched(left, language)
            yield (
                number,
                Offer(
                    number,
                    "" if entry.caption or CAPTION in gone else caption,
                    tuple(p for p in paths if not {folded(p), folded(leaf(p))} & have and f"#{folded(p)}" not in gone),
                    model,
                    language,
                    problem,
                ),
            )

    def accept(
        self, numbers: Sequence[int], *, caption: bool = True, keywords: Sequence[str] | None = None
    ) -> list[tuple[int, StillbytesError | None]]:
        """Write what is offered into the photos' sidecars, as if it had been typed: the caption, and all keywords, or
        those of them that are listed. Returns (number, error) of each photo that something is offered for."""
        from stillbytes.library.catalogue.describing import each  # noqa: PLC0415 - searching does without

        offers = {number: one for number, one in self.of(numbers).items() if one.open}
        wanted = None if keywords is None else {folded(word) for word in keywords}

        def remarks(photo: Entry) -> dict[str, Any]:
            offer = offers[photo.number]
            found: dict[str, Any] = {"caption": offer.caption} if caption and offer.caption else {}
            new = [path for path in offer.keywords if wanted is None or folded(path) in wanted]
            return {**found, "keywords": [*photo.keywords, *new]} if new else found

        with self._database.reading() as db:
            photos = run.entries(db, list(offers))
        with self._reading() as readers:
            return each(self._database, readers, photos, remarks)

    def dismiss(self, numbers: Sequence[int], *, caption: bool = False, keywords: Sequence[str] | None = None) -> None:
        """Do not offer this for the photos again: the caption, keywords that are listed, or both and all of them where
        nothing is said. They come back when a model is asked `again`."""
        every = not caption and keywords is None
        offers = self.of(numbers)
        with self._database.writing() as db:
            gone = self._kept.dismissed()
            for number, offer in offers.items():
                (content,) = db.execute("SELECT content FROM photos WHERE id = ?", (number,)).fetchone()
                words = [f"#{folded(word)}" for word in (offer.keywords if every else keywords or ())]
                what = [*([CAPTION] if caption or every else []), *words]
                gone[content.hex()] = sorted({*gone.get(content.hex(), ()), *what})
                db.executemany("INSERT OR IGNORE INTO dismissed VALUES (?, ?)", [(content, one) for one in what])
            self._kept.keep_dismissed(gone)

    def restore(self) -> None:
        """Have a new database know what was dismissed."""
        with self._database.reading() as db:
            (known,) = db.execute("SELECT EXISTS (SELECT 1 FROM dismissed)").fetchone()
        gone = {} if known else self._kept.dismissed()
        if gone:
            rows = [(bytes.fromhex(content), one) for content, what in gone.items() for one in what]
            with self._database.writing() as db:
                db.executemany("INSERT OR IGNORE INTO dismissed VALUES (?, ?)", rows)

    def _welcome(self, contents: Sequence[bytes]) -> None:
        """What was dismissed of these may be offered again."""
        with self._database.writing() as db:
            gone = self._kept.dismissed()
            left = {content: what for content, what in gone.items() if bytes.fromhex(content) not in set(contents)}
            if left != gone:
                self._kept.keep_dismissed(left)
                db.executemany("DELETE FROM dismissed WHERE content = ?", [(content,) for content in contents])

    def _forget_unused(self) -> None:
        with self._database.writing() as db:
            db.execute("DELETE FROM suggestions WHERE content NOT IN (SELECT content FROM photos)")


def _known(db: sqlite3.Connection) -> Known:
    sql = "SELECT w.path, count(*) FROM keywords w JOIN photo_keywords k ON k.keyword = w.id GROUP BY w.id"
    return Known([(path, photos) for path, photos in db.execute(sql)])


def _words(text: str) -> list[str]:
    found = json.loads(text)
    return [str(word) for word in found] if isinstance(found, list) else []


def _json(numbers: Sequence[int]) -> str:
    return json.dumps(list(numbers))
