"""The marker segments of JPEG files: what is before the compressed picture (ITU-T T.81, Annex B; ICC.1:2022, B.4)."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

EXIF = b"Exif\0\0"
XMP = b"http://ns.adobe.com/xap/1.0/\0"
ICC = b"ICC_PROFILE\0"
PHOTOSHOP = b"Photoshop 3.0\0"
_ROOM = 65533
"""Bytes that a segment can hold after its marker and length."""
_STANDALONE = {0x01, *range(0xD0, 0xD8)}
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}


def segments(jpeg: bytes) -> Iterator[tuple[int, int, int]]:
    """(marker, start, end) of each segment up to the start of scan, which comes last; start is at its 0xFF byte.

    Raises ValueError if this is not the start of a JPEG file.
    """
    if jpeg[:2] != b"\xff\xd8":
        raise ValueError("not a JPEG file")
    at = 2
    while True:
        if at + 4 > len(jpeg) or jpeg[at] != 0xFF:
            raise ValueError("a damaged JPEG file")
        marker = jpeg[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        length = 0 if marker in _STANDALONE else struct.unpack_from(">H", jpeg, at + 2)[0]
        end = at + 2 + length
        if end > len(jpeg) or (length < 2 and marker not in _STANDALONE):
            raise ValueError("a damaged JPEG file")
        yield marker, at, end
        if marker == 0xDA:
            return
        at = end


def size(jpeg: bytes) -> tuple[int, int]:
    """(width, height) as stored, before any orientation. Raises ValueError."""
    for marker, start, end in segments(jpeg):
        if marker in _FRAMES and end - start >= 9:
            height, width = struct.unpack_from(">HH", jpeg, start + 5)
            return width, height
    raise ValueError("a JPEG file without a picture")


JFIF_END = 20
"""Where other segments go: the encoder begins every file with start of image and an 18-byte JFIF segment."""


def joined(bands: Sequence[bytes], added: bytes = b"") -> bytes:
    """One picture from its bands, top to bottom: each band's picture becomes one restart interval (T.81, E.1.4).

    The bands come from one encoder with the same options and so have the same tables; all but the last are of the same
    height, a multiple of the MCU's, and hold at most 65535 MCUs (T.81, B.2.4.4). added: segments for metadata.
    """
    where = {marker: (start, end) for marker, start, end in segments(bands[0])}
    frame, (scan, coded) = where[0xC0][0], where[0xDA]
    heights = [struct.unpack_from(">H", band, frame + 5)[0] for band in bands]
    (width,) = struct.unpack_from(">H", bands[0], frame + 7)
    factors = [bands[0][frame + 11 + 3 * component] for component in range(bands[0][frame + 9])]
    across = -(-width // (8 * max(factor >> 4 for factor in factors)))
    down = -(-heights[0] // (8 * max(factor & 15 for factor in factors)))
    head = (
        bands[0][:JFIF_END]
        + added
        + bands[0][JFIF_END : frame + 5]
        + struct.pack(">H", sum(heights))
        + bands[0][frame + 7 : scan]
    )
    parts: list[bytes | memoryview] = [head, struct.pack(">BBHH", 0xFF, 0xDD, 4, across * down), bands[0][scan:coded]]
    for number, band in enumerate(bands):
        parts += [memoryview(band)[coded:-2], bytes((0xFF, 0xD0 + number % 8))]
    parts[-1] = b"\xff\xd9"  # end of image
    return b"".join(parts)


def with_density(jpeg: bytes, dpi: int) -> bytes:
    """A file whose JFIF header, which comes first, says how many pixels make an inch (JFIF 1.02, page 5)."""
    return jpeg[:13] + struct.pack(">BHH", 1, dpi, dpi) + jpeg[18:]


def held(jpeg: bytes, marker: int, name: bytes) -> bytes:
    """What the segments of this kind hold, joined; empty if there is none. Raises ValueError."""
    found = [
        jpeg[start + 4 + len(name) : end]
        for code, start, end in segments(jpeg)
        if code == marker and jpeg.startswith(name, start + 4)
    ]
    return b"".join(found)


def segment(marker: int, name: bytes, content: bytes) -> bytes:
    """One segment. Raises ValueError if the content is too long for it."""
    if len(name) + len(content) > _ROOM:
        raise ValueError(f"{len(content)} bytes do not fit into one JPEG segment")
    return struct.pack(">BBH", 0xFF, marker, len(name) + len(content) + 2) + name + content


def icc_segments(profile: bytes) -> bytes:
    """The APP2 segments that carry a colour profile."""
    room = _ROOM - len(ICC) - 2
    chunks = [profile[at : at + room] for at in range(0, len(profile), room)]
    return b"".join(
        segment(0xE2, ICC, bytes((number, len(chunks))) + chunk) for number, chunk in enumerate(chunks, start=1)
    )


def iptc_segment(iptc: bytes) -> bytes:
    """The APP13 segment with an IPTC record as Photoshop image resource 0x0404."""
    padding = bytes(len(iptc) % 2)
    return segment(0xED, PHOTOSHOP, b"8BIM\x04\x04\0\0" + struct.pack(">I", len(iptc)) + iptc + padding)


def orientation_segment(orientation: int) -> bytes:
    """An APP1 segment whose EXIF says nothing but the orientation."""
    entry = struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0)
    return segment(0xE1, EXIF, b"II*\0" + struct.pack("<IH", 8, 1) + entry + bytes(4))


def with_segments(jpeg: bytes, added: bytes) -> bytes:
    """The same picture with `added` as its only metadata: JFIF and Adobe headers and all tables are kept.

    Raises ValueError.
    """
    head, body = [jpeg[:2]], []
    for marker, start, end in segments(jpeg):
        if marker == 0xDA:
            body.append(jpeg[start:])
        elif marker == 0xE0 and jpeg.startswith(b"JFIF\0", start + 4):
            head.append(jpeg[start:end])
        elif marker == 0xEE or not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            body.append(jpeg[start:end])
    return b"".join((*head, added, *body))
