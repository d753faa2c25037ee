"""Which files the desktop opens with Stillbytes: declared once, from what `photo.formats` reads.

`python -m stillbytes.app.desktop.associations linux|windows|macos` prints them as that system takes them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from stillbytes.photo.formats import EXTENSIONS

NAME = "Stillbytes"
ID = "io.stillbytes.Stillbytes"
SAYS = "RAW photo editor"

_KNOWN = {
    "arw": "image/x-sony-arw",
    "cr2": "image/x-canon-cr2",
    "cr3": "image/x-canon-cr3",
    "crw": "image/x-canon-crw",
    "dcr": "image/x-kodak-dcr",
    "k25": "image/x-kodak-k25",
    "kdc": "image/x-kodak-kdc",
    "mrw": "image/x-minolta-mrw",
    "nef": "image/x-nikon-nef",
    "nrw": "image/x-nikon-nrw",
    "orf": "image/x-olympus-orf",
    "pef": "image/x-pentax-pef",
    "raf": "image/x-fuji-raf",
    "raw": "image/x-panasonic-rw",
    "rw2": "image/x-panasonic-rw2",
    "sr2": "image/x-sony-sr2",
    "srf": "image/x-sony-srf",
    "x3f": "image/x-sigma-x3f",
    "dng": "image/x-adobe-dng",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "jpe": "image/jpeg",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "png": "image/png",
    "heic": "image/heif",
    "heif": "image/heif",
    "hif": "image/heif",
    "avif": "image/avif",
    "webp": "image/webp",
}
"""Types that the desktops' shared database has."""
_MAKERS = {
    "3fr": "hasselblad",
    "bay": "casio",
    "braw": "blackmagic",
    "cs1": "sinar",
    "dcs": "kodak",
    "drf": "kodak",
    "eip": "phaseone",
    "erf": "epson",
    "fff": "hasselblad",
    "gpr": "gopro",
    "iiq": "phaseone",
    "mdc": "minolta",
    "mef": "mamiya",
    "mos": "leaf",
    "ori": "olympus",
    "ptx": "pentax",
    "pxn": "logitech",
    "r3d": "red",
    "rwl": "leica",
    "rwz": "rawzor",
    "srw": "samsung",
}
"""Whose the others are: the type is `image/x-MAKER-EXTENSION`, and we declare it."""
NOT_OURS = frozenset({"cap", "sti"})
"""Extensions that mean something else to most people (network captures, presentations): read, but not claimed."""
PARENT = "image/x-dcraw"
"""What the desktops' database calls RAW files in general."""


@dataclass(frozen=True, slots=True)
class Association:
    """A type of file. extensions: lower case, without the dot. known: the shared database has it."""

    mime: str
    extensions: tuple[str, ...]
    says: str
    raw: bool
    known: bool


def associations() -> list[Association]:
    """All types, RAW files first.

    >>> [one.mime for one in associations() if "nef" in one.extensions]
    ['image/x-nikon-nef']
    """
    extensions: dict[str, list[str]] = defaultdict(list)
    for name in claimed():
        extensions[mime_of(name)].append(name)
    found = []
    for mime, names in extensions.items():
        raw = EXTENSIONS[f".{names[0]}"] in ("raw", "dng")
        label = f"{names[0].upper()} {'RAW photo' if raw else 'picture'}"
        found.append(Association(mime, tuple(names), label, raw, names[0] in _KNOWN))
    return sorted(found, key=lambda one: not one.raw)


def claimed() -> list[str]:
    """The extensions that open with us, without dots."""
    return [name for name in (dotted[1:] for dotted in EXTENSIONS) if name not in NOT_OURS]


def mime_of(extension: str) -> str:
    """Raises KeyError for one that is not declared here."""
    return _KNOWN.get(extension) or f"image/x-{_MAKERS[extension]}-{extension}"
