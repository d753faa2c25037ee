"""Camera profiles: DNG camera profile files (.dcp) and those inside DNG files (DNG 1.7.1.0, chapters 4 and 6).

>>> from stillbytes.photo.dcp import read
>>> read(b"IIRC", "broken.dcp")
Traceback (most recent call last):
stillbytes.photo.dcp.profile.UnreadableProfile: broken.dcp cannot be read as a camera profile: it ends too early...
"""

from __future__ import annotations

from stillbytes.photo.dcp.embedded import Embedded, embedded
from stillbytes.photo.dcp.profile import Calibration, CameraProfile, HsvTable, UnreadableProfile
from stillbytes.photo.dcp.reading import EXTENSIONS, MOST_BYTES, read
from stillbytes.photo.dcp.writing import digest, written

__all__ = [
    "EXTENSIONS",
    "MOST_BYTES",
    "Calibration",
    "CameraProfile",
    "Embedded",
    "HsvTable",
    "UnreadableProfile",
    "digest",
    "embedded",
    "read",
    "written",
]
