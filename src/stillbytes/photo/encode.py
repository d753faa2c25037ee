"""Pictures out: the export formats, each declared once, and the JPEG of the live frame."""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import ExportError
from stillbytes.photo import jpeg
from stillbytes.photo.metadata import Carried
from stillbytes.photo.profile import icc_profile
from stillbytes.photo.spaces import SPACES

Pixels = NDArray[np.uint8] | NDArray[np.uint16]
Codec = Callable[[NDArray[Any], bytes, int, Carried], bytes]


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file that pictures can be exported to.

    bits: per channel. quality: (lowest, highest) for lossy formats, else None. longest: pixels that a side may have.
    encode: (pixels of `bits`, ICC profile, quality, metadata) -> the file.
    """

    name: str
    label: str
    extension: str
    media_type: str
    bits: int
    encode: Codec
    quality: tuple[int, int] | None = None
    longest: int = 1 << 20

    @property
    def lossy(self) -> bool:
        return self.quality is not None


def encode(pixels: Pixels, *, format: str, space: str, quality: int = 92, carried: Carried | None = None) -> bytes:
    """A whole file with its colour profile and metadata.

    pixels: (height, width, 3) uint8 or uint16, encoded in SPACES[space]; converted to the format's depth.
    Raises ExportError for a format or space that does not exist or a picture the format cannot hold.
    """
    if format not in FORMATS or space not in SPACES:
        raise ExportError(f"There is no export as {format} in {space}.", f"Formats: {', '.join(FORMATS)}.")
    chosen = FORMATS[format]
    if max(pixels.shape[:2]) > chosen.longest:
        raise ExportError(
            f"{chosen.label} holds at most {chosen.longest} pixels a side; this picture is "
            f"{pixels.shape[1]} x {pixels.shape[0]}.",
            "Choose a smaller size or another format.",
        )
    if chosen.quality:
        quality = int(np.clip(quality, *chosen.quality))
    fitted = np.ascontiguousarray(_of_depth(pixels, chosen.bits))
    return chosen.encode(fitted, icc_profile(space), quality, carried or Carried())


def preview_jpeg(pixels: NDArray[np.uint8], quality: int = 85, *, space: str, subsampling: str = "420") -> bytes:
    """A frame for the screen, with its colour profile. pixels: (height, width, 3) uint8, contiguous.

    Cost: 4 ms for 1600 x 1067 (subsampling "444": 6 ms) on one core.
    """
    import simplejpeg  # noqa: PLC0415 - heavy

    encoded = simplejpeg.encode_jpeg(pixels, quality=quality, colorspace="RGB", colorsubsampling=subsampling)
    return b"".join((encoded[:_JFIF_END], _profile_segments(space), memoryview(encoded)[_JFIF_END:]))


BAND_MCUS = 16384
"""MCUs of a JPEG that are encoded in a piece: about a megapixel without subsampling."""
_JFIF_END = 20
"""The encoder begins every file with start of image and an 18-byte JFIF segment."""


@cache
def _profile_segments(space: str) -> bytes:
    return jpeg.icc_segments(icc_profile(space))


def _of_depth(pixels: Pixels, bits: int) -> Pixels:
    if bits == 8 and pixels.dtype == np.uint16:
        wide = pixels.astype(np.uint32)
        return ((wide * 255 + 32767) // 65535).astype(np.uint8)
    if bits == 16 and pixels.dtype == np.uint8:
        return pixels.astype(np.uint16) * np.uint16(257)
    return pixels


def _jpeg(pixels: NDArray[Any], icc: bytes, quality: int, carried: Carried) -> bytes:
    """In bands of a fixed number of MCUs, which all cores encode: the same bytes on every machine."""
    import simplejpeg  # noqa: PLC0415 - heavy

    subsampling, mcu = ("444", 8) if quality >= 90 else ("420", 16)
    rows = mcu * max(1, BAND_MCUS // -(-pixels.shape[1] // mcu))
    options = {"quality": quality, "colorspace": "RGB", "colorsubsampling": subsampling}
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        bands = [pixels[top : top + rows] for top in range(0, len(pixels), rows)]
        encoded = jpeg.joined(list(threads.map(lambda band: simplejpeg.encode_jpeg(band, **options), bands)))
    added = [jpeg.segment(0xE1, jpeg.EXIF, carried.exif)] if carried.exif else []
    if carried.xmp:
        added.append(jpeg.segment(0xE1, jpeg.XMP, carried.xmp))
    if carried.iptc:
        added.append(jpeg.iptc_segment(carried.iptc))
    return b"".join((encoded[:_JFIF_END], *added, jpeg.icc_segments(icc), memoryview(encoded)[_JFIF_END:]))


def _tiff(pixels: NDArray[Any], icc: bytes, quality: int, carried: Carried) -> bytes:
    from stillbytes.photo.tiff import encode_tiff  # noqa: PLC0415 - only for this format

    if pixels.nbytes > 3 << 30:
        raise ExportError("The picture is too large for a TIFF file.", "Choose a smaller size.")
    return encode_tiff(pixels, icc, carried.exif, carried.xmp, carried.iptc)


def _png(pixels: NDArray[Any], icc: bytes, quality: int, carried: Carried) -> bytes:
    """IPTC has no place in PNG; XMP carries the same fields. (PNG 3rd edition, 11.3)"""
    import imagecodecs  # noqa: PLC0415 - heavy

    # Run lengths after the "Sub" filter: four times faster than full matching and no larger for photographs.
    encoded = imagecodecs.png_encode(
        pixels, level=1, strategy=imagecodecs.PNG.STRATEGY.RLE, filter=imagecodecs.PNG.FILTER.SUB
    )
    added = [_chunk(b"iCCP", b"ICC\0\0" + zlib.compress(icc))]
    if carried.exif:
        added.append(_chunk(b"eXIf", carried.exif))
    if carried.xmp:
        added.append(_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + carried.xmp))
    return b"".join((encoded[:33], *added, memoryview(encoded)[33:]))  # after the signature and IHDR


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _pillow(pixels: NDArray[Any], carried: Carried, **options: Any) -> bytes:
    from PIL import Image  # noqa: PLC0415 - heavy

    for name, content in (("exif", carried.exif), ("xmp", carried.xmp)):
        if content:
            options[name] = content
    out = io.BytesIO()
    try:
        Image.fromarray(pixels).save(out, **options)
    except (OSError, ValueError) as error:
        raise ExportError(f"The picture could not be encoded as {options['format']} ({error}).") from error
    return out.getvalue()


def _webp(pixels: NDArray[Any], icc: bytes, quality: int, carried: Carried) -> bytes:
    return _pillow(pixels, carried, format="WEBP", quality=quality, method=3, icc_profile=icc)


def _avif(pixels: NDArray[Any], icc: bytes, quality: int, carried: Carried) -> bytes:
    subsampling = "4:4:4" if quality >= 90 else "4:2:0"
    return _pillow(pixels, carried, format="AVIF", quality=quality, speed=8, subsampling=subsampling, icc_profile=icc)


FORMATS: dict[str, Format] = {
    declared.name: declared
    for declared in (
        Format("jpeg", "JPEG", ".jpg", "image/jpeg", 8, _jpeg, (1, 100), 65500),
        Format("tiff16", "TIFF, 16 bit", ".tif", "image/tiff", 16, _tiff),
        Format("png16", "PNG, 16 bit", ".png", "image/png", 16, _png),
        Format("webp", "WebP", ".webp", "image/webp", 8, _webp, (1, 100), 16383),
        Format("avif", "AVIF", ".avif", "image/avif", 8, _avif, (1, 100), 16384),
    )
}
