"""The vectors of a library's pictures, held while they are searched: 100,000 of 512 numbers take 100 MB.

They are kept with 16 bits a number, and held as the upper halves of 32-bit ones, which are made whole in one step; the
cosine of two vectors of length 1 is off by less than a thousandth for it.
"""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

AT_ONCE = 2048
"""Vectors that are compared together: made whole they fit the processor's cache."""
THREADS = 2
Halves = NDArray[np.uint16]


class Vectors:
    """Thread-safe. Those of one model at a time; what is new in the database is read before each search."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._model = ""
        self._ids = np.zeros(0, np.int64)
        self._matrix = np.zeros((0, 0), np.uint16)

    def nearest(
        self, db: sqlite3.Connection, model: str, vector: NDArray[np.float16], most: int
    ) -> list[tuple[int, float]]:
        """(id of its row in `embeddings`, cosine), the nearest first."""
        with self._lock:
            self._refresh(db, model, vector.size)
            ids, matrix = self._ids, self._matrix
        near = cosines(matrix, vector)
        most = min(most, near.size)
        if not most:
            return []
        best = np.argpartition(-near, most - 1)[:most]
        best = best[np.argsort(-near[best], kind="stable")]
        return [(int(ids[i]), float(near[i])) for i in best]

    def _refresh(self, db: sqlite3.Connection, model: str, length: int) -> None:
        if model != self._model:
            self._model, self._ids, self._matrix = model, np.zeros(0, np.int64), np.zeros((0, length), np.uint16)
        last = int(self._ids[-1]) if self._ids.size else 0
        sql = "SELECT count(*) FROM embeddings WHERE model = ? AND id <= ? AND length(vector) = ?"
        if db.execute(sql, (model, last, 2 * length)).fetchone()[0] != self._ids.size:  # some are gone
            last, self._ids, self._matrix = 0, np.zeros(0, np.int64), np.zeros((0, length), np.uint16)
        sql = "SELECT id, vector FROM embeddings WHERE model = ? AND id > ? AND length(vector) = ? ORDER BY id"
        rows = db.execute(sql, (model, last, 2 * length)).fetchall()
        if rows:
            new = np.frombuffer(b"".join(vector for _, vector in rows), np.float16).reshape(-1, length)
            self._matrix = np.concatenate([self._matrix, halves(new)])
            self._ids = np.concatenate([self._ids, np.array([id for id, _ in rows], np.int64)])


def halves(vectors: NDArray[np.float16]) -> Halves:
    """The upper 16 bits of each number as a 32-bit one, rounded."""
    out = np.empty(vectors.shape, np.uint16)
    for at in range(0, len(vectors), AT_ONCE):
        bits = vectors[at : at + AT_ONCE].astype(np.float32).view(np.uint32)
        out[at : at + AT_ONCE] = (bits + 0x8000) >> 16
    return out


def cosines(matrix: Halves, vector: NDArray[np.float16]) -> NDArray[np.float32]:
    """Of each row with the vector, all of length 1."""
    one = vector.astype(np.float32)
    out = np.empty(len(matrix), np.float32)

    def compare(first: int) -> None:
        bits = np.empty((AT_ONCE, matrix.shape[1]), np.uint32)
        for at in range(first, len(matrix), THREADS * AT_ONCE):
            part = matrix[at : at + AT_ONCE]
            whole = bits[: len(part)]
            np.copyto(whole, part)
            np.left_shift(whole, 16, out=whole)
            np.dot(whole.view(np.float32), one, out=out[at : at + len(part)])

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(compare, range(0, THREADS * AT_ONCE, AT_ONCE)))
    return out
