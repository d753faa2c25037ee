"""What of a photo's metadata an export may tell. Runs in the worker process only, as Exiv2 does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import exiv2


@dataclass(frozen=True, slots=True)
class Policy:
    """What an export may tell, as `metadata.carry` has it."""

    keep: str = "all"
    people: bool = True
    dpi: int | None = None


_RIGHTS = {
    "Exif.Image.Artist", "Exif.Image.Copyright", "Xmp.dc.rights", "Xmp.dc.creator", "Xmp.photoshop.Credit",
    "Iptc.Application2.Copyright", "Iptc.Application2.Byline", "Iptc.Application2.Credit",
}  # fmt: skip
_TIMES = {"DateTimeOriginal", "DateTimeDigitized", "OffsetTime", "OffsetTimeOriginal", "SubSecTimeOriginal"}
_PERSONS = ("Xmp.mwg-rs.", "Xmp.MP.", "Xmp.MPRI.", "Xmp.MPReg.", "Xmp.iptcExt.PersonInImage")


def _allowed(key: str, policy: Policy) -> bool:
    """Whether a field may be told."""
    if not policy.people and key.startswith(_PERSONS):
        return False
    if policy.keep == "all":
        return True
    if policy.keep == "all-but-camera":
        camera = key in ("Exif.Image.Make", "Exif.Image.Model") or key.startswith("Exif.Photo.")
        return not camera or key.rpartition(".")[2] in _TIMES
    return policy.keep == "copyright" and (key in _RIGHTS or key.startswith(("Xmp.xmpRights.", "Xmp.plus.")))


def drop(data: Any, policy: Policy) -> None:
    """Take what may not be told out of Exif, XMP or IPTC data."""
    for key in [datum.key() for datum in data if not _allowed(_top(datum.key()), policy)]:
        while (found := data.findKey(_KEYS[key.split(".")[0]](key))) != data.end():
            data.erase(found)


_KEYS = {"Exif": exiv2.ExifKey, "Xmp": exiv2.XmpKey, "Iptc": exiv2.IptcKey}


def _top(key: str) -> str:
    """The property that a field of a structure belongs to."""
    return re.split(r"[\[/]", key, maxsplit=1)[0]
