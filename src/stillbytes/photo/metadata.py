"""What a photo's file says about it, and what of that goes into its exports."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Position:
    """Where the photo was taken: degrees (north and east positive), metres above the sea if known."""

    latitude: float
    longitude: float
    altitude: float | None = None


@dataclass(frozen=True, slots=True)
class Metadata:
    """EXIF, IPTC and XMP in plain values; None or empty where the file says nothing.

    exposure_time in seconds, aperture as f-number, focal lengths in mm (focal_length_35: equivalent on 36 x 24 mm),
    exposure_bias in EV, taken with its time zone if the camera recorded it, width and height of the upright picture
    in pixels (0 if unknown), orientation as EXIF counts it (1..8), rating 0..5 or -1 for rejected.
    """

    make: str = ""
    model: str = ""
    lens: str = ""
    iso: int | None = None
    exposure_time: float | None = None
    aperture: float | None = None
    focal_length: float | None = None
    focal_length_35: float | None = None
    exposure_bias: float | None = None
    taken: datetime | None = None
    width: int = 0
    height: int = 0
    orientation: int = 1
    gps: Position | None = None
    rating: int | None = None
    label: str = ""
    title: str = ""
    caption: str = ""
    keywords: tuple[str, ...] = ()
    creator: str = ""
    copyright: str = ""
    software: str = ""

    @property
    def camera(self) -> str:
        """Make and model without saying the make twice."""
        if self.model.lower().startswith(self.make.split(" ")[0].lower()):
            return self.model
        return f"{self.make} {self.model}".strip()

    def summary(self) -> str:
        """One line for people.

        >>> Metadata(make="NIKON", model="NIKON D750", iso=400, exposure_time=0.004, aperture=2.8).summary()
        'NIKON D750, f/2.8, 1/250 s, ISO 400'
        """
        parts = [self.camera, self.lens]
        if self.focal_length:
            parts.append(f"{self.focal_length:g} mm")
        if self.aperture:
            parts.append(f"f/{self.aperture:.2g}" if self.aperture < 10 else f"f/{self.aperture:.0f}")
        if self.exposure_time:
            parts.append(shutter(self.exposure_time))
        if self.iso:
            parts.append(f"ISO {self.iso}")
        if self.taken:
            parts.append(self.taken.strftime("%Y-%m-%d %H:%M"))
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Remarks:
    """None where nothing is said.

    rating 0..5, or -1 for rejected; flag 1 picked, 0 none, -1 rejected (xmpDM:pick, else a rating of -1); keywords as
    paths from the general to the special, levels apart by "|"; written: when another program or we wrote the XMP, an
    ISO 8601 text as it stands there.
    """

    rating: int | None = None
    flag: int | None = None
    label: str | None = None
    title: str | None = None
    caption: str | None = None
    creator: str | None = None
    copyright: str | None = None
    keywords: tuple[str, ...] | None = None
    written: str = ""


def shutter(seconds: float) -> str:
    """An exposure time as photographers write it.

    >>> shutter(0.004), shutter(2.5)
    ('1/250 s', '2.5 s')
    """
    return f"1/{round(1 / seconds)} s" if seconds < 0.3 else f"{seconds:.3g} s"


@dataclass(frozen=True, slots=True)
class Carried:
    """Metadata ready to be put into an export.

    exif: a little-endian TIFF stream without the "Exif" prefix; xmp: a packet; iptc: records. Empty: nothing. dpi:
    pixels per inch, 0 where nothing is said of that.
    """

    exif: bytes = b""
    xmp: bytes = b""
    iptc: bytes = b""
    dpi: int = 0


def read_metadata(path: Path) -> Metadata:
    """Read in a worker process. Raises UnreadablePhoto."""
    from stillbytes.photo.decode import GLANCE_LIMIT, workers  # noqa: PLC0415 - starts the pool

    fields, _ = workers.ask("metadata", path, limit=GLANCE_LIMIT)
    if fields["gps"]:
        fields["gps"] = Position(**fields["gps"])
    if fields["taken"]:
        fields["taken"] = datetime.fromisoformat(fields["taken"])
    return Metadata(**{**fields, "keywords": tuple(fields["keywords"])})


def read_remarks(sidecar: Path) -> Remarks:
    """What a person said in a sidecar, read in a worker process. Raises UnreadablePhoto."""
    from stillbytes.photo.decode import GLANCE_LIMIT, workers  # noqa: PLC0415 - starts the pool

    fields, _ = workers.ask("remarks", sidecar, limit=GLANCE_LIMIT)
    keywords = fields["keywords"]
    return Remarks(**{**fields, "keywords": None if keywords is None else tuple(keywords)})


def carry(
    source: Path,
    *,
    gps: bool,
    width: int,
    height: int,
    sidecar: Path | None = None,
    source_type: str = "",
    keep: str = "all",
    people: bool = True,
    dpi: int | None = None,
) -> Carried:
    """What an export of `source` keeps: everything about the picture, nothing about the original file's inside.

    Orientation becomes 1 and the dimensions those given; thumbnails, maker notes (their offsets would break),
    raw-only tags and other programs' develop settings are left out. gps: whether the place may be told.
    sidecar: an XMP file whose title, keywords, rating ... take precedence. source_type: a term of IPTC's vocabulary for
    what was done to the picture; a source that a model made or painted in stays that. keep: "all", "all-but-camera",
    "copyright" or "none" of it; people: whether persons in the picture may be named. Raises UnreadablePhoto.
    """
    from stillbytes.photo.decode import GLANCE_LIMIT, workers  # noqa: PLC0415 - starts the pool

    fields, _ = workers.ask(
        "carry",
        source,
        limit=GLANCE_LIMIT,
        gps=gps,
        width=width,
        height=height,
        sidecar=str(sidecar.absolute()) if sidecar and sidecar.is_file() else None,
        source_type=source_type,
        keep=keep,
        people=people,
        dpi=dpi,
    )
    exif, xmp, iptc = (base64.b64decode(fields[name]) for name in ("exif", "xmp", "iptc"))
    return Carried(exif, xmp, iptc, dpi or 0)
