"""The database: its tables, and how one of an older release becomes one of this.

Everything in it is made from the photo folders and from the catalogue's own small files (see `place`), so that it can
be thrown away. WAL lets many read while one writes; a killed process loses at most what it had not committed.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from stillbytes.core.saying import said
from stillbytes.library.catalogue.errors import DamagedLibrary, LibraryError

PATIENCE_SECONDS = 30.0
"""How long a write waits for another one; all are short, a scan's too."""

_FIRST = """
CREATE TABLE roots (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    online INTEGER NOT NULL DEFAULT 1,
    scanned TEXT                          -- end of the last whole scan, ISO 8601 UTC; NULL while one has yet to end
);
CREATE TABLE folders (
    id INTEGER PRIMARY KEY,
    root INTEGER NOT NULL REFERENCES roots(id) ON DELETE CASCADE,
    path TEXT NOT NULL UNIQUE,            -- absolute
    folded TEXT NOT NULL                  -- the same, within the root, for searches
);
CREATE INDEX folders_by_root ON folders(root);
CREATE TABLE cameras (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, folded TEXT NOT NULL);
CREATE TABLE lenses (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, folded TEXT NOT NULL);
CREATE TABLE photos (
    id INTEGER PRIMARY KEY,
    folder INTEGER NOT NULL REFERENCES folders(id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    stem TEXT NOT NULL,                   -- folded, without extension: photos of one stem are one stack
    kind TEXT NOT NULL,
    size INTEGER NOT NULL,
    mtime INTEGER NOT NULL,               -- nanoseconds
    content BLOB NOT NULL,                -- of size, head and tail: finds a moved file again
    digest BLOB,                          -- of every byte, since the last `verify`
    sidecar TEXT,                         -- file name; NULL without one
    sidecar_size INTEGER,
    sidecar_mtime INTEGER,
    width INTEGER NOT NULL DEFAULT 0,     -- upright
    height INTEGER NOT NULL DEFAULT 0,
    orientation INTEGER NOT NULL DEFAULT 1,
    taken TEXT,                           -- by the camera's clock, "YYYY-MM-DD HH:MM:SS[.ffffff]"
    zone INTEGER,                         -- minutes east of Greenwich, where the camera says it
    camera INTEGER REFERENCES cameras(id),
    lens INTEGER REFERENCES lenses(id),
    iso INTEGER,
    exposure REAL,                        -- seconds
    aperture REAL,
    focal REAL,                           -- mm
    focal_35 REAL,
    latitude REAL,
    longitude REAL,
    altitude REAL,
    rating INTEGER NOT NULL DEFAULT 0,    -- 0..5
    flag INTEGER NOT NULL DEFAULT 0,      -- 1 picked, -1 rejected
    label TEXT NOT NULL DEFAULT '' COLLATE NOCASE,
    edited INTEGER NOT NULL DEFAULT 0,
    missing INTEGER NOT NULL DEFAULT 0,   -- its file was gone when its folder was last looked through
    conflict TEXT NOT NULL DEFAULT '',    -- what photo and sidecar disagree about
    stack INTEGER,                        -- the photo on top of its stack; NULL in none
    added TEXT NOT NULL,                  -- ISO 8601 UTC
    UNIQUE (folder, name)
);
CREATE INDEX photos_by_content ON photos(content);
CREATE INDEX photos_by_stem ON photos(folder, stem);
CREATE INDEX photos_by_taken ON photos(taken);
CREATE INDEX photos_by_name ON photos(name);
CREATE INDEX photos_by_rating ON photos(rating);
CREATE INDEX photos_by_camera ON photos(camera);
CREATE INDEX photos_by_lens ON photos(lens);
CREATE INDEX photos_by_iso ON photos(iso);
CREATE INDEX photos_by_latitude ON photos(latitude) WHERE latitude IS NOT NULL;
CREATE INDEX photos_missing ON photos(missing) WHERE missing;
CREATE TABLE keywords (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL,                   -- levels from the general to the special, apart by "|"
    folded TEXT NOT NULL UNIQUE
);
CREATE TABLE photo_keywords (
    photo INTEGER NOT NULL REFERENCES photos(id) ON DELETE CASCADE,
    keyword INTEGER NOT NULL REFERENCES keywords(id),
    PRIMARY KEY (photo, keyword)
) WITHOUT ROWID;
CREATE INDEX photos_by_keyword ON photo_keywords(keyword, photo);
CREATE TABLE problems (
    id INTEGER PRIMARY KEY,
    root INTEGER NOT NULL REFERENCES roots(id) ON DELETE CASCADE,
    photo INTEGER REFERENCES photos(id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    message TEXT NOT NULL,
    remedy TEXT NOT NULL DEFAULT ''
);
CREATE INDEX problems_by_photo ON problems(photo);
CREATE TABLE collections (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    query TEXT                            -- of a smart collection
);
CREATE TABLE collection_photos (
    collection TEXT NOT NULL REFERENCES collections(id) ON DELETE CASCADE,
    photo INTEGER NOT NULL REFERENCES photos(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    PRIMARY KEY (collection, photo)
) WITHOUT ROWID;
CREATE INDEX collections_by_photo ON collection_photos(photo);
CREATE VIRTUAL TABLE texts USING fts5(
    name, place, title, caption, keywords, camera, lens, creator, copyright,
    tokenize = "unicode61 remove_diacritics 2", prefix = '2 3'
);
"""

_TABLE, _INDEXES = (
    _FIRST[_FIRST.index("CREATE TABLE photos (") : _FIRST.index("CREATE INDEX photos_by_content")],
    _FIRST[_FIRST.index("CREATE INDEX photos_by_content") : _FIRST.index("CREATE TABLE keywords")],
)
_VERSIONS = (
    _TABLE.replace("CREATE TABLE photos (", "CREATE TABLE photos_of_versions (").replace(
        "    UNIQUE (folder, name)",
        """    version INTEGER NOT NULL DEFAULT 1,   -- 1 for the photo's own
    version_name TEXT NOT NULL DEFAULT '',
    version_folded TEXT NOT NULL DEFAULT '',
    UNIQUE (folder, name, version)""",
    )
    + """
INSERT INTO photos_of_versions SELECT *, 1, '', '' FROM photos;
DROP TABLE photos;
ALTER TABLE photos_of_versions RENAME TO photos;
"""
    + _INDEXES
    + "CREATE INDEX photos_of_version ON photos(version) WHERE version > 1;\n"
)
"""A row for each version of a photo."""

_LOOKS = """
CREATE TABLE looks (
    id INTEGER PRIMARY KEY,
    content BLOB NOT NULL UNIQUE,         -- of photos: the same picture is looked at once
    version INTEGER NOT NULL,             -- of what looked
    problem TEXT NOT NULL DEFAULT '',     -- why there was nothing to be seen
    hash INTEGER,                         -- 64 bits, of the whole picture
    descriptor BLOB                       -- bytes of light, colours and edges, of the whole picture
);
CREATE TABLE hints (
    content BLOB NOT NULL REFERENCES looks(content) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    value REAL NOT NULL,
    fires INTEGER NOT NULL,               -- whether the value is beyond the threshold
    facts TEXT NOT NULL,                  -- JSON: numbers that the reason is told with
    PRIMARY KEY (content, kind)
) WITHOUT ROWID;
CREATE TABLE embeddings (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice: vectors that are held are known by it
    content BLOB NOT NULL REFERENCES looks(content) ON DELETE CASCADE,
    model TEXT NOT NULL,
    vector BLOB NOT NULL,                 -- float16, of length 1
    UNIQUE (content, model)
);
CREATE INDEX embeddings_by_model ON embeddings(model, id);
CREATE TABLE tops (content BLOB PRIMARY KEY) WITHOUT ROWID;  -- photos that a person put on top of their stacks
CREATE INDEX hints_by_kind ON hints(kind, content) WHERE fires;
ALTER TABLE photos ADD COLUMN burst INTEGER;                        -- the first photo of its burst; NULL in none
ALTER TABLE photos ADD COLUMN sharpest INTEGER NOT NULL DEFAULT 0;  -- of its burst
CREATE INDEX photos_by_burst ON photos(burst) WHERE burst IS NOT NULL;
"""
"""What is seen in the pictures."""

_SUGGESTIONS = """
CREATE TABLE suggestions (
    content BLOB PRIMARY KEY,             -- of photos: a model is asked about the same picture once
    version INTEGER NOT NULL,             -- of what was asked
    model TEXT NOT NULL,
    language TEXT NOT NULL,
    caption TEXT NOT NULL,
    keywords TEXT NOT NULL,               -- JSON: a list of single words
    problem TEXT NOT NULL                 -- why there is nothing
) WITHOUT ROWID;
CREATE TABLE dismissed (
    content BLOB NOT NULL,
    what TEXT NOT NULL,                   -- that a person does not want to be suggested again (see `captions`)
    PRIMARY KEY (content, what)
) WITHOUT ROWID;
UPDATE hints SET kind = 'clipped' WHERE kind = 'burnt';
UPDATE hints SET kind = 'underexposed' WHERE kind = 'dark';
"""
"""What a model that sees suggests; and hints have the field's names."""

_CHANGES = """
CREATE TABLE changes (
    what TEXT PRIMARY KEY,
    count INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO changes VALUES ('photos', 0), ('rating', 0);
CREATE TRIGGER photo_came AFTER INSERT ON photos BEGIN
    UPDATE changes SET count = count + 1 WHERE what = 'photos';
END;
CREATE TRIGGER photo_went AFTER DELETE ON photos BEGIN
    UPDATE changes SET count = count + 1 WHERE what = 'photos';
END;
CREATE TRIGGER photo_changed AFTER UPDATE OF folder, name, version, content, taken, iso, size, added ON photos
WHEN (old.folder, old.name, old.version, old.content, old.taken, old.iso, old.size, old.added)
    IS NOT (new.folder, new.name, new.version, new.content, new.taken, new.iso, new.size, new.added)
BEGIN
    UPDATE changes SET count = count + 1 WHERE what = 'photos';
END;
CREATE TRIGGER photo_rated AFTER UPDATE OF rating ON photos WHEN old.rating <> new.rating BEGIN
    UPDATE changes SET count = count + 1 WHERE what = 'rating';
END;
"""
"""Counts what changes of photos' order, and of what each of them is, so that what was made of that can be held. A later
migration that puts another table in the place of `photos` makes these triggers again."""

MIGRATIONS = (_FIRST, _VERSIONS, _LOOKS, _SUGGESTIONS, _CHANGES)
"""The n-th leads from user_version n to n + 1. Never changed once released."""
TABLES = (
    "roots", "folders", "cameras", "lenses", "photos", "keywords", "photo_keywords", "problems", "collections",
    "collection_photos", "looks", "hints", "tops", "embeddings", "suggestions", "dismissed",
)  # fmt: skip
"""All that hold something of photos but the texts, each after those that it refers to."""


def connect(path: Path) -> sqlite3.Connection:
    """A connection in autocommit mode with the schema of this release. Raises LibraryError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(path, timeout=PATIENCE_SECONDS, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.Error) as error:
        raise LibraryError(
            said("The catalogue {file} cannot be opened: {why}.", file=path, why=str(error)),
            "Check the folder's rights.",
        ) from error
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA trusted_schema = OFF")
        db.execute("PRAGMA cache_size = -32768")  # KiB; with less, a large scan writes its pages again and again
        db.execute("PRAGMA wal_autocheckpoint = 4000")
        _migrate(db, path)
        db.execute("PRAGMA foreign_keys = ON")  # not before: a migration may put a table in another one's place
    except sqlite3.DatabaseError as error:
        db.close()
        raise damaged(path, error) from error
    except BaseException:
        db.close()
        raise
    return db


def damaged(path: Path, error: sqlite3.Error) -> LibraryError:
    """An error of SQLite in words."""
    if isinstance(error, sqlite3.OperationalError):
        return LibraryError(
            said("The catalogue {file} cannot be used: {why}.", file=path, why=str(error)),
            "Is the disk full, or the file locked?",
        )
    return DamagedLibrary(
        said("The catalogue {file} is damaged: {why}.", file=path, why=str(error)),
        "`stillbytes library rebuild` makes it again; no photo is lost.",
    )


def version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _migrate(db: sqlite3.Connection, path: Path) -> None:
    """Bring the database to this release's schema, in one transaction or not at all. Raises LibraryError."""
    if version(db) > len(MIGRATIONS):
        raise LibraryError(
            said("The catalogue {file} was made by a newer Stillbytes.", file=path), "Update Stillbytes."
        )
    if version(db) == len(MIGRATIONS):
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        for step in range(version(db), len(MIGRATIONS)):  # asked again: another process may have been first
            for statement in statements(MIGRATIONS[step]):
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {step + 1}")
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise


def statements(script: str) -> list[str]:
    """A script's statements; `executescript` would commit between them."""
    found, held = [], ""
    for line in script.splitlines(keepends=True):
        held += line
        if sqlite3.complete_statement(held):
            found.append(held)
            held = ""
    return found
