"""The vectors of a library's pictures, held while they are searched: 100,000 of 768 numbers take 154 MB.

They are kept with 16 bits a number. What is held are the upper halves of 32-bit numbers, two in a word: that of the
first half of a vector lies where a 32-bit number has it, so that the words can be multiplied as they are, without being
made whole. What lies below it, a number of the second half, is taken for its lower digits: it was rounded so that the
whole is as near as can be. Cosines are off by at most `BOUND` for it, and by a thousandth in practice; `exact` tells
those of a few.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

AT_ONCE = 256
"""Vectors that are compared together: what is made whole of them stays in the cache of one core."""
THREADS = 2
MANY = 0.5
"""Share of the vectors from which on comparing all, as they lie in memory, is quicker than picking them."""
BOUND = 2.0**-8
"""By how much the cosine of two vectors of length 1 may be off: as much as one of their numbers may, of itself."""
Packed = NDArray[np.uint32]
Cosines = NDArray[np.float32]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Compared:
    """Photos by number, each with the id of its row in `embeddings` and the cosine of its vector."""

    photos: Numbers
    ids: Numbers
    cosines: Cosines


class Vectors:
    """Thread-safe. Those of one model at a time; what is new in the database is read before each search."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._forget("", 0)

    def compared(
        self, db: sqlite3.Connection, model: str, vector: NDArray[np.float16], among: Numbers | None = None
    ) -> Compared:
        """Those of all photos that have a vector, or of those among these."""
        with self._lock:
            self._refresh(db, model, vector.size)
            ids, matrix, places = self._ids, self._matrix, self._photos
        photos = np.flatnonzero(places >= 0) if among is None else among[among < places.size]
        rows = places[photos]
        photos, rows = photos[rows >= 0], rows[rows >= 0]
        few = rows.size < MANY * len(matrix)
        near = cosines(matrix, vector, rows) if few else cosines(matrix, vector)[rows]
        return Compared(photos, ids[rows], near)

    def _forget(self, model: str, length: int) -> None:
        self._model, self._read, self._last = model, 0, 0
        self._ids, self._matrix = np.zeros(0, np.int64), np.zeros((0, (length + 1) // 2), np.uint32)
        self._places: dict[bytes, int] = {}
        self._photos: Numbers = np.zeros(0, np.int64)
        """By number of a photo, the row of its vector; -1 without one."""
        self._of = (0, 0)
        """What `_photos` was made of: rows, and what the database calls the state of its photos."""
        self._same: dict[sqlite3.Connection, int] = {}
        """What each connection calls the state of the database that was read."""

    def _refresh(self, db: sqlite3.Connection, model: str, length: int) -> None:
        if model != self._model:
            self._forget(model, length)
        state = db.execute("PRAGMA data_version").fetchone()[0]
        if self._same.get(db) == state:
            return
        sql = "SELECT count(*) FROM embeddings WHERE model = ? AND id <= ?"
        if db.execute(sql, (model, self._last)).fetchone()[0] != self._read:  # some are gone
            self._forget(model, length)
        sql = "SELECT id, content, vector FROM embeddings WHERE model = ? AND id > ? ORDER BY id"
        rows = db.execute(sql, (model, self._last)).fetchall()
        if rows:
            self._read, self._last = self._read + len(rows), rows[-1][0]
            self._take([row for row in rows if len(row[2]) == 2 * length], length)
        self._find(db)
        self._same[db] = state

    def _find(self, db: sqlite3.Connection) -> None:
        of = (len(self._ids), db.execute("SELECT count FROM changes WHERE what = 'photos'").fetchone()[0])
        if of == self._of:
            return
        (last,) = db.execute("SELECT coalesce(max(id), 0) FROM photos").fetchone()
        found = np.full(last + 1, -1, np.int64)
        for number, content in db.execute("SELECT id, content FROM photos WHERE id <= ?", (last,)):
            found[number] = self._places.get(content, -1)
        self._photos, self._of = found, of

    def _take(self, rows: Sequence[tuple[int, bytes, bytes]], length: int) -> None:
        if not rows:
            return
        new = np.frombuffer(b"".join(vector for _, _, vector in rows), np.float16).reshape(-1, length)
        there = len(self._ids)
        self._places = self._places | {content: there + i for i, (_, content, _) in enumerate(rows)}
        self._matrix = np.concatenate([self._matrix, packed(new)])
        self._ids = np.concatenate([self._ids, np.array([id for id, _, _ in rows], np.int64)])


def packed(vectors: NDArray[np.float16]) -> Packed:
    """(count, half of the length), rounded up: vectors as they are held."""
    count, length = vectors.shape
    half = (length + 1) // 2
    out = np.empty((count, half), np.uint32)
    for at in range(0, count, AT_ONCE):
        bits = np.zeros((len(vectors[at : at + AT_ONCE]), 2 * half), np.float32)
        bits[:, :length] = vectors[at : at + AT_ONCE]
        first, second = bits.view(np.uint32)[:, :half], bits.view(np.uint32)[:, half:]
        below = (second + 0x8000) >> 16
        size = (first & 0x7FFFFFFF) + np.uint32(0x8000)
        above = np.where(size > below, size - below, 0) & 0x7FFF0000
        out[at : at + AT_ONCE] = (first & 0x80000000) | above | below
    return out


def cosines(matrix: Packed, vector: NDArray[np.float16], rows: Numbers | None = None) -> Cosines:
    """Of each row, or of these, with the vector, all of length 1."""
    half = matrix.shape[1]
    count = len(matrix) if rows is None else rows.size
    one = np.zeros(2 * half, np.float32)
    one[: vector.size] = vector
    out = np.empty(count, np.float32)

    def compare(first: int) -> None:
        picked, whole = np.empty((2, AT_ONCE, half), np.uint32)
        for at in range(first, count, THREADS * AT_ONCE):
            if rows is None:
                part = matrix[at : at + AT_ONCE]
            else:
                some = rows[at : at + AT_ONCE]
                part = np.take(matrix, some, 0, out=picked[: some.size], mode="clip")  # others copy once more
            below = np.left_shift(part, 16, out=whole[: len(part)])
            near = np.dot(part.view(np.float32), one[:half])
            near += np.dot(below.view(np.float32), one[half:])
            out[at : at + AT_ONCE] = near

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(compare, range(0, THREADS * AT_ONCE, AT_ONCE)))
    return out


def nearest(near: Cosines, most: int) -> NDArray[np.int64]:
    """Places of the greatest, these first."""
    most = min(most, near.size)
    if not most:
        return np.zeros(0, np.int64)
    best = np.argpartition(-near, most - 1)[:most]
    return best[np.argsort(-near[best], kind="stable")]


def exact(vectors: Sequence[bytes], vector: NDArray[np.float16]) -> Cosines:
    """The cosines of vectors as they are kept with this one."""
    kept = np.frombuffer(b"".join(vectors), np.float16).reshape(-1, vector.size)
    return kept.astype(np.float32) @ vector.astype(np.float32)
