"""Settings of other programs where there are none of Adobe's or ours: darktable's history and RawTherapee's profiles.

Little of them means the same here: exposure, crop, white balance in kelvin, turns. All else that they do is told.
"""

from stillbytes.edit.foreign.found import Foreign

__all__ = ["Foreign"]
