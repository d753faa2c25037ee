"""Where photos were taken, together in cells of a map: a hundred thousand of them are a few hundred marks.

The positions of all photos that have one are held from one question to the next, as orders are; the database is asked
only which photos a search finds.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillbytes.library.catalogue.search import run
from stillbytes.library.catalogue.search.boxes import Box
from stillbytes.library.catalogue.search.orders import Numbers, changes

DEEPEST = 20
"""Zoom of the finest cells: 4.8 m at the equator."""
PER_TILE = 8
"""Cells along a side of a tile; at zoom z the world is 2^z tiles wide. Tiles have 256 pixels, so cells have 32."""
MOST = 4096
"""Cells of an answer; where there would be more, they are larger. About half a megabyte, and more than a map shows."""
_LIMIT = 85.051128
"""Degrees of latitude where Mercator's square map of the world ends; what lies beyond is in its last row."""
_Degrees = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cell:
    """Photos that were taken close to each other. latitude, longitude: their mean, in degrees. box: around them all.
    photo: number of the one that came first."""

    latitude: float
    longitude: float
    photos: int
    photo: int
    box: Box


@dataclass(frozen=True, slots=True)
class _Positions:
    """By number, ascending."""

    numbers: Numbers
    latitudes: _Degrees
    longitudes: _Degrees


class Positions:
    """Thread-safe. Of one database."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: tuple[tuple[int, ...], _Positions] | None = None

    def cells(
        self,
        db: sqlite3.Connection,
        text: str,
        zoom: int,
        box: Box | None = None,
        *,
        tops: bool = False,
        opened: Sequence[int] = (),
        among: Sequence[int] | None = None,
    ) -> list[Cell]:
        """Of the photos of a search in a part of the world. At most MOST: they are of the nearest zoom up to this one
        that has no more. among: these photos instead of a search's. Raises InvalidQuery."""
        db.execute("BEGIN")  # what is found and where it is are of the same moment
        try:
            held = self._all(db)
            found = np.array(among, np.int64) if among is not None else _found(db, text, tops, opened)
        finally:
            db.execute("COMMIT")
        chosen = np.ones(held.numbers.size, np.bool_) if found is None else _marked(found, held.numbers)
        if box is not None:
            west, east = held.longitudes >= box.west, held.longitudes <= box.east
            chosen &= (held.latitudes >= box.south) & (held.latitudes <= box.north)
            chosen &= (west | east) if box.west > box.east else (west & east)
        return _cells(held.numbers[chosen], held.latitudes[chosen], held.longitudes[chosen], zoom)

    def _all(self, db: sqlite3.Connection) -> _Positions:
        state = changes(db, ("photos",))
        with self._lock:
            if self._held is None or self._held[0] != state:
                self._held = (state, _positions(db))
            return self._held[1]


def _positions(db: sqlite3.Connection) -> _Positions:
    sql = "SELECT id, latitude, longitude FROM photos WHERE +latitude IS NOT NULL AND longitude IS NOT NULL ORDER BY id"
    rows = np.array(db.execute(sql).fetchall(), np.float64).reshape(-1, 3)
    return _Positions(rows[:, 0].astype(np.int64), rows[:, 1].copy(), rows[:, 2].copy())


def _found(db: sqlite3.Connection, text: str, tops: bool, opened: Sequence[int]) -> Numbers | None:
    """None for all photos that there are."""
    where, values = run.condition(db, text, tops=tops, opened=opened)
    return None if where == "TRUE" else run.matching(db, where, values)


def _marked(found: Numbers, numbers: Numbers) -> NDArray[np.bool_]:
    marks = np.zeros(int(numbers.max(initial=0)) + 1, np.bool_)
    marks[found[found < marks.size]] = True
    marked: NDArray[np.bool_] = marks[numbers]
    return marked


def _cells(numbers: Numbers, latitudes: _Degrees, longitudes: _Degrees, zoom: int) -> list[Cell]:
    if numbers.size == 0:
        return []
    across = 2**zoom * PER_TILE
    column = _index((longitudes + 180) / 360, across)
    angle = np.radians(np.clip(latitudes, -_LIMIT, _LIMIT))
    row = _index((1 - np.arcsinh(np.tan(angle)) / np.pi) / 2, across)
    cell = row * across + column
    while numbers.size > MOST and across > PER_TILE and np.unique(cell).size > MOST:
        across, row, column = across // 2, row // 2, column // 2
        cell = row * across + column
    order = np.argsort(cell, kind="stable")
    cell, numbers, latitudes, longitudes = cell[order], numbers[order], latitudes[order], longitudes[order]
    starts = np.flatnonzero(np.diff(cell, prepend=-1))
    counts = np.diff(starts, append=cell.size)
    columns = (
        np.add.reduceat(latitudes, starts) / counts, np.add.reduceat(longitudes, starts) / counts, counts,
        numbers[starts], np.minimum.reduceat(latitudes, starts), np.minimum.reduceat(longitudes, starts),
        np.maximum.reduceat(latitudes, starts), np.maximum.reduceat(longitudes, starts),
    )  # fmt: skip
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [Cell(latitude, longitude, photos, photo, Box(*box)) for latitude, longitude, photos, photo, *box in rows]


def _index(part: _Degrees, across: int) -> Numbers:
    """Of a part 0..1 of the world's side."""
    index: Numbers = np.clip(np.floor(part * across), 0, across - 1).astype(np.int64)
    return index
