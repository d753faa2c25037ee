"""What a person has said about a photo, in its file or in its sidecar. Runs in worker processes only, as Exiv2 does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import exiv2

from stillbytes.core.errors import UnreadablePhoto
from stillbytes.core.saying import said
from stillbytes.photo.metadata import Metadata, Remarks
from stillbytes.photo.worker import exif

MOST_BYTES = 16 << 20
"""No honest sidecar is larger."""
_LEVELS = 32


def glance(path: Path) -> tuple[Metadata, Remarks]:
    """What a photo's file says, opened once. Raises UnreadablePhoto if neither Exiv2 nor LibRaw knows what it is."""
    try:
        image = exif.open_image(path)
    except UnreadablePhoto:
        return exif.read(path), Remarks()
    texts = exif.texts(image.xmpData())
    facts, found = exif.facts(image, texts), _of(image, texts)
    return facts, Remarks(
        facts.rating,
        found.flag,
        facts.label or None,
        facts.title or None,
        facts.caption or None,
        facts.creator or None,
        facts.copyright or None,
        found.keywords,
        found.written,
    )


def of_sidecar(path: Path) -> tuple[Remarks, bytes]:
    """What a sidecar says, and its bytes. Raises UnreadablePhoto when it is damaged, or no XMP."""
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError as error:
        raise UnreadablePhoto(
            said("{photo} cannot be read: {why}.", photo=path.name, why=error.strerror or str(error)),
            "Check its rights.",
        ) from error
    if size > MOST_BYTES:
        raise UnreadablePhoto(said("{file} is larger than any honest XMP file.", file=path.name), "Move it away.")
    plain = content.replace(b"\0", b"")  # in UTF-16 and UTF-32, too
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise UnreadablePhoto(said("{file} declares entities, which XMP never needs.", file=path.name), "Move it away.")
    try:
        image = exif.open_image(path)
        return _of(image, exif.texts(image.xmpData())), content
    except UnreadablePhoto as error:
        raise UnreadablePhoto(
            said("The sidecar {file} is damaged.", file=path.name), "Repair it, or move it away."
        ) from error


def paths_of(words: tuple[str, ...], hierarchy: tuple[str, ...]) -> tuple[str, ...]:
    """Keywords as paths: those of the hierarchy, and the flat ones that are no level of it. In order, each once.

    >>> paths_of(("Owl", "Animals", "night"), ("Animals|Owl",))
    ('Animals|Owl', 'night')
    """
    paths = ["|".join(filter(None, map(str.strip, path.split("|")[:_LEVELS]))) for path in hierarchy]
    levels = {level.casefold() for path in paths for level in path.split("|")}
    flat = [word.replace("|", "/").strip() for word in words]
    once: dict[str, str] = {}
    for word in (*paths, *(word for word in flat if word.casefold() not in levels)):
        if word:
            once.setdefault(word.casefold(), word)
    return tuple(once.values())


def _of(image: Any, found: dict[str, str]) -> Remarks:
    data = image.xmpData()
    words, hierarchy = exif.keywords(image), _items(data, "Xmp.lr.hierarchicalSubject")
    rating = _whole(found.get("Xmp.xmp.Rating"), -1, 5)
    flag = _whole(found.get("Xmp.xmpDM.pick"), -1, 1)
    return Remarks(
        rating=rating,
        flag=flag if flag is not None else -1 if rating == -1 else None,
        label=found.get("Xmp.xmp.Label"),
        title=found.get("Xmp.dc.title"),
        caption=found.get("Xmp.dc.description"),
        creator=found.get("Xmp.dc.creator"),
        copyright=found.get("Xmp.dc.rights"),
        keywords=paths_of(words, hierarchy) if words or hierarchy or "Xmp.dc.subject" in found else None,
        written=found.get("Xmp.xmp.MetadataDate", ""),
    )


def _items(data: Any, key: str) -> tuple[str, ...]:
    array = data.findKey(exiv2.XmpKey(key))
    return () if array == data.end() else tuple(array.toString(index) for index in range(min(array.count(), 1000)))


def _whole(text: str | None, least: int, most: int) -> int | None:
    if text is None or not re.fullmatch(r"\s*[+-]?\d{1,9}(\.\d*)?\s*", text):
        return None
    return min(max(int(float(text)), least), most)
