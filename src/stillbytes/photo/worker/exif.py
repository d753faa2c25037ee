"""Metadata through Exiv2. Runs in the worker process only: Exiv2 can crash on damaged files."""

from __future__ import annotations

import contextlib
import functools
import math
import re
from dataclasses import asdict
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import exiv2

from stillbytes.core.errors import UnreadablePhoto
from stillbytes.core.saying import said
from stillbytes.photo import jpeg
from stillbytes.photo.metadata import Carried, Metadata, Position
from stillbytes.photo.worker.policy import Policy, drop

exiv2.enableBMFF(True)  # HEIF, AVIF and CR3

_IMAGE_KEPT = {
    "ImageDescription", "Make", "Model", "DateTime", "Artist", "Copyright", "Rating", "RatingPercent", "XPTitle",
    "XPComment", "XPAuthor", "XPKeywords", "XPSubject",
}  # fmt: skip
_IMAGE_MOVED = {
    "ExposureTime", "FNumber", "ISOSpeedRatings", "DateTimeOriginal", "ExposureBiasValue", "FocalLength",
    "MeteringMode", "Flash", "LightSource",
}  # fmt: skip
"""TIFF/EP has these in the first directory, EXIF in its own."""
_PHOTO_LEFT = {
    "MakerNote", "PixelXDimension", "PixelYDimension", "ColorSpace", "ComponentsConfiguration",
    "CompressedBitsPerPixel", "InteroperabilityTag", "CFAPattern", "RelatedSoundFile",
}  # fmt: skip
_XMP_KEPT = {
    "dc", "xmp", "xmpRights", "photoshop", "iptc", "iptcExt", "plus", "lr", "digiKam", "mwg-rs", "mwg-kw", "MP",
    "MPRI", "MPReg", "acdsee", "mediapro", "microsoft", "expressionmedia", "cc",
}  # fmt: skip
"""Namespaces about the picture; develop settings, file history and copies of EXIF stay behind."""
_XMP_LEFT = {
    "Xmp.xmp.Thumbnails", "Xmp.xmp.CreatorTool", "Xmp.xmp.ModifyDate", "Xmp.xmp.MetadataDate", "Xmp.dc.format",
    "Xmp.photoshop.DocumentAncestors", "Xmp.photoshop.History", "Xmp.photoshop.ICCProfile",
    "Xmp.photoshop.SidecarForExtension", "Xmp.photoshop.TextLayers",
}  # fmt: skip


_SOURCE_TYPE = "Xmp.iptcExt.DigitalSourceType"


def open_image(path: Path) -> Any:
    """The file's metadata, read. Raises UnreadablePhoto if Exiv2 does not know such files."""
    try:
        image = exiv2.ImageFactory.open(str(path))
        image.readMetadata()
    except exiv2.Exiv2Error as error:
        raise UnreadablePhoto(
            said("The metadata of {photo} cannot be read ({why}).", photo=path.name, why=str(error)),
            "Check that the file was copied whole.",
        ) from error
    return image


def read(path: Path) -> Metadata:
    """Raises UnreadablePhoto if neither Exiv2 nor LibRaw knows what this is."""
    try:
        image = open_image(path)
    except UnreadablePhoto:
        return _of_libraw(path)
    return facts(image)


def facts(image: Any, xmp: dict[str, str] | None = None) -> Metadata:
    """What an image whose metadata has been read says. xmp: its `texts`, where they are known."""
    tags = _Exif(image.exifData())
    xmp, iptc = texts(image.xmpData()) if xmp is None else xmp, texts(image.iptcData())
    orientation = int(tags.number("Image.Orientation") or 1)
    orientation = orientation if 1 <= orientation <= 8 else 1
    width, height = image.pixelWidth(), image.pixelHeight()
    if orientation > 4:
        width, height = height, width
    iso = tags.number("Photo.ISOSpeedRatings", "Image.ISOSpeedRatings", "Photo.RecommendedExposureIndex")
    return Metadata(
        make=tags.text("Image.Make"),
        model=tags.text("Image.Model"),
        lens=tags.text("Photo.LensModel") or _lens(image.exifData()),
        iso=int(iso) if iso else None,
        exposure_time=tags.number("Photo.ExposureTime", "Image.ExposureTime") or None,
        aperture=tags.number("Photo.FNumber", "Image.FNumber") or None,
        focal_length=tags.number("Photo.FocalLength", "Image.FocalLength") or None,
        focal_length_35=tags.number("Photo.FocalLengthIn35mmFilm") or None,
        exposure_bias=tags.number("Photo.ExposureBiasValue", "Image.ExposureBiasValue"),
        taken=_taken(tags),
        width=width,
        height=height,
        orientation=orientation,
        gps=_position(tags),
        rating=_rating(xmp.get("Xmp.xmp.Rating", ""), tags),
        label=xmp.get("Xmp.xmp.Label", ""),
        title=xmp.get("Xmp.dc.title", "") or iptc.get("Iptc.Application2.ObjectName", ""),
        caption=xmp.get("Xmp.dc.description", "")
        or iptc.get("Iptc.Application2.Caption", "")
        or tags.text("Image.ImageDescription"),
        keywords=keywords(image),
        creator=xmp.get("Xmp.dc.creator", "") or tags.text("Image.Artist") or iptc.get("Iptc.Application2.Byline", ""),
        copyright=xmp.get("Xmp.dc.rights", "") or tags.text("Image.Copyright"),
        software=tags.text("Image.Software"),
    )


def plain(metadata: Metadata) -> dict[str, Any]:
    """As JSON carries it."""
    fields = asdict(metadata)
    fields["taken"] = metadata.taken.isoformat() if metadata.taken else None
    return fields


def select(
    path: Path,
    *,
    gps: bool,
    width: int,
    height: int,
    sidecar: Path | None,
    source_type: str,
    policy: Policy | None = None,
) -> Carried:
    """metadata.carry, in this process."""
    exif, xmp, iptc = exiv2.ExifData(), exiv2.XmpData(), exiv2.IptcData()
    try:
        source = open_image(path)
    except UnreadablePhoto:
        source = None  # a kind of file that Exiv2 does not know has nothing to carry
    if source is not None:
        _keep_exif(source.exifData(), exif, gps)
        _keep_xmp(source.xmpData(), xmp, gps)
        for datum in source.iptcData():
            if "Preview" not in datum.tagName():
                iptc.add(datum)
    if sidecar is not None:
        with contextlib.suppress(UnreadablePhoto):  # the sidecar's own reader tells the person
            _keep_xmp(open_image(sidecar).xmpData(), xmp, gps)
    said = texts(xmp).get(_SOURCE_TYPE, "")  # where pixels are from is told under every policy
    if policy is not None and policy != Policy():
        for data in (exif, xmp, iptc):
            drop(data, policy)
        if said:
            xmp[_SOURCE_TYPE] = said
        if policy.dpi:
            for name in ("XResolution", "YResolution"):
                exif[f"Exif.Image.{name}"] = exiv2.URationalValue((policy.dpi, 1))
            exif["Exif.Image.ResolutionUnit"] = exiv2.UShortValue(2)
    if source_type and "algorithmicmedia" not in said.lower():
        xmp[_SOURCE_TYPE] = source_type
    exif["Exif.Image.Orientation"] = exiv2.UShortValue(1)
    exif["Exif.Image.Software"] = "Stillbytes"
    exif["Exif.Photo.PixelXDimension"] = exiv2.ULongValue(width)
    exif["Exif.Photo.PixelYDimension"] = exiv2.ULongValue(height)
    return _packed(exif, xmp, iptc)


def _keep_exif(source: Any, kept: Any, gps: bool) -> None:
    for datum in source:
        group, name = datum.groupName(), datum.tagName()
        if (
            (group == "Image" and name in _IMAGE_KEPT)
            or (group == "Photo" and name not in _PHOTO_LEFT and not name.startswith("0x"))
            or (group == "GPSInfo" and gps)
        ) and datum.size() < 16384:
            kept.add(datum)
        elif group == "Image" and name in _IMAGE_MOVED and datum.size() < 64:
            moved = exiv2.ExifKey(f"Exif.Photo.{name}")
            if source.findKey(moved) == source.end():
                kept.add(moved, datum.value())
    if kept.findKey(exiv2.ExifKey("Exif.Photo.LensModel")) == kept.end() and (lens := _lens(source)):
        kept["Exif.Photo.LensModel"] = lens


def _keep_xmp(source: Any, kept: Any, gps: bool) -> None:
    for datum in source:
        key = datum.key()
        if datum.groupName() not in _XMP_KEPT or key.split("[")[0].split("/")[0] in _XMP_LEFT:
            continue
        if not gps and "GPS" in key:
            continue
        with contextlib.suppress(exiv2.Exiv2Error):
            if kept.findKey(exiv2.XmpKey(key)) != kept.end():
                kept[key] = datum.value()
            else:
                kept.add(datum)


_CANVAS = bytes.fromhex(
    "ffd8ffdb004300" + "01" * 64 + "ffc0000b080001000101011100ffc40014000100000000000000000000000000000000"
    "ffc40014100100000000000000000000000000000000ffda0008010100003f0037ffd9"
)
"""The smallest JPEG file, for Exiv2 to write into: its encoders for single blocks are not in the binding."""


def _packed(exif: Any, xmp: Any, iptc: Any) -> Carried:
    def written(with_xmp: bool) -> bytes:
        image = exiv2.ImageFactory.open(_CANVAS)
        image.setByteOrder(exiv2.ByteOrder.littleEndian)
        image.setExifData(exif)
        image.setIptcData(iptc)
        if with_xmp:
            image.setXmpData(xmp)
        image.writeMetadata()
        stream = image.io()
        stream.open()
        return bytes(stream.mmap())

    try:
        content = written(xmp.count() > 0)
    except exiv2.Exiv2Error:  # XMP of more than 64 KiB
        content = written(False)
    records = b""
    resource = jpeg.held(content, 0xED, jpeg.PHOTOSHOP)
    if resource.startswith(b"8BIM\x04\x04\0\0"):
        records = resource[12 : 12 + int.from_bytes(resource[8:12], "big")]
        records = records if len(records) < 65000 else b""  # JPEG has no place for more
    return Carried(jpeg.held(content, 0xE1, jpeg.EXIF), jpeg.held(content, 0xE1, jpeg.XMP), records)


class _Exif:
    """EXIF values by "Group.Name", whatever their type."""

    def __init__(self, data: Any) -> None:
        self._data, self._end = data, data.end()

    def _find(self, name: str) -> Any:
        found = self._data.findKey(_key(name))
        return None if found == self._end or found.count() == 0 else found

    def text(self, name: str) -> str:
        found = self._find(name)
        return "" if found is None else _clean(str(found.value()))

    def numbers(self, name: str) -> list[float]:
        found = self._find(name)
        if found is None or found.count() > 64:
            return []
        values = [number(found, index) for index in range(found.count())]
        return values if all(math.isfinite(v) for v in values) else []

    def number(self, *names: str) -> float | None:
        for name in names:
            if values := self.numbers(name):
                return values[0]
        return None


def number(datum: Any, index: int) -> float:
    """One value of an EXIF datum, rationals exactly; NaN for a rational without a denominator."""
    if datum.typeId() in (exiv2.TypeId.unsignedRational, exiv2.TypeId.signedRational):
        above, below = datum.toRational(index)
        return float(above / below) if below else math.nan
    return float(datum.toFloat(index))


@functools.cache
def _key(name: str) -> Any:
    return exiv2.ExifKey(f"Exif.{name}")


def _clean(text: str) -> str:
    return text.split("\0", maxsplit=1)[0].strip()


def texts(data: Any) -> dict[str, str]:
    """Single texts; of language alternatives the default one, of lists all joined by commas."""
    found: dict[str, str] = {}
    for datum in data:
        text = str(datum.value())
        if datum.typeId() == exiv2.TypeId.langAlt:
            text = re.sub(r'^lang="[^"]*" ', "", text.split(', lang="', maxsplit=1)[0])
        found.setdefault(datum.key(), _clean(text))
    return found


def keywords(image: Any) -> tuple[str, ...]:
    """Of XMP, else of IPTC."""
    xmp = image.xmpData()
    subject = xmp.findKey(exiv2.XmpKey("Xmp.dc.subject"))
    if subject != xmp.end():
        return tuple(subject.toString(index) for index in range(min(subject.count(), 1000)))
    words = (datum for datum in image.iptcData() if datum.key() == "Iptc.Application2.Keywords")
    return tuple(_clean(str(datum.value())) for datum in words)


def _lens(exif: Any) -> str:
    """What Exiv2 makes of the maker note's lens number; empty if it only has the number."""
    try:
        found = exiv2.lensName(exif)
        text = "" if found is None else _clean(found.print(exif))
    except (exiv2.Exiv2Error, UnicodeDecodeError):
        return ""
    return "" if re.fullmatch(r"[\d.() n/a-]*", text) else text


def _rating(text: str, tags: _Exif) -> int | None:
    try:
        rating = int(float(text)) if text else tags.number("Image.Rating")
    except ValueError:
        return None
    return None if rating is None else int(min(max(rating, -1), 5))


def _taken(tags: _Exif) -> datetime | None:
    for name, zone, fraction in (
        ("Photo.DateTimeOriginal", "Photo.OffsetTimeOriginal", "Photo.SubSecTimeOriginal"),
        ("Photo.DateTimeDigitized", "Photo.OffsetTimeDigitized", "Photo.SubSecTimeDigitized"),
        ("Image.DateTimeOriginal", "Photo.OffsetTimeOriginal", "Photo.SubSecTimeOriginal"),
        ("Image.DateTime", "Photo.OffsetTime", "Photo.SubSecTime"),
    ):
        numbers = [int(part) for part in re.findall(r"\d+", tags.text(name))[:6]]
        with contextlib.suppress(ValueError, TypeError, OverflowError):
            taken = datetime(*numbers)  # type: ignore[arg-type]
            if re.fullmatch(r"\d{1,6}", digits := tags.text(fraction)):
                taken = taken.replace(microsecond=int(digits.ljust(6, "0")))
            if offset := re.fullmatch(r"([+-])(\d\d):(\d\d)", tags.text(zone)):
                minutes = int(offset[2]) * 60 + int(offset[3])
                taken = taken.replace(tzinfo=timezone(timedelta(minutes=minutes if offset[1] == "+" else -minutes)))
            return taken
    return None


def _position(tags: _Exif) -> Position | None:
    def degrees(name: str, negative: str, limit: float) -> float | None:
        parts = tags.numbers(f"GPSInfo.GPS{name}")
        if not parts:
            return None
        value = sum(part / 60**power for power, part in enumerate(parts[:3]))
        value = -value if tags.text(f"GPSInfo.GPS{name}Ref").upper().startswith(negative) else value
        return value if abs(value) <= limit else None

    latitude, longitude = degrees("Latitude", "S", 90), degrees("Longitude", "W", 180)
    if latitude is None or longitude is None:
        return None
    altitude = tags.number("GPSInfo.GPSAltitude")
    if altitude is not None and tags.number("GPSInfo.GPSAltitudeRef") == 1:
        altitude = -altitude
    return Position(latitude, longitude, altitude)


def _of_libraw(path: Path) -> Metadata:
    from stillbytes.photo.worker.raw import open_raw  # noqa: PLC0415 - only for files that Exiv2 does not know

    raw = open_raw(path)
    sizes, shot = raw.sizes, raw.other
    width, height = (sizes.height, sizes.width) if sizes.flip & 4 else (sizes.width, sizes.height)
    return Metadata(
        iso=int(shot.iso_speed) or None,
        exposure_time=shot.shutter_speed or None,
        aperture=shot.aperture or None,
        focal_length=shot.focal_length or None,
        width=width,
        height=height,
    )
