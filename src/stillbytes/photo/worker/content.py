"""What kind of file a photo is, by its content. Runs in the worker process only."""

from __future__ import annotations

from pathlib import Path


def content(path: Path) -> str:
    """What the file really is by its first bytes: "jpeg", "png", "webp", "heif", "avif", "tiff" or "raw".

    TIFF-like files are RAW files unless they are named as TIFF.
    """
    with path.open("rb") as file:
        start = file.read(32)
    if start[4:8] == b"ftyp":
        return _BRANDS.get(start[8:12], "raw")
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "webp"
    if start[:4] in _TIFF and path.suffix.lower() in (".tif", ".tiff"):
        return "tiff"
    return "jpeg" if start.startswith(b"\xff\xd8\xff") else "png" if start.startswith(b"\x89PNG\r\n\x1a\n") else "raw"


_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_BRANDS = {b"avif": "avif", b"avis": "avif"} | dict.fromkeys(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"), "heif"
)
"""The first brand of an ISO base media file; CR3 is one too."""
