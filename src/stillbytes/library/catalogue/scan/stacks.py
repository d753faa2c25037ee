"""Stacks: a RAW and what was made of it, the versions of a photo, and the photos of a burst."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import replace

_RAW = ("raw", "dng")


def stack(db: sqlite3.Connection, folders: Iterable[int]) -> None:
    """Put a RAW and what was made of it, files of one name but for the extension, onto one stack, the RAW on top; the
    versions of a photo onto it; and the photos of a burst, the first one on top, or that which a person chose."""
    for folder in folders:
        kin: dict[str, list[tuple[bool, str, int, int]]] = {}
        before: dict[int, tuple[int | None, int | None, int]] = {}
        sql = "SELECT id, name, version, stem, kind, stack, missing, burst, sharpest FROM photos WHERE folder = ?"
        for number, name, version, stem, kind, top, missing, burst, sharp in db.execute(sql, (folder,)):
            before[number] = top, burst, sharp
            if not missing:
                kin.setdefault(stem, []).append((kind not in _RAW, name, version, number))
        tops: dict[int, int] = {}
        for group in kin.values():
            pair = {rendered for rendered, _, _, _ in group} == {True, False}
            for name in ("",) if pair else {name for _, name, _, _ in group}:
                one = [row for row in group if pair or row[1] == name]
                if len(one) > 1:
                    tops |= dict.fromkeys((row[3] for row in one), min(one)[3])
        bursts, sharpest = _bursts(db, folder, tops)
        after = {number: (tops.get(number), bursts.get(number), int(number in sharpest)) for number in before}
        changed = [(*values, number) for number, values in after.items() if values != before[number]]
        db.executemany("UPDATE photos SET stack = ?, burst = ?, sharpest = ? WHERE id = ?", changed)


def _bursts(db: sqlite3.Connection, folder: int, tops: dict[int, int]) -> tuple[dict[int, int], set[int]]:
    """The first photo of its burst by photo, and the sharpest photos of theirs; `tops` gets the bursts' stacks."""
    sql = (
        "SELECT p.id, p.camera, p.taken, l.descriptor, "
        "(SELECT json_extract(h.facts, '$.soft') FROM hints h WHERE h.content = p.content AND h.kind = 'face-soft'), "
        "(SELECT h.value FROM hints h WHERE h.content = p.content AND h.kind = 'blurred') "
        "FROM photos p JOIN looks l ON l.content = p.content "
        "WHERE p.folder = ? AND NOT p.missing AND p.version = 1 AND p.taken IS NOT NULL AND l.descriptor IS NOT NULL"
    )
    rows = [row for row in db.execute(sql, (folder,)) if tops.get(row[0], row[0]) == row[0]]
    if len(rows) < 2:
        return {}, set()
    from stillbytes.library.likeness import bursts as found  # noqa: PLC0415 - where pictures were looked at

    members: dict[int, list[int]] = {}
    for number, top in tops.items():
        members.setdefault(top, []).append(number)
    first_of, sharpest = dict[int, int](), set[int]()
    faces = {row[0]: row[4] for row in rows}
    shots = [
        found.Shot(number, camera, taken, descriptor, plain) for number, camera, taken, descriptor, _, plain in rows
    ]
    for burst in found.bursts(shots):
        by_face = all(faces[shot.number] is not None for shot in burst)
        compared = [replace(shot, softness=faces[shot.number]) for shot in burst] if by_face else burst
        every = {shot.number: members.get(shot.number, [shot.number]) for shot in burst}
        together = [number for some in every.values() for number in some]
        top = _chosen(db, together) or burst[0].number
        tops |= dict.fromkeys(together, top)
        first_of |= dict.fromkeys(together, burst[0].number)
        if (best := found.sharpest(compared)) is not None:
            sharpest |= set(every[best.number])
    return first_of, sharpest


def _chosen(db: sqlite3.Connection, numbers: list[int]) -> int | None:
    """The one that a person put on top."""
    sql = (
        "SELECT p.id FROM photos p JOIN tops t ON t.content = p.content "
        "WHERE p.id IN (SELECT value FROM json_each(?)) ORDER BY p.version, p.id LIMIT 1"
    )
    row = db.execute(sql, (json.dumps(numbers),)).fetchone()
    return None if row is None else int(row[0])
