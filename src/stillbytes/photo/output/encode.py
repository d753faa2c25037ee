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
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import ExportError
from stillbytes.core.saying import said
from stillbytes.photo import jpeg
from stillbytes.photo.metadata import Carried
from stillbytes.photo.output.rows import Rows
from stillbytes.photo.profile import icc_profile, linear_profile
from stillbytes.photo.spaces import SPACES

Codec = Callable[[Rows, bytes, int, Carried], bytes]


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file that pictures can be exported to.

    bits: per channel; 32 is floating point, of linear light. quality: (lowest, highest) for lossy formats, else None.
    longest: pixels that a side may have. spaces: the colour spaces that it can tell of; None for all.
    encode: (the picture with `bits`, ICC profile, quality, metadata) -> the file. of_light: it holds a photo's own
    light and its settings instead of a developed picture, see `edit.exporting.light`. gain_map: it can say what is
    brighter on an HDR display, see `gain_map`.
    """

    name: str
    label: str
    extension: str
    media_type: str
    bits: int
    encode: Codec
    quality: tuple[int, int] | None = None
    longest: int = 1 << 20
    spaces: tuple[str, ...] | None = None
    of_light: bool = False
    gain_map: bool = False

    @property
    def dtype(self) -> Literal["uint8", "uint16", "float32"]:
        """Of the pixels that it wants."""
        return "uint8" if self.bits == 8 else "float32" if self.bits == 32 else "uint16"

    @property
    def lossy(self) -> bool:
        return self.quality is not None


def encode(
    picture: NDArray[Any] | Rows,
    *,
    format: str,
    space: str,
    quality: int = 92,
    carried: Carried | None = None,
    profile: bytes | None = None,
) -> bytes:
    """A whole file with its colour profile and metadata.

    picture: (height, width, 3) uint8, uint16 or float32 0..1, encoded in SPACES[space]; converted to the format's
    depth. profile: the ICC profile that the picture was converted to instead of that space's.
    Raises ExportError for a format or space that does not exist or a picture the format cannot hold, and whatever
    the picture raises while it is worked out.
    """
    if format not in FORMATS or space not in SPACES:
        raise ExportError(
            said("There is no export as {format} in {space}.", format=format, space=space),
            said("Formats: {these}.", these=", ".join(FORMATS)),
        )
    chosen = FORMATS[format]
    rows = Rows.of(picture)
    if max(rows.width, rows.height) > chosen.longest:
        raise ExportError(
            said(
                "{chosen} holds at most {longest} pixels a side; this picture is {width} x {height}.",
                chosen=chosen.label,
                longest=chosen.longest,
                width=rows.width,
                height=rows.height,
            ),
            "Choose a smaller size or another format.",
        )
    if chosen.spaces is not None and (space not in chosen.spaces or profile is not None):
        raise ExportError(
            said("{chosen} is written in {spaces} only.", chosen=chosen.label, spaces=SPACES[chosen.spaces[0]].label),
            "Choose that space.",
        )
    if chosen.quality:
        quality = int(np.clip(quality, *chosen.quality))
    rows = rows.in_depth(chosen.bits)
    if chosen.bits == 32:
        if profile is not None:
            raise ExportError(
                said("{chosen} holds linear light, for which that profile is not.", chosen=chosen.label),
                "Choose a space.",
            )
        curve = SPACES[space].transfer
        pieces = (curve.to_linear(piece).astype(np.float32) for piece in rows.pieces)
        rows, profile = Rows(rows.width, rows.height, pieces), linear_profile(space)
    return chosen.encode(rows, profile or icc_profile(space), quality, carried or Carried())


def preview_jpeg(pixels: NDArray[np.uint8], quality: int = 85, *, space: str, subsampling: str = "420") -> bytes:
    """A frame for the screen, with its colour profile. pixels: (height, width, 3) uint8, contiguous.

    Cost: 4 ms for 1600 x 1067 (subsampling "444": 6 ms) on one core.
    """
    import simplejpeg  # noqa: PLC0415 - heavy

    encoded = simplejpeg.encode_jpeg(pixels, quality=quality, colorspace="RGB", colorsubsampling=subsampling)
    return b"".join((encoded[: jpeg.JFIF_END], _profile_segments(space), memoryview(encoded)[jpeg.JFIF_END :]))


BAND_ROWS = 64
"""Rows of a JPEG that are encoded in a piece: whole MCUs, fewer than a restart interval may have (ITU-T T.81, B.2.4.4),
and whole bands in the strips of a pipeline, so that no rows are copied."""


@cache
def _profile_segments(space: str) -> bytes:
    return jpeg.icc_segments(icc_profile(space))


def _jpeg(picture: Rows, icc: bytes, quality: int, carried: Carried) -> bytes:
    """In bands that all cores encode as they come: the same bytes on every machine."""
    import simplejpeg  # noqa: PLC0415 - heavy

    options = {"quality": quality, "colorspace": "RGB", "colorsubsampling": "444" if quality >= 90 else "420"}
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        bands = [threads.submit(simplejpeg.encode_jpeg, band, **options) for band in picture.bands(BAND_ROWS)]
    added = [jpeg.segment(0xE1, jpeg.EXIF, carried.exif)] if carried.exif else []
    if carried.xmp:
        added.append(jpeg.segment(0xE1, jpeg.XMP, carried.xmp))
    if carried.iptc:
        added.append(jpeg.iptc_segment(carried.iptc))
    file = jpeg.joined([band.result() for band in bands], b"".join((*added, jpeg.icc_segments(icc))))
    return jpeg.with_density(file, carried.dpi) if carried.dpi else file


def _tiff(picture: Rows, icc: bytes, quality: int, carried: Carried) -> bytes:
    from stillbytes.photo.output.tiff import encode_tiff  # noqa: PLC0415 - only for this format

    pixels = picture.whole()
    if pixels.nbytes > 3 << 30:
        raise ExportError("The picture is too large for a TIFF file.", "Choose a smaller size.")
    return encode_tiff(pixels, icc, carried.exif, carried.xmp, carried.iptc)


def _png(picture: Rows, icc: bytes, quality: int, carried: Carried) -> bytes:
    """IPTC has no place in PNG; XMP carries the same fields. (PNG 3rd edition, 11.3)"""
    import imagecodecs  # noqa: PLC0415 - heavy

    # Run lengths after the "Sub" filter: four times faster than full matching and no larger for photographs.
    encoded = imagecodecs.png_encode(
        picture.whole(), level=1, strategy=imagecodecs.PNG.STRATEGY.RLE, filter=imagecodecs.PNG.FILTER.SUB
    )
    added = [_chunk(b"iCCP", b"ICC\0\0" + zlib.compress(icc))]
    if carried.dpi:
        metre = round(carried.dpi / 0.0254)
        added.append(_chunk(b"pHYs", struct.pack(">IIB", metre, metre, 1)))
    if carried.exif:
        added.append(_chunk(b"eXIf", carried.exif))
    if carried.xmp:
        added.append(_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + carried.xmp))
    return b"".join((encoded[:33], *added, memoryview(encoded)[33:]))  # after the signature and IHDR


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _pillow(picture: Rows, carried: Carried, **options: Any) -> bytes:
    from PIL import Image  # noqa: PLC0415 - heavy

    for name, content in (("exif", carried.exif), ("xmp", carried.xmp)):
        if content:
            options[name] = content
    out = io.BytesIO()
    try:
        Image.fromarray(picture.whole()).save(out, **options)
    except (OSError, ValueError) as error:
        raise ExportError(
            said("The picture could not be encoded as {options} ({why}).", options=options["format"], why=str(error))
        ) from error
    return out.getvalue()


def _webp(picture: Rows, icc: bytes, quality: int, carried: Carried) -> bytes:
    return _pillow(picture, carried, format="WEBP", quality=quality, method=3, icc_profile=icc)


def _avif(picture: Rows, icc: bytes, quality: int, carried: Carried) -> bytes:
    subsampling = "4:4:4" if quality >= 90 else "4:2:0"
    return _pillow(picture, carried, format="AVIF", quality=quality, speed=8, subsampling=subsampling, icc_profile=icc)


def _heif(picture: Rows, icc: bytes, quality: int, carried: Carried) -> bytes:
    """Ten bits for each channel, coded as HEVC."""
    import pillow_heif  # noqa: PLC0415 - heavy

    image = pillow_heif.from_bytes(mode="RGB;16", size=(picture.width, picture.height), data=picture.whole().tobytes())
    for name, content in (("icc_profile", icc), ("exif", carried.exif), ("xmp", carried.xmp)):
        if content:
            image.info[name] = content
    out = io.BytesIO()
    try:
        image.save(out, quality=quality, chroma=444 if quality >= 90 else 420, matrix_coefficients=1)
    except (OSError, ValueError, RuntimeError) as error:
        raise ExportError(said("The picture could not be encoded as HEIF ({why}).", why=str(error))) from error
    return out.getvalue()


def _jxl(picture: Rows, icc: bytes, quality: int, carried: Carried) -> bytes:
    """Sixteen bits; the codestream says that they are sRGB. Metadata in boxes beside it (ISO/IEC 18181-2, 9)."""
    import imagecodecs  # noqa: PLC0415 - heavy

    encoded = imagecodecs.jpegxl_encode(
        picture.whole(), distance=_jxl_distance(quality), effort=4, usecontainer=True, numthreads=os.cpu_count()
    )
    boxes = [_box(b"Exif", bytes(4) + carried.exif)] if carried.exif else []
    if carried.xmp:
        boxes.append(_box(b"xml ", carried.xmp))
    return b"".join((encoded[:_JXL_HEAD], *boxes, memoryview(encoded)[_JXL_HEAD:]))


_JXL_HEAD = 32
"""Bytes of the signature and the file type box."""


def _jxl_distance(quality: int) -> float:
    """Butteraugli distance as cjxl has it for qualities of JPEG."""
    return 0.1 + (100 - quality) * 0.09 if quality >= 30 else 53 / 3000 * quality**2 - 23 / 20 * quality + 25


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, kind) + content


def _dng(picture: Rows, icc: bytes, quality: int, carried: Carried) -> bytes:
    raise ExportError("A DNG holds the light of a photo, not a developed picture.", "Choose another format.")


FORMATS: dict[str, Format] = {
    declared.name: declared
    for declared in (
        Format("jpeg", "JPEG", ".jpg", "image/jpeg", 8, _jpeg, (1, 100), 65500, gain_map=True),
        Format("tiff16", "TIFF, 16 bit", ".tif", "image/tiff", 16, _tiff),
        Format("tiff8", "TIFF, 8 bit", ".tif", "image/tiff", 8, _tiff),
        Format("tiff32", "TIFF, 32 bit linear", ".tif", "image/tiff", 32, _tiff),
        Format("png16", "PNG, 16 bit", ".png", "image/png", 16, _png),
        Format("webp", "WebP", ".webp", "image/webp", 8, _webp, (1, 100), 16383),
        Format("avif", "AVIF", ".avif", "image/avif", 8, _avif, (1, 100), 16384),
        Format("heif", "HEIF, 10 bit", ".heic", "image/heic", 16, _heif, (1, 100), 16384),
        Format("jxl", "JPEG XL, 16 bit", ".jxl", "image/jxl", 16, _jxl, (1, 100), spaces=("srgb",)),
        Format("dng", "DNG, linear", ".dng", "image/x-adobe-dng", 16, _dng, of_light=True),
    )
}
RENDERED = {name: format for name, format in FORMATS.items() if not format.of_light}
"""Those of developed pictures."""
