"""The camera profiles inside a DNG file: the one that its first directory is, and ExtraCameraProfiles."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from stillbytes.photo.dcp.profile import CameraProfile
from stillbytes.photo.dcp.reading import CAMERA, of_tags
from stillbytes.photo.dcp.tags import TIFF, opened

DNG_VERSION, EXTRA, AS_SHOT, SIGNATURE = 50706, 50933, 50934, 50931
MOST_EXTRA = 100
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Embedded:
    """camera: UniqueCameraModel of the DNG. signature: CameraCalibrationSignature. as_shot: the name of the profile
    that the file asks for. profiles: the file's main one first."""

    camera: str = ""
    signature: str = ""
    as_shot: str = ""
    profiles: tuple[CameraProfile, ...] = ()


def embedded(path: Path) -> Embedded:
    """Those of a file; none of what is no DNG. A damaged profile is left out."""
    try:
        with path.open("rb") as file:
            tags = opened(file, 0, TIFF)
            if DNG_VERSION not in tags:
                return Embedded()
            camera = tags.text(CAMERA)
            starts = tags.numbers(EXTRA)
            found: list[CameraProfile] = []
            for start in [None, *([] if starts is None else starts[:MOST_EXTRA])]:
                try:
                    profile = of_tags(tags if start is None else opened(file, int(start)))
                except ValueError as error:
                    log.warning("a camera profile in %s is left out: %s", path.name, error)
                    continue
                if not profile.camera or profile.camera.casefold() == camera.casefold():
                    found.append(profile)
            return Embedded(camera, tags.text(SIGNATURE), tags.text(AS_SHOT), tuple(found))
    except (ValueError, OSError) as error:
        log.debug("%s holds no camera profiles: %s", path.name, error)
        return Embedded()
