"""Adjustments as Lightroom's own mask corrections (`crs:MaskGroupBasedCorrections`), and those as adjustments.

What our namespace says stays authoritative. A correction counts when it says something else than what we would write
for the same adjustment, that is, when another program changed it. One that is not understood is told and left as it is.
"""

from stillbytes.edit.corrections.array import put, read
from stillbytes.edit.corrections.places import Frame

__all__ = ["Frame", "put", "read"]
