"""A JPEG that says everything a camera and a photographer can say."""

from pathlib import Path

import exiv2
import numpy as np
import simplejpeg


def described_jpeg(path: Path) -> Path:
    """Camera, exposure, place, time zone, texts, maker note, thumbnail-size tags and other programs' settings."""
    image = exiv2.ImageFactory.open(simplejpeg.encode_jpeg(np.full((40, 60, 3), 128, np.uint8)))
    exif, xmp, iptc = exiv2.ExifData(), exiv2.XmpData(), exiv2.IptcData()
    exif["Exif.Image.Make"] = "NIKON CORPORATION"
    exif["Exif.Image.Model"] = "NIKON D750"
    exif["Exif.Image.Orientation"] = exiv2.UShortValue(6)
    exif["Exif.Image.Software"] = "Another Program"
    exif["Exif.Photo.LensModel"] = "50mm f/1.8"
    exif["Exif.Photo.ISOSpeedRatings"] = exiv2.UShortValue(400)
    for name, value in {
        "Photo.ExposureTime": (1, 250),
        "Photo.FNumber": (28, 10),
        "Photo.FocalLength": (50, 1),
        "GPSInfo.GPSAltitude": (5400, 10),
    }.items():
        exif[f"Exif.{name}"] = exiv2.URationalValue([value])
    exif["Exif.Photo.ExposureBiasValue"] = exiv2.RationalValue([(-2, 3)])
    exif["Exif.Photo.DateTimeOriginal"] = "2024:05:01 12:30:11"
    exif["Exif.Photo.OffsetTimeOriginal"] = "+02:00"
    exif["Exif.Photo.SubSecTimeOriginal"] = "25"
    exif["Exif.GPSInfo.GPSLatitude"] = exiv2.URationalValue([(46, 1), (57, 1), (0, 1)])
    exif["Exif.GPSInfo.GPSLatitudeRef"] = "N"
    exif["Exif.GPSInfo.GPSLongitude"] = exiv2.URationalValue([(7, 1), (27, 1), (0, 1)])
    exif["Exif.GPSInfo.GPSLongitudeRef"] = "W"
    exif["Exif.Photo.MakerNote"] = exiv2.DataValue(b"private to the camera " * 20)
    xmp["Xmp.dc.title"] = 'lang="x-default" Ein Tïtel'
    xmp["Xmp.dc.description"] = 'lang="x-default" What it shows'
    xmp["Xmp.dc.rights"] = 'lang="x-default" (c) Somebody'
    xmp["Xmp.dc.creator"] = "Somebody"
    for word in ("flower", "a, b"):
        xmp["Xmp.dc.subject"] = word
    xmp["Xmp.xmp.Rating"] = "4"
    xmp["Xmp.xmp.Label"] = "Red"
    xmp["Xmp.crs.Exposure2012"] = "+1.00"
    xmp["Xmp.exif.GPSLatitude"] = "46,57.0N"
    iptc["Iptc.Application2.City"] = "Bern"
    image.setExifData(exif)
    image.setXmpData(xmp)
    image.setIptcData(iptc)
    image.writeMetadata()
    stream = image.io()
    stream.open()
    path.write_bytes(bytes(stream.mmap()))
    return path
