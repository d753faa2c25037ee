"""Pictures that a model made, as files: what made them is in their metadata, and that they are no photographs."""

from __future__ import annotations

import json
from pathlib import Path

from stillbytes.core.errors import ExportError
from stillbytes.core.files import write_atomically
from stillbytes.edit.photo import format_of
from stillbytes.edit.xmp import Packet
from stillbytes.generate.pictures import Made
from stillbytes.photo.encode import encode
from stillbytes.photo.metadata import Carried

QUALITY = 95


def save(path: Path, made: Made, *, of: Path | None = None) -> None:
    """Write the picture, whole or not at all. of: the photo that it was made from. Raises ExportError."""
    format = format_of(path)
    packet = Packet()
    packet.put("sb:Recipe", json.dumps({**made.recipe, **({"of": of.name} if of else {})}, sort_keys=True))
    packet.put("xmp:CreatorTool", "Stillbytes")
    source = "algorithmicallyEnhanced" if of else "trainedAlgorithmicMedia"
    packet.put("Iptc4xmpExt:DigitalSourceType", f"http://cv.iptc.org/newscodes/digitalsourcetype/{source}")
    content = encode(made.pixels, format=format, space="srgb", quality=QUALITY, carried=Carried(xmp=packet.content()))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)
    except OSError as error:
        raise ExportError(
            f"{path} could not be written: {error.strerror or error}.", "Check the folder and the free space."
        ) from error
