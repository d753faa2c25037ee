"""Metadata as people read it, and what of it may leave with an export."""

import io
from datetime import datetime, timedelta, timezone
from pathlib import Path

import exiv2
import numpy as np
import pytest
from dng import make_photo
from photo.metadata_samples import described_jpeg
from PIL import Image

from stillbytes.core.errors import UnreadablePhoto
from stillbytes.photo.metadata import Carried, Metadata, Position, carry, read_metadata, shutter
from stillbytes.photo.output.encode import encode


def keys(carried: Carried, path: Path) -> dict[str, str]:
    """What an export with this metadata holds, as Exiv2 reads it."""
    path.write_bytes(encode(np.zeros((8, 8, 3), np.uint8), format="jpeg", space="srgb", carried=carried))
    image = exiv2.ImageFactory.open(str(path))
    image.readMetadata()
    return {
        datum.key(): str(datum.value())
        for data in (image.exifData(), image.xmpData(), image.iptcData())
        for datum in data
    }


def test_everything_a_camera_and_a_photographer_say(tmp_path: Path) -> None:
    metadata = read_metadata(described_jpeg(tmp_path / "a.jpg"))
    assert metadata == Metadata(
        make="NIKON CORPORATION",
        model="NIKON D750",
        lens="50mm f/1.8",
        iso=400,
        exposure_time=1 / 250,
        aperture=2.8,
        focal_length=50.0,
        exposure_bias=-2 / 3,
        taken=datetime(2024, 5, 1, 12, 30, 11, 250000, timezone(timedelta(hours=2))),
        width=40,
        height=60,
        orientation=6,
        gps=Position(46.95, -7.45, 540.0),
        rating=4,
        label="Red",
        title="Ein Tïtel",
        caption="What it shows",
        keywords=("flower", "a, b"),
        creator="Somebody",
        copyright="(c) Somebody",
        software="Another Program",
    )
    assert metadata.summary() == "NIKON D750, 50mm f/1.8, 50 mm, f/2.8, 1/250 s, ISO 400, 2024-05-01 12:30"


@pytest.mark.parametrize("preview", [None, np.zeros((40, 60, 3), np.uint8)])
def test_size_of_a_raw_is_that_of_its_samples_upright(tmp_path: Path, preview: np.ndarray | None) -> None:
    make_photo(tmp_path / "a.dng", orientation=8, preview=preview, iso=3200)
    metadata = read_metadata(tmp_path / "a.dng")
    assert (metadata.width, metadata.height, metadata.orientation) == (64, 96, 8)
    assert (metadata.make, metadata.model, metadata.iso) == ("Stillbytes", "Test 1", 3200)


def test_photo_that_says_nothing_has_empty_metadata(tmp_path: Path) -> None:
    Image.new("RGB", (6, 4)).save(tmp_path / "a.png")
    assert read_metadata(tmp_path / "a.png") == Metadata(width=6, height=4)


def test_file_that_is_no_photo_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "a.nef").write_bytes(b"nothing of the kind" * 50)
    with pytest.raises(UnreadablePhoto, match=r"a\.nef"):
        read_metadata(tmp_path / "a.nef")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(1 / 8000, "1/8000 s"), (1 / 3, "0.333 s"), (0.5, "0.5 s"), (1 / 60, "1/60 s"), (30.0, "30 s")],
)
def test_exposure_times_as_photographers_write_them(seconds: float, text: str) -> None:
    assert shutter(seconds) == text


def test_exports_keep_the_story_and_lose_the_insides(tmp_path: Path) -> None:
    carried = carry(described_jpeg(tmp_path / "a.jpg"), gps=True, width=300, height=200)
    found = keys(carried, tmp_path / "out.jpg")
    assert found["Exif.Image.Orientation"] == "1"
    assert found["Exif.Image.Software"] == "Stillbytes"
    assert (found["Exif.Photo.PixelXDimension"], found["Exif.Photo.PixelYDimension"]) == ("300", "200")
    assert found["Exif.Photo.ExposureTime"] == "1/250"
    assert found["Exif.GPSInfo.GPSLatitude"] == "46/1 57/1 0/1"
    assert found["Xmp.dc.subject"] == "flower, a, b"
    assert found["Iptc.Application2.City"] == "Bern"
    assert not any("MakerNote" in key or key.startswith(("Xmp.crs", "Xmp.exif")) for key in found)


def test_place_stays_at_home_when_asked(tmp_path: Path) -> None:
    carried = carry(described_jpeg(tmp_path / "a.jpg"), gps=False, width=300, height=200)
    assert not any("GPS" in key for key in keys(carried, tmp_path / "out.jpg"))
    assert b"GPS" not in carried.xmp


def test_raw_only_tags_stay_behind(tmp_path: Path) -> None:
    make_photo(tmp_path / "a.dng", iso=800, preview=np.zeros((40, 60, 3), np.uint8))
    found = keys(carry(tmp_path / "a.dng", gps=True, width=96, height=64), tmp_path / "out.jpg")
    assert found["Exif.Image.Model"] == "Test 1"
    assert found["Exif.Photo.ISOSpeedRatings"] == "800"  # DNG has it in the first directory
    assert set(found) - {"Exif.Photo.ISOSpeedRatings"} == {
        "Exif.Image.Make",
        "Exif.Image.Model",
        "Exif.Image.Orientation",
        "Exif.Image.Software",
        "Exif.Image.ExifTag",
        "Exif.Photo.PixelXDimension",
        "Exif.Photo.PixelYDimension",
    }


def test_sidecar_has_the_last_word(tmp_path: Path) -> None:
    sidecar = tmp_path / "a.xmp"
    sidecar.write_text(
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="2"'
        ' xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" crs:Exposure2012="+0.50"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:subject><rdf:Bag><rdf:li>newer</rdf:li></rdf:Bag>'
        "</dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    source = described_jpeg(tmp_path / "a.jpg")
    found = keys(carry(source, gps=True, width=3, height=2, sidecar=sidecar), tmp_path / "out.jpg")
    assert found["Xmp.xmp.Rating"] == "2"
    assert found["Xmp.dc.subject"] == "newer"
    assert "Tïtel" in found["Xmp.dc.title"]
    assert not any(key.startswith("Xmp.crs") for key in found)


def test_damaged_sidecar_does_not_stop_an_export(tmp_path: Path) -> None:
    (tmp_path / "a.xmp").write_text("<x:xmpmeta")
    source = described_jpeg(tmp_path / "a.jpg")
    carried = carry(source, gps=True, width=3, height=2, sidecar=tmp_path / "a.xmp")
    assert keys(carried, tmp_path / "out.jpg")["Xmp.xmp.Rating"] == "4"


def test_carried_exif_is_a_stream_that_pillow_reads_too(tmp_path: Path) -> None:
    carried = carry(described_jpeg(tmp_path / "a.jpg"), gps=True, width=300, height=200)
    exif = Image.Exif()
    exif.load(carried.exif)
    assert exif[272] == "NIKON D750"
    assert Image.open(io.BytesIO(encode(np.zeros((8, 8, 3), np.uint8), format="jpeg", space="srgb", carried=carried)))


def test_original_is_not_touched(tmp_path: Path) -> None:
    source = described_jpeg(tmp_path / "a.jpg")
    before = source.read_bytes(), source.stat().st_mtime_ns
    read_metadata(source)
    carry(source, gps=True, width=300, height=200)
    assert (source.read_bytes(), source.stat().st_mtime_ns) == before
    assert list(tmp_path.iterdir()) == [source]
