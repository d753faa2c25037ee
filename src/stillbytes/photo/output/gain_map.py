"""JPEG files with a gain map: an ordinary picture, and behind it a small one that says how much brighter each place is
on a display with headroom.

Two descriptions go with it, so that readers of either find the map: Ultra HDR 1.1 (XMP, with the multi-picture index of
CIPA DC-007) and ISO 21496-1 (segments of its own, Annex C). Readers of neither show the ordinary picture.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import ExportError
from stillbytes.photo import jpeg
from stillbytes.photo.metadata import Carried

OFFSET = 1 / 64
"""Display light that is added on both sides before they are divided, so that black has a gain too."""
QUALITY = 95
"""Of the map's JPEG: it is small, and what is lost of it is seen in the brightest places."""
DARKEST = -4.0
"""Stops; what a channel loses beyond is black already."""
FLAT = 0.01
"""Stops: what is less than this is what rounding does."""
ISO = b"urn:iso:std:iso:ts:21496:-1\0"
MPF = b"MPF\0"
HDRGM = "http://ns.adobe.com/hdr-gain-map/1.0/"
_CONTAINER = "http://ns.google.com/photos/1.0/container/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_MPF_LENGTH = 90
_PARTS = 1_000_000
"""What fractions are counted in."""
_PACKET = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="' + _RDF.encode() + b'">%s</rdf:RDF></x:xmpmeta>'
    b'<?xpacket end="w"?>'
)


@dataclass(frozen=True, slots=True)
class GainMap:
    """file: a whole JPEG with its description. stops: the headroom that it is made for."""

    file: bytes
    stops: float


@dataclass(frozen=True, slots=True)
class _Range:
    """Of each channel, or of all together: the gain of code 0 and of code 255 in stops. stops: see `GainMap`."""

    low: tuple[float, ...]
    high: tuple[float, ...]
    stops: float


def gain_map(gains: NDArray[np.floating], stops: float) -> GainMap:
    """gains: (height, width, 1 or 3) in stops: log2((brighter + OFFSET) / (ordinary + OFFSET)) of display light, 1 for
    white. stops: the headroom that was asked for; a picture that needs less says so, and is shown whole by a display
    with less."""
    import simplejpeg  # noqa: PLC0415 - heavy

    channels = range(gains.shape[2])
    low = tuple(_seen(max(float(gains[..., i].min()), DARKEST)) for i in channels)
    high = tuple(max(_seen(float(gains[..., i].max())), low[i]) for i in channels)
    needed = max(high)
    span = _Range(low, high, needed if needed > 0 else stops)
    codes = np.empty(gains.shape, np.uint8)
    for i in channels:
        scale = 255 / (high[i] - low[i]) if high[i] > low[i] else 0.0
        codes[..., i] = np.rint(np.clip((gains[..., i] - low[i]) * scale, 0, 255))
    if len(channels) == 1:
        picture = simplejpeg.encode_jpeg(codes, quality=QUALITY, colorspace="GRAY", colorsubsampling="Gray")
    else:
        picture = simplejpeg.encode_jpeg(codes, quality=QUALITY, colorspace="RGB", colorsubsampling="444")
    told = jpeg.segment(0xE1, jpeg.XMP, _PACKET % _description(span)) + jpeg.segment(0xE2, ISO, _iso(span))
    return GainMap(picture[: jpeg.JFIF_END] + told + picture[jpeg.JFIF_END :], span.stops)


def announced(carried: Carried, gains: GainMap) -> Carried:
    """The metadata of a picture that says that the map follows it. Raises ExportError where there is no room."""
    item = '<rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="{}" Item:Mime="image/jpeg"{}/></rdf:li>'
    listed = item.format("Primary", "") + item.format("GainMap", f' Item:Length="{len(gains.file)}"')
    added = (
        f'<rdf:Description rdf:about="" xmlns:Container="{_CONTAINER}" xmlns:Item="{_CONTAINER}item/" '
        f'xmlns:hdrgm="{HDRGM}" hdrgm:Version="1.0"><Container:Directory><rdf:Seq>{listed}</rdf:Seq>'
        "</Container:Directory></rdf:Description>"
    ).encode()
    before = carried.xmp or _PACKET % b""
    at = before.rfind(b"</rdf:RDF>")
    if at < 0:
        raise ExportError("The photo's XMP cannot be added to.", "Export with no metadata, or without a gain map.")
    xmp = before[:at] + added + re.sub(rb"\s+(?=<\?xpacket end)", b"\n", before[at:])
    try:
        jpeg.segment(0xE1, jpeg.XMP, xmp)
    except ValueError as error:
        raise ExportError(
            "The photo has more XMP than a JPEG with a gain map can hold.", "Export with less metadata, or without it."
        ) from error
    return replace(carried, xmp=xmp)


def joined(picture: bytes, gains: GainMap, more: int = 0) -> bytes:
    """The file of a picture whose metadata is `announced`, and its map. more: bytes of segments that will be put before
    the index, such as credentials."""
    at = next(start for marker, start, _ in jpeg.segments(picture) if not 0xE0 <= marker <= 0xEF)
    version = jpeg.segment(0xE2, ISO, struct.pack(">HH", 0, 0))
    size = len(picture) + len(version) + _MPF_LENGTH
    base = at + len(version) + 4 + len(MPF)  # offsets count from here
    index = jpeg.segment(0xE2, MPF, _index(size + more, len(gains.file), size - base))
    return b"".join((picture[:at], version, index, picture[at:], gains.file))


def _seen(stops: float) -> float:
    return 0.0 if abs(stops) < FLAT else stops


def _index(size: int, second: int, offset: int) -> bytes:
    """The multi-picture index (CIPA DC-007-2009, 5.2): a little-endian TIFF stream with one directory."""
    entries = struct.pack("<IIIHH", 0x030000, size, 0, 0, 0) + struct.pack("<IIIHH", 0, second, offset, 0, 0)
    return b"".join((
        b"II*\0", struct.pack("<IH", 8, 3),
        struct.pack("<HHI4s", 0xB000, 7, 4, b"0100"),
        struct.pack("<HHII", 0xB001, 4, 1, 2),
        struct.pack("<HHII", 0xB002, 7, len(entries), 50),
        bytes(4), entries,
    ))  # fmt: skip


def _iso(span: _Range) -> bytes:
    """GainMapMetadata of ISO 21496-1, C.2: versions, flags, and fractions."""
    many = len(span.low) > 1
    numbers: list[float] = [0.0, span.stops]
    for low, high in zip(span.low, span.high, strict=True):
        numbers += [low, high, 1.0, OFFSET, OFFSET]
    fractions = [part for number in numbers for part in (round(number * _PARTS), _PARTS)]
    flags = 0x40 | (0x80 if many else 0)  # the gains are for the colours of the ordinary picture
    return struct.pack(f">HHB{len(fractions)}i", 0, 0, flags, *fractions)


def _description(span: _Range) -> bytes:
    single = {
        "Version": "1.0", "BaseRenditionIsHDR": "False", "Gamma": _text(1),
        "HDRCapacityMin": _text(0), "HDRCapacityMax": _text(span.stops),
        "OffsetSDR": _text(OFFSET), "OffsetHDR": _text(OFFSET),
    }  # fmt: skip
    inside = ""
    for name, values in (("GainMapMin", span.low), ("GainMapMax", span.high)):
        if len(values) == 1:
            single[name] = _text(values[0])
        else:
            listed = "".join(f"<rdf:li>{_text(value)}</rdf:li>" for value in values)
            inside += f"<hdrgm:{name}><rdf:Seq>{listed}</rdf:Seq></hdrgm:{name}>"
    attributes = " ".join(f'hdrgm:{name}="{value}"' for name, value in single.items())
    return f'<rdf:Description rdf:about="" xmlns:hdrgm="{HDRGM}" {attributes}>{inside}</rdf:Description>'.encode()


def _text(number: float) -> str:
    return f"{number:.6f}"
