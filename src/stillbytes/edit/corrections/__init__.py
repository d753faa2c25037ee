"""Adjustments as Lightroom's own mask corrections (`crs:MaskGroupBasedCorrections`), and those as adjustments.

What our namespace says stays authoritative. A correction counts when it says something else than what we would write
for the same adjustment, that is, when another program changed it. One that is not understood is told and left as it is.
"""

from __future__ import annotations

from collections.abc import Collection

from stillbytes.core.geometry import Size
from stillbytes.develop.settings import Settings
from stillbytes.edit.corrections.names import ALL
from stillbytes.edit.corrections.places import Frame
from stillbytes.edit.xmp import Packet

# Masks load only for photos that have some.


def read(packet: Packet, settings: Settings, orientation: int, upright: Size) -> tuple[Settings, list[str]]:
    """The settings with what other programs changed of their adjustments, and notes on what was not understood.

    orientation, upright: EXIF orientation of the photo and size of the upright picture.
    """
    if not _concerned(packet, settings):
        return settings, []
    from stillbytes.edit.corrections import array  # noqa: PLC0415

    found, notes = array.read(packet, settings.adjustments, Frame(orientation, upright))
    return settings.changed(adjustments=[one.to_json() for one in found]), notes


def put(packet: Packet, settings: Settings, known: Collection[str], orientation: int, upright: Size) -> None:
    """Write the adjustments as corrections where Lightroom has such.

    known: ids of the adjustments that there were before.
    """
    if _concerned(packet, settings):
        from stillbytes.edit.corrections import array  # noqa: PLC0415

        array.put(packet, settings.adjustments, known, Frame(orientation, upright))


def _concerned(packet: Packet, settings: Settings) -> bool:
    return "adjustments" in settings or not (packet.names("crs") | packet.names("sb")).isdisjoint(ALL)
