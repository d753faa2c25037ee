"""The same photo more than once: the same bytes, or the same picture, smaller or saved again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stillbytes.core.errors import Cancelled, UnreadablePhoto
from stillbytes.core.jobs import Control
from stillbytes.core.saying import said
from stillbytes.library.likeness.descriptor import LENGTH, differing, unlike
from stillbytes.photo.whereabouts import ENDS

MOST_BITS = 4
"""Of 64 that may differ in the same picture."""
MOST_APART = 3.0
"""How unlike its descriptors may be, in codes a byte."""
PLAIN = 6.0
"""Deviation of a picture's colours, in codes, below which it shows too little to be known again."""
EVERY = 500


@dataclass(frozen=True, slots=True)
class Known:
    """A photo as it is compared. content: of its size and both ends. stack: number of the photo on top."""

    number: int
    path: Path
    size: int
    content: bytes
    stack: int | None
    hash: int | None
    descriptor: bytes


def same_bytes(photos: Sequence[Known], digest: Callable[[Path], bytes], control: Control) -> Iterator[tuple[int, ...]]:
    """Numbers of photos with the same bytes. Those whose ends are the same are read whole. Raises Cancelled."""
    by_content: dict[bytes, list[Known]] = {}
    for one in photos:
        by_content.setdefault(one.content, []).append(one)
    groups = [group for group in by_content.values() if len(group) > 1]
    for done, group in enumerate(groups):
        control.progress(done, len(groups), said("Reading every byte"))
        whole: dict[bytes, list[int]] = {}
        for one in group:
            if control.cancelled():
                raise Cancelled()
            try:
                key = one.content if one.size <= 2 * ENDS else digest(one.path)
            except UnreadablePhoto:  # gone, or a disk that fails
                continue
            whole.setdefault(key, []).append(one.number)
        yield from (tuple(numbers) for numbers in whole.values() if len(numbers) > 1)


def same_picture(photos: Sequence[Known], control: Control) -> Iterator[tuple[tuple[int, ...], int]]:
    """(numbers of photos that show the same, most bits by which two of them differ). Raises Cancelled."""
    shown = [one for one in photos if one.hash is not None and _tells(one.descriptor)]
    if len(shown) < 2:
        return
    hashes = np.array([one.hash for one in shown], np.int64).view(np.uint64)
    group = list(range(len(shown)))
    bits_of: dict[int, int] = {}

    def top(i: int) -> int:
        while group[i] != i:
            group[i] = i = group[group[i]]
        return i

    for i, one in enumerate(shown):
        if i % EVERY == 0:
            control.progress(i, len(shown), said("Comparing pictures"))
            if control.cancelled():
                raise Cancelled()
        bits = differing(int(hashes[i]), hashes[i + 1 :])
        for j in np.flatnonzero(bits <= MOST_BITS) + i + 1:
            other = shown[j]
            if one.stack is not None and one.stack == other.stack:
                continue
            if unlike(one.descriptor, other.descriptor) <= MOST_APART:
                first, second = sorted((top(i), top(int(j))))
                most = max(bits_of.get(first, 0), bits_of.pop(second, 0) if second != first else 0)
                group[second] = first
                bits_of[first] = max(most, int(bits[j - i - 1]))
    together: dict[int, list[int]] = {}
    for i, one in enumerate(shown):
        together.setdefault(top(i), []).append(one.number)
    for first, numbers in together.items():
        if len(numbers) > 1:
            yield tuple(numbers), bits_of[first]


def _tells(descriptor: bytes) -> bool:
    if len(descriptor) != LENGTH:
        return False
    return bool(np.frombuffer(descriptor, np.uint8)[:192].reshape(-1, 3).std(0).max() >= PLAIN)
