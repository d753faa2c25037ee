"""The catalogue: what a program does with a library of photos."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stillbytes.core import paths
from stillbytes.core.errors import NotFound, StillbytesError
from stillbytes.core.jobs import Control
from stillbytes.core.saying import said
from stillbytes.library.catalogue.alike import Alike
from stillbytes.library.catalogue.captions import Captions
from stillbytes.library.catalogue.collections import Collections
from stillbytes.library.catalogue.database import Database
from stillbytes.library.catalogue.errors import LibraryError
from stillbytes.library.catalogue.kept import Kept
from stillbytes.library.catalogue.looks import Looks
from stillbytes.library.catalogue.meaning import Meaning
from stillbytes.library.catalogue.scan.pool import Readers
from stillbytes.library.catalogue.scan.rows import forget_unused
from stillbytes.library.catalogue.scan.scan import Scanned, scan
from stillbytes.library.catalogue.scan.walk import hidden
from stillbytes.library.catalogue.search import run
from stillbytes.library.catalogue.search.boxes import box as parse_box
from stillbytes.library.catalogue.search.run import Entry, Found
from stillbytes.library.catalogue.verify import Problem, Verified, structure, verify

if TYPE_CHECKING:
    from stillbytes.library.catalogue.search.cells import Cell, Positions
    from stillbytes.library.catalogue.search.orders import Orders
    from stillbytes.library.hints.looking import Looked, Networks
    from stillbytes.library.meaning.vectors import Vectors

Progress = Callable[[int, int, str], None]
DEFAULT_SORT = "taken"
MOST_ASKED = 500
"""Values in one question to the database."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of the library. scanned: end of the last whole scan, ISO 8601 UTC; None when one has to go on."""

    path: Path
    photos: int
    missing: int
    online: bool
    scanned: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one photo that was to be described."""

    number: int
    error: StillbytesError | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A folder that holds photos, somewhere in a folder of the library. photos: in itself, without those below."""

    path: Path
    photos: int


class Catalogue:
    """An index of photo folders. Every method may be called from any thread. Raises LibraryError.

    >>> with open() as library:                                  # doctest: +SKIP
    ...     library.add("~/Pictures")
    ...     library.search("camera:d750 rating:>=3").total
    412

    Photos are named by their number. The originals are never written to; what is said about a photo (`describe`) goes
    into its sidecar. place: the catalogue's own folder, by default `library` in STILLBYTES_HOME.
    """

    def __init__(self, place: Path | None = None, processes: int | None = None, *, lasting: bool = False) -> None:
        """processes: how many read photos at once; one per core by default. lasting: they are kept from one call to
        the next, for who describes photo after photo."""
        self.place = place or paths.home() / "library"
        self._kept = Kept(self.place)
        self._database = Database(self.place)
        self._processes = processes
        self._vectors: Vectors | None = None
        self._kept_orders: Orders | None = None
        self._kept_positions: Positions | None = None
        self._kept_readers = Readers(processes) if lasting else None
        self._adopt()

    def __enter__(self) -> Catalogue:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._kept_readers is not None:
            self._kept_readers.close()
        self._database.close()

    @property
    def collections(self) -> Collections:
        return Collections(self._database, self._kept)

    @property
    def looks(self) -> Looks:
        """What was seen in the photos' pictures (see `hints.looking`, which fills it)."""
        return Looks(self._database)

    @property
    def alike(self) -> Alike:
        """Likeness, duplicates, and the tops of bursts."""
        return Alike(self._database, self._kept, self._reading)

    @property
    def captions(self) -> Captions:
        """Captions and keywords that a model that sees suggests."""
        return Captions(self._database, self._kept, self._reading)

    @property
    def meaning(self) -> Meaning:
        """Searching by what is meant."""
        from stillbytes.library.meaning.vectors import Vectors  # noqa: PLC0415 - other searches do without

        self._vectors = self._vectors or Vectors()
        return Meaning(self._database, self._vectors)

    def look(
        self,
        query: str = "",
        control: Control | None = None,
        *,
        again: bool = False,
        networks: Networks | None = None,
        seen: Callable[[Sequence[int]], None] = lambda numbers: None,
    ) -> Looked:
        """Look at the photos' pictures for hints and likeness, as far as that was not done yet; again: all of them.

        networks: access to those that find faces, by default this process' own. seen: told now and then which photos
        were looked at. Raises InvalidQuery, EngineError, Cancelled, with all that was seen so far kept.
        """
        from stillbytes.gpu.access import shared_access  # noqa: PLC0415
        from stillbytes.library.hints.looking import look  # noqa: PLC0415 - searching does without

        return look(self.looks, control or _unwatched(), networks or shared_access, query, again=again, told=seen)

    def add(self, folder: str | Path, control: Control | None = None) -> Scanned:
        """Take in a folder and all below it, or bring it up to date. Raises NotFound, LibraryBusy, Cancelled.

        One that lies in a folder of the library updates that; one that holds folders of the library takes them over.
        """
        top = Path(folder).expanduser().resolve()
        if not top.is_dir():
            raise NotFound(said("{top} is no folder.", top=top), "Check the path.")
        try:
            str(top).encode()
        except UnicodeEncodeError:
            raise LibraryError("The folder's name is no text.", "Rename it to have it in the library.") from None
        if self.place.resolve().is_relative_to(top) and top == self.place.resolve():
            raise LibraryError(said("{top} is the library's own folder.", top=top), "Add a folder with photos.")
        with self._database.scanning():
            known = self._kept.folders()
            outer = next((path for path in known if top.is_relative_to(path)), None)
            if outer is None:
                inner = [path for path in known if Path(path).is_relative_to(top)]
                self._kept.keep_folders(sorted({*known, str(top)} - set(inner)))
                self._join(str(top), inner)
            return self._scan([outer or str(top)], control)

    def remove(self, folder: str | Path) -> None:
        """Forget a folder of the library. Photos, sidecars and their place in collections stay. Raises NotFound."""
        path = str(Path(folder).expanduser().resolve())
        with self._database.scanning():
            known = self._kept.folders()
            if path not in known:
                raise NotFound(
                    said("{file} is no folder of the library.", file=path), "`stillbytes library status` lists them."
                )
            self._kept.keep_folders([one for one in known if one != path])
            with self._database.writing() as db:
                db.execute("DELETE FROM roots WHERE path = ?", (path,))
                db.execute("DELETE FROM texts WHERE rowid NOT IN (SELECT id FROM photos)")
                forget_unused(db)

    def update(self, control: Control | None = None) -> Scanned:
        """Look through all folders of the library. Raises LibraryBusy, Cancelled."""
        with self._database.scanning():
            return self._scan(self._kept.folders(), control)

    def look_into(self, folders: Sequence[str | Path]) -> Scanned:
        """Bring folders up to date without those below them; for what a watch has noticed. Raises LibraryBusy.

        Those that lie in no folder of the library, or are hidden in one, are passed over.
        """
        tops = self._kept.folders()
        only: dict[str, list[str]] = {}
        for folder in map(Path, folders):
            top = next((top for top in tops if folder.is_relative_to(top)), None)
            if top is not None and not any(hidden(part) for part in folder.relative_to(top).parts):
                only.setdefault(top, []).append(str(folder))
        if not only:
            return Scanned()
        with self._database.scanning(), self._reading() as readers:
            return scan(self._database, list(only), _unwatched(), readers, only=only)

    def rebuild(self, control: Control | None = None) -> Scanned:
        """Make the database again from the folders: every photo and sidecar is read. Raises LibraryBusy, Cancelled.

        A damaged database is set aside. What is known of folders that are out of reach stays, and so do suggestions of
        captions, which take long to make. What else was seen in pictures is forgotten; `look` sees it again.
        """
        with self._database.scanning():
            with self._database.reading() as db:
                broken = bool(structure(db, ""))
            if broken:
                self._database.close()
                set_aside(self._database.path)
                self._database, self._kept_orders, self._kept_positions = Database(self.place), None, None
            self._adopt()
            self.looks.forget()
            self._vectors = None
            found = self._scan(self._kept.folders(), control, afresh=True)
            self.collections.restore()
            return found

    def verify(self, control: Control | None = None, *, quick: bool = False) -> Verified:
        """Check the database, and every byte of every photo against the last time. Raises Cancelled.

        quick: leave the photos' contents out.
        """
        with self._reading() as readers:
            return verify(self._database, control or _unwatched(), readers, quick=quick)

    def search(
        self,
        query: str = "",
        *,
        sort: str = DEFAULT_SORT,
        descending: bool = True,
        limit: int = 100,
        offset: int = 0,
        tops: bool = False,
    ) -> Found:
        """A page of the photos that the query asks for (see `search.parse`). tops: one photo of each stack.

        Raises InvalidQuery.
        """
        with self._database.reading() as db:
            return run.run(db, self._orders, query, sort, descending, max(limit, 0), max(offset, 0), tops)

    def numbers(
        self,
        query: str = "",
        *,
        sort: str = DEFAULT_SORT,
        descending: bool = True,
        tops: bool = False,
        opened: Sequence[int] = (),
    ) -> list[int]:
        """All photos that the query asks for, by number, in order. tops: one photo of each stack, and all of those
        whose tops are `opened`. Raises InvalidQuery."""
        with self._database.reading() as db:
            found: list[int] = run.ordered(db, self._orders, query, sort, descending, tops, opened).tolist()
            return found

    def cells(
        self,
        query: str = "",
        *,
        zoom: int = 0,
        box: str = "",
        tops: bool = False,
        opened: Sequence[int] = (),
        among: Sequence[int] | None = None,
    ) -> list[Cell]:
        """Where the photos of a search were taken, together in cells of a map (see `search.cells`); those that do not
        say it are left out. zoom: 0 is the whole world, each step twice as near, up to `cells.DEEPEST`. box:
        `south,west,north,east` in degrees, all of the world by default. among: of these photos, and no search. Raises
        InvalidQuery."""
        part = parse_box(box) if box else None
        with self._database.reading() as db:
            return self._positions.cells(db, query, zoom, part, tops=tops, opened=opened, among=among)

    def photos(self, numbers: Sequence[int]) -> list[Entry]:
        """The photos of these numbers, in order; those that there are not are left out."""
        with self._database.reading() as db:
            return run.entries(db, numbers)

    def having(self, contents: Iterable[bytes]) -> dict[bytes, list[Path]]:
        """Where photos of these contents are, as far as they are known: their files are there, or out of reach."""
        wanted, found = list(dict.fromkeys(contents)), dict[bytes, list[Path]]()
        with self._database.reading() as db:
            for at in range(0, len(wanted), MOST_ASKED):
                part = wanted[at : at + MOST_ASKED]
                sql = (
                    "SELECT p.content, f.path, p.name FROM photos p JOIN folders f ON f.id = p.folder "
                    f"WHERE NOT p.missing AND p.content IN ({', '.join('?' * len(part))}) ORDER BY p.id"
                )
                for content, folder, name in db.execute(sql, part):
                    found.setdefault(content, []).append(Path(folder, name))
        return found

    def vouch(self, digests: Mapping[Path, bytes]) -> None:
        """Every byte of these photos was read just now: what `verify` compares with from now on."""
        sql = "UPDATE photos SET digest = ? WHERE name = ? AND folder = (SELECT id FROM folders WHERE path = ?)"
        with self._database.writing() as db:
            db.executemany(sql, [(digest, path.name, str(path.parent)) for path, digest in digests.items()])

    def describe(self, numbers: Sequence[int], **remarks: Any) -> list[Change]:
        """Say something about photos: rating, flag, label, title, caption, creator, copyright, keywords.

        Each is written into the photo's sidecar before this returns; one that fails does not stop the others. Raises
        InvalidSetting.
        """
        from stillbytes.library.catalogue.describing import describe  # noqa: PLC0415 - searching does without

        with self._reading() as readers:
            return [Change(n, e) for n, e in describe(self._database, readers, self.photos(numbers), remarks)]

    def tag(self, numbers: Sequence[int], add: Sequence[str] = (), remove: Sequence[str] = ()) -> list[Change]:
        """Give photos keywords and take others away; the rest of theirs stay. As `describe` otherwise."""
        from stillbytes.library.catalogue.describing import tag  # noqa: PLC0415 - searching does without

        with self._reading() as readers:
            return [Change(n, e) for n, e in tag(self._database, readers, self.photos(numbers), add, remove)]

    def keywords(self) -> list[tuple[str, int]]:
        """All keywords, as paths, each with the number of photos that have it, by name."""
        sql = (
            "SELECT w.path, count(*) FROM keywords w JOIN photo_keywords k ON k.keyword = w.id "
            "GROUP BY w.id ORDER BY w.folded"
        )
        with self._database.reading() as db:
            return [(path, photos) for path, photos in db.execute(sql)]

    def cameras(self) -> list[str]:
        """The names of all cameras, by name."""
        with self._database.reading() as db:
            return [name for (name,) in db.execute("SELECT name FROM cameras ORDER BY folded")]

    def places(self) -> list[Place]:
        """The folders that photos lie in, by path."""
        sql = (
            "SELECT f.path, count(*) FROM photos p JOIN folders f ON f.id = p.folder WHERE NOT p.missing "
            "AND p.version = 1 GROUP BY p.folder ORDER BY f.path"
        )
        with self._database.reading() as db:
            return [Place(Path(path), photos) for path, photos in db.execute(sql)]

    def folders(self) -> list[Folder]:
        sql = (
            "SELECT r.path, count(p.id), coalesce(sum(p.missing), 0), r.scanned FROM roots r LEFT JOIN folders f "
            "ON f.root = r.id LEFT JOIN photos p ON p.folder = f.id AND p.version = 1 GROUP BY r.id ORDER BY r.path"
        )
        with self._database.reading() as db:
            return [
                Folder(Path(path), photos - missing, missing, Path(path).is_dir(), scanned)
                for path, photos, missing, scanned in db.execute(sql)
            ]

    def problems(self) -> list[Problem]:
        """What could not be read or taken in, by path."""
        with self._database.reading() as db:
            return [Problem(*row) for row in db.execute("SELECT path, message, remedy FROM problems ORDER BY path, id")]

    def _scan(self, tops: Sequence[str], control: Control | None, afresh: bool = False) -> Scanned:
        with self._reading() as readers:
            found = scan(self._database, tops, control or _unwatched(), readers, afresh=afresh)
        if self._collections_lost():
            self.collections.restore()
        return found

    def _collections_lost(self) -> bool:
        """Whether members of collections wait for their photos to be found, in a database that is new."""
        with self._database.reading() as db:
            (have,) = db.execute("SELECT count(*) FROM collection_photos").fetchone()
        return not have and any(one.members for one in self._kept.collections())

    def _adopt(self) -> None:
        """Have the database know the folders and collections that are kept, if it is a new one."""
        with self._database.reading() as db:
            known = {path for (path,) in db.execute("SELECT path FROM roots")}
            (collections,) = db.execute("SELECT count(*) FROM collections").fetchone()
        new = [path for path in self._kept.folders() if path not in known]
        if new:
            with self._database.writing() as db:
                db.executemany("INSERT OR IGNORE INTO roots (path) VALUES (?)", [(path,) for path in new])
        if not collections and self._kept.collections():
            self.collections.restore()
        if self._kept.tops():
            self.alike.restore()
        self.captions.restore()

    def _join(self, top: str, inner: Sequence[str]) -> None:
        """A new root, with the folders of those that lie in it."""
        with self._database.writing() as db:
            (root,) = db.execute("INSERT INTO roots (path) VALUES (?) RETURNING id", (top,)).fetchone()
            for path in inner:
                (old,) = db.execute("SELECT id FROM roots WHERE path = ?", (path,)).fetchone()
                db.execute("UPDATE folders SET root = ? WHERE root = ?", (root, old))
                db.execute("UPDATE problems SET root = ? WHERE root = ?", (root, old))
                db.execute("DELETE FROM roots WHERE id = ?", (old,))

    @property
    def _orders(self) -> Orders:
        from stillbytes.library.catalogue.search.orders import Orders  # noqa: PLC0415 - NumPy comes with it

        self._kept_orders = self._kept_orders or Orders()
        return self._kept_orders

    @property
    def _positions(self) -> Positions:
        from stillbytes.library.catalogue.search.cells import Positions  # noqa: PLC0415 - NumPy comes with it

        self._kept_positions = self._kept_positions or Positions()
        return self._kept_positions

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Readers]:
        if self._kept_readers is not None:
            yield self._kept_readers
            return
        readers = Readers(self._processes)
        try:
            yield readers
        finally:
            readers.close()


def set_aside(database: Path) -> None:
    """Rename a damaged database, with what belongs to it, to NAME.broken-1 or the next free number."""
    number = 1
    while database.with_name(f"{database.name}.broken-{number}").exists():
        number += 1
    for ending in ("-wal", "-shm", ""):
        with contextlib.suppress(FileNotFoundError):
            os.replace(f"{database}{ending}", f"{database}.broken-{number}{ending}")  # noqa: PTH105


def _unwatched() -> Control:
    return Control(lambda done, total, message: None)
