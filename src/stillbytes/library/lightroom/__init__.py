"""A catalogue of Lightroom Classic: read, never written, and what it says put into sidecars beside the photos.

>>> import stillbytes as sb
>>> report = sb.library.import_lightroom("Photos.lrcat", dry_run=True)      # doctest: +SKIP
"""

from stillbytes.library.lightroom.collecting import collect
from stillbytes.library.lightroom.reading import Image, images
from stillbytes.library.lightroom.taking import Report, Taken, import_lightroom

__all__ = ["Image", "Report", "Taken", "collect", "images", "import_lightroom"]
