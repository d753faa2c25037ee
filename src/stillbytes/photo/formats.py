"""Which files are photos, by their names."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

Kind = Literal["raw", "dng", "jpeg", "tiff", "png", "heif", "avif", "webp"]

_RAW = (
    "3fr arw bay braw cap cr2 cr3 crw cs1 dcr dcs drf eip erf fff gpr iiq k25 kdc mdc mef mos mrw nef nrw orf ori "
    "pef ptx pxn r3d raf raw rw2 rwl rwz sr2 srf srw sti x3f"
)

_OTHERS: dict[str, Kind] = {
    ".dng": "dng",
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".jpe": "jpeg",
    ".tif": "tiff",
    ".tiff": "tiff",
    ".png": "png",
    ".heic": "heif",
    ".heif": "heif",
    ".hif": "heif",
    ".avif": "avif",
    ".webp": "webp",
}

EXTENSIONS: dict[str, Kind] = {**{f".{name}": "raw" for name in _RAW.split()}, **_OTHERS}
"""Lower-case extension with its dot -> kind of photo."""


def kind(path: Path) -> Kind | None:
    """The kind of photo that the name promises, or None if it is not one we read.

    >>> kind(Path("IMG_0001.NEF")), kind(Path("notes.txt"))
    ('raw', None)
    """
    if path.name.startswith("."):
        return None
    return EXTENSIONS.get(path.suffix.lower())


def is_photo(path: Path) -> bool:
    """Whether the name is one of a photo; hidden files (and the "._" companions of some systems) are not."""
    return kind(path) is not None


def is_raw(path: Path) -> bool:
    """Whether the name promises samples of a sensor instead of a rendered picture."""
    return kind(path) in ("raw", "dng")
