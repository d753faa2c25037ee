"""Which sidecar is of which version of a photo, told by names alone.

IMG_1.nef.version-2.xmp is of version 2 of IMG_1.nef. darktable names its duplicates IMG_1_01.nef.xmp: version 2, too,
where there is no sidecar of ours.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from stillbytes.photo.formats import kind

MAIN = 1
"""The number of a photo's own version; further ones count on from it."""
MOST = 9999
_OURS = re.compile(r"(?P<photo>.+)\.version-(?P<number>[1-9]\d{0,3})\.xmp")
_DARKTABLE = re.compile(r"(?P<stem>.+)_(?P<number>\d\d)(?P<ending>\.[^.]+)\.xmp")


def sidecar_name(photo: str, number: int) -> str:
    """Of a further version: number is not MAIN."""
    return f"{photo}.version-{number}.xmp"


def version_of(name: str) -> tuple[str, int]:
    """What a sidecar of ours is of: the photo and the number; any other name is a photo's own version."""
    found = _OURS.fullmatch(name)
    return (found["photo"], int(found["number"])) if found and int(found["number"]) > MAIN else (name, MAIN)


def darktable_name(photo: str, number: int) -> str:
    """What darktable would call it."""
    stem, dot, ending = photo.rpartition(".")
    return f"{stem}_{number - MAIN:02}{dot}{ending}.xmp"


def further(names: Collection[str]) -> dict[str, dict[int, str]]:
    """The further versions among the files of a folder: photo -> number -> the sidecar to read."""
    found: dict[str, dict[int, str]] = {}
    own: set[str] | None = None
    for name in names:
        if not name.endswith(".xmp"):
            continue
        if (ours := _OURS.fullmatch(name)) and ours["photo"] in names and int(ours["number"]) > MAIN:
            if own is None:
                own = {Path(other).stem for other in names if kind(Path(other)) is not None}
            if name[:-4] not in own:  # a photo may be called so, oddly
                found.setdefault(ours["photo"], {})[int(ours["number"])] = name
        elif (theirs := _DARKTABLE.fullmatch(name)) and name[:-4] not in names and int(theirs["number"]) > 0:
            photo = f"{theirs['stem']}{theirs['ending']}"
            if photo in names and kind(Path(photo)) is not None:
                number = int(theirs["number"]) + MAIN
                if sidecar_name(photo, number) not in names:
                    found.setdefault(photo, {}).setdefault(number, name)
    return {photo: dict(sorted(numbers.items())) for photo, numbers in found.items()}
